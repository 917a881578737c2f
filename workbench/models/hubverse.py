"""How are forecasts published and read back? The long table of the hubverse, so that other forecasters can be compared.

One row for each model, origin, place, horizon and quantile. ``origin_date`` is the last day of the last observed month
and horizon 1 the month after it. For corridors ``location`` is the destination and ``origin`` an extra task column.

References
----------
The Consortium of Infectious Disease Modeling Hubs, hubverse model output format.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.calendar import add_months, month_end
from workbench.core.errors import DataError, Fault, nearest
from workbench.core.files import replacing
from workbench.models.scores import LEVELS

TARGET = "asylum applicants"
OURS = "workbench-"
"""What the ids of our own models begin with."""
TASK = ("origin_date", "target", "horizon", "location", "target_end_date")
OUTPUT = ("output_type", "output_type_id", "value")
KEY = ("model_id", "origin_month", "location", "origin", "horizon")
"""What tells one forecast from another in the wide table; ``origin`` only where there are corridors."""
QUANTILES = [f"{level:g}" for level in LEVELS]
"""Column names of the quantiles in the wide table."""


def wide(model: str, origin_month: str, places: pd.DataFrame, steps: list[int], quantiles: np.ndarray) -> pd.DataFrame:
    """Return forecasts with one row each: the key, ``target_month`` and the 23 quantiles in persons.

    Parameters
    ----------
    places
        One row per series: ``location``, and ``origin`` where there are corridors.
    steps
        Horizons, months after ``origin_month``.
    quantiles
        Axes (series, horizon, level), persons.
    """
    rows = places.loc[places.index.repeat(len(steps))].reset_index(drop=True)
    rows.insert(0, "model_id", model)
    rows.insert(1, "origin_month", origin_month)
    rows["horizon"] = np.tile(steps, len(places))
    rows["target_month"] = [add_months(origin_month, int(step)) for step in rows["horizon"]]
    values = pd.DataFrame(quantiles.reshape(-1, len(LEVELS)), columns=QUANTILES)
    return pd.concat([rows, values], axis=1)


def to_long(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return the hubverse table of forecasts in wide form, sorted by model, origin, place, horizon and level."""
    key = [name for name in KEY if name in forecasts]
    ordered = forecasts.sort_values(key, ignore_index=True)
    many = ordered.loc[ordered.index.repeat(len(LEVELS))].reset_index(drop=True)
    table = pd.DataFrame({"model_id": many["model_id"], "origin_date": _ends(many["origin_month"])})
    table["target"] = TARGET
    for name in ("horizon", "location", "origin"):
        if name in many:
            table[name] = many[name]
    table["target_end_date"] = _ends(many["target_month"])
    table["output_type"] = "quantile"
    table["output_type_id"] = np.tile(LEVELS, len(ordered))
    table["value"] = ordered[QUANTILES].to_numpy(float).ravel()
    return table


def to_wide(table: pd.DataFrame) -> pd.DataFrame:
    """Return forecasts with one row each from a checked hubverse table."""
    months = table.assign(
        origin_month=table["origin_date"].astype(str).str[:7], target_month=table["target_end_date"].astype(str).str[:7]
    )
    key = [name for name in (*KEY, "target_month") if name in months]
    spread = months.pivot(index=key, columns="output_type_id", values="value")[list(LEVELS)]
    spread.columns = pd.Index(QUANTILES)
    return spread.reset_index()


def write(forecasts: pd.DataFrame, path: Path | str) -> Path:
    """Write forecasts in wide form as a hubverse table (Parquet), whole or not at all."""
    table = to_long(forecasts)
    _check(table, str(path))
    with replacing(path) as partial:
        table.to_parquet(partial, index=False)
    return Path(path)


def read(path: Path | str) -> pd.DataFrame:
    """Return the forecasts of a hubverse table (Parquet) in wide form.

    Raises
    ------
    DataError
        If the file is no such table, with every fault that was found.
    """
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise DataError(
            "cannot read the forecasts", where=str(path), why=str(error).splitlines()[0], do="write them again"
        ) from error
    _check(table, str(path))
    return to_wide(table)


def _check(table: pd.DataFrame, where: str) -> None:
    """Raise one error with every fault of a hubverse table of monthly quantile forecasts."""
    wanted = ("model_id", *TASK, *OUTPUT)
    faults = [
        Fault("column missing", column=name, allowed=nearest(name, [str(c) for c in table.columns]))
        for name in wanted
        if name not in table
    ]
    faults += [] if faults else _row_faults(table)
    if faults:
        raise DataError(
            "not a hubverse table of monthly forecasts",
            where=where,
            why="a forecast is scored by its quantiles, and against the month it says it is for",
            do=f"give every forecast its {len(LEVELS)} quantiles, month ends as dates, and horizon 1 the month after",
            faults=faults,
        )


def _row_faults(table: pd.DataFrame) -> list[Fault]:
    if table.empty:
        return [Fault("the table has no rows")]
    origin, target = (pd.to_datetime(table[name], errors="coerce") for name in ("origin_date", "target_end_date"))
    months = (target.dt.year - origin.dt.year) * 12 + target.dt.month - origin.dt.month
    key = ["model_id", *(name for name in (*TASK, "origin") if name in table)]
    wrong = {
        ("origin_date", "not the last day of a month"): ~origin.dt.is_month_end,
        ("target_end_date", "not the last day of a month"): ~target.dt.is_month_end,
        ("horizon", "not the months from origin to target"): months.ne(table["horizon"]) | table["horizon"].lt(1),
        ("output_type", "not a quantile"): table["output_type"].ne("quantile"),
        ("value", "missing or negative"): ~table["value"].ge(0),
        ("output_type_id", "the same quantile stands twice"): table.duplicated([*key, "output_type_id"]),
        ("output_type_id", "not one of the levels"): ~table["output_type_id"].isin(LEVELS),
    }
    faults = [
        Fault(
            f"{what} ({int(rows.sum())} rows)", int(rows.argmax()) + 1, column, table[column].to_numpy()[rows.argmax()]
        )
        for (column, what), rows in wrong.items()
        if rows.any()
    ]
    if not faults:
        ordered = table.sort_values([*key, "output_type_id"], kind="stable")
        groups = ordered.groupby(key, sort=False)["value"]
        if (groups.size() != len(LEVELS)).any():
            faults.append(Fault(f"a forecast has not all {len(LEVELS)} quantiles", column="output_type_id"))
        elif (np.diff(ordered["value"].to_numpy().reshape(-1, len(LEVELS)), axis=1) < 0).any():
            faults.append(Fault("a quantile is smaller than the one below it", column="value"))
    return faults


def _ends(months: pd.Series) -> pd.Series:
    known = {month: month_end(str(month)) for month in months.unique()}
    return months.map(known)
