"""Is every year and area of a table of settled persons accounted for, and do the areas add up to the nation?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.core.dates.rhythm import Rhythm
from workbench.core.errors import DataError, Fault
from workbench.models.settlement.panel.panel import WITHHELD_HIGH

ROUNDING = 0.5
UNHEARD_OF = 3
"""A national total so many times the largest known one is remarked on."""
NAMED = 20
FEWEST_BEFORE = 2
"""First periods that say nothing of how figures change or where areas begin."""
REMARKABLE, HARDLY = 0.005, 0.08
"""Share of persons in areas that begin from which on it is said; change of figures below which they may be a stock."""
YEARLY = Rhythm()
CHANCE = 2
"""In so many years an area may equal the sum of the others by chance, and be no total."""


def running_years(table: pd.DataFrame, this_year: int, where: str, rhythm: Rhythm = YEARLY) -> tuple[int, ...]:
    """Return the years of the table that have not ended; persons settled in a year that has not begun are refused.

    Quotas may stand for years to come.
    """
    told = table[table["settled"].notna()]
    later = told[told["year"] > this_year]
    if len(later):
        raise DataError(
            f"persons settled in a {rhythm.name} that has not begun; it is {rhythm.label(this_year)}",
            where=where,
            why="what has not happened cannot be learnt from",
            do=f"correct the {rhythm.name}, or leave the cell of persons empty: quotas alone may stand for "
            f"{rhythm.name}s "
            "to come",
            faults=[
                Fault(
                    f"{counted(len(rows), 'area')} with persons settled",
                    column="period",
                    value=rhythm.label(int(str(year))),
                )
                for year, rows in later.groupby("year")
            ],
        )
    return (this_year,) if (told["year"] == this_year).any() else ()


def absent(table: pd.DataFrame, last: int, part_years: Sequence[int]) -> pd.DataFrame:
    """Return the areas without a row in a year in which others have one: columns ``municipality, year``."""
    rows = table[(table["year"] <= last) & ~table["year"].isin(part_years)]
    areas = sorted(table["municipality"].astype(str).unique())
    years = sorted(int(year) for year in rows["year"].unique())
    there = set(zip(rows["municipality"].astype(str), rows["year"].astype(int), strict=True))
    missing = [(area, year) for area in areas for year in years if (area, year) not in there]
    return pd.DataFrame(missing, columns=["municipality", "year"])


def told_absent(missing: pd.DataFrame, names: Mapping[str, str], rhythm: Rhythm = YEARLY) -> list[str]:
    """Return which area-years have no row and what the model does with them, as sentences (none if none)."""
    if missing.empty:
        return []
    places = [names.get(code, code) for code in missing["municipality"]]
    pairs = list(zip(places, missing["year"].map(rhythm.label), strict=True))
    if len(pairs) <= NAMED:
        which = ", ".join(f"{area} {year}" for area, year in pairs)
    else:
        by_year = missing.groupby("year").size()
        if len(by_year) > NAMED:
            which = f"{by_year.min():,} to {by_year.max():,} in each of {counted(len(by_year), rhythm.name)}"
        else:
            each = [f"{rhythm.label(int(str(year)))}: {count}" for year, count in by_year.items()]
            which = f"by {rhythm.name} {', '.join(each)}"
        which += f"; the first are {', '.join(f'{area} {year}' for area, year in pairs[:3])}"
    return [
        f"In {counted(len(pairs), 'case')} an area has no row for a {rhythm.name}, which counts as nobody settled "
        f"there: {which}. Where that is "
        f"not so, add the row with its number, or with an empty cell (0 to {WITHHELD_HIGH} persons)."
    ]


def adding_up(
    table: pd.DataFrame, totals: pd.DataFrame, part_years: Sequence[int], where: str, rhythm: Rhythm = YEARLY
) -> None:
    """Refuse national totals that the areas do not add up to, allowing for counts that are not published."""
    faults = []
    for year, told in totals.groupby(totals["period"].astype(int))["persons"]:
        rows = table[table["year"] == year]
        if rows.empty or year in part_years or rows["settled"].isna().all():
            continue
        found, hidden = float(rows["settled"].sum()), int(rows["settled"].isna().sum())
        off = told[~told.between(found - ROUNDING, found + WITHHELD_HIGH * hidden + ROUNDING)]
        if len(off):
            what = f"{rhythm.label(int(str(year)))}: the areas do not add up to the total"
            what += f" of {len(off)} of {len(told)} draws" if len(told) > 1 else ""
            allowed = f"{found:,.0f} to {found + WITHHELD_HIGH * hidden:,.0f}, with {hidden} counts not published"
            faults.append(Fault(what, column="persons", value=int(off.iloc[0]), allowed=allowed))
    if faults:
        raise DataError(
            "the totals do not add up",
            where=where,
            why="shares of a total that is not the sum of its parts are wrong for every area",
            do="find the areas that are missing or counted twice, or correct the total",
            faults=faults,
        )


def told_hidden(withheld: int, empty: int) -> list[str]:
    """Return how many counts are not there and what each is taken as, as sentences (none if none)."""
    marked = (
        "count was withheld by the publisher: it is"
        if withheld == 1
        else "counts were withheld by the publisher: each is"
    )
    plain = "empty count without such a mark is" if empty == 1 else "empty counts without such a mark are"
    told = [f"{withheld} {marked} taken as 1 to {WITHHELD_HIGH} persons."] if withheld else []
    return told + ([f"{empty} {plain} taken as 0 to {WITHHELD_HIGH} persons."] if empty else [])


def told_after(table: pd.DataFrame, as_of: int, rhythm: Rhythm = YEARLY) -> list[str]:
    """Return a sentence on the years of the table that a forecast does not know, if there are any."""
    rows = table[table["settled"].notna()]
    years = sorted({int(year) for year in rows["year"] if year > as_of})
    if not years:
        return []
    span = rhythm.label(years[0]) + (f" to {rhythm.label(years[-1])}" if len(years) > 1 else "")
    return [f"The table's rows of {span} lie after {rhythm.label(as_of)}: the forecast did not learn from them."]


def told_first_rows(table: pd.DataFrame, as_of: int, rhythm: Rhythm = YEARLY) -> list[str]:
    """Return a sentence where areas without any row before received persons: a forecast cannot know the next ones."""
    rows = table[(table["year"] <= as_of) & table["settled"].notna()]
    began = rows.groupby("municipality")["year"].transform("min") == rows["year"]
    part = (rows["settled"] * began).groupby(rows["year"]).sum() / rows.groupby("year")["settled"].sum()
    part = part.iloc[FEWEST_BEFORE:]
    if part.empty or not part.mean() >= REMARKABLE:
        return []
    return [
        f"Only areas with a row up to {rhythm.label(as_of)} are in the forecast. Areas whose first row it was received "
        f"{100 * part.mean():.1f} % of all persons in a {rhythm.name} on average, at most {100 * part.max():.1f} %: "
        "give areas that may begin rows with 0 persons."
    ]


def told_stock(table: pd.DataFrame, as_of: int, rhythm: Rhythm = YEARLY) -> list[str]:
    """Return a sentence where figures hardly change, as counts of those who are there do and those of newcomers not."""
    wide = table[table["year"] <= as_of].pivot_table(index="year", columns="municipality", values="settled")
    changed = (wide.diff().abs().sum(axis=1) / wide.sum(axis=1)).iloc[1:]
    if len(changed) <= FEWEST_BEFORE or not changed.median() < HARDLY:
        return []
    return [
        f"The figures change by {100 * changed.median():.0f} % from one {rhythm.name} to the next, as counts of the "
        "people who live there do (a stock). If they are such counts, read 'settled' as 'living there'."
    ]


def told_unheard_of(persons: np.ndarray, table: pd.DataFrame, as_of: int, rhythm: Rhythm = YEARLY) -> list[str]:
    """Return a sentence where national totals (draw, year) go far beyond every year known by then."""
    known = table[table["year"] <= as_of].groupby("year")["settled"].sum()
    most = float(known.max())
    if not most > 0:
        return []
    above = (persons > UNHEARD_OF * most).any(axis=1)
    if not above.any():
        return []
    some = "" if len(persons) == 1 else f" in {counted(int(above.sum()), 'draw')} of {len(persons):,}"
    return [
        f"The national total goes beyond {UNHEARD_OF} times the most ever settled in a {rhythm.name} of the "
        f"table{some}, up to "
        f"{int(persons.max()):,} persons; the most was {most:,.0f}, in "
        f"{rhythm.label(int(known.idxmax()))}. Nothing was learnt of such a {rhythm.name}."
    ]


def no_area_is_a_total(table: pd.DataFrame, where: str) -> None:
    """Refuse an area that is the sum of all others in every year it has, or in all but one: it counts all twice.

    A total that holds counts not published cannot be told from a large area, so the sum must be exact. Years in which
    fewer than two others have persons prove nothing.
    """
    wide = table.groupby(["year", "municipality"])["settled"].sum(min_count=1).unstack().astype(float)
    wide = wide[(wide > 0).sum(axis=1) >= 3]
    equal = (wide > 0) & (wide.mul(2).sub(wide.sum(axis=1), axis=0).abs() <= ROUNDING)
    years, alike = wide.notna().sum(), equal.sum()
    found = alike.index[(alike >= CHANCE) & ((alike == years) | ((alike > CHANCE) & (alike == years - 1)))]
    if len(found):
        raise DataError(
            "; ".join(
                f"area '{area}' is the sum of the others in "
                + ("every year" if alike[area] == years[area] else f"{alike[area]} of {years[area]} years")
                for area in found
            ),
            where=where,
            why="as an area it would count every person twice and take half of the forecast",
            do="leave the row out; the sum of the areas is made by the program",
        )


def counted(count: int, one: str) -> str:
    """Return a number with its noun."""
    return f"{count:,} {one}" + ("" if count == 1 else "s")
