"""What is odd about a monthly table of arrivals, and which of its last months are doubtful?

Nothing is filled and nothing corrected. Only a doubtful last month is treated apart; everything else is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import month_range
from workbench.core.errors import DataError

JOINT = "|"
"""Stands between destination and origin in the name of a corridor."""
KINDS = {
    "partial_end": "a last month far below what its past allows: a true fall, or not all applications are in yet",
    "whole_month": "a month in which nothing is published at all, or nothing of one destination",
    "late_start": "the series begins later than the table",
    "early_end": "the series ends earlier than the table",
    "gap": "months inside the series are not published",
    "zeros": "a year or more of zeros in a row",
    "break": "the level changed at once and for a year or more",
    "rounded": "every figure is a multiple of the same number",
}
"""The kinds of remarks, the most important first, and what each means."""

LAST_MONTHS = 2
STEPS = (100, 10, 5)
FEWEST_FOR_ROUNDING = 24
LONG_ZEROS = 12
SMALLEST_LEVEL = 20.0
SHARED = 1 / 3
BREAK = math.log(4)


@dataclass(frozen=True)
class Remark:
    """One oddity of one series.

    Attributes
    ----------
    kind
        One of :data:`KINDS`.
    series
        Destination, or ``destination|origin``; empty = the whole table.
    first, last
        The months it concerns.
    months
        How many months: of the longest run for gaps and zeros.
    value
        Partial end: share of the usual level. Gap: missing months in all. Break: factor. Rounded: the number.
    """

    kind: str
    series: str
    first: str
    last: str
    months: int
    value: float


@dataclass(frozen=True)
class Quality:
    """What is odd about a table, and what is withheld from learning because of it."""

    remarks: tuple[Remark, ...]

    def of(self, kind: str) -> tuple[Remark, ...]:
        """Return the remarks of a kind."""
        return tuple(remark for remark in self.remarks if remark.kind == kind)

    def table(self) -> pd.DataFrame:
        """Return one row per remark: kind, series, first, last, months, value, meaning."""
        rows = [{**asdict(remark), "meaning": KINDS[remark.kind]} for remark in self.remarks]
        return pd.DataFrame(rows, columns=[*Remark.__dataclass_fields__, "meaning"])

    @property
    def mask(self) -> frozenset[tuple[str, str]]:
        """The doubtful cells (month, series), true falls or partial: no forecast is scored by them."""
        return frozenset(
            (month, remark.series)
            for remark in self.of("partial_end")
            for month in month_range(remark.first, remark.last)
        )

    def withheld(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the table (``month``, ``destination``, [``origin``], ``persons``) with the masked cells empty."""
        if not self.mask:
            return table
        masked = [cell in self.mask for cell in zip(table["month"], names(table), strict=True)]
        return table.assign(persons=table["persons"].astype(float).mask(np.array(masked)))


def names(table: pd.DataFrame) -> pd.Series:
    """Return for each row the name of its series: the destination, or ``destination|origin`` of a corridor."""
    if "origin" not in table:
        return table["destination"].astype(str)
    # Each name is made and held once: a large table says the same few again and again.
    to, destinations = pd.factorize(table["destination"].astype(str))
    by, origins = pd.factorize(table["origin"].astype(str))
    pair, pairs = pd.factorize(to * len(origins) + by)
    said = [f"{destinations[each // len(origins)]}{JOINT}{origins[each % len(origins)]}" for each in pairs.tolist()]
    return pd.Series(np.array(said, dtype=object)[pair], index=table.index)


def grid(table: pd.DataFrame) -> pd.DataFrame:
    """Return the persons of a table; index every month from first to last, columns series, NaN = not published."""
    if not len(table):
        raise DataError("the table has no rows", why="there is nothing to look at", do="supply at least one month")
    cells = pd.DataFrame(
        {"month": table["month"].astype(str), "series": names(table), "persons": table["persons"].astype(float)}
    )
    spread = cells.pivot(index="month", columns="series", values="persons").sort_index(axis=1)
    return spread.reindex(month_range(str(spread.index.min()), str(spread.index.max())))


def examine(table: pd.DataFrame) -> Quality:
    """Return what is odd about a table with columns ``month``, ``destination``, [``origin``], ``persons``.

    Notes
    -----
    A last month is *doubtful* if it lies below the middle of the six months before the last two by more than half as
    much again (on the log scale) as it ever did in the past, at least a factor of three, from a level of at least 20
    persons; unless more than a third of the series fell so at once, which is an event and not a late publisher.
    """
    cells = grid(table)
    found = [*partial_ends(cells), *_whole_months(cells)]
    months = list(cells.index)
    for series, column in cells.items():
        persons = column.to_numpy(float)
        if np.isfinite(persons).any():
            found += _of_one(str(series), persons, months)
    found += _breaks(cells)
    order = list(KINDS)
    return Quality(tuple(sorted(found, key=lambda remark: (order.index(remark.kind), remark.series, remark.first))))


def partial_ends(cells: pd.DataFrame) -> list[Remark]:
    """Return the doubtful last months of a grid (:func:`grid`), by the rule that :func:`examine` states."""
    if len(cells) < 24 + LAST_MONTHS:
        return []
    y = pd.DataFrame(np.log1p(cells))
    usual = y.rolling(6, min_periods=4).median().shift(1)
    falls = y - usual
    # For the last months the usual level ends before them: both may be partial.
    for back in range(LAST_MONTHS - 1):
        usual.iloc[-1 - back] = usual.iloc[-LAST_MONTHS]
    latest = (y - usual).iloc[-LAST_MONTHS:]
    lowest = falls.iloc[:-LAST_MONTHS].min().clip(upper=-math.log(2))
    fell = latest.lt(1.5 * lowest) & usual.iloc[-LAST_MONTHS:].ge(math.log1p(SMALLEST_LEVEL))
    found = []
    for month in fell.index:
        share = fell.loc[month].sum() / max(int(latest.loc[month].notna().sum()), 1)
        if cells.shape[1] > 2 and share > SHARED:
            continue
        for series in fell.columns[fell.loc[month]]:
            level = np.expm1(usual.loc[month].to_dict()[series])
            share_in = float(cells.loc[month].to_dict()[series] / level)
            found.append(Remark("partial_end", str(series), str(month), str(month), 1, share_in))
    return found


def _whole_months(cells: pd.DataFrame) -> Iterator[Remark]:
    groups = {"": cells}
    if any(JOINT in str(name) for name in cells.columns):
        of = cells.columns.astype(str).str.partition(JOINT).get_level_values(0)
        groups |= {str(name): cells.loc[:, of == name] for name in sorted(set(of))}
    nowhere = cells.isna().all(axis=1)
    for name, part in groups.items():
        empty = part.isna().all(axis=1) & (True if not name else ~nowhere)
        inside = part.index[~part.isna().all(axis=1)]
        for first, last, months in _runs(empty.to_numpy() & (part.index >= inside[0]) & (part.index <= inside[-1])):
            yield Remark("whole_month", name, str(part.index[first]), str(part.index[last]), months, float(months))


def _of_one(series: str, persons: np.ndarray, months: list[str]) -> Iterator[Remark]:
    published = np.isfinite(persons)
    at = np.flatnonzero(published)
    first, last = int(at[0]), int(at[-1])
    if first:
        yield Remark("late_start", series, months[first], months[first], first, float(first))
    if last < len(months) - 1:
        yield Remark("early_end", series, months[last], months[last], len(months) - 1 - last, len(months) - 1.0 - last)
    inside = ~published
    inside[:first] = inside[last:] = False
    if inside.any():
        start, end, length = max(_runs(inside), key=lambda run: run[2])
        yield Remark("gap", series, months[start], months[end], length, float(inside.sum()))
    for start, end, length in _runs(published & (persons == 0)):
        if length >= LONG_ZEROS:
            yield Remark("zeros", series, months[start], months[end], length, 0.0)
    counted = persons[published & (persons > 0)]
    step = next((s for s in STEPS if len(counted) >= FEWEST_FOR_ROUNDING and not np.any(counted % s)), 1)
    if step > 1:
        yield Remark("rounded", series, months[first], months[last], last - first + 1, float(step))


def _breaks(cells: pd.DataFrame) -> Iterator[Remark]:
    """Yield for each series the largest change of level that happened at once and lasted: a year against the next.

    All series and months at once: a median of a window that ends at a month stands in that month's row.
    """
    y = pd.DataFrame(np.log1p(cells))
    if len(y) < 24:
        return
    year, quarter = y.rolling(12, min_periods=9).median(), y.rolling(3, min_periods=1).median()
    change = (year.shift(-11) - year.shift(1)).to_numpy()
    at_once = (quarter.shift(-2) - quarter.shift(1)).fillna(0.0).to_numpy()
    with np.errstate(invalid="ignore"):
        abrupt = (at_once * change > 0) & (np.abs(at_once) >= 0.8 * np.abs(change)) & (np.abs(change) >= BREAK)
    abrupt[:12], abrupt[len(y) - 11 :] = False, False
    size = np.where(abrupt, np.abs(change), 0.0)
    first = size.argmax(axis=0)
    for column in np.flatnonzero(size.any(axis=0)):
        at = int(first[column])
        month = str(cells.index[at])
        yield Remark("break", str(cells.columns[int(column)]), month, month, 1, math.exp(change[at, column]))


def _runs(where: np.ndarray) -> list[tuple[int, int, int]]:
    """Return first, last and length of each run of true values."""
    edges = np.diff(np.concatenate([[0], np.asarray(where, int), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return [(int(a), int(b) - 1, int(b - a)) for a, b in zip(starts, ends, strict=True)]
