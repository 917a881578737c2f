"""Which rows of a table are sums of other rows, and are its months really months? Checks of a whole table.

A row that holds the sum of others counts every person twice; quarters or sums since January that are read as months
make a forecast of something else. Each is refused by name, since no program can tell which rows a user meant.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.core.contracts.adding_up import parts_that_repeat_the_rest, runs_that_add_up
from workbench.core.contracts.cells import numbers, texts
from workbench.core.errors import Fault

AGGREGATES = {
    *("total", "totals", "totalt", "totale", "i alt", "ialt", "sum", "summe", "alle", "all", "gesamt", "insgesamt"),
    *("yhteensä", "kaikki", "summa", "totalsumma", "sammanlagt", "i allt", "zusammen", "totaal", "total général"),
    *("ensemble", "riket", "samtlige", "hele landet", "hela landet", "koko maa", "whole country", "all countries"),
    *("alle land", "alla länder", "alle länder", "total countries", "grand total"),
    *("eu", "eu27", "eu28", "eu27_2020", "eu27_2007", "ea19", "ea20"),
}
"""Names under which publishers put a sum among its parts, in small letters."""
ALL_OF = re.compile(
    r"(all|alle|alla|samtlige|samtliga) (nationalit|nasjonalitet|citizen|countries|origins|routes|land|länder|"
    r"statsborger|medborgar|staatsangeh|places|destinations|municipalit|kommun|areas|regions)\w*"
)
"""Names of a sum over all of a kind, in small letters; "all other" is none."""
UNIONS = {"eu", "eu27", "eu28", "eu27_2020", "eu27_2007", "ea19", "ea20"}
"""Codes that can only be a sum where members stand beside them, in small letters: left out and said, not refused."""
LEAST_WITHIN = 12
"""Steps from month to month within years that must rise before figures are taken for sums since January."""
LEAST_PERIODS = 3
"""Periods in which a row must be the sum of others: in fewer it may be chance."""
LEAST_PARTS = 8
"""Parts that a sum must have in a table without periods, unless its name says that it is one."""
ROUNDED_TO = 5
"""The step to which Eurostat rounds, and many others."""
TOLERANCE = 0.002
"""Share by which a published sum may miss that of its rounded parts."""


@dataclass(frozen=True)
class Summed:
    """Where sums may stand among parts: the column of parts, the columns that say of what, and the figures."""

    part: str
    within: tuple[str, ...]
    value: str


SUMMED = {
    "arrivals": (
        Summed("destination", ("month", "origin"), "persons"),
        Summed("origin", ("month", "destination"), "persons"),
    ),
    "detections": (
        Summed("route", ("month", "nationality"), "detections"),
        Summed("nationality", ("month", "route"), "detections"),
    ),
    "settled_by_area": (Summed("area", ("period",), "persons"),),
    "settlement": (Summed("municipality", ("year",), "settled"),),
    "places": (Summed("place", (), "capacity"),),
}
"""Tables in which a sum among its parts would count persons twice, by contract."""
MONTHLY = {"arrivals": "persons", "detections": "detections"}
"""Tables of months and their figures, by contract."""


def without_unions(frame: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the table without rows of a union of states that stands among its members, and what was left out."""
    notes = []
    for part in dict.fromkeys(each.part for each in SUMMED.get(name, ())):
        if part not in frame:
            continue
        codes = texts(frame[part])
        distinct = codes.dropna().unique()
        named = [code for code in distinct if code.casefold() in UNIONS]
        if not named or len(distinct) - len(named) < 2:
            continue
        union = codes.isin(named)
        for code, rows in codes[union].value_counts().items():
            told = "1 row" if rows == 1 else f"{rows:,} rows"
            notes.append(f"{told} of '{code}' left out: a sum of others by its name, beside its members")
        frame = frame[~union]
    return frame, notes


def sum_faults(frame: pd.DataFrame, name: str, first_row: int) -> list[Fault]:
    """Return one fault for each part that is the sum of others, at its first row."""
    faults = []
    for each in SUMMED.get(name, ()):
        if each.part not in frame or each.value not in frame:
            continue
        part = texts(frame[each.part])
        for code, what in sums_among(
            part, [texts(frame[c]) for c in each.within if c in frame], numbers(frame[each.value])
        ):
            row = int(str(part.index[part == code][0])) + first_row
            why = f"{what}, so persons would be counted twice: leave out its rows, or those of its parts"
            faults.append(Fault(why, row, each.part, code))
    return faults


def sums_among(part: pd.Series, within: Sequence[pd.Series], value: pd.Series) -> list[tuple[str, str]]:
    """Return each part that is a sum of others with the reason, in the order in which they were found.

    Parameters
    ----------
    part, value
        The part that a row speaks of, and its figure.
    within
        What else a row speaks of, a period for instance; sums are compared within each.
    """
    # Grouped by the numbers of the texts, which take a quarter of the room that texts take.
    keys: list[pd.Series] = [key.fillna("").astype("category") for key in within] or [pd.Series("", index=part.index)]
    wide = value.groupby([*keys, part.astype("category")], observed=True).sum(min_count=1).unstack()
    codes = [str(code) for code in wide.columns]
    wide.columns = pd.Index(codes)
    found: dict[str, str] = {}
    if len(codes) < 2:
        return []
    for code in codes:
        if is_aggregate(code):
            found[code] = f"'{code}' is a sum of others by its name"
    timed = bool(within)
    for code in codes:
        below = [other for other in codes if other != code and other.startswith(code) and other.isdigit()]
        if timed and code.isdigit() and len(below) > 1 and _equal(wide[code], wide[below]):
            found.setdefault(code, f"'{code}' is the sum of {len(below)} others that begin with it")
    rest = wide[[code for code in codes if code not in found]]
    total, many = rest.sum(axis=1), rest.notna().sum(axis=1)
    near = (2 * rest).sub(total, axis=0).abs().le((TOLERANCE * total).clip(lower=_least_gap(rest)), axis=0)
    for code in rest.columns:
        here = rest[code].gt(0) & (many > 2)
        if (not timed and rest.shape[1] <= LEAST_PARTS) or here.sum() < (LEAST_PERIODS if timed else 1):
            continue
        if near.loc[here, code].all() and rest[code].nunique() > (1 if timed else 0):
            found.setdefault(str(code), f"'{code}' is the sum of all others in each of {int(here.sum())} rows")
    if timed:
        order = [code for code in dict.fromkeys(part.dropna().astype(str)) if code in codes and code not in found]
        for code, first, last, count in runs_that_add_up(wide[order]):
            told = f"{first} and {last}" if count == 2 else f"{count} rows of each period, {first} to {last}"
            found[code] = f"'{code}' is the sum of {told}"
        left = [code for code in order if code not in found]
        for code in parts_that_repeat_the_rest(wide[left]):
            found[code] = f"'{code}' and others like it are together the sum of all other rows of each period"
    return list(found.items())


def is_aggregate(name: str) -> bool:
    """Return whether a name says that it stands for a sum of all others."""
    return name.casefold() in AGGREGATES or ALL_OF.fullmatch(name.casefold()) is not None


def _least_gap(parts: pd.DataFrame) -> float:
    """Return by how much a small sum may miss its parts: not at all, unless each figure is rounded for itself."""
    rounded = bool((parts.fillna(0) % ROUNDED_TO == 0).all(axis=None))
    return ROUNDED_TO * (1 + parts.shape[1]) / 4 if rounded else 0.5


def _equal(whole: pd.Series, parts: pd.DataFrame) -> bool:
    here = whole.gt(0) & parts.notna().any(axis=1)
    gap = (whole - parts.sum(axis=1)).abs()[here]
    return int(here.sum()) >= LEAST_PERIODS and bool(
        (gap <= (TOLERANCE * whole[here]).clip(lower=_least_gap(parts))).all()
    )


def month_faults(frame: pd.DataFrame, name: str) -> list[Fault]:
    """Return a fault where months are quarters, half-years or years, or figures are sums since January."""
    if name not in MONTHLY or "month" not in frame or MONTHLY[name] not in frame:
        return []
    month = texts(frame["month"])
    number = month.map({said: int(said[:4]) * 12 + int(said[5:7]) - 1 for said in month.unique()}).to_numpy(int)
    figures = numbers(frame[MONTHLY[name]]).groupby(number).sum(min_count=1).dropna()
    at = figures.index.to_numpy()
    if len(at) > LEAST_PERIODS and (step := math.gcd(*np.diff(at).tolist())) > 1:
        kind = {3: "quarters", 6: "half-years", 12: "years"}.get(step, f"periods of {step} months")
        nth = f"{step}{'nd' if step == 2 else 'rd' if step == 3 else 'th'}"
        what = f"only every {nth} month stands here: these look like figures of {kind}"
        return [Fault(f"{what}, and would be read as months; give a table with a row for each month", column="month")]
    since = "" if _since_january(figures) else next(iter(_sums_since_january(frame, name, number)), None)
    if since is not None:
        what = f"the figures{since} rise all year and fall each January: they look like sums since January"
        return [Fault(f"{what}; subtract from each month the one before it in the same year", column=MONTHLY[name])]
    return []


def _sums_since_january(frame: pd.DataFrame, name: str, number: NDArray[np.int_]) -> list[str]:
    """Return " of 'SE'" for each part whose figures rise within each year and fall by half or more each January.

    One part that is reported so among others is lost in their sum; the fall by half lets one turn of the year do.
    """
    part = SUMMED[name][0].part
    if part not in frame:
        return []
    figures = numbers(frame[MONTHLY[name]]).groupby([number, texts(frame[part]).to_numpy()]).sum(min_count=1)
    found = []
    for code, one in figures.unstack().items():
        one = one.dropna()
        values, at = one.to_numpy(dtype=float), one.index.to_numpy()
        after = np.diff(at) == 1
        january = (at[1:] % 12 == 0) & after
        within = after & ~january
        rises = bool(within.sum() >= LEAST_WITHIN and (np.diff(values)[within] > 0).all())
        if rises and january.any() and (values[1:][january] < values[:-1][january] / 2).all():
            found.append(f" of '{code}'")
    return found


def _since_january(figures: pd.Series) -> bool:
    """Say whether figures never fall within a year and fall at every turn of the year, for two turns or more."""
    at, values = figures.index.to_numpy(), figures.to_numpy(dtype=float)
    after = np.diff(at) == 1
    january = (at[1:] % 12 == 0) & after
    rises, falls = np.diff(values) >= 0, np.diff(values) < 0
    within = after & ~january
    return (
        int(january.sum()) >= 2
        and int(within.sum()) >= LEAST_WITHIN
        and bool(rises[within].all() and falls[january].all())
    )
