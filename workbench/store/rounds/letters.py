"""Which letters went out, and which municipality is due one? A letter's text is not kept; who, when and why are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from workbench.core.errors import StoreError
from workbench.store import audit
from workbench.store.database import new_id
from workbench.store.rounds.proposals import get
from workbench.store.schema import LETTER, PERSON, PROPOSAL, QUOTA

KINDS = ("offers", "reminder", "overdue")
"""Letters of a round to municipalities; beside them stand 'decision' to a household and 'year', the year's request."""


@dataclass(frozen=True)
class Open:
    """What a municipality has not answered in a round: households and persons."""

    place: str
    households: int
    persons: int


def unanswered(connection: sa.Connection, key: str) -> list[Open]:
    """Return what each municipality has not answered yet, by code."""
    found = (
        sa.select(PROPOSAL.c.place, sa.func.count(sa.distinct(PROPOSAL.c.household)), sa.func.count(PERSON.c.id))
        .join(PERSON, PERSON.c.household == PROPOSAL.c.household)
        .where(PROPOSAL.c.round == key, PROPOSAL.c.state == "sent")
        .group_by(PROPOSAL.c.place)
        .order_by(PROPOSAL.c.place)
    )
    return [Open(str(place), int(homes), int(persons)) for place, homes, persons in connection.execute(found)]


def due(connection: sa.Connection, key: str, today: date, lead: int, *, again: bool = False) -> dict[str, list[Open]]:
    """Return which municipalities are due which letter today and have not had it, by kind.

    ``lead`` is how many days before the last day for answers a reminder is due; ``again`` counts those of today as due
    still, so that letters that got lost on the way to the printer are written once more.

    Raises
    ------
    StoreError
        If the round is not out.
    """
    row = get(connection, key, "sent")
    open_ = unanswered(connection, key)
    had = sa.select(LETTER.c.kind, LETTER.c.municipality).where(LETTER.c.round == key)
    if again:
        had = had.where(LETTER.c.day != today)
    sent = {(kind, place) for kind, place in connection.execute(had)}
    wanted = {
        "offers": today <= row.deadline,
        "reminder": row.deadline - timedelta(days=lead) <= today <= row.deadline,
        "overdue": today > row.deadline,
    }
    return {kind: [each for each in open_ if wanted[kind] and (kind, each.place) not in sent] for kind in KINDS}


def note(
    connection: sa.Connection,
    kind: str,
    *,
    day: date,
    who: str,
    round_: str | None = None,
    year: int | None = None,
    place: str | None = None,
    household: str | None = None,
) -> None:
    """Note a letter that is being written; one of the same day stands once."""
    row: dict[str, Any] = {"round": round_, "year": year, "municipality": place, "household": household}
    same = [LETTER.c[name].is_(None) if value is None else LETTER.c[name] == value for name, value in row.items()]
    if connection.execute(sa.select(LETTER.c.id).where(LETTER.c.kind == kind, LETTER.c.day == day, *same)).first():
        return
    connection.execute(LETTER.insert().values(id=new_id("L"), kind=kind, day=day, who=who, **row))
    audit.append(connection, who, f"letter.{kind}", household or f"{place}:{round_ or year}", "letter")


def written(connection: sa.Connection, key: str) -> dict[str, int]:
    """Return how many letters of a round went out, by kind."""
    found = sa.select(LETTER.c.kind).where(LETTER.c.round == key).order_by(LETTER.c.kind)
    return dict(Counter(str(kind) for kind in connection.execute(found).scalars()))


def asked(connection: sa.Connection, year: int) -> dict[str, dict[str, int]]:
    """Return how many persons each municipality is asked to settle in a year, by municipality and kind.

    Raises
    ------
    StoreError
        If no municipality is asked for anybody.
    """
    found = sa.select(QUOTA).where(QUOTA.c.year == year, QUOTA.c.asked > 0).order_by(QUOTA.c.municipality)
    by: dict[str, dict[str, int]] = {}
    for row in connection.execute(found):
        by.setdefault(str(row.municipality), {})[str(row.kind)] = int(row.asked)
    if not by:
        raise StoreError(
            f"no municipality is asked for anybody in {year}", do="note it first: workbench places quota … --asked"
        )
    return by
