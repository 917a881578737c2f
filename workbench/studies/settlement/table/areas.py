"""Which areas of a table are gone, which were probably merged, and what does a table of code changes make of them?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pandas as pd

from workbench.core.dates.rhythm import Rhythm
from workbench.core.errors import DataError, Fault
from workbench.sources import files

SILENT = 2
"""Newest periods without a row after which an area of an otherwise full table counts as ended."""
FULL = 0.8
"""Share of area-periods with a row, between an area's first and last, from which on a table counts as full."""
ALIKE = 1.3
"""A new area's share is at most so many times more or less than the sum of those that it may come from."""
MOST_PARTS, MOST_ENDED = 4, 14
PERSONS = ("settled", "accepted", "requested", "total")


@dataclass(frozen=True)
class Merger:
    """Areas that end in the same period in which another begins with about the sum of their shares."""

    period: int
    new: str
    old: tuple[str, ...]
    before: float
    after: float


def ended(table: pd.DataFrame, as_of: int, still: Collection[str] = ()) -> tuple[str, ...]:
    """Return the areas that had persons and have no row any more, by what was known at the end of ``as_of``.

    Only where a table is full otherwise: where rows of nobody are left out, a missing row says nothing.

    Parameters
    ----------
    table
        Columns ``municipality, year, settled``.
    still
        Areas that are stated to be there.
    """
    rows = table[(table["year"] <= as_of) & table["settled"].notna()]
    if not full(rows):
        return ()
    span = rows.groupby("municipality")["year"].agg(["max"])
    gone = set(span.index[span["max"] <= as_of - SILENT])
    gone |= {code for merger in mergers(rows) for code in merger.old}
    lately = set(rows.loc[rows["year"] == as_of, "municipality"])
    return tuple(sorted(str(code) for code in gone - lately - set(still)))


def full(rows: pd.DataFrame) -> bool:
    """Return whether areas have a row in most periods from their first to their last: else a missing row is nobody."""
    span = rows.groupby("municipality")["year"].agg(["min", "max", "count"])
    return bool(len(span)) and float(span["count"].sum() / (span["max"] - span["min"] + 1).sum()) >= FULL


def mergers(table: pd.DataFrame) -> tuple[Merger, ...]:
    """Return likely mergers: an area's first period, and those that end before it with about the same sum of shares.

    None where rows of nobody are left out: there areas come and go by chance.
    """
    rows = table[table["settled"].notna()]
    if not full(rows):
        return ()
    totals = rows.groupby("year")["settled"].sum()
    span = rows.groupby("municipality")["year"].agg(["min", "max"])
    share = rows.set_index(["municipality", "year"])["settled"].astype(float)
    found = []
    for period in sorted(set(span["min"]) - {int(rows["year"].min())}):
        last = {c: share[c, period - 1] / totals[period - 1] for c in span.index[span["max"] == period - 1]}
        last = {c: v for c, v in last.items() if v > 0}
        if not 2 <= len(last) <= MOST_ENDED:
            continue
        for new in span.index[span["min"] == period]:
            now = share[new, period] / totals[period]
            tried = [
                (max(sum(last[c] for c in some), 1e-12), some)
                for many in range(2, MOST_PARTS + 1)
                for some in combinations(sorted(last), many)
            ]
            fits = [(max(s / now, now / s), some, s) for s, some in tried if now > 0]
            if fits and min(fits)[0] <= ALIKE:
                _, some, before = min(fits)
                both = (before * totals[period - 1], float(share[new, period]))
                found.append(Merger(int(period), str(new), tuple(map(str, some)), *both))
                last = {c: v for c, v in last.items() if c not in some}
    return tuple(found)


def told(table: pd.DataFrame, gone: Sequence[str], rhythm: Rhythm, names: Mapping[str, str]) -> list[str]:
    """Return what is said of ended areas and likely mergers, in sentences (none if there are none)."""
    said = []
    for merger in mergers(table):
        old = " and ".join(names.get(code, code) for code in merger.old)
        said.append(
            f"Likely a merger in {rhythm.label(merger.period)}: {old} end with {merger.before:,.0f} persons, "
            f"{names.get(merger.new, merger.new)} begins with {merger.after:,.0f}. If so, give a table of code changes "
            "(--changes FILE with the columns old, new), so that its past counts."
        )
    if gone:
        some = ", ".join(names.get(code, code) for code in gone[:10]) + (" …" if len(gone) > 10 else "")
        verb = "has" if len(gone) == 1 else "have"
        said.append(
            f"{some} {verb} no row any more and count as ended: nobody is settled there. An area that is still there "
            "is named with --still AREA."
        )
    return said


def changed(table: pd.DataFrame, path: str | Path) -> tuple[pd.DataFrame, list[str]]:
    """Return a table in today's areas by a table of code changes, and what was done, in sentences.

    Parameters
    ----------
    table
        Columns ``municipality, year`` and those of :data:`PERSONS` that it has.
    path
        Columns ``old, new`` and, where an area was divided, ``share`` of its persons; the shares of an old area add up
        to one. Changes of changes are followed.
    """
    changes = files.read(path, "code_changes")
    changes = changes.assign(
        share=changes["share"].astype(float) if "share" in changes else 1.0,
        old=changes["old"].astype(str),
        new=changes["new"].astype(str),
    )
    sums = changes.groupby("old")["share"].sum()
    wrong = sums[(sums - 1).abs() > 1e-6]
    if len(wrong):
        raise DataError(
            "the table of code changes loses or makes persons",
            where=str(path),
            why="the shares of an area that was divided must add up to 1",
            do="correct the column 'share', or leave it out where areas were merged whole",
            faults=[Fault("shares of this old area", column="old", value=f"{c}: {v:g}") for c, v in wrong.items()],
        )
    known = set(table["municipality"].astype(str))
    idle = sorted(set(changes["old"]) - known - set(changes["new"]))
    todo = changes
    out = table.assign(municipality=table["municipality"].astype(str))
    for _ in range(10):
        here = out["municipality"].isin(todo["old"])
        if not here.any():
            break
        moved = out[here].merge(todo, left_on="municipality", right_on="old")
        for name in [name for name in PERSONS if name in moved]:
            moved[name] = moved[name].astype(float) * moved["share"]
        moved = moved.assign(municipality=moved["new"]).drop(columns=["old", "new", "share"])
        out = pd.concat([out[~here], moved], ignore_index=True)
    else:
        raise DataError("the code changes go round in a circle", where=str(path), do="name each old code once")
    sums_of: dict[str, str] = {name: "sum" for name in PERSONS if name in out}
    keyed = out.groupby(["municipality", "year"], sort=True)
    merged = keyed[list(sums_of)].sum(min_count=1)
    if "any_withheld" in out:
        merged["any_withheld"] = keyed["any_withheld"].any() & merged["settled"].isna()
    for name in [n for n in out.columns if n.startswith("covariate_")]:
        merged[name] = keyed[name].mean()
    used = sorted(set(changes["old"]) & known)
    said = [f"{len(used)} old codes were brought to today's areas by {Path(path).name}."]
    said += [f"Not in the table, so without effect: {', '.join(idle[:10])}."] if idle else []
    return merged.reset_index(), said
