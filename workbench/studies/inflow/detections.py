"""Do border detections improve the forecast of applications by origin, by how much, for whom and how far ahead?

Each month of the past is forecast with detections and without, from what was known then; the paired difference has
its interval. For the forecast at hand detections are kept for a horizon and an origin only where they have paid.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import add_months, month_range
from workbench.core.errors import DataError
from workbench.models.inflow.leading import EARLIEST, Shrinkage, foreseen
from workbench.models.scores import INTERVALS, LEVELS, covered, crps
from workbench.models.skill import Comparison, compare
from workbench.sources import files, localities

WITH, WITHOUT, KEPT = "workbench-with-detections", "workbench-own-past", "workbench-detections-where-they-pay"
FEWEST_PERSONS, FEWEST_PUBLISHED = 20.0, 0.9
"""Applications a month, and share of months published, from which on an origin takes part."""
SHRUNK = 24.0
"""Forecasts of evidence for the mean gain of all origins, in the gain of one."""
FIRST_CHOICES = 6
"""Months of scored forecasts below which detections are not kept yet."""


@dataclass(frozen=True)
class Both:
    """Applications and detections by origin; index every month, columns origin, the same for both."""

    persons: pd.DataFrame
    detections: pd.DataFrame
    left_out: tuple[str, ...]

    @property
    def last(self) -> str:
        """The last month with applications."""
        return str(self.persons.index[-1])


@dataclass(frozen=True)
class Effect:
    """What detections add: paired scores, their comparison by horizon, and where they are kept.

    Attributes
    ----------
    scores
        One row per forecaster, origin month, series (origin) and horizon: ``log_crps``, ``covered50`` …
    paired
        By horizon (0: all) how :data:`WITH` and :data:`KEPT` compare with :data:`WITHOUT`.
    pays
        Whether detections are kept at the last month, by horizon and origin.
    forecast
        One row per origin and horizon: ``origin``, ``month``, ``horizon``, ``detections`` (kept or not), ``median``,
        ``low80`` … in persons.
    """

    scores: pd.DataFrame
    paired: dict[int, tuple[Comparison, Comparison]]
    pays: pd.DataFrame
    forecast: pd.DataFrame


def read(
    *, locality: str | Path = "eu", applications: Path | None = None, detections: Path | None = None, first: str = ""
) -> Both:
    """Return applications by origin, summed over destinations, and detections of the same nationalities.

    A sum over destinations is missing for a month that one of them does not publish. An absent row of detections
    counts as zero.

    Parameters
    ----------
    first
        Month by which an origin must have had enough applications to take part; nothing later decides who does.
    """
    home = localities.load(locality, "inflow")
    apps = files.read(applications, "arrivals") if applications else localities.table(home, "corridors")
    seen = files.read(detections, "detections") if detections else localities.table(home, "detections")
    if "origin" not in apps:
        raise DataError(
            "these applications have no origins", where=str(applications or "applications"),
            why="detections are counted by nationality", do="give a table with a column 'origin'",
        )  # fmt: skip
    months = month_range(str(apps["month"].min()), str(apps["month"].max()))
    wide = apps.assign(persons=apps["persons"].astype("float64")).pivot_table(
        index="month", columns=["origin", "destination"], values="persons", aggfunc="sum", dropna=False
    )
    there = apps.groupby("destination")["month"].unique().map(set)
    out = [month for month in months if any(month not in there[place] for place in there.index)]
    persons = wide.T.groupby(level=0).sum(min_count=1).T.reindex(months)
    persons.loc[out] = np.nan
    months = months[: 1 + max((months.index(month) for month in persons.index[persons.notna().any(axis=1)]), default=0)]
    until = first or months[min(len(months) - 1, EARLIEST)]
    counted = seen.pivot_table(index="month", columns="nationality", values="detections", aggfunc="sum").fillna(0.0)
    early = persons.loc[:until]
    kept = [
        str(origin)
        for origin in persons
        if origin in counted
        and origin != "OTH"
        and early[origin].mean() >= FEWEST_PERSONS
        and early[origin].notna().mean() >= FEWEST_PUBLISHED
    ]
    if len(kept) < 2:
        raise DataError(
            "too few origins have both applications and detections",
            why=f"at least two need {FEWEST_PERSONS:g} applications a month up to {until}, and the same codes in both",
            do="check that origins and nationalities are written alike",
        )
    every = counted.reindex(month_range(str(counted.index.min()), str(counted.index.max()))).fillna(0.0)
    if months[0] not in every.index or every.index[-1] < months[-1]:
        shared = [month for month in months if month in every.index]
        if len(shared) < EARLIEST + FIRST_CHOICES:
            raise DataError("applications and detections share too few months", do="give tables of the same years")
        months = shared
    left = tuple(sorted(set(map(str, persons.columns)) - set(kept)))
    return Both(persons.loc[months, kept], every.loc[months, kept].astype(float), left)


def effect(
    both: Both,
    *,
    first: str,
    last: str = "",
    every: int = 1,
    horizons: Sequence[int] = range(1, 7),
    late: int = 0,
    shrinkage: Shrinkage | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Effect:
    """Return what detections add from each month on, and the forecast that keeps them where they pay.

    Parameters
    ----------
    first, last
        First and last month of the past to forecast from; the last by default the last but one of the table.
    late
        Months by which detections are published later than applications.
    """
    months = list(map(str, both.persons.index))
    latest = last or months[-2]
    if first not in months or latest not in months or first > latest:
        raise DataError(f"no forecasts can be made from {first} to {latest}", do=f"choose from {months[EARLIEST]} on")
    asked = [month for month in months if first <= month <= latest][::every]
    rows: list[pd.DataFrame] = []
    for done, origin in enumerate(asked):
        for horizon in horizons:
            if add_months(origin, horizon) in both.persons.index:
                rows += _scored(both, origin, horizon, late, shrinkage)
        if progress:
            progress(done + 1, len(asked))
    if not rows:
        raise DataError("no outcome is known for any of these months", do="start earlier")
    scores = pd.concat(rows, ignore_index=True)
    chosen = [_chosen(scores, origin, horizon, both.persons.columns) for origin in asked for horizon in horizons]
    scores = pd.concat([scores, _kept(scores, pd.concat(chosen, ignore_index=True))], ignore_index=True)
    paired = {}
    for horizon in (0, *horizons):
        part = scores[(scores["horizon"] == horizon) | (horizon == 0)]
        one, other = (compare(part, name, WITHOUT, "log_crps") for name in (WITH, KEPT))
        paired[horizon] = (one, other)
    pays = pd.concat([_chosen(scores, months[-1], horizon, both.persons.columns) for horizon in horizons])
    return Effect(scores, paired, pays, _ahead(both, pays, horizons, late, shrinkage))


def _quantiles(both: Both, origin: str, horizon: int, late: int, s: Shrinkage | None) -> dict[str, np.ndarray]:
    past, seen = both.persons.loc[:origin], both.detections.loc[:origin]
    return {WITHOUT: foreseen(past, None, horizon, s), WITH: foreseen(past, seen, horizon, s, late)}


def _scored(both: Both, origin: str, horizon: int, late: int, s: Shrinkage | None) -> list[pd.DataFrame]:
    truth = both.persons.loc[add_months(origin, horizon)].to_numpy(float)
    said = _quantiles(both, origin, horizon, late, s)
    usable = np.isfinite(truth) & np.all([np.isfinite(q).all(axis=1) for q in said.values()], axis=0)
    rows = []
    for name, quantiles in said.items():
        q, outcome = quantiles[usable], truth[usable]
        row = {"model_id": name, "origin_month": origin, "series": both.persons.columns[usable], "horizon": horizon}
        row["log_crps"] = crps(np.log1p(q), np.log1p(outcome))
        row |= {f"covered{round(100 * level)}": covered(q, outcome, level) for level in INTERVALS}
        rows.append(pd.DataFrame(row))
    return rows


def _chosen(scores: pd.DataFrame, origin: str, horizon: int, places: pd.Index) -> pd.DataFrame:
    """Return for each origin whether detections paid at a horizon, by outcomes known in a month and no later."""
    known = scores["origin_month"] <= add_months(origin, -horizon)
    part = scores[known & (scores["horizon"] == horizon)]
    wide = part.pivot_table(index=["origin_month", "series"], columns="model_id", values="log_crps")
    keep = pd.Series(False, index=places)
    gain = pd.Series(0.0, index=places)
    if len(wide) and part["origin_month"].nunique() >= FIRST_CHOICES:
        each = (wide[WITHOUT] - wide[WITH]).dropna()
        of, many = each.groupby("series").sum().reindex(places).fillna(0.0), each.groupby("series").size()
        gain = (of + SHRUNK * each.mean()) / (many.reindex(places).fillna(0) + SHRUNK)
        keep = gain > 0
    return pd.DataFrame(
        {"origin_month": origin, "horizon": horizon, "series": places, "keep": keep.to_numpy(), "gain": gain.to_numpy()}
    )


def _kept(scores: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of using detections where they have paid so far."""
    joined = scores.merge(chosen, on=["origin_month", "horizon", "series"])
    taken = joined[joined["model_id"].eq(WITH) == joined["keep"]]
    return taken.drop(columns=["keep", "gain"]).assign(model_id=KEPT)


def _ahead(both: Both, pays: pd.DataFrame, horizons: Sequence[int], late: int, s: Shrinkage | None) -> pd.DataFrame:
    rows = []
    for horizon in horizons:
        said = _quantiles(both, both.last, horizon, late, s)
        keep = pays[pays["horizon"] == horizon]["keep"].to_numpy(bool)
        q = np.where(keep[:, None], said[WITH], said[WITHOUT])
        ends = {
            f"{side}{round(100 * level)}": (1 + sign * level) / 2
            for level in INTERVALS
            for side, sign in (("low", -1), ("high", 1))
        }
        row = {"origin": both.persons.columns, "month": add_months(both.last, horizon), "horizon": horizon}
        row |= {"detections": keep, "median": _at(q, 0.5)}
        rows.append(pd.DataFrame(row | {name: _at(q, level) for name, level in ends.items()}))
    return pd.concat(rows, ignore_index=True).sort_values(["origin", "horizon"], ignore_index=True)


def _at(quantiles: np.ndarray, level: float) -> np.ndarray:
    return np.asarray(np.rint(quantiles[:, int(np.argmin(np.abs(np.array(LEVELS) - level)))]))
