"""What do rows by origin add up to, and what does a row mean that is blank or absent?

A blank cell was not published: the sum that it belongs to is missing, never too small. An absent row may be none or
not published; which of the two only the publisher's habits tell, so it can be stated, and what was assumed is said.
"""

from __future__ import annotations

import pandas as pd

from workbench.models.inflow.series import unlearnable
from workbench.models.quality import JOINT

ABSENT = ("", "zero", "missing")
"""What absent rows may be taken for; empty: what each table says by default."""
OTHERS = "OTH"
"""Stands for the origins of a destination that have too few months to be forecast alone."""
NAMED = 3


def completed(table: pd.DataFrame, absent: str) -> pd.DataFrame:
    """Return the table with a row of none for each absent row, if the publisher leaves those out.

    A month in which nothing of a destination stands is no row of none: it was not published.
    """
    if absent != "zero":
        return table
    parts = [name for name in ("destination", "origin") if name in table]
    if "origin" in table:
        rows = [
            pd.MultiIndex.from_product([_each(part, "month"), [place], _each(part, "origin")])
            for place, part in table.groupby("destination")
        ]
        wanted = rows[0].append(rows[1:])
    else:
        wanted = pd.MultiIndex.from_product([_each(table, "month"), _each(table, "destination")])
    there = pd.MultiIndex.from_frame(table[["month", *parts]])
    extra = wanted.difference(there).to_frame(index=False)
    extra.columns = pd.Index(["month", *parts])
    return pd.concat([table, extra.assign(persons=0)], ignore_index=True)


def _each(table: pd.DataFrame, column: str) -> list[str]:
    return list(map(str, table[column].unique()))


def added_up(table: pd.DataFrame, absent: str) -> tuple[pd.DataFrame, list[str]]:
    """Return rows by origin added up to destinations (month, destination, persons), and what is to be said of it."""
    table = table.assign(persons=table["persons"].astype("float64"))
    by = table.groupby(["month", "destination"])
    sums = by["persons"].sum(min_count=1)
    blank = by["persons"].apply(lambda cells: bool(cells.isna().any()))
    origins = table["origin"].nunique()
    told = [f"rows of {origins} origins are added up to destinations; --by corridor forecasts each"]
    if blank.any():
        sums = sums.mask(blank)
        where = table[table["persons"].isna()].drop_duplicates(["month", "destination"])
        told.append(
            f"{int(blank.sum())} sum(s) over origins are missing, since an origin is blank: {_first(where)}; "
            "a cell that is none must be 0"
        )
    of = table.groupby("destination")["origin"].nunique()
    gaps = of.reindex(sums.index.get_level_values("destination")).to_numpy() - by.size().to_numpy()
    if (gaps > 0).any() and absent != "zero":
        if absent == "missing":
            sums = sums.mask(gaps > 0)
        taken = "so the sum is missing" if absent == "missing" else "taken as none (--absent missing for not published)"
        told.append(f"{int(gaps.sum()):,} rows by origin are absent in {int((gaps > 0).sum()):,} sums, {taken}")
    return sums.reset_index(), told


def _first(rows: pd.DataFrame) -> str:
    named = [f"{row.destination} {row.month} ({row.origin})" for row in rows.head(NAMED).itertuples()]
    more = len(rows) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def gathered(table: pd.DataFrame, as_of: str = "") -> tuple[pd.DataFrame, list[str]]:
    """Return each corridor as a series ``destination|origin``, and what is to be said.

    Origins that cannot be learnt from (too few months, nothing but none, long silent) are one series of their
    destination together, ``OTH``. Where that is not enough either, they are left out and named. What was published up
    to ``as_of`` decides, by default the whole table.
    """
    table = table.assign(persons=table["persons"].astype("float64"))
    wide = table.pivot_table(index="month", columns=["destination", "origin"], values="persons", dropna=False)
    wide.columns = pd.Index([JOINT.join(map(str, pair)) for pair in wide.columns.tolist()])
    wide = wide.loc[:, wide.notna().any()]
    last = as_of or str(wide.index[-1])
    few = unlearnable(wide.loc[:last])
    alone = [name for name in wide.columns if name not in few]
    series, left_out, joined = wide[alone].copy(), [], 0
    for place in dict.fromkeys(name.partition(JOINT)[0] for name in few):
        small = [name for name in few if name.partition(JOINT)[0] == place]
        rest = wide[small].sum(axis=1, min_count=1).to_frame(f"{place}{JOINT}{OTHERS}")
        if rest.columns[0] in alone or unlearnable(rest.loc[:last]):
            left_out += small
        else:
            series[rest.columns[0]], joined = rest, joined + len(small)
    told = [f"{len(alone)} corridors are forecast each for itself"]
    if joined:
        told.append(f"{joined} with too few months are forecast together, as others ({OTHERS}) of their destination")
    if left_out:
        persons = int(wide[left_out].sum().sum())
        names = ", ".join(name.replace(JOINT, " from ") for name in left_out[:NAMED])
        more = f" and {len(left_out) - NAMED} more" if len(left_out) > NAMED else ""
        told.append(f"left out, with {persons:,} persons in all their months: {names}{more}")
    rows = series.rename_axis(index="month").melt(ignore_index=False, var_name="destination", value_name="persons")
    return rows.reset_index(), told
