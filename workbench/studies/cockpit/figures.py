"""What are the figures of each indicator? One table for all: place, period, group, value, and counts where there are.

Columns: ``indicator, place, period, group, value, numerator, denominator, withheld``; a share is a value from 0 to 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.core.errors import DataError, nearest
from workbench.core.geography.places import Locality
from workbench.sources import localities
from workbench.studies.cockpit.definitions import WITH_COUNTS, Definition, read

COLUMNS = ("indicator", "place", "period", "group", "value", "numerator", "denominator", "withheld")
HUNDRED = 100.0


def collect(locality: Locality, definitions: Sequence[Definition]) -> pd.DataFrame:
    """Return the figures of all indicators of a locality; every figure that cannot be is named at once."""
    tables = {name: localities.table(locality, name) for d in definitions for name in d.tables}
    return gathered(locality, definitions, tables)


def faults_of(locality: Locality) -> list[str]:
    """Return what is wrong with a locality's indicators, for its check: their definitions and their figures."""
    try:
        collect(locality, read(locality))
    except DataError as error:
        return [error.message()]
    return []


def gathered(locality: Locality, definitions: Sequence[Definition], tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the figures of all indicators from tables that are read already."""
    faults = _strange(definitions, [of.id for of in (*definitions, *read(locality))], tables)
    found = [_figures(definition, locality, tables, faults) for definition in definitions]
    if faults:
        lines = "".join(f"\n  - {fault}" for fault in faults[:20])
        more = f"\n  … and {len(faults) - 20} more" if len(faults) > 20 else ""
        raise DataError(
            f"figures that cannot be: {len(faults)} fault{'s' * (len(faults) > 1)}{lines}{more}",
            where=str(locality.folder),
            why="nothing is shown of a table with such a figure",
            do="mend the table or the definition named",
        )
    if not found:
        return pd.DataFrame(columns=list(COLUMNS))
    whole = pd.concat(found, ignore_index=True)
    return whole.sort_values(["indicator", "period", "place", "group"], kind="stable").reset_index(drop=True)


def _figures(of: Definition, locality: Locality, tables: Mapping[str, pd.DataFrame], faults: list[str]) -> pd.DataFrame:
    table = _rows(of, tables[of.table], of.where)
    if table.empty:
        faults.append(f"'{of.id}': the table '{of.table}' has no row of it")
        return pd.DataFrame(columns=list(COLUMNS))
    own = (of.numerator, "" if of.other_table else of.denominator)
    if lacking := [name for name in own if name and name not in table]:
        faults.append(f"'{of.id}': the table '{of.table}' has no column '{lacking[0]}'")
        return pd.DataFrame(columns=list(COLUMNS))
    place = table[of.place].astype(str) if of.place in table else pd.Series(locality.code, index=table.index)
    made = pd.DataFrame({"place": place, "period": table[of.period].astype(str)})
    made["group"] = _group(table, of)
    made["numerator"] = _column(table, of.numerator)
    made["denominator"] = _denominator(of, table, tables)
    made["value"] = _column(table, of.value)
    flag = table["any_withheld"].fillna(False).astype(bool) if "any_withheld" in table else False
    made["withheld"] = flag & made[["value", "numerator"]].isna().all(axis=1)
    if of.absent_is_zero:
        made = _with_zeros(made, locality)
    if of.by == "year":
        made = _by_year(made)
    if of.until is not None:
        made = made[made["period"].str[:4].astype(int) <= of.until]
    made = made.reset_index(drop=True)
    faults += _impossible(of, made, locality)
    if of.kind in WITH_COUNTS:
        with np.errstate(divide="ignore", invalid="ignore"):
            made["value"] = np.where(made["denominator"] > 0, made["numerator"] / made["denominator"], np.nan)
    elif of.kind == "percent":
        made["value"] = made["value"] / HUNDRED
    elif of.numerator:
        made["value"] = made["numerator"]
    return made.assign(indicator=of.id)[list(COLUMNS)]


def _strange(definitions: Sequence[Definition], known: Sequence[str], tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the indicators that a table of figures names and no definition does, a sentence each."""
    named = {
        str(name)
        for of in definitions
        if "indicator" in tables[of.table]
        for name in tables[of.table]["indicator"].unique()
    }
    return [f"'{name}': no such indicator is defined; {nearest(name, known)}" for name in sorted(named - set(known))]


def _rows(of: Definition, table: pd.DataFrame, where: Mapping[str, str]) -> pd.DataFrame:
    chosen = pd.Series(True, index=table.index)
    if "indicator" in table:
        chosen &= table["indicator"].astype(str) == of.id
    for column, value in where.items():
        chosen &= table[column].astype(str) == value
    return table[chosen]


def _group(table: pd.DataFrame, of: Definition) -> pd.Series:
    if "group" in table:
        return table["group"].astype("string").fillna("all")
    return pd.Series(of.group or "all", index=table.index, dtype="string")


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    if not name or name not in table:
        return pd.Series(np.nan, index=table.index)
    return table[name].astype("Float64").astype(float)


def _denominator(of: Definition, table: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    if not of.other_table:
        return _column(table, of.denominator)
    other = tables[of.other_table]
    for column, value in of.denominator_where.items():
        other = other[other[column].astype(str) == value]
    known = other[of.place].astype(str) + "|" + other[of.period].astype(str)
    counts = pd.Series(_column(other, of.denominator.partition(".")[2]).to_numpy(), index=known.to_numpy())
    keys = table[of.place].astype(str) + "|" + table[of.period].astype(str)
    return pd.Series(counts.reindex(keys.to_numpy()).to_numpy(), index=table.index)


def _with_zeros(made: pd.DataFrame, locality: Locality) -> pd.DataFrame:
    """Return figures with a count of 0 for each place that the table does not list in a period."""
    keys = ["place", "period", "group"]
    labels = [list(locality.places), *([str(label) for label in made[key].unique()] for key in keys[1:])]
    every = pd.MultiIndex.from_product(labels, names=keys)
    more = every.difference(pd.MultiIndex.from_frame(made[keys])).to_frame(index=False)
    return pd.concat([made, more.assign(numerator=0.0, withheld=False)], ignore_index=True)


def _by_year(made: pd.DataFrame) -> pd.DataFrame:
    """Return sums over the months or quarters of each year; a year that lacks one, or a count of one, is left out."""
    wanted = 4 if made["period"].str.contains("Q").all() else 12
    made = made.assign(period=made["period"].str[:4])
    keys = ["place", "period", "group"]
    grouped = made.groupby(keys, sort=False)
    known = grouped[["numerator", "denominator"]].count().min(axis=1)
    sums = grouped[["numerator", "denominator", "value"]].sum(min_count=1).reset_index()
    sums = sums[(known == wanted).to_numpy()]
    return sums.assign(withheld=False)


def _impossible(of: Definition, made: pd.DataFrame, locality: Locality) -> list[str]:
    """Return figures that cannot be, a sentence each: shares above one, negative values, counts without a whole."""

    def where(row: object) -> str:
        return f"'{of.id}', {locality.place_name(row.place)}, {row.period}"  # type: ignore[attr-defined]

    found = []
    if of.kind == "share":
        above = made[made["numerator"] > made["denominator"] + 1e-9]
        found += [
            f"{where(row)}: {row.numerator:g} of {row.denominator:g} persons, a share above one"
            for row in above.itertuples()
        ]
    if of.kind == "share" and not of.other_table:
        half = made[made["numerator"].notna() & made["denominator"].isna()]
        found += [f"{where(row)}: a numerator of {row.numerator:g} and no denominator" for row in half.itertuples()]
    if of.kind in WITH_COUNTS and made["denominator"].isna().all():
        found.append(f"'{of.id}': none of its figures has a denominator")
    if of.kind == "percent":
        outside = made[(made["value"] < 0) | (made["value"] > HUNDRED)]
        found += [f"{where(row)}: {row.value:g} is not from 0 to 100 %" for row in outside.itertuples()]
    if of.kind in ("rate", "count"):
        below = made[(made["value"] < 0) | (made["numerator"] < 0)]
        found += [f"{where(row)}: a negative figure" for row in below.itertuples()]
    forms = sorted({re.sub(r"[0-9]", "0", period) for period in made["period"]})
    if len(forms) > 1:
        found.append(f"'{of.id}': its periods are written in more than one way ({', '.join(forms)})")
    return found


def periods(figures: pd.DataFrame) -> list[str]:
    """Return the periods of one indicator, earliest first."""
    return sorted(figures["period"].unique())


def latest(figures: pd.DataFrame, place: str) -> pd.DataFrame:
    """Return the rows of a place's newest period with a figure; no row where there is none."""
    mine = figures[(figures["place"] == place) & figures["value"].notna()]
    return mine[mine["period"] == mine["period"].max()] if len(mine) else mine
