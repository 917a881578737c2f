"""What may a municipality see of what it was offered, and where does its year stand?"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workbench.store import audit
from workbench.store.households import records
from workbench.store.schema import HOUSEHOLD, PERSON, PROPOSAL, QUOTA, ROUND, WEEKLY_PLACES

ANSWERED = ("accepted", "declined", "decided", "lapsed")


def to(connection: sa.Connection, place: str, *, who: str) -> list[dict[str, Any]]:
    """Return the offers of the rounds that are out and who is decided but not settled, the unanswered first.

    Each has the little that a list may tell.

    ``brief`` of an offer has the shape of a folder; pass it on only through
    :func:`workbench.store.visibility.seen` first. One audit entry tells that the list was read.
    """
    found = connection.execute(
        sa.select(
            PROPOSAL, ROUND.c.deadline.label("answer_by"), ROUND.c.week, ROUND.c.year, HOUSEHOLD.c.state.label("at")
        )
        .join(ROUND, ROUND.c.id == PROPOSAL.c.round)
        .join(HOUSEHOLD, HOUSEHOLD.c.id == PROPOSAL.c.household)
        .where(PROPOSAL.c.place == place, PROPOSAL.c.state != "draft")
        .where((ROUND.c.state == "sent") | ((PROPOSAL.c.state == "decided") & (HOUSEHOLD.c.state == "decided")))
        .order_by(PROPOSAL.c.household)
    ).mappings()
    rows = [
        {
            "round": row["round"],
            "household": row["household"],
            "state": row["state"],
            "household_state": row["at"],
            "reason": row["reason"] or "",
            "answer_by": row["answer_by"],
            "year": row["year"],
            "week": row["week"],
            "brief": brief(connection, row["household"]),
        }
        for row in list(found)
    ]
    audit.append(connection, who, "list.read", place, "offers", {"offers": len(rows)})
    return sorted(rows, key=lambda row: (row["state"] != "sent", row["household"]))


def brief(connection: sa.Connection, household: str) -> dict[str, Any]:
    """Return size, needs and case of a household in the shape of a folder."""
    case = connection.execute(sa.select(HOUSEHOLD).where(HOUSEHOLD.c.id == household)).mappings().one()
    persons = sa.select(sa.func.count()).select_from(PERSON).where(PERSON.c.household == household)
    return {
        "household": dict(case),
        "size": [str(connection.execute(persons).scalar_one())],
        "needs": records.listed(connection, "needs", household),
    }


def weeks(connection: sa.Connection, place: str, year: int) -> list[dict[str, Any]]:
    """Return a municipality's weeks of a year: places, taken, and why it pauses."""
    found = sa.select(WEEKLY_PLACES).where(WEEKLY_PLACES.c.municipality == place, WEEKLY_PLACES.c.year == year)
    return [
        dict(row) for row in connection.execute(found.order_by(WEEKLY_PLACES.c.week, WEEKLY_PLACES.c.kind)).mappings()
    ]


def quotas(connection: sa.Connection, place: str, year: int) -> list[dict[str, Any]]:
    """Return what a municipality was asked for and decided, by kind."""
    found = sa.select(QUOTA).where(QUOTA.c.municipality == place, QUOTA.c.year == year).order_by(QUOTA.c.kind)
    return [dict(row) for row in connection.execute(found).mappings()]


def used(connection: sa.Connection, place: str, year: int) -> dict[str, int]:
    """Return how many offers of a year a municipality had, by what became of them."""
    counted = (
        sa.select(PROPOSAL.c.state, sa.func.count())
        .join(ROUND, ROUND.c.id == PROPOSAL.c.round)
        .where(PROPOSAL.c.place == place, ROUND.c.year == year, PROPOSAL.c.state != "draft")
        .group_by(PROPOSAL.c.state)
    )
    return {str(state): int(number) for state, number in connection.execute(counted)}
