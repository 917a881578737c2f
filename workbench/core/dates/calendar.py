"""Months, quarters, horizons and as-of dates; a month is the text ``YYYY-MM`` everywhere, a quarter ``YYYY-Q1``."""

from __future__ import annotations

import calendar as _calendar
import re
from collections.abc import Sequence
from datetime import date

from workbench.core.errors import DataError

_QUARTER = re.compile(r"^(\d{4})-Q([1-4])$")
_MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")


def month_number(month: str) -> int:
    """Return months since year 0, so that months can be subtracted.

    >>> month_number("2019-03") - month_number("2018-12")
    3
    """
    match = _MONTH.match(str(month))
    if not match:
        raise DataError(
            f"'{month}' is not a month",
            why="months are compared and counted",
            do="write months as YYYY-MM, e.g. 2019-09",
        )
    return int(match[1]) * 12 + int(match[2]) - 1


def month_label(number: int) -> str:
    """Return the ``YYYY-MM`` label of a month number."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def add_months(month: str, steps: int) -> str:
    """Return the month ``steps`` later (earlier if negative).

    >>> add_months("2019-11", 3)
    '2020-02'
    """
    return month_label(month_number(month) + steps)


def month_range(first: str, last: str) -> list[str]:
    """Return all months from ``first`` to ``last``, both included (empty if last is before first)."""
    return [month_label(n) for n in range(month_number(first), month_number(last) + 1)]


def horizon_months(as_of: str, horizon: int) -> list[str]:
    """Return the ``horizon`` months after ``as_of``, the last observed month; step 1 is the month after it."""
    return [add_months(as_of, step) for step in range(1, horizon + 1)]


def month_end(month: str) -> date:
    """Return the last day of a month, the ``origin_date`` of a forecast made from it."""
    number = month_number(month)
    year, index = divmod(number, 12)
    return date(year, index + 1, _calendar.monthrange(year, index + 1)[1])


def month_name(month: str) -> str:
    """Return a month as a reader says it, in English.

    >>> month_name("2020-03")
    'March 2020'
    """
    number = month_number(month)
    return f"{_calendar.month_name[number % 12 + 1]} {number // 12}"


def period_months(period: str) -> int:
    """Return how many months a period has: 3 for a quarter, 1 for a month."""
    return 3 if _QUARTER.match(str(period)) else 1


def last_month(period: str) -> str:
    """Return the last month of a month or a quarter.

    >>> last_month("2020-Q1")
    '2020-03'
    """
    match = _QUARTER.match(str(period))
    return f"{match[1]}-{3 * int(match[2]):02d}" if match else month_label(month_number(period))


def add_periods(period: str, steps: int) -> str:
    """Return the month or quarter ``steps`` later (earlier if negative).

    >>> add_periods("2019-Q4", 2)
    '2020-Q2'
    """
    months = period_months(period)
    later = add_months(last_month(period), steps * months)
    return later if months == 1 else f"{later[:4]}-Q{int(later[5:]) // 3}"


def period_range(first: str, last: str) -> list[str]:
    """Return all periods from ``first`` to ``last``, both included; both are months or both are quarters."""
    if period_months(first) != period_months(last):
        raise DataError(
            f"'{first}' and '{last}' are not the same kind of period", do="write both as months or quarters"
        )
    count = (month_number(last_month(last)) - month_number(last_month(first))) // period_months(first)
    return [add_periods(first, step) for step in range(count + 1)]


def known_period(named: str, periods: Sequence[str]) -> str:
    """Return which period of a table is meant; the last month of a quarter serves for the quarter.

    Parameters
    ----------
    periods
        The periods of the table, in order: all months or all quarters.

    Raises
    ------
    DataError
        If it is written in another form, is of another kind, or is no period of the table; each with its own advice.

    >>> known_period("2020-06", ["2020-Q1", "2020-Q2"])
    '2020-Q2'
    """
    named, first, last = named.strip(), periods[0], periods[-1]
    months = {last_month(period): period for period in periods}
    if named in periods or named in months:
        return months.get(named, named)
    kind = "month" if period_months(last) == 1 else "quarter"
    if not _MONTH.match(named) and not _QUARTER.match(named):
        meant = months.get(_read(named), "")
        example = f"write it as {meant}" if meant else f"write it as the table does, such as {last}"
        raise DataError(f"'{named}' is not written as a {kind} of the table", do=example)
    if kind == "month" and _QUARTER.match(named):
        ends = last_month(named)
        do = f"name a month, such as {ends if ends in months else last}"
        raise DataError(f"'{named}' is a quarter, and the table counts months", do=do)
    around = f"{named[:4]}-Q{(int(named[5:]) + 2) // 3}" if _MONTH.match(named) else ""
    if kind == "quarter" and around in periods:
        raise DataError(
            f"'{named}' is not the last month of a quarter, and the table counts quarters", do=f"write it as {around}"
        )
    end = last_month(named)
    if end > last_month(last):
        what = f"the table ends with {last}, before {named}"
    elif end < last_month(first):
        what = f"the table begins with {first}, after {named}"
    else:
        what = f"the table has no period {named}"
    raise DataError(what, do=f"choose a {kind} from {first} to {last}")


def _read(text: str) -> str:
    """Return the (last) month that a text in another form names; '' if none is understood.

    >>> _read("10.2026"), _read("2026-9"), _read("2026 q3"), _read("Q3 2026")
    ('2026-10', '2026-09', '2026-09', '2026-09')
    """
    from workbench.core.dates.periods import MONTHS  # here: a period in its usual form needs no tables

    if found := re.fullmatch(r"(\d{4})[ -]?[Qq]([1-4])", text):
        return f"{found[1]}-{3 * int(found[2]):02d}"
    if found := re.fullmatch(r"[Qq]([1-4])[ ./-]?(\d{4})", text):
        return f"{found[2]}-{3 * int(found[1]):02d}"
    if found := re.fullmatch(r"(\d{4})-([1-9])", text):
        return f"{found[1]}-0{found[2]}"
    return next((month for read in MONTHS.values() if (month := read(text))), "")
