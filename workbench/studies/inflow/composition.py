"""Where will applicants come from, if the total is one source's and the origins another's? Kept apart, never mixed.

The forecast of a destination is divided by the shares of origins in a second table. The two may count differently (by
day of lodging or registration, with repeated applications or without), so only shares are taken from the second, and by
how much the two totals differ is said. First-time and repeated applicants of one table are parts in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import month_number, month_range
from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError, ModelError
from workbench.models.inflow.composition import divided, share_paths
from workbench.models.quality import JOINT
from workbench.sources import files, localities
from workbench.studies.inflow.adding_up import OTHERS

if TYPE_CHECKING:
    from workbench.studies.inflow.saved_runs import InflowResult

FIRST, REPEAT = "first", "repeat"
OLDEST = 6
"""Months by which shares may be older than the last month known to the forecast; older ones are not used."""
LARGEST = 8
"""Origins of a destination that stand alone; the others are one part."""
LEAST_SHARE = 0.02
"""Share of the last year below which an origin does not stand alone: its few persons move by chance."""
YEAR = 12


@dataclass(frozen=True)
class Composed:
    """A forecast divided into parts.

    Attributes
    ----------
    draws
        Persons, dimensions draw, destination (``destination|part``), month; parts add up to the forecast, draw by draw.
    until
        Last month of the shares, by destination.
    agreement
        The second table's total over the first's in the last twelve months that both have; NaN if they share none.
    left_out
        Why destinations of the forecast are not divided.
    source
        Whose shares these are.
    """

    draws: Draws
    until: Mapping[str, str]
    agreement: Mapping[str, float]
    left_out: Mapping[str, str]
    source: str


def by_origin(
    result: InflowResult, *, locality: str | Path = "eu", file: str | Path | None = None, seed: int = 1
) -> Composed:
    """Return the forecast by origin, with the shares of another table (by default the locality's ``corridors``).

    Raises
    ------
    DataError
        If the table has no origins, or none of the forecast's destinations can be divided by it.
    """
    table, source = _table(locality, file, "corridors")
    if "origin" not in table:
        raise DataError(
            "this table has no origins", where=str(file or "corridors"), do="give one with a column 'origin'"
        )
    return _composed(result, table.rename(columns={"origin": "part"}), source, seed)


def first_time(
    result: InflowResult, *, locality: str | Path = "eu", file: str | Path | None = None, seed: int = 1
) -> Composed:
    """Return the forecast as first-time and repeated applicants, by the shares of a table with both.

    Raises
    ------
    DataError
        If the table has no first-time applicants, or none of the destinations can be divided by it.
    """
    table, source = _table(locality, file, "arrivals")
    if "first_time" not in table:
        raise DataError(
            "this table has no first-time applicants", where=str(file or "arrivals"),
            do="give one with a column 'first_time'",
        )  # fmt: skip
    if "origin" in table:
        raise DataError(
            "first-time applicants cannot be divided by origin as well", where=str(file or "arrivals"),
            do="give a table of destinations",
        )  # fmt: skip
    return _composed(result, first_and_repeat(table), source, seed, gathered=False)


def first_and_repeat(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of persons, with those who apply for the first time beside, as rows by month and part."""
    both = table[["month", "destination"]]
    first = table["first_time"].astype("float64")
    rest = (table["persons"].astype("float64") - first).clip(lower=0)
    parts = [both.assign(part=FIRST, persons=first), both.assign(part=REPEAT, persons=rest)]
    return pd.concat(parts, ignore_index=True)


def _table(locality: str | Path, file: str | Path | None, name: str) -> tuple[pd.DataFrame, str]:
    """Return the table that shares are taken from, a file or the locality's of this name, and whose it is."""
    if file is not None:
        return files.read(Path(file), "arrivals"), f"your own file {Path(file).name}"
    home = localities.load(locality, "inflow")
    return localities.table(home, name), home.table(name).source.line()


def _composed(result: InflowResult, table: pd.DataFrame, source: str, seed: int, *, gathered: bool = True) -> Composed:
    if any(JOINT in str(code) for code in result.names):
        raise AssumptionError("this forecast is by corridor already", do="name one of destinations (--run)")
    months = [str(month) for month in result.draws.labels("month")]
    rng = np.random.default_rng(seed)
    parts, labels = [], []
    until: dict[str, str] = {}
    agreement: dict[str, float] = {}
    left_out: dict[str, str] = {}
    known = table[table["month"] <= result.as_of]
    for place in map(str, result.names):
        rows = known[known["destination"] == place]
        try:
            counts = counted(rows, result.as_of, gathered=gathered)
            late = month_number(result.as_of) - month_number(str(counts.index[-1]))
            shares = share_paths(counts, late + len(months), result.draws.size, rng)[:, late:]
        except ModelError as error:
            left_out[place] = error.what
            continue
        totals = result.draws.select(destination=place).values.transpose("draw", "month").to_numpy()
        parts.append(divided(totals, shares, rng))
        labels += [f"{place}{JOINT}{part}" for part in counts.columns]
        until[place] = str(counts.index[-1])
        agreement[place] = _agreement(result, place, rows)
    if not parts:
        first = next(iter(left_out.items()))
        raise DataError(
            "no destination of the forecast can be divided by this table",
            where=source,
            why=f"{first[0]}: {first[1]}",
            do="give a table that reaches the forecast's last month, or choose another forecast",
        )
    values = np.moveaxis(np.concatenate(parts, axis=2), 2, 1)
    draws = Draws.from_array(values, {"destination": labels, "month": months}, result.draws.unit)
    return Composed(draws, until, agreement, left_out, source)


def counted(rows: pd.DataFrame, as_of: str, *, gathered: bool = True) -> pd.DataFrame:
    """Return persons of a destination by month and part, up to the last month published; small parts are gathered.

    A month that has rows but none of a part had none of it; a month without rows, or with a blank one, is missing.

    Raises
    ------
    ModelError
        If nothing is published, or the last month is more than six months old.
    """
    rows = rows.assign(persons=rows["persons"].astype("float64"))
    wide = rows.pivot_table(index="month", columns="part", values="persons", aggfunc="sum", dropna=False)
    blank = rows[rows["persons"].isna()]["month"].unique()
    wide = wide.fillna(0.0)
    wide.loc[wide.index.isin(blank)] = np.nan
    wide = wide.dropna()
    if wide.empty:
        raise ModelError("nothing is published of it there")
    last = str(wide.index[-1])
    if month_number(as_of) - month_number(last) > OLDEST:
        raise ModelError(f"the shares end in {last}, more than {OLDEST} months before {as_of}")
    if not gathered:
        return wide.reindex(month_range(str(wide.index[0]), last))
    recent = wide.tail(YEAR).sum()
    share = recent / max(float(recent.sum()), 1.0)
    # Not by name: "the rest" of a publisher is one part with the small ones.
    alone = [str(p) for p in share[share >= LEAST_SHARE].nlargest(LARGEST).index if str(p) != OTHERS]
    told = wide[alone].copy()
    if len(alone) < wide.shape[1]:
        told[OTHERS] = wide.drop(columns=alone).sum(axis=1)
    return told.reindex(month_range(str(told.index[0]), last))


def _agreement(result: InflowResult, place: str, rows: pd.DataFrame) -> float:
    """Return the second table's total over the forecast's own figures in the last year that both have."""
    one = result.arrivals[result.arrivals["destination"] == place].set_index("month")["persons"].astype(float).dropna()
    two = rows.assign(persons=rows["persons"].astype("float64")).groupby("month")["persons"].sum(min_count=1).dropna()
    both = sorted(set(one.index) & set(two.index))[-YEAR:]
    total = float(one.loc[both].sum()) if both else 0.0
    return float(two.loc[both].sum()) / total if total > 0 else float("nan")
