"""How is a folder opened, read and changed, so that nothing is lost and every reading is known?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from workbench.core.errors import ConflictError, StoreError
from workbench.store import audit
from workbench.store.database import new_id
from workbench.store.schema import CONSENT, HOUSEHOLD, INTERVIEW, NEED, PERSON, SPOKEN, TIE

POPULATIONS = ("asylum", "resettled", "collective_protection", "unaccompanied_minor", "family")
VERSIONED = {"household": HOUSEHOLD, "person": PERSON, "interview": INTERVIEW}
GUARDED = {"id", "version", "household", "state", "state_before", "state_reason", "state_since"}
"""Fields that no change of a record may touch: the state moves only by its own function."""
_LISTS = {"needs": (NEED, "service"), "ties": (TIE, "municipality"), "languages": (SPOKEN, "language")}


@dataclass(frozen=True)
class Member:
    """A person as registered; ``case_number`` is the authority's own, once in the register."""

    case_number: str
    born: date | None = None
    given_name: str | None = None
    family_name: str | None = None


def register(
    connection: sa.Connection,
    members: tuple[Member, ...],
    *,
    who: str,
    population: str,
    permit: date | None = None,
    deadline: date | None = None,
    language: str | None = None,
    household: str = "",
) -> str:
    """Enter a household with its members; return its identifier.

    Raises
    ------
    StoreError
        If a person is already registered, named twice, or the population is unknown.
    """
    if population not in POPULATIONS:
        raise StoreError("the population is unknown", do="one of " + ", ".join(POPULATIONS))
    numbers = [member.case_number for member in members]
    if len(set(numbers)) < len(numbers):
        raise StoreError("a person is named twice in the household", do="name each member once")
    if permit is not None and deadline is not None and deadline < permit:
        raise StoreError("the deadline is before the permit", do="correct one of the two days")
    taken = connection.execute(sa.select(PERSON.c.household).where(PERSON.c.case_number.in_(numbers))).scalars().all()
    if taken:
        raise StoreError(
            f"a person is already in household {taken[0]}",
            why="a person in two households would be placed twice",
            do="take the person out there first, or open that household",
        )
    key = household or new_id("H")
    row: dict[str, Any] = {"id": key, "state": "registered", "state_since": audit.now(), "population": population}
    row |= {"permit": permit, "deadline": deadline, "language": language}
    connection.execute(HOUSEHOLD.insert().values(row))
    for member in members:
        connection.execute(PERSON.insert().values(id=new_id("P"), household=key, **vars(member)))
    audit.append(connection, who, "household.register", key, "registration", {"members": len(members)})
    return key


def folder(connection: sa.Connection, household: str, *, who: str, why: str) -> dict[str, Any]:
    """Return all that stands in a household's folder, its newest interview last; the audit tells who read it and why.

    Pass it on only through :func:`workbench.store.visibility.seen` first.
    """
    row = connection.execute(sa.select(HOUSEHOLD).where(HOUSEHOLD.c.id == household)).mappings().one_or_none()
    if row is None:
        raise StoreError("there is no such household", where=household)
    audit.append(connection, who, "folder.read", household, why)
    persons = _rows(connection, sa.select(PERSON).where(PERSON.c.household == household).order_by(PERSON.c.id))
    held = sa.select(INTERVIEW).where(INTERVIEW.c.household == household)
    return {
        "household": dict(row),
        "person": persons,
        "interview": _rows(connection, held.order_by(INTERVIEW.c.held, INTERVIEW.c.version)),
        "consent": _rows(connection, sa.select(CONSENT).where(CONSENT.c.household == household)),
        "size": [str(len(persons))],
        **{name: listed(connection, name, household) for name in _LISTS},
    }


def listed(connection: sa.Connection, name: str, household: str) -> list[str]:
    """Return a household's needs, ties or languages, in order."""
    table, column = _LISTS[name]
    found = sa.select(table.c[column]).where(table.c.household == household).order_by(table.c[column])
    return [str(each) for each in connection.execute(found).scalars()]


def listed_by_household(connection: sa.Connection, name: str, wanted: Any) -> dict[str, list[str]]:
    """Return the needs, ties or languages of several households, in order; ``wanted`` selects their identifiers."""
    table, column = _LISTS[name]
    found = sa.select(table.c.household, table.c[column]).where(table.c.household.in_(wanted))
    by: dict[str, list[str]] = {}
    for household, code in connection.execute(found.order_by(table.c.household, table.c[column])):
        by.setdefault(str(household), []).append(str(code))
    return by


def set_list(connection: sa.Connection, name: str, household: str, values: tuple[str, ...], *, who: str) -> None:
    """Replace a household's needs, ties or languages; the same ones change nothing."""
    if listed(connection, name, household) == sorted(set(values)):
        return
    table, column = _LISTS[name]
    connection.execute(table.delete().where(table.c.household == household))
    for value in sorted(set(values)):
        connection.execute(table.insert().values(household=household, **{column: value}))
    audit.append(connection, who, f"{name}.set", household, "correction", {"number": len(set(values))})


def consent(connection: sa.Connection, household: str, purpose: str, given: bool, *, day: date, who: str) -> None:
    """Note whether a household agrees to a purpose; a later answer replaces the earlier one."""
    here = (CONSENT.c.household == household) & (CONSENT.c.purpose == purpose)
    connection.execute(CONSENT.delete().where(here))
    connection.execute(CONSENT.insert().values(household=household, purpose=purpose, given=given, day=day))
    audit.append(connection, who, "consent.set", household, purpose, {"given": given})


def hold(connection: sa.Connection, household: str, *, day: date, who: str) -> None:
    """Note that an interview was held outside the form: what was said stands in needs, ties and languages."""
    row = {"id": new_id("I"), "household": household, "submission": new_id("U"), "form": "none", "form_version": "0"}
    connection.execute(INTERVIEW.insert().values(**row, held=day, answers={}))
    audit.append(connection, who, "interview.keep", household, "interview", {"questions": 0})


def change(
    connection: sa.Connection, kind: str, key: str, values: Mapping[str, Any], *, version: int, who: str, why: str
) -> int:
    """Change fields of a record that was opened at a version; return the version it has now.

    Raises
    ------
    ConflictError
        If somebody changed the record since: with both values of each field that differs, and nothing overwritten.
    StoreError
        If there is no such record, or a field is not to be changed so.
    """
    table = VERSIONED[kind]
    refused = sorted(name for name in values if name in GUARDED or name not in table.c)
    if refused:
        raise StoreError(f"'{refused[0]}' of a {kind} cannot be changed so", where=key)
    new = {**values, "version": version + 1}
    done = connection.execute(table.update().where(table.c.id == key, table.c.version == version).values(new))
    if done.rowcount == 1:
        audit.append(connection, who, f"{kind}.change", key, why, {"fields": sorted(values), "version": version + 1})
        return version + 1
    stands = connection.execute(sa.select(table).where(table.c.id == key)).mappings().one_or_none()
    if stands is None:
        raise StoreError(f"there is no such {kind}", where=key)
    both = {name: (value, stands[name]) for name, value in values.items() if stands[name] != value}
    raise ConflictError(
        f"the {kind} changed since you opened it" + (f": {', '.join(sorted(both))}" if both else ""),
        where=key,
        why=f"you opened version {version}, version {stands['version']} stands; nothing was overwritten",
        do="look at both values, decide, and save again",
        both=both,
    )


def settle(connection: sa.Connection, person: str, day: date, *, decided: date, who: str) -> None:
    """Note the day on which a member moved in; never before the decision."""
    if day < decided:
        raise StoreError(
            "the settlement date is before the decision",
            where=person,
            why=f"the decision is of {decided}: the grant follows the settlement date",
            do="correct the date",
        )
    version = connection.execute(sa.select(PERSON.c.version).where(PERSON.c.id == person)).scalar_one_or_none()
    change(connection, "person", person, {"settled": day}, version=version or 0, who=who, why="settlement")


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]
