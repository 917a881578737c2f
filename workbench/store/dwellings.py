"""Which dwellings does a municipality list, and for which household is each held?

A municipality that lists dwellings lists all that it can offer: a household fits there only where a dwelling does. One
that lists none has said nothing about dwellings, which is no "none". An accepted household has a dwelling held for
it; until it has moved in, another may be held in its place, so that more households fit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from workbench.core.errors import StoreError
from workbench.store import audit
from workbench.store.schema import DWELLING, RESERVATION, ROUND, ROUND_HOUSEHOLD, WEEKLY_PLACES

STEP_FREE = "step_free_dwelling"
"""The need, and the service, of a dwelling without steps."""
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
"""A municipality's own code of a dwelling: no address, which would tell where somebody lives."""
LARGEST = 30
"""Most bedrooms of a dwelling."""


@dataclass(frozen=True)
class Dwelling:
    """A dwelling by the municipality's own code; ``step_free`` None: not known, which serves nobody who needs it."""

    code: str
    bedrooms: int
    step_free: bool | None = None
    free_from: date | None = None
    household: str = ""
    occupied: bool = False

    @property
    def state(self) -> str:
        """'free', 'held' for a household, or 'occupied'."""
        return "occupied" if self.occupied else "held" if self.household else "free"

    @property
    def said(self) -> str:
        """The dwelling in words, as commands print it."""
        steps = {True: "step-free", False: "with steps", None: "steps not known"}[self.step_free]
        since = f", from {self.free_from}" if self.free_from else ""
        return f"{_bedrooms(self.bedrooms)}, {steps}{since}"

    def fits(self, bedrooms: int, step_free: bool) -> bool:
        """Say whether a household that needs so many bedrooms, and perhaps no steps, can live there."""
        return self.bedrooms >= bedrooms and (self.step_free is True or not step_free)

    def open_by(self, day: date) -> bool:
        """Say whether a household can move in by a day: nobody lives there, and it is free by then."""
        return not self.occupied and (self.free_from is None or self.free_from <= day)


def listed(connection: sa.Connection, municipality: str = "") -> dict[str, list[Dwelling]]:
    """Return the dwellings of a municipality, or of each that lists any, by municipality and in order."""
    found = sa.select(DWELLING).order_by(DWELLING.c.municipality, DWELLING.c.dwelling)
    if municipality:
        found = found.where(DWELLING.c.municipality == municipality)
    by: dict[str, list[Dwelling]] = {}
    for row in connection.execute(found):
        one = Dwelling(row.dwelling, row.bedrooms, row.step_free, row.free_from, row.household or "", row.occupied)
        by.setdefault(str(row.municipality), []).append(one)
    return by


def stated(by_place: Mapping[str, list[Dwelling]]) -> list[dict[str, Any]]:
    """Return a row for each dwelling with its state: free, held, or occupied; for whom is not said."""
    return [
        {
            "municipality": place,
            "dwelling": each.code,
            "bedrooms": each.bedrooms,
            "step_free": each.step_free,
            "free_from": each.free_from,
            "state": each.state,
        }
        for place, by in by_place.items()
        for each in by
    ]


def keep(connection: sa.Connection, municipality: str, dwelling: Dwelling, *, who: str) -> None:
    """Enter a dwelling, or change what is said of it; for whom it is held stays.

    Raises
    ------
    StoreError
        If such a dwelling cannot be, or the change would not fit the household for which it is held.
    """
    here = f"{municipality}, dwelling {dwelling.code}"
    if not CODE.fullmatch(dwelling.code) or not 0 <= dwelling.bedrooms <= LARGEST:
        do = f"a code of letters, digits and _ . - (no address), and 0 to {LARGEST} bedrooms"
        raise StoreError("such a dwelling cannot be", where=here, do=do)
    at = _at(municipality, dwelling.code)
    told = {"bedrooms": dwelling.bedrooms, "step_free": dwelling.step_free, "free_from": dwelling.free_from}
    stands = connection.execute(sa.select(DWELLING).where(at)).mappings().one_or_none()
    if stands is not None and all(stands[name] == value for name, value in told.items()):
        return
    if stands is not None and stands["occupied"]:
        do = "take it off the list, and enter it again once it is free"
        raise StoreError("the dwelling cannot be changed", where=here, why="a household lives in it", do=do)
    if stands is not None and stands["household"] is not None:
        raise _held(here, "changed")
    if stands is None:
        connection.execute(DWELLING.insert().values(municipality=municipality, dwelling=dwelling.code, **told))
    else:
        connection.execute(DWELLING.update().where(at).values(told))
    audit.append(connection, who, "dwelling.keep", f"{municipality}:{dwelling.code}", "capacity")


def drop(connection: sa.Connection, municipality: str, code: str, *, who: str) -> None:
    """Take a dwelling off a municipality's list; one that is held for a household stays.

    Raises
    ------
    StoreError
        If there is no such dwelling, or it is held for a household that has not moved in.
    """
    here, at = f"{municipality}, dwelling {code}", _at(municipality, code)
    row = connection.execute(sa.select(DWELLING).where(at)).one_or_none()
    if row is None:
        raise StoreError("there is no such dwelling", where=here, do="see `workbench places show --dwellings`")
    if row.household is not None and not row.occupied:
        raise _held(here, "taken away")
    connection.execute(DWELLING.delete().where(at))
    audit.append(connection, who, "dwelling.drop", f"{municipality}:{code}", "capacity")


def last_day(year: int, week: int) -> date:
    """Return the Sunday of a week, by which a dwelling of that week has to be free."""
    return date.fromisocalendar(year, 1, 7) + timedelta(weeks=week - 1)


def needs(connection: sa.Connection, households: set[str]) -> dict[str, tuple[int, bool]]:
    """Return how many bedrooms households need, and whether without steps, as their newest round has it.

    Unaccompanied minors are left out: they live in homes and with families that no list of dwellings names.
    """
    found = (
        sa.select(ROUND_HOUSEHOLD.c.household, ROUND_HOUSEHOLD.c.row)
        .join(ROUND, ROUND.c.id == ROUND_HOUSEHOLD.c.round)
        .where(ROUND_HOUSEHOLD.c.household.in_(households))
        .order_by(ROUND.c.year, ROUND.c.week)
    )
    rows = {str(household): row for household, row in connection.execute(found)}
    return {
        household: (int(row.get("bedrooms") or 1), STEP_FREE in str(row.get("needs") or "").split(";"))
        for household, row in rows.items()
        if row.get("population") != "unaccompanied_minor"
    }


def hold(connection: sa.Connection, municipality: str, household: str, day: date) -> str:
    """Hold a dwelling for a household that is accepted; return its code, '' where the municipality lists none.

    ``day`` is the last one on which the dwelling has to be free.

    Raises
    ------
    StoreError
        If no dwelling fits, even if the others change dwellings; nothing is held.
    """
    homes = listed(connection, municipality).get(municipality, [])
    if not homes:
        return ""
    left = [each for each in homes if not each.occupied]
    before = {each.household: each.code for each in left if each.household}
    asked = needs(connection, {household, *before})
    if household not in asked:
        return ""
    after = fitted(left, before, household, asked, {**_days(connection, set(before)), household: day})
    if after is None:
        bedrooms, step_free = asked[household]
        free = sum(each.open_by(day) and not each.household for each in left)
        raise StoreError(
            "no dwelling fits the household",
            where=municipality,
            why=f"it needs {_bedrooms(bedrooms)}{' without steps' * step_free}; of the municipality's dwellings {free} "
            f"can be free by {day} and are not held for others",
            do="add the dwelling to the list, or decline with the reason no_suitable_dwelling",
        )
    moved = [each for each in after if before.get(each) != after[each]]
    for each in moved:  # first freed, then held: no household has two at any moment
        connection.execute(DWELLING.update().where(DWELLING.c.household == each).values(household=None))
    for each in moved:
        connection.execute(DWELLING.update().where(_at(municipality, after[each])).values(household=each))
    return after[household]


def fitted(
    homes: list[Dwelling],
    held: Mapping[str, str],
    household: str,
    asked: Mapping[str, tuple[int, bool]],
    days: Mapping[str, date],
) -> dict[str, str] | None:
    """Return a dwelling for each household and one more, changing as few as needed; None where there is none.

    Kuhn's augmenting path (Kuhn 1955, "The Hungarian method"): the smallest dwelling that fits is tried first, one
    without steps last where steps do not matter. ``days`` are those by which each household's has to be free.

    >>> one, two, day = Dwelling("a", 2, True), Dwelling("b", 3, True), date(2026, 3, 8)
    >>> fitted([one, two], {"x": "b"}, "y", {"x": (2, False), "y": (3, False)}, {"x": day, "y": day})
    {'x': 'a', 'y': 'b'}
    """
    order = sorted(homes, key=lambda each: (each.step_free is True, each.bedrooms, each.code))
    at = {code: name for name, code in held.items()}
    seen: set[str] = set()

    def place(name: str) -> bool:
        bedrooms, step_free = asked.get(name, (0, False))
        for each in order:
            if each.code in seen or not (each.fits(bedrooms, step_free) and each.open_by(days[name])):
                continue
            seen.add(each.code)
            if each.code not in at or place(at[each.code]):
                at[each.code] = name
                return True
        return False

    return {name: code for code, name in sorted(at.items())} if place(household) else None


def give_back(connection: sa.Connection, household: str) -> None:
    """Free the dwelling that is held for a household; one that has none changes nothing."""
    mine = (DWELLING.c.household == household) & DWELLING.c.occupied.is_(False)
    connection.execute(DWELLING.update().where(mine).values(household=None))


def moved_in(connection: sa.Connection, household: str) -> None:
    """Note that a household lives in the dwelling that was held for it."""
    connection.execute(DWELLING.update().where(DWELLING.c.household == household).values(occupied=True))


def _days(connection: sa.Connection, households: set[str]) -> dict[str, date]:
    """Return the last day of the week for which each household is accepted."""
    week = WEEKLY_PLACES.c
    found = (
        sa.select(RESERVATION.c.household, week.year, week.week)
        .join(WEEKLY_PLACES, week.id == RESERVATION.c.weekly_places)
        .where(RESERVATION.c.household.in_(households))
    )
    return {str(household): last_day(year, number) for household, year, number in connection.execute(found)}


def _at(municipality: str, code: str) -> sa.ColumnElement[bool]:
    return (DWELLING.c.municipality == municipality) & (DWELLING.c.dwelling == code)


def _bedrooms(number: int) -> str:
    return f"{number} bedroom{'s' * (number != 1)}"


def _held(here: str, done: str) -> StoreError:
    return StoreError(
        f"the dwelling cannot be {done}",
        where=here,
        why="it is held for a household",
        do="name another dwelling, or recall the offer first",
    )
