"""A register under rough handling: programs killed at any moment, databases that go away, many writers at once.

A scene is run in a process of its own, forked after everything is loaded, and reports each step that was
acknowledged. After its end, whatever it was, the register must hold all that was reported, no half of a step, and
an audit that verifies.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.store import scenes
from tests.store.scenes import Scene
from workbench.core.errors import ConflictError, WorkbenchError
from workbench.store import audit, database
from workbench.store.database import Store
from workbench.store.households import drafts, records


@dataclass(frozen=True)
class Ended:
    """How a scene ended: the steps it reported, the sentence of a refusal, what failed, and whether it was killed."""

    steps: tuple[str, ...]
    refused: str
    failed: str
    killed: bool


def play(
    scene: Scene, address: str, folder: Path, disturb: Callable[[int], None] | None = None, step: int = 0
) -> Ended:
    """Run a scene in a process of its own; after ``step`` steps ``disturb`` is called with its number."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)

        def say(kind: str, text: str) -> None:
            os.write(write, f"{kind}\t{text}\n".encode())

        try:
            scene.run(database.opened(address), folder, lambda text: say("step", text))
        except WorkbenchError as error:
            say("refused", " ".join(error.message().split()))
        except BaseException:
            say("failed", " ".join(traceback.format_exc().split()))
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        before = b""
        if disturb is not None:
            before = b"".join(pipe.readline() for _ in range(step))
            disturb(child)
        lines = (before + pipe.read()).decode().split("\n")
    _, status = os.waitpid(child, 0)
    parts = [line.partition("\t") for line in lines[:-1]]  # a line without its end was not reported
    by = {kind: [text for k, _, text in parts if k == kind] for kind in ("step", "refused", "failed")}
    killed = os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    return Ended(tuple(by["step"]), " ".join(by["refused"]), " ".join(by["failed"]), killed)


@dataclass(frozen=True)
class Kills:
    """What kills did: in how many the scene had steps left, the steps before each, the sentences, and all faults."""

    cut: int
    steps: tuple[int, ...]
    refused: tuple[str, ...]
    faults: tuple[str, ...]


def kills(
    scene: Scene,
    number: int,
    fresh: Callable[[], str],
    folder: Path,
    kill: Callable[[int], None] = lambda process: os.kill(process, signal.SIGKILL),
    again: Callable[[], None] = lambda: None,
) -> Kills:
    """Play a scene with a kill in each of ``number`` parts of it, each time on a ``fresh`` register.

    ``again`` starts what ``kill`` ended. The moment is random: after some step, and within the time a step takes.
    """
    rng, began = random.Random(number), time.perf_counter()
    undisturbed = play(scene, fresh(), _made(folder / "undisturbed"))
    assert undisturbed.steps and not undisturbed.failed and not undisturbed.refused, undisturbed
    total = len(undisturbed.steps)
    pause = (time.perf_counter() - began) / total
    ends, faults = [], []
    for at in range(number):
        address, here, wait = fresh(), _made(folder / str(at)), rng.random() * pause

        def disturb(process: int, wait: float = wait) -> None:
            time.sleep(wait)
            kill(process)

        ended = play(scene, address, here, disturb, int(total * (at + rng.random()) / number))
        again()
        store = database.opened(address)
        found = [ended.failed] if ended.failed else []
        found += broken(store)
        found += interviews_lost(store, ended.steps, scene.interviews) if scene.interviews else []
        found += [] if scene.interviews else round_lost(store, ended.steps, here)
        store.engine.dispose()
        ends.append(ended)
        faults += [f"kill {at}: {each}" for each in found]
    cut = sum((each.killed or bool(each.refused)) and len(each.steps) < total for each in ends)
    refused = tuple(each.refused for each in ends if each.refused)
    return Kills(cut, tuple(len(each.steps) for each in ends), refused, tuple(faults))


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _wrong(checks: dict[str, bool]) -> list[str]:
    return [name for name, holds in checks.items() if not holds]


def broken(store: Store) -> list[str]:
    """Say what must always hold and does not: the audit's chain, places taken and reserved, states and proposals."""
    fits = {("proposed", "sent"), ("accepted", "accepted"), ("ready", "declined"), ("decided", "decided")}
    with store.reading() as c:
        wrong = c.execute(
            sa.text(
                "SELECT count(*) FROM weekly_places w WHERE w.taken > w.places OR w.taken <> "
                "(SELECT coalesce(sum(r.persons), 0) FROM reservation r WHERE r.weekly_places = w.id)"
            )
        ).scalar_one()
        pairs = c.execute(
            sa.text(
                "SELECT h.state, p.state FROM household h JOIN proposal p ON p.household = h.id "
                "WHERE p.state <> 'draft'"
            )
        ).all()
        held = set(c.execute(sa.text("SELECT household FROM reservation")).scalars())
        accepted = "SELECT household FROM proposal WHERE state IN ('accepted', 'decided')"
        checks = {
            "the audit verifies": audit.verify(c).faults == (),
            "places taken are places reserved, and not more than there are": wrong == 0,
            "states of households fit those of their proposals": set(map(tuple, pairs)) <= fits,
            "places are held for who accepted": held == set(c.execute(sa.text(accepted)).scalars()),
        }
        if c.dialect.name == "sqlite":
            checks["pages are whole"] = c.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            checks["keys are whole"] = c.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    return _wrong(checks)


def interviews_lost(store: Store, steps: tuple[str, ...], at_once: int) -> list[str]:
    """Say if an interview that was reported is not kept, more than one step is there besides, or half of one."""
    named = {each for line in steps for each in line.split() if each[0] == "c" and each[1:].isdigit()}
    cases = "SELECT p.case_number FROM person p JOIN "
    with store.reading() as c:
        kept = set(c.execute(sa.text(f"{cases} interview i ON i.household = p.household")).scalars())
        ready = set(c.execute(sa.text(f"{cases} household h ON h.id = p.household WHERE state = 'ready'")).scalars())
        draft = drafts.get(c, "ingrid", scenes.FORM.id)
    last = steps[-1].split() if steps and steps[-1].startswith("draft") else None
    handed_in = last is not None and f"c{last[1]}" in kept  # the interview that follows the last answer
    return _wrong(
        {
            "interviews reported are kept": named <= kept,
            "at most one step besides is kept": len(kept - named) in (0, at_once),
            "who has an interview is ready": kept == ready,
            "the draft has the answers reported": (
                last is None or handed_in or (draft is not None and len(draft.answers) >= int(last[2]))
            ),
        }
    )


def round_lost(store: Store, steps: tuple[str, ...], folder: Path) -> list[str]:
    """Say if an answer or decision that was reported is not kept, or more than one step is there besides."""
    with store.reading() as c:
        state = dict(c.execute(sa.text("SELECT household, state FROM proposal")).all())
    said = [line.split() for line in steps if " " in line]
    kept = sum({"declined": 1, "accepted": 1, "decided": 2}.get(each, 0) for each in state.values())
    lists = folder / "lists"
    return _wrong(
        {
            "answers and decisions reported are kept": all(
                state[household] in ({"accepted", "decided"} if what == "accepted" else {what})
                for what, household in said
            ),
            "at most one step besides is kept": kept - len(said) in (0, 1),
            "a round that was sent has its lists": "sent" not in steps or len(list(lists.glob("*.csv"))) == 3,
            "a round that was not sent has none": set(state.values()) != {"draft"} or not lists.exists(),
        }
    )


def crowd(work: Callable[[int], Any], number: int) -> list[Any]:
    """Run ``work(0 … number - 1)`` in processes that begin at the same moment; return what each gave."""
    start = time.time() + 0.5 + 0.02 * number
    pipes = []
    for at in range(number):
        read, write = os.pipe()
        if os.fork() == 0:
            os.close(read)
            time.sleep(max(0.0, start - time.time()))
            try:
                answer = json.dumps(work(at))
            except BaseException:
                answer = json.dumps({"failed": traceback.format_exc()})
            with os.fdopen(write, "w") as pipe:
                pipe.write(answer)
            os._exit(0)
        os.close(write)
        pipes.append(read)
    told = []
    for read in pipes:
        with os.fdopen(read) as pipe:
            told.append(json.loads(pipe.read()))
    for _ in pipes:
        os.wait()
    return told


def counting(address: str, household: str, times: int) -> Callable[[int], Any]:
    """Return the work of a clerk who changes one folder again and again, opening it again where another changed it."""

    def work(at: int) -> dict[str, int]:
        store, saved, conflicts = database.opened(address), 0, 0
        while saved < times:
            with store.reading() as c:
                version = c.execute(
                    sa.text("SELECT version FROM household WHERE id = :id"), {"id": household}
                ).scalar_one()
            try:
                with store.writing() as c:
                    language = "ar" if at else "uk"
                    given = {"who": f"clerk{at}", "why": "case", "version": version}
                    records.change(c, "household", household, {"language": language}, **given)
                saved += 1
            except ConflictError:
                conflicts += 1
        return {"saved": saved, "conflicts": conflicts}

    return work


def saving(address: str, seconds: float) -> Callable[[int], Any]:
    """Return the work of an interviewer who saves a draft as often as it goes, with what each save took."""

    def work(at: int) -> dict[str, Any]:
        store, took, refused, number = database.opened(address), [], [], 0
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            began = time.perf_counter()
            try:
                with store.writing() as c:
                    drafts.save(
                        c, f"i{at}", scenes.FORM.id, scenes.FORM.version, {**scenes.RAW, "work_years": str(number)}
                    )
                number += 1
            except WorkbenchError as error:
                refused.append(error.message())
            took.append(time.perf_counter() - began)
        return {"took": took, "refused": refused, "last": number - 1}

    return work
