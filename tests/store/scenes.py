"""What programs do to a register while they are killed: interviews, imports, a round.

A scene works on a register that its filler made, and reports each step that the register acknowledged.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.sources import localities
from workbench.store import accounts, database, reservation
from workbench.store.database import Store
from workbench.store.households import drafts, records, states
from workbench.store.rounds import answers, proposals
from workbench.studies.rounds import registers, sending
from workbench.studies.rounds.interview import form as forms
from workbench.studies.rounds.interview import intake
from workbench.studies.rounds.plan.given import current_input

DAY = date(2026, 3, 2)
PLACES = ("0301", "1103", "4601")
PASSWORD = "four words in a row"
STAFF = (
    ("ingrid", "interviewer", ""),
    ("dina", "directorate", ""),
    ("kari", "municipality", "0301"),
    ("per", "municipality", "1103"),
    ("aud", "auditor", ""),
)
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
        given, *_ = current_input(c, round_)
        proposals.keep_solution(c, round_, given, plan, {"gap": 0.0}, who="anna")
    store.engine.dispose()
    return round_


def sent(address: str, member: records.Member) -> str:
    """Fill a register with somebody to interview, and a round that its staff can answer today; return the round."""
    round_ = proposed(address, 6)
    store, today = database.opened(address), datetime.now(UTC).date()
    with store.writing() as c:
        for login, role, place in STAFF:
            accounts.add(c, login, PASSWORD, role=role, municipality=place, who="anna")
        records.register(c, (member,), who="anna", population="asylum", deadline=today)
        c.execute(sa.text("UPDATE offer_round SET deadline = :day"), {"day": (today + timedelta(days=3)).isoformat()})
        answers.send(c, round_, who="anna")
    store.engine.dispose()
    return round_


def _people(store: Store) -> int:
    with store.reading() as c:
        return int(c.execute(sa.text("SELECT count(*) FROM person")).scalar_one())


def interview_scene(store: Store, folder: Path, report: Callable[[str], None]) -> None:
    """Write interviews answer by answer, as the page does, and hand them in."""
    for at in range(_people(store)):
        raw: dict[str, Any] = {"case_number": f"c{at}"}
        for name, value in RAW.items():
            raw[name] = value
            with store.writing() as c:
                draft = drafts.save(c, "ingrid", FORM.id, FORM.version, raw)
            report(f"draft {at} {len(raw)}")
        intake.hand_in(store, FORM, HOME, raw, submission=draft.submission, who="ingrid")
        report(f"interview c{at}")


def import_scene(store: Store, folder: Path, report: Callable[[str], None]) -> None:
    """Import files of five interviews each."""
    for at in range(0, _people(store), 5):
        path = folder / f"{at}.json"
        path.write_text(json.dumps([{**RAW, "_uuid": f"u{n}", "case_number": f"c{n}"} for n in range(at, at + 5)]))
        intake.import_file(store, path, FORM, HOME, who="anna")
        report(" ".join(f"c{n}" for n in range(at, at + 5)))


def round_scene(store: Store, folder: Path, report: Callable[[str], None]) -> None:
    """Send a round's lists, answer and decide."""
    with store.reading() as c:
        (round_,) = (row["id"] for row in answers.rounds(c))
        rows = answers.listed(c, round_)
    sending.send(store, round_, folder / "lists", FIELDS, who="anna")
    report("sent")
    for at, row in enumerate(rows):
        accept = at % 4 != 0
        with store.writing() as c:
            answers.respond(
                c, round_, row["household"], accept, place=row["place"], today=DAY, who="oslo",
                reason="" if accept else "no_room_left",
            )  # fmt: skip
        report(f"{'accepted' if accept else 'declined'} {row['household']}")
        if accept:
            with store.writing() as c:
                answers.decide(c, round_, row["household"], today=DAY, who="dina")
            report(f"decided {row['household']}")


def send_scene(store: Store, folder: Path, report: Callable[[str], None]) -> None:
    """Send a round's lists, and nothing more: kills then fall within the one step."""
    with store.reading() as c:
        (round_,) = (row["id"] for row in answers.rounds(c))
    sending.send(store, round_, folder / "lists", FIELDS, who="anna")
    report("sent")


@dataclass(frozen=True)
class Scene:
    """A scene, what fills the register for it, and how many interviews one of its steps keeps (0 for a round)."""

    run: Callable[[Store, Path, Callable[[str], None]], None]
    fill: Callable[..., Any]
    interviews: int


SCENES = {
    "interview": Scene(interview_scene, interviewees, 1),
    "import": Scene(import_scene, interviewees, 5),
    "send": Scene(send_scene, proposed, 0),
    "round": Scene(round_scene, proposed, 0),
}
