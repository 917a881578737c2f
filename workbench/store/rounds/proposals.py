"""Which households and places take part in a round, what was proposed, and who overrode it?

The households and places of a round are kept as they stood when it was opened, with the input and the plan of each
solution, so that the same plan can be computed from them later. A household's part goes when the household is erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from workbench.core.errors import StoreError
from workbench.store import audit
from workbench.store import dwellings as lists
from workbench.store.database import new_id
from workbench.store.households import records
from workbench.store.schema import (
    HOUSEHOLD,
    PERSON,
    PROPOSAL,
    ROUND,
    ROUND_HOUSEHOLD,
    ROUND_PLACE,
    SERVICE,
    SOLVE,
    WEEKLY_PLACES,
)

LIVE = ("sent", "accepted", "decided")
"""States of a proposal that holds its household and its room."""
MINORS = "unaccompanied_minor"


@dataclass(frozen=True)
class Week:
    """Free room of a municipality in a week, persons."""

    key: str
    place: str
    kind: str
    free: int


def ready(connection: sa.Connection, today: date) -> list[dict[str, Any]]:
    """Return a row of the allocation's ``households`` table for each household that waits for a place.

    ``bedrooms`` is what the interview says; None: not known.
    """
    found = connection.execute(sa.select(HOUSEHOLD).where(HOUSEHOLD.c.state == "ready").order_by(HOUSEHOLD.c.id)).all()
    waiting = {row.id for row in found}
    wanted = sa.select(HOUSEHOLD.c.id).where(HOUSEHOLD.c.state == "ready").scalar_subquery()
    ages: dict[str, list[int]] = {}
    for household, born in connection.execute(
        sa.select(PERSON.c.household, PERSON.c.born).where(PERSON.c.household.in_(wanted))
    ):
        ages.setdefault(household, []).append(_age(born, today))
    codes = {name: records.listed_by_household(connection, name, wanted) for name in ("languages", "needs", "ties")}
    rows = []
    for row in found:
        old = ages.get(row.id, [])
        rows.append(
            {
                "household": row.id,
                "adults": sum(18 <= age < 67 for age in old),
                "children": sum(age < 18 for age in old),
                "seniors": sum(age >= 67 for age in old),
                **{name: ";".join(by.get(row.id, [])) for name, by in codes.items()},
                "population": row.population,
                "arrived": row.permit.isoformat() if row.permit else "",
                "deadline": row.deadline.isoformat() if row.deadline else "",
                "bedrooms": row.bedrooms,
                "linked_with": row.linked_with if row.linked_with in waiting else "",
                "apart_from": row.apart_from if row.apart_from in waiting else "",
            }
        )
    return rows


def free(connection: sa.Connection, year: int, week: int) -> list[Week]:
    """Return where a week has room that is neither taken nor held by an offer that waits for its answer."""
    weeks = sa.select(WEEKLY_PLACES).where(
        WEEKLY_PLACES.c.year == year, WEEKLY_PLACES.c.week == week, WEEKLY_PLACES.c.paused.is_(None)
    )
    held = (
        sa.select(PROPOSAL.c.weekly_places, sa.func.count(PERSON.c.id))
        .join(PERSON, PERSON.c.household == PROPOSAL.c.household)
        .where(PROPOSAL.c.state == "sent")
        .group_by(PROPOSAL.c.weekly_places)
    )
    waiting = {str(key): int(persons) for key, persons in connection.execute(held)}
    found = [
        Week(row.id, row.municipality, row.kind, row.places - row.taken - waiting.get(row.id, 0))
        for row in connection.execute(weeks.order_by(WEEKLY_PLACES.c.municipality, WEEKLY_PLACES.c.kind))
    ]
    return [each for each in found if each.free > 0]


def dwellings(connection: sa.Connection, day: date) -> dict[str, dict[str, list[list[Any]]]]:
    """Return by municipality that lists dwellings what is free by a day, and what households need that are held there.

    Both as bedrooms and whether without steps: ``free`` holds every dwelling in which nobody lives yet, ``held`` the
    needs of those accepted or offered there, for whom no certain dwelling is kept until they move in.
    """
    homes = lists.listed(connection)
    out = sa.select(PROPOSAL.c.household, PROPOSAL.c.place).where(
        PROPOSAL.c.state.in_(LIVE), PROPOSAL.c.place.in_(homes)
    )
    there = {str(household): str(place) for household, place in connection.execute(out)}
    lived = {each.household for by in homes.values() for each in by if each.occupied}
    asked = lists.needs(connection, set(there) - lived)
    return {
        place: {
            "free": [[each.bedrooms, each.step_free is True] for each in by if each.open_by(day)],
            "held": [
                [*asked[household]] for household, at in sorted(there.items()) if at == place and household in asked
            ],
        }
        for place, by in homes.items()
    }


def services(connection: sa.Connection) -> dict[str, list[str]]:
    """Return the services that municipalities state themselves, by municipality."""
    found: dict[str, list[str]] = {}
    for place, service in connection.execute(sa.select(SERVICE).order_by(SERVICE.c.municipality, SERVICE.c.service)):
        found.setdefault(place, []).append(service)
    return found


def begin(
    connection: sa.Connection,
    *,
    year: int,
    week: int,
    opened: date,
    deadline: date,
    deciders: int,
    households: list[dict[str, Any]],
    places: list[tuple[Week, Mapping[str, Any]]],
    who: str,
) -> str:
    """Open a round with its households and places; return its identifier.

    Raises
    ------
    StoreError
        If nobody waits, no place is free, the deadline has passed, or the week's round is open already.
    """
    where = f"week {week} of {year}"
    other = sa.select(ROUND.c.id).where(ROUND.c.year == year, ROUND.c.week == week, ROUND.c.state != "closed")
    if (key := connection.execute(other).scalar()) is not None:
        raise StoreError("the week's round is open already", where=where, do=f"go on with {key}, or close it")
    if deadline < opened:
        raise StoreError(f"the deadline {deadline} has passed", where=where, do="give a later day")
    if deciders not in (1, 2):
        raise StoreError(f"{deciders} deciders", where=where, do="one or two persons decide")
    if not households or not places:
        what = "no household is ready" if not households else "no municipality has free places"
        raise StoreError(what, where=where, do="see `workbench register status` and `workbench places show`")
    key = new_id("R")
    row = {"id": key, "state": "open", "year": year, "week": week, "opened": opened, "deadline": deadline}
    connection.execute(ROUND.insert().values(**row, deciders=deciders))
    connection.execute(
        ROUND_HOUSEHOLD.insert(), [{"round": key, "household": each["household"], "row": each} for each in households]
    )
    connection.execute(
        ROUND_PLACE.insert(),
        [
            {"round": key, "kind": at.kind, "place": at.place, "weekly_places": at.key, "row": dict(told)}
            for at, told in places
        ],
    )
    counted = {"households": len(households), "places": len(places)}
    audit.append(connection, who, "round.open", key, "round", counted)
    return key


def get(connection: sa.Connection, key: str, *states: str) -> sa.Row[Any]:
    """Return a round, refused where it is unknown or in none of these states."""
    row = connection.execute(sa.select(ROUND).where(ROUND.c.id == key)).one_or_none()
    if row is None:
        raise StoreError("there is no such round", where=key, do="see `workbench round status`")
    if states and row.state not in states:
        raise StoreError(
            f"the round is '{row.state}'", where=key, why=f"this is allowed while it is {' or '.join(states)}"
        )
    return row


def waiting(connection: sa.Connection, key: str) -> list[dict[str, Any]]:
    """Return the rows of a round's households that are ready and have no live offer."""
    live = sa.select(PROPOSAL.c.household).where(PROPOSAL.c.state.in_(LIVE))
    found = (
        sa.select(ROUND_HOUSEHOLD.c.row)
        .join(HOUSEHOLD, HOUSEHOLD.c.id == ROUND_HOUSEHOLD.c.household)
        .where(ROUND_HOUSEHOLD.c.round == key, HOUSEHOLD.c.state == "ready", ROUND_HOUSEHOLD.c.household.not_in(live))
        .order_by(ROUND_HOUSEHOLD.c.household)
    )
    return [dict(row) for row in connection.execute(found).scalars()]


def places(connection: sa.Connection, key: str) -> list[dict[str, Any]]:
    """Return the rows of a round's places with their kind and week."""
    found = sa.select(ROUND_PLACE).where(ROUND_PLACE.c.round == key).order_by(ROUND_PLACE.c.place)
    return [
        {**row["row"], "kind": row["kind"], "weekly_places": row["weekly_places"]}
        for row in connection.execute(found).mappings()
    ]


def declined(connection: sa.Connection) -> set[tuple[str, str]]:
    """Return each household with each place that declined it, in any round."""
    found = sa.select(PROPOSAL.c.household, PROPOSAL.c.place).where(PROPOSAL.c.state == "declined")
    return {(str(household), str(place)) for household, place in connection.execute(found)}


def offered(connection: sa.Connection, household: str, place: str) -> bool:
    """Say whether a household has a live offer to a municipality."""
    found = sa.select(PROPOSAL.c.id).where(
        PROPOSAL.c.household == household, PROPOSAL.c.place == place, PROPOSAL.c.state.in_(LIVE)
    )
    return connection.execute(found).first() is not None


def keep_solution(
    connection: sa.Connection,
    key: str,
    given: Mapping[str, Any],
    plan: list[dict[str, Any]],
    told: Mapping[str, Any],
    *,
    who: str,
) -> int:
    """Put a solution's proposals in place of the drafts; return its number in the round."""
    number = 1 + connection.execute(sa.select(sa.func.count()).where(SOLVE.c.round == key)).scalar_one()
    pairs = [[row["household"], row["place"]] for row in plan]
    connection.execute(SOLVE.insert().values(round=key, number=number, input=dict(given), plan=pairs, told=dict(told)))
    connection.execute(PROPOSAL.delete().where(PROPOSAL.c.round == key, PROPOSAL.c.state == "draft"))
    for row in plan:
        body = {"id": new_id("O"), "round": key, "household": row["household"], "place": row["place"], "state": "draft"}
        connection.execute(PROPOSAL.insert().values(**body, weekly_places=row["weekly_places"], told=row["told"]))
    if connection.execute(sa.select(ROUND.c.state).where(ROUND.c.id == key)).scalar_one() == "open":
        connection.execute(ROUND.update().where(ROUND.c.id == key).values(state="proposed"))
    audit.append(connection, who, "round.propose", key, "round", {"solution": number, "proposals": len(plan)})
    return int(number)


def last_solution(connection: sa.Connection, key: str) -> dict[str, Any] | None:
    """Return a round's newest solution with its input; None before the first."""
    found = sa.select(SOLVE).where(SOLVE.c.round == key).order_by(SOLVE.c.number.desc()).limit(1)
    row = connection.execute(found).mappings().one_or_none()
    return dict(row) if row else None


def rows_of(connection: sa.Connection, key: str) -> dict[str, dict[str, Any]]:
    """Return the rows of all households of a round as they were when it was opened."""
    found = sa.select(ROUND_HOUSEHOLD.c.household, ROUND_HOUSEHOLD.c.row).where(ROUND_HOUSEHOLD.c.round == key)
    return {str(household): dict(row) for household, row in connection.execute(found)}


def _age(born: date | None, today: date) -> int:
    if born is None:
        return 30
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
