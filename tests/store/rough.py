"""A register under rough handling: programs killed at any moment, databases that go away, many writers at once.

A scene is run in a process of its own, forked after everything is loaded, and tells each step that was
acknowledged; after its end, whatever it was, the register must hold all that was told, no half of a step, and an
audit that verifies.
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
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.core.errors import ConflictError, WorkbenchError
from workbench.sources import localities
from workbench.store import audit, database, drafts, records, reservation, states
from workbench.store.database import Store
from workbench.store.rounds import answers, proposals
from workbench.studies.rounds import form as forms
from workbench.studies.rounds import intake, offers, registers, sending

DAY = date(2026, 3, 2)
PLACES = ("0301", "1103", "4601")
HOME = localities.load("norway")
FORM = forms.load(HOME)
FIELDS = registers.field_register(HOME)
RAW = {
    "population": "asylum", "held": "2026-02-03", "consent_settlement": "yes", "consent_health": "no",
    "languages": ["ar"], "schooling": "unknown", "upper_secondary": "no", "step_free": "yes", "ties": ["0301"],
    "specialist_health": "no", "rehabilitation": "no", "wishes": "بحر",
}  # fmt: skip


def interviewees(address: str, number: int = 45) -> None:
    """Fill a register with households that wait for their interview."""
    store = database.create(address)
    with store.writing() as c:
        for at in range(number):
            records.register(
                c, (records.Member(f"c{at}", date(1990, 1, 1)),), who="anna", population="asylum", deadline=DAY
            )
    store.engine.dispose()


def proposed(address: str, number: int = 45) -> str:
    """Fill a register with couples and a round that proposes them to three municipalities; return the round."""
    store = database.create(address)
    with store.writing() as c:
        for at in range(number):
            members = tuple(records.Member(f"c{at}-{i}", date(1990, 1, 1)) for i in range(2))
            key = records.register(c, members, who="anna", population="asylum", deadline=date(2026, 8, 1))
            records.consent(c, key, "settlement", True, day=DAY, who="anna")
            records.hold(c, key, day=DAY, who="anna")
            for move in ("interview", "clear"):
                states.move(c, key, move, who="anna")
        for place in PLACES:
            reservation.offer(c, place, 2026, 10, 2 * number, who="anna")
        free = {each.place: each for each in proposals.free(c, 2026, 10)}
        ready = proposals.ready(c, DAY)
        round_ = proposals.begin(
            c, year=2026, week=10, opened=DAY, deadline=DAY, deciders=1, households=ready,
            places=[(each, {}) for each in free.values()], who="anna",
        )  # fmt: skip
        plan = [
            {
                "household": row["household"],
                "place": PLACES[at % 3],
                "weekly_places": free[PLACES[at % 3]].key,
                "told": {"score": 1.0, "reasons": ["room"]},
            }
            for at, row in enumerate(ready)
        ]
        given, *_ = offers.current_input(c, round_)
        proposals.keep_solution(c, round_, given, plan, {"gap": 0.0}, who="anna")
    store.engine.dispose()
    return round_


def _people(store: Store) -> int:
    with store.reading() as c:
        return int(c.execute(sa.text("SELECT count(*) FROM person")).scalar_one())


def interview_scene(store: Store, folder: Path, tell: Callable[[str], None]) -> None:
    """Write interviews answer by answer, as the page does, and hand them in."""
    for at in range(_people(store)):
        raw: dict[str, Any] = {"case_number": f"c{at}"}
        for name, value in RAW.items():
            raw[name] = value
            with store.writing() as c:
                draft = drafts.save(c, "ingrid", FORM.id, FORM.version, raw)
            tell(f"draft {at} {len(raw)}")
        intake.hand_in(store, FORM, HOME, raw, submission=draft.submission, who="ingrid")
        tell(f"interview c{at}")


def import_scene(store: Store, folder: Path, tell: Callable[[str], None]) -> None:
    """Import files of five interviews each."""
    for at in range(0, _people(store), 5):
        path = folder / f"{at}.json"
        path.write_text(json.dumps([{**RAW, "_uuid": f"u{n}", "case_number": f"c{n}"} for n in range(at, at + 5)]))
        intake.import_file(store, path, FORM, HOME, who="anna")
        tell(" ".join(f"c{n}" for n in range(at, at + 5)))


def round_scene(store: Store, folder: Path, tell: Callable[[str], None]) -> None:
    """Send a round's lists, answer and decide."""
    with store.reading() as c:
        (round_,) = (row["id"] for row in answers.rounds(c))
        rows = answers.listed(c, round_)
    sending.send(store, round_, folder / "lists", FIELDS, who="anna")
    tell("sent")
    for at, row in enumerate(rows):
        accept = at % 4 != 0
        with store.writing() as c:
            answers.respond(
                c, round_, row["household"], accept, place=row["place"], today=DAY, who="oslo",
                reason="" if accept else "no_room_left",
            )  # fmt: skip
        tell(f"{'accepted' if accept else 'declined'} {row['household']}")
        if accept:
            with store.writing() as c:
                answers.decide(c, round_, row["household"], today=DAY, who="dina")
            tell(f"decided {row['household']}")


@dataclass(frozen=True)
class Ended:
    """How a scene ended: what it told, and the sentence with which it was refused, if it was."""

    told: tuple[str, ...]
    refused: str
    failed: str


def play(
    scene: Callable[[Store, Path, Callable[[str], None]], None],
    address: str,
    folder: Path,
    disturb: Callable[[int], None] | None = None,
) -> Ended:
    """Run a scene in a process of its own; ``disturb`` is called with its number and may end it, or the database."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)

        def say(kind: str, text: str) -> None:
            os.write(write, f"{kind}\t{text}\n".encode())

        try:
            scene(database.opened(address), folder, lambda text: say("told", text))
        except WorkbenchError as error:
            say("refused", " ".join(error.message().split()))
        except BaseException:
            say("failed", " ".join(traceback.format_exc().split()))
        os._exit(0)
    os.close(write)
    if disturb is not None:
        disturb(child)
    with os.fdopen(read, "rb") as pipe:
        lines = pipe.read().decode().split("\n")
    os.waitpid(child, 0)
    parts = [line.partition("\t") for line in lines[:-1]]  # a line without its end was not told
    by = {kind: [text for k, _, text in parts if k == kind] for kind in ("told", "refused", "failed")}
    return Ended(tuple(by["told"]), " ".join(by["refused"]), " ".join(by["failed"]))


def after(seconds: float) -> Callable[[int], None]:
    """Return what kills a scene after some time."""

    def kill(process: int) -> None:
        time.sleep(seconds)
        os.kill(process, signal.SIGKILL)

    return kill


def whole(store: Store) -> None:
    """Check what must hold whatever happened: the chain, room taken and reserved, states and offers that agree."""
    with store.reading() as c:
        assert audit.verify(c).faults == ()
        if c.dialect.name == "sqlite":
            assert c.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert c.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        wrong = c.execute(
            sa.text(
                "SELECT count(*) FROM weekly_places w WHERE w.taken > w.places OR w.taken <> "
                "(SELECT coalesce(sum(r.persons), 0) FROM reservation r WHERE r.weekly_places = w.id)"
            )
        ).scalar_one()
        assert wrong == 0
        pairs = c.execute(
            sa.text(
                "SELECT h.state, p.state FROM household h JOIN proposal p ON p.household = h.id "
                "WHERE p.state <> 'draft'"
            )
        ).all()
        fits = {("proposed", "sent"), ("accepted", "accepted"), ("ready", "declined"), ("decided", "decided")}
        assert set(map(tuple, pairs)) <= fits
        held = set(c.execute(sa.text("SELECT household FROM reservation")).scalars())
        assert held == set(
            c.execute(sa.text("SELECT household FROM proposal WHERE state IN ('accepted', 'decided')")).scalars()
        )


def interviews_kept(store: Store, told: tuple[str, ...], at_once: int) -> None:
    """Check that each interview told is kept, at most one step more, and none by half."""
    named = {each for line in told for each in line.split() if each[0] == "c" and each[1:].isdigit()}
    with store.reading() as c:
        kept = set(
            c.execute(
                sa.text("SELECT p.case_number FROM person p JOIN interview i ON i.household = p.household")
            ).scalars()
        )
        ready = set(
            c.execute(
                sa.text(
                    "SELECT p.case_number FROM person p JOIN household h ON h.id = p.household WHERE state = 'ready'"
                )
            ).scalars()
        )
        draft = drafts.get(c, "ingrid", FORM.id)
    assert named <= kept and len(kept - named) in (0, at_once) and kept == ready
    drafted = [line.split() for line in told if line.startswith("draft")]
    if drafted and draft is not None and told[-1].startswith("draft"):
        assert len(draft.answers) >= int(drafted[-1][2])


def round_kept(store: Store, told: tuple[str, ...], folder: Path) -> None:
    """Check that each answer and decision told is kept, and at most one step more."""
    with store.reading() as c:
        state = dict(c.execute(sa.text("SELECT household, state FROM proposal")).all())
    said = [line.split() for line in told if " " in line]
    for what, household in said:
        assert state[household] in ({"accepted", "decided"} if what == "accepted" else {what})
    steps = sum({"declined": 1, "accepted": 1, "decided": 2}.get(each, 0) for each in state.values())
    assert steps - len(said) in (0, 1)
    if "sent" in told:
        assert len(list((folder / "lists").glob("*.csv"))) == 3
    if set(state.values()) == {"draft"}:
        assert not (folder / "lists").exists()


def moments(scene: Callable[..., None], address: str, folder: Path, number: int, seed: int) -> list[float]:
    """Return random moments within the time that an undisturbed scene takes."""
    began = time.perf_counter()
    ended = play(scene, address, folder)
    assert ended.told and not ended.failed and not ended.refused, ended
    took = time.perf_counter() - began
    rng = random.Random(seed)
    return [rng.random() * took for _ in range(number)]


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
    """Return the work of a clerk who changes one folder again and again, opening it anew where it changed since."""

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
                    drafts.save(c, f"i{at}", FORM.id, FORM.version, {**RAW, "work_years": str(number)})
                number += 1
            except WorkbenchError as error:
                refused.append(error.message())
            took.append(time.perf_counter() - began)
        return {"took": took, "refused": refused, "last": number - 1}

    return work
