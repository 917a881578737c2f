"""What does the register know of rounds, places and waiting, for a report? No name and no text is in it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workbench.store import audit
from workbench.store.schema import HOUSEHOLD, NEED, PERSON, PROPOSAL, ROUND, ROUND_HOUSEHOLD, WEEKLY_PLACES

SYNTHETIC = "SYNTHETIC-"
"""How case numbers of made-up persons begin."""


def waiting(connection: sa.Connection, *, who: str, why: str) -> list[dict[str, Any]]:
    """Return a row for each household with its case, size, needs and days; the audit tells that they were read.

    Returns
    -------
    list of dict
        ``household, state, population, permit, deadline, since`` (day of its state), ``persons, needs``, ``decided``
        and ``settled`` (days; None where it has not come; settled once the last member moved in).
    """
    persons = _by_household(connection, sa.func.count(PERSON.c.id), PERSON)
    unsettled = _by_household(connection, sa.func.count(PERSON.c.id), PERSON, PERSON.c.settled.is_(None))
    last = _by_household(connection, sa.func.max(PERSON.c.settled), PERSON)
    decided = _by_household(connection, sa.func.min(PROPOSAL.c.decided), PROPOSAL, PROPOSAL.c.state == "decided")
    needs: dict[str, list[str]] = {}
    for household, service in connection.execute(sa.select(NEED.c.household, NEED.c.service).order_by(NEED.c.service)):
        needs.setdefault(household, []).append(service)
    rows = [
        {
            "household": row.id,
            "state": row.state,
            "population": row.population,
            "permit": row.permit,
            "deadline": row.deadline,
            "since": row.state_since[:10],
            "persons": persons.get(row.id, 0),
            "needs": ";".join(needs.get(row.id, [])),
            "decided": decided.get(row.id),
            "settled": None if unsettled.get(row.id, 0) else last.get(row.id),
        }
        for row in connection.execute(sa.select(HOUSEHOLD).order_by(HOUSEHOLD.c.id))
    ]
    audit.append(connection, who, "report.read", "register", why, {"households": len(rows)})
    return rows


def offers(connection: sa.Connection, year: int) -> list[dict[str, Any]]:
    """Return each offer of a year: ``round, week, household, place, state, reason, persons, decided``."""
    persons = _by_household(connection, sa.func.count(PERSON.c.id), PERSON)
    found = (
        sa.select(PROPOSAL, ROUND.c.week)
        .join(ROUND, ROUND.c.id == PROPOSAL.c.round)
        .where(ROUND.c.year == year, PROPOSAL.c.state != "draft")
        .order_by(ROUND.c.week, PROPOSAL.c.place, PROPOSAL.c.household)
    )
    names = ("round", "week", "household", "place", "state", "reason", "decided")
    return [
        {**{name: row[name] for name in names}, "persons": persons.get(row["household"], 0)}
        for row in connection.execute(found).mappings()
    ]


def weeks(connection: sa.Connection, year: int) -> list[dict[str, Any]]:
    """Return places of a year: ``municipality, week, kind, places, taken, paused``, a row for each week."""
    at = WEEKLY_PLACES.c
    found = sa.select(at.municipality, at.week, at.kind, at.places, at.taken, at.paused).where(at.year == year)
    return [dict(row) for row in connection.execute(found.order_by(at.week, at.municipality, at.kind)).mappings()]


def members(connection: sa.Connection, key: str) -> set[str]:
    """Return the households of a round."""
    found = sa.select(ROUND_HOUSEHOLD.c.household).where(ROUND_HOUSEHOLD.c.round == key)
    return set(connection.execute(found).scalars())


def synthetic(connection: sa.Connection) -> bool:
    """Say whether anybody in the register is made up."""
    made = sa.select(PERSON.c.id).where(PERSON.c.case_number.startswith(SYNTHETIC, autoescape=True)).limit(1)
    return connection.execute(made).first() is not None


def _by_household(connection: sa.Connection, value: Any, table: sa.Table, *where: Any) -> dict[str, Any]:
    found = sa.select(table.c.household, value).where(*where).group_by(table.c.household)
    return {str(household): told for household, told in connection.execute(found)}
