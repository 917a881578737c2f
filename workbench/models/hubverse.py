"""How are forecasts published and read back? The long table of the hubverse, so that other forecasters can be compared.

One row for each model, origin, place, horizon and quantile. ``origin_date`` is the last day of the last observed month
and horizon 1 the month after it, or the quarter after it where all horizons are quarters. For corridors ``location`` is
the destination and ``origin`` an extra task column.

References
----------
The Consortium of Infectious Disease Modeling Hubs, hubverse model output format.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import add_months, month_end
from workbench.core.errors import DataError, Fault, nearest
from workbench.core.storage.files import replacing
from workbench.models.scores import LEVELS

TARGET = "asylum applicants"
OURS = "workbench-"
"""What the ids of our own models begin with."""
INFLOW = f"{OURS}inflow"
"""The id of our model of inflow."""
TASK = ("origin_date", "target", "horizon", "location", "target_end_date")
OUTPUT = ("output_type", "output_type_id", "value")
KEY = ("model_id", "target", "origin_month", "location", "origin", "horizon")
"""What tells one forecast from another in the wide table; ``origin`` only where there are corridors."""
_CONSTANT = {"output_type": "quantile"}
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
    # Millions of rows of a few words: as categories they are small in memory and on disk.
    words = {
        name: ordered[name].astype("category")
        for name in ("model_id", "target", "location", "origin")
        if name in ordered
    }
    words = {"target": pd.Series(pd.Categorical([TARGET] * len(ordered)))} | words
    words |= {"origin_date": _ends(ordered["origin_month"]), "target_end_date": _ends(ordered["target_month"])}
    words |= {name: pd.Series(pd.Categorical([word] * len(ordered))) for name, word in _CONSTANT.items()}
    few = pd.DataFrame({**words, "horizon": ordered["horizon"]})
    table = few.loc[few.index.repeat(len(LEVELS))].reset_index(drop=True)
    table["output_type_id"] = np.tile(LEVELS, len(ordered))
    table["value"] = ordered[QUANTILES].to_numpy(float).ravel()
    columns = ("model_id", "origin_date", "target", "horizon", "location", "origin", "target_end_date", *OUTPUT)
    return table[[name for name in columns if name in table]]


def to_wide(table: pd.DataFrame) -> pd.DataFrame:
    """Return forecasts with one row each from a checked hubverse table."""
    order = _numbered(table)[1]
    first = table.iloc[order[:: len(LEVELS)]].reset_index(drop=True)
    wide_ = pd.DataFrame({"model_id": first["model_id"].astype(str), "origin_month": _months(first["origin_date"])})
    if set(first["target"].astype(str)) != {TARGET}:
        wide_["target"] = first["target"].astype(str)
    for name in ("location", "origin"):
        if name in first:
            wide_[name] = first[name].astype(str)
    wide_["horizon"], wide_["target_month"] = first["horizon"].astype(int), _months(first["target_end_date"])
    values = table["value"].to_numpy(float)[order].reshape(-1, len(LEVELS))
    return pd.concat([wide_, pd.DataFrame(values, columns=QUANTILES)], axis=1)


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
    numbers, order = _numbered(table)
    level = table["output_type_id"].to_numpy()
    origin, target = (_calendar(table[name]) for name in ("origin_date", "target_end_date"))
    ahead = target["number"] - origin["number"]
    months = 3 if len(table) and (ahead == 3 * table["horizon"]).all() else 1
    again = np.zeros(len(table), bool)
    again[order[1:]] = (np.diff(numbers[order]) == 0) & (level[order[1:]] == level[order[:-1]])
    wrong = {
        ("origin_date", "not the last day of a month"): ~origin["ends"],
        ("target_end_date", "not the last day of a month"): ~target["ends"],
        ("horizon", "not the months from origin to target, or everywhere the quarters"): (
            ahead != months * table["horizon"]
        )
        | (ahead < 1),
        ("output_type", "not a quantile"): table["output_type"].ne("quantile"),
        ("value", "missing or negative"): ~table["value"].ge(0),
        ("output_type_id", "the same quantile stands twice"): again,
        ("output_type_id", "not one of the levels"): ~np.isin(level, LEVELS),
    }
    faults = [
        Fault(
            f"{what} ({int(rows.sum())} rows)", int(rows.argmax()) + 1, column, table[column].iloc[int(rows.argmax())]
        )
        for (column, what), rows in ((told, np.asarray(where, bool)) for told, where in wrong.items())
        if rows.any()
    ]
    if not faults:
        if (np.unique(numbers, return_counts=True)[1] != len(LEVELS)).any():
            faults.append(Fault(f"a forecast has not all {len(LEVELS)} quantiles", column="output_type_id"))
        elif (np.diff(table["value"].to_numpy(float)[order].reshape(-1, len(LEVELS)), axis=1) < 0).any():
            faults.append(Fault("a quantile is smaller than the one below it", column="value"))
    return faults


def _numbered(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row the number of its forecast, and the order of rows by forecast and level."""
    numbers = np.zeros(len(table), np.int64)
    for name in ("model_id", "target", "origin_date", "location", "origin", "horizon", "target_end_date"):
        if name in table:
            codes, known = pd.factorize(table[name], sort=True)
            numbers = numbers * (len(known) + 1) + codes
    return numbers, np.lexsort((table["output_type_id"].to_numpy(), numbers))


def _calendar(dates: pd.Series) -> dict[str, np.ndarray]:
    """Return of dates the number of their month, and whether they end it."""
    codes, known = pd.factorize(dates)
    days = pd.DatetimeIndex(pd.to_datetime(pd.Series(known), errors="coerce"))
    # A missing date has the code −1, so what stands for it stands last.
    number = np.append(np.asarray(days.year * 12 + days.month, float), np.nan)
    return {"number": number[codes], "ends": np.append(days.is_month_end, False)[codes].astype(bool)}


def _months(dates: pd.Series) -> pd.Series:
    known = {day: str(day)[:7] for day in dates.unique()}
    return dates.map(known).astype(str)


def _ends(months: pd.Series) -> pd.Series:
    known = {month: month_end(str(month)) for month in months.unique()}
    return months.map(known).astype("category")
