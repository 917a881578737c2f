"""What does a municipality read: the year's request, a round's offers, a reminder, and that the day has passed?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workbench.core.errors import StoreError, nearest
from workbench.core.geography.places import Locality
from workbench.sources import localities
from workbench.store.database import Store
from workbench.store.rounds import facts, letters, proposals


@dataclass(frozen=True)
class Letter:
    """One letter's facts; ``asked`` and ``minors`` stand in the year's request, the others in those of a round."""

    kind: str
    place: str
    day: date
    written: date
    year: int
    week: int = 0
    households: int = 0
    persons: int = 0
    asked: int = 0
    minors: int = 0
    reference: str = ""
    synthetic: bool = False


def of_round(store: Store, locality: Locality, key: str, kind: str, *, today: date, who: str) -> list[Letter]:
    """Return the letters of a kind that are due in a round, and note that they are written.

    Raises
    ------
    StoreError
        If there is no such kind, the round is not out, or nobody is due such a letter today.
    """
    if kind not in letters.KINDS:
        raise StoreError(f"there is no letter '{kind}'", do=nearest(kind, ["decision", *letters.KINDS]))
    with store.writing() as connection:
        row = proposals.get(connection, key, "sent")
        due = letters.due(connection, key, today, lead(locality, today), again=True)[kind]
        if not due:
            raise StoreError(
                f"no municipality is due the letter '{kind}' today",
                where=key,
                why=f"answers are due on {row.deadline}; each gets each letter once",
                do="see `workbench round status`",
            )
        for each in due:
            letters.note(connection, kind, day=today, who=who, round_=key, place=each.place)
        made_up = facts.synthetic(connection)
    at = {"day": row.deadline, "written": today, "year": row.year, "week": row.week}
    at |= {"reference": key, "synthetic": made_up}
    return [Letter(kind, each.place, **at, households=each.households, persons=each.persons) for each in due]


def of_year(store: Store, year: int, *, answer_by: date, today: date, who: str) -> list[Letter]:
    """Return the year's request to each municipality that is asked for somebody, and note that it is written.

    Raises
    ------
    StoreError
        If nobody is asked for, or the day for answers has passed.
    """
    if answer_by < today:
        raise StoreError(f"the day {answer_by} has passed", do="give a later day for answers")
    with store.writing() as connection:
        asked = letters.asked(connection, year)
        for place in asked:
            letters.note(connection, "year", day=today, who=who, year=year, place=place)
        made_up = facts.synthetic(connection)
    return [
        Letter(
            "year", place, answer_by, today, year,
            asked=kinds.get("all", 0), minors=kinds.get("minors", 0), reference=f"{year}-{place}", synthetic=made_up,
        )
        for place, kinds in asked.items()
    ]  # fmt: skip


def due(store: Store, locality: Locality, key: str, today: date) -> dict[str, int]:
    """Return how many municipalities are due which letter of a round today."""
    with store.reading() as connection:
        found = letters.due(connection, key, today, lead(locality, today))
    return {kind: len(each) for kind, each in found.items() if each}


def lead(locality: Locality, day: date) -> int:
    """Return how many days before the last day for answers a reminder is due."""
    return int(localities.parameters(locality).number("reminder_days", day))
