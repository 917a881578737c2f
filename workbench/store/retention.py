"""What must be erased by now, and what stays when it is: counts without a person in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from workbench.core.errors import StoreError
from workbench.store import audit
from workbench.store.database import Store, new_id
from workbench.store.households.states import CLOSED
from workbench.store.schema import HOUSEHOLD, INTERVIEW, NEED, PERSON, SPOKEN, STATISTIC, TIE

_NAMES = {"given_name": None, "family_name": None}


@dataclass(frozen=True)
class Due:
    """One kind of data of one household, and the day by which it must be erased."""

    household: str
    kind: str
    day: date


def due(connection: sa.Connection, days: Mapping[str, int], today: date) -> list[Due]:
    """Return what must be erased by today, the oldest first; what was erased already is not named again."""
    closed = sa.select(HOUSEHOLD.c.id, HOUSEHOLD.c.state_since).where(HOUSEHOLD.c.state.in_(CLOSED))
    held = {kind: _holding(connection, kind) for kind in days}
    found = [
        Due(row.id, kind, date.fromisoformat(row.state_since[:10]) + timedelta(days=kept))
        for row in connection.execute(closed)
        for kind, kept in days.items()
        if row.id in held[kind]
    ]
    return sorted((each for each in found if each.day <= today), key=lambda each: (each.day, each.household, each.kind))


def erase_due(store: Store, days: Mapping[str, int], today: date, *, who: str) -> list[Due]:
    """Erase what is due, each household in one transaction; return what was erased."""
    with store.reading() as connection:
        found = due(connection, days, today)
    for each in found:
        with store.writing() as connection:
            _erase(connection, each.household, each.kind, who=who, why="retention")
    if found:
        _forget_pages(store)
    return found


def erase(store: Store, household: str, *, who: str, why: str) -> None:
    """Erase a closed household entirely, at the person's wish or by order; statistics keep its size and outcome."""
    with store.writing() as connection:
        state = connection.execute(sa.select(HOUSEHOLD.c.state).where(HOUSEHOLD.c.id == household)).scalar_one_or_none()
        if state is None:
            raise StoreError("there is no such household", where=household)
        if state not in CLOSED:
            raise StoreError(
                f"the household is '{state}' and cannot be erased",
                where=household,
                why="its case is open",
                do="withdraw it first, or close the case",
            )
        _erase(connection, household, "case", who=who, why=why)
    _forget_pages(store)


def _erase(connection: sa.Connection, household: str, kind: str, *, who: str, why: str) -> None:
    if kind == "names":
        connection.execute(PERSON.update().where(PERSON.c.household == household).values(_NAMES))
    elif kind == "interview":
        for table in (INTERVIEW, NEED, TIE, SPOKEN):
            connection.execute(table.delete().where(table.c.household == household))
        connection.execute(HOUSEHOLD.update().where(HOUSEHOLD.c.id == household).values(bedrooms=None))
    else:
        row = connection.execute(sa.select(HOUSEHOLD).where(HOUSEHOLD.c.id == household)).one_or_none()
        if row is None:
            return
        counted = sa.select(sa.func.count()).select_from(PERSON).where(PERSON.c.household == household)
        persons = connection.execute(counted).scalar_one()
        kept = {"population": row.population, "persons": band(persons), "outcome": row.state}
        connection.execute(STATISTIC.insert().values(id=new_id("S"), year=int(row.state_since[:4]), **kept))
        connection.execute(HOUSEHOLD.delete().where(HOUSEHOLD.c.id == household))
    audit.append(connection, who, "folder.erase", household, why, {"kind": kind})


def band(persons: int) -> str:
    """Return a household's size as statistics keep it."""
    return "5+" if persons >= 5 else "3-4" if persons >= 3 else str(persons)


def _holding(connection: sa.Connection, kind: str) -> set[str]:
    """Return the households that still hold a kind of data."""
    if kind == "names":
        named = PERSON.c.given_name.is_not(None) | PERSON.c.family_name.is_not(None)
        return set(connection.execute(sa.select(PERSON.c.household).where(named)).scalars())
    if kind == "interview":
        tables = (INTERVIEW, NEED, TIE, SPOKEN)
        return {key for table in tables for key in connection.execute(sa.select(table.c.household)).scalars()}
    return set(connection.execute(sa.select(HOUSEHOLD.c.id)).scalars())


def _forget_pages(store: Store) -> None:
    """Take what was erased out of SQLite's journal too, where it would stand until the next checkpoint."""
    if store.engine.dialect.name == "sqlite":
        raw = store.engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()
