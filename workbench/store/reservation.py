"""Is there still room in a municipality's week, and who has it?

Room is taken by one conditional update: it counts what is taken and compares it with what there is at the same moment,
so that two households cannot both get the last place, whatever the order in which they come.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workbench.core.errors import StoreError
from workbench.store import audit, dwellings
from workbench.store.database import new_id
from workbench.store.schema import HOUSEHOLD, PERSON, QUOTA, RESERVATION, SERVICE, WEEKLY_PLACES

KINDS = ("all", "minors")


def offer(
    connection: sa.Connection, municipality: str, year: int, week: int, places: int, *, who: str, kind: str = "all"
) -> str:
    """Say how many places a municipality has in a week; return their identifier.

    Raises
    ------
    StoreError
        If more is taken already, or week, kind or number cannot be.
    """
    here = f"{municipality}, week {week} of {year}"
    if kind not in KINDS or not 1 <= week <= 53 or places < 0:
        raise StoreError("such places cannot be", where=here, do=f"weeks 1 to 53, at least 0 places, kind {KINDS}")
    at = _week(municipality, year, week, kind)
    stands = connection.execute(sa.select(WEEKLY_PLACES).where(at)).one_or_none()
    if stands is not None and places < stands.taken:
        raise StoreError(
            f"the number cannot be lowered to {places}",
            where=here,
            why=f"{stands.taken} of {stands.places} places are accepted already",
            do=f"give at least {stands.taken}, or recall an offer first",
        )
    key = new_id("W") if stands is None else str(stands.id)
    if stands is None:
        row = {"id": key, "municipality": municipality, "year": year, "week": week, "kind": kind, "places": places}
        connection.execute(WEEKLY_PLACES.insert().values(row))
    elif stands.places != places:
        connection.execute(WEEKLY_PLACES.update().where(at).values(places=places, version=WEEKLY_PLACES.c.version + 1))
    else:
        return key
    audit.append(connection, who, "places.offer", key, "capacity", {"places": places})
    return key


def pause(connection: sa.Connection, places: str, reason: str, *, who: str) -> None:
    """Stop further acceptances in a week, with a reason (a code); an empty one opens it again."""
    done = connection.execute(
        WEEKLY_PLACES.update()
        .where(WEEKLY_PLACES.c.id == places)
        .values(paused=reason or None, version=WEEKLY_PLACES.c.version + 1)
    )
    if done.rowcount != 1:
        raise StoreError("there are no such places", where=places)
    audit.append(connection, who, "places.pause" if reason else "places.open", places, reason or "open")


def pause_week(
    connection: sa.Connection, municipality: str, year: int, week: int, kind: str, reason: str, *, who: str
) -> None:
    """Stop further acceptances in a municipality's week, with a reason (a code); an empty one opens it again."""
    found = connection.execute(sa.select(WEEKLY_PLACES.c.id).where(_week(municipality, year, week, kind)))
    key = found.scalar_one_or_none()
    if key is None:
        raise StoreError("no places are offered then", where=f"{municipality}, week {week} of {year}")
    pause(connection, str(key), reason, who=who)


def reserve(connection: sa.Connection, household: str, places: str, *, who: str) -> int:
    """Take room for a whole household in a municipality's week; return what is left there, persons.

    Raises
    ------
    StoreError
        If too little room is left, the week is paused, or the household has a place already; nothing is taken.
    """
    persons = connection.execute(
        sa.select(sa.func.count()).select_from(PERSON).where(PERSON.c.household == household)
    ).scalar_one()
    if not persons:
        raise StoreError("the household has no members", where=household)
    held = sa.select(RESERVATION.c.weekly_places).where(RESERVATION.c.household == household)
    if connection.execute(held).one_or_none() is not None:
        raise StoreError("the household has a place already", where=household, do="release it first")
    week = WEEKLY_PLACES.c
    room = (week.taken + persons <= week.places) & week.paused.is_(None)
    taken = connection.execute(
        WEEKLY_PLACES.update()
        .where(week.id == places, room)
        .values(taken=week.taken + persons, version=week.version + 1)
    )
    now = connection.execute(sa.select(WEEKLY_PLACES).where(week.id == places)).one_or_none()
    if now is None:
        raise StoreError("there are no such places", where=places)
    if taken.rowcount != 1:
        raise StoreError(
            "the places are paused"
            if now.paused
            else f"{persons} places are needed, {now.places - now.taken} are left",
            where=f"{now.municipality}, week {now.week} of {now.year}",
            why="a municipality never gets more than it accepted",
            do="choose another week or municipality",
        )
    connection.execute(RESERVATION.insert().values(household=household, weekly_places=places, persons=persons))
    audit.append(connection, who, "places.reserve", household, "acceptance", {"places": places, "persons": persons})
    return int(now.places - now.taken)


def release(connection: sa.Connection, household: str, *, who: str, why: str) -> None:
    """Give a household's room and dwelling back; one that has none changes nothing."""
    dwellings.give_back(connection, household)
    held = connection.execute(sa.select(RESERVATION).where(RESERVATION.c.household == household)).one_or_none()
    if held is None:
        return
    week = WEEKLY_PLACES.c
    connection.execute(
        WEEKLY_PLACES.update()
        .where(week.id == held.weekly_places)
        .values(taken=week.taken - held.persons, version=week.version + 1)
    )
    connection.execute(RESERVATION.delete().where(RESERVATION.c.household == household))
    audit.append(connection, who, "places.release", household, why, {"places": held.weekly_places})


def decide_quota(
    connection: sa.Connection,
    municipality: str,
    year: int,
    *,
    who: str,
    asked: int | None = None,
    decided: int | None = None,
    kind: str = "all",
) -> None:
    """Note what a municipality was asked for and what its council decided; never below what is accepted."""
    if kind not in KINDS or min(number for number in (asked, decided, 0) if number is not None) < 0:
        raise StoreError("such a quota cannot be", where=f"{municipality}, {year}", do=f"at least 0, kind {KINDS}")
    week = WEEKLY_PLACES.c
    taken = connection.execute(
        sa.select(sa.func.coalesce(sa.func.sum(week.taken), 0)).where(
            week.municipality == municipality, week.year == year, week.kind == kind
        )
    ).scalar_one()
    if decided is not None and decided < taken:
        raise StoreError(
            f"the quota cannot be lowered to {decided}",
            where=f"{municipality}, {year}",
            why=f"{taken} persons are accepted already",
            do=f"give at least {taken}",
        )
    given = {name: value for name, value in (("asked", asked), ("decided", decided)) if value is not None}
    at = (QUOTA.c.municipality == municipality) & (QUOTA.c.year == year) & (QUOTA.c.kind == kind)
    changed = connection.execute(QUOTA.update().where(at).values(**given, version=QUOTA.c.version + 1))
    if changed.rowcount == 0:
        connection.execute(QUOTA.insert().values(municipality=municipality, year=year, kind=kind, **given))
    audit.append(connection, who, "quota.set", f"{municipality}:{year}:{kind}", "quota", given)


def places(connection: sa.Connection, municipality: str, year: int, week: int, kind: str) -> int | None:
    """Return how many places a municipality offers in a week; None if it has said nothing."""
    found = sa.select(WEEKLY_PLACES.c.places).where(_week(municipality, year, week, kind))
    return connection.execute(found).scalar_one_or_none()


def taken(connection: sa.Connection, year: int, week: int) -> dict[str, int]:
    """Return how many places of a week are taken, by municipality."""
    at = WEEKLY_PLACES.c
    found = sa.select(at.municipality, sa.func.sum(at.taken)).where(at.year == year, at.week == week)
    return {str(place): int(number) for place, number in connection.execute(found.group_by(at.municipality))}


def by_year(connection: sa.Connection) -> list[dict[str, Any]]:
    """Return places offered and taken by municipality, year and kind."""
    at = WEEKLY_PLACES.c
    key = (at.municipality, at.year, at.kind)
    summed = (sa.func.sum(at.places).label("places"), sa.func.sum(at.taken).label("taken"))
    return [dict(row) for row in connection.execute(sa.select(*key, *summed).group_by(*key).order_by(*key)).mappings()]


def services(connection: sa.Connection, municipality: str) -> list[str]:
    """Return the services that a municipality states itself."""
    found = sa.select(SERVICE.c.service).where(SERVICE.c.municipality == municipality).order_by(SERVICE.c.service)
    return [str(each) for each in connection.execute(found).scalars()]


def set_services(connection: sa.Connection, municipality: str, named: list[str], *, who: str) -> None:
    """Replace the services that a municipality states."""
    connection.execute(SERVICE.delete().where(SERVICE.c.municipality == municipality))
    for service in named:
        connection.execute(SERVICE.insert().values(municipality=municipality, service=service))
    audit.append(connection, who, "services.set", municipality, "capacity", {"number": len(named)})


def size(connection: sa.Connection) -> dict[str, int]:
    """Return how many households are in each state."""
    counted = sa.select(HOUSEHOLD.c.state, sa.func.count()).group_by(HOUSEHOLD.c.state)
    return {str(state): int(number) for state, number in connection.execute(counted)}


def _week(municipality: str, year: int, week: int, kind: str) -> sa.ColumnElement[bool]:
    at = WEEKLY_PLACES.c
    return (at.municipality == municipality) & (at.year == year) & (at.week == week) & (at.kind == kind)
