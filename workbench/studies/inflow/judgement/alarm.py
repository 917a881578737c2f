"""How likely is it that a planner's threshold is passed, and how often would such an alarm have been wrong?

An alarm without its false-alarm and miss rates is noise. Both come from a backtest: the same probability, at the same
threshold, from every origin's own past.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import add_months
from workbench.core.errors import AssumptionError, DataError, nearest
from workbench.core.runs.provenance import default_runs
from workbench.models import hubverse, quality
from workbench.models.scores import LEVELS, binomial_interval
from workbench.studies.inflow.contest import scores as inflow_scores
from workbench.studies.inflow.contest.plan import MODEL
from workbench.studies.inflow.tabled import ALL

if TYPE_CHECKING:
    from workbench.core.draws import Draws
    from workbench.studies.inflow.saved_runs import InflowResult

KEPT = "inflow-backtest"
"""Folder of a backtest beside saved runs, for pages."""


@dataclass(frozen=True)
class Rates:
    """How often alarms at a threshold were wrong in a backtest.

    Attributes
    ----------
    false, quiet
        Alarms in months in which the threshold was not passed, and all such months.
    missed, passed
        Months in which it was passed without an alarm, and all such months.
    origins
        First and last origin of the backtest.
    """

    false: int
    quiet: int
    missed: int
    passed: int
    origins: tuple[str, str]

    def line(self) -> str:
        """Return both rates in a sentence, each with its exact 95 % interval."""
        told = []
        for hits, trials, what, months in (
            (self.false, self.quiet, "false alarm", "months below it"),
            (self.missed, self.passed, "miss", "months above it"),
        ):
            if trials == 0:
                told.append(f"no {months}, so the {what} rate is unknown")
                continue
            low, high = binomial_interval(hits, trials)
            told.append(
                f"{what} rate {100 * hits / trials:.0f} % ({hits} of {trials} {months}; 95 % {100 * low:.0f} to "
                f"{100 * high:.0f} %)"
            )
        return f"Backtest, origins {self.origins[0]} to {self.origins[1]}: " + ", ".join(told) + "."


@dataclass(frozen=True)
class Alarm:
    """The probability that a destination passes a threshold in each month, and whether that is an alarm.

    ``destination`` is ``all`` for the sum over the forecast's destinations; ``rates`` is None where no backtest is at
    hand.
    """

    destination: str
    threshold: float
    at: float
    chances: Mapping[str, float]
    any_month: float
    rates: Rates | None

    @property
    def months(self) -> list[str]:
        """The months with an alarm."""
        return [month for month, chance in self.chances.items() if chance >= self.at]


def alarms(
    result: InflowResult, thresholds: Mapping[str, float], backtest: Path | str, *, at: float = 0.5, model: str = MODEL
) -> list[Alarm]:
    """Return for each destination the probability of passing its threshold, with the rates of a backtest.

    Parameters
    ----------
    thresholds
        Persons a month, by destination; ``all`` stands for their sum.
    backtest
        Folder of a backtest that forecast these destinations.
    at
        Probability from which on it is an alarm.

    Raises
    ------
    AssumptionError, DataError
        If a threshold is none, a destination is not forecast, or the backtest does not hold it.
    """
    if not 0 < at < 1:
        raise AssumptionError(f"an alarm at a probability of {at:g}", do="choose between 0 and 1")
    known = [str(code) for code in result.names]
    found = []
    for place, threshold in thresholds.items():
        if place == ALL:
            found.append(together(result, threshold, backtest, at=at, model=model))
            continue
        if place not in known:
            raise AssumptionError(f"the forecast has no destination '{place}'", do=nearest(place, known))
        wrong = rates(backtest, place, _usable(threshold, place), at, model)
        found.append(_alarm(result.draws.select(destination=place), place, threshold, at, wrong))
    return found


def together(
    result: InflowResult, threshold: float, backtest: Path | str | None, *, at: float = 0.5, model: str = MODEL
) -> Alarm:
    """Return the probability that all destinations of a forecast together pass a threshold.

    Parameters
    ----------
    backtest
        Folder of a backtest of these destinations; None if there is none, then the rates are unknown.
    """
    places = [str(code) for code in result.names]
    threshold = _usable(threshold, ALL)
    wrong = None if backtest is None else sum_rates(backtest, places, threshold, at, model)
    return _alarm(result.draws.sum("destination"), ALL, threshold, at, wrong)


def _usable(threshold: float, place: str) -> float:
    if not (np.isfinite(threshold) and threshold > 0):
        raise AssumptionError(f"a threshold of {threshold:g} for {place}", do="give persons a month above 0")
    return threshold


def _alarm(draws: Draws, place: str, threshold: float, at: float, wrong: Rates | None) -> Alarm:
    above = draws.values > threshold
    months = [str(month) for month in draws.labels("month")]
    chances = dict(zip(months, (float(share) for share in above.mean("draw").values), strict=True))
    return Alarm(place, threshold, at, chances, float(above.any("month").mean()), wrong)


def kept_backtest(runs: Path | str | None = None) -> Path | None:
    """Return the backtest that is kept beside saved runs (``inflow-backtest``), which pages read; None if none is."""
    folder = Path(runs or default_runs()) / KEPT
    return folder if all((folder / name).exists() for name in (inflow_scores.WORDS, inflow_scores.SCORES)) else None


def sum_rates(
    folder: Path | str, places: Sequence[str], threshold: float, at: float = 0.5, model: str = MODEL
) -> Rates:
    """Return how often an alarm for the sum over destinations was wrong in a backtest; its draws are joint.

    Raises
    ------
    DataError
        If the backtest holds no joint draws of one of them.
    """
    origins = json.loads((Path(folder) / inflow_scores.WORDS).read_text(encoding="utf-8"))["origins"]
    samples = pd.read_parquet(Path(folder) / inflow_scores.SAMPLES, filters=[("model_id", "==", model)])
    series = quality.names(samples.rename(columns={"location": "destination"}))
    if missing := [place for place in places if place not in set(series)]:
        raise DataError(
            f"the backtest has no joint forecasts of {missing[0]} by {model}",
            where=str(folder),
            why="an alarm is not shown without the rates at which it was wrong",
            do="run `workbench inflow backtest` with these destinations",
        )
    rows = samples[series.isin(places).to_numpy()]
    truth = _published(folder).pivot(index="month", columns="series", values="persons")[list(places)]
    came = truth.sum(axis=1, skipna=False)
    alarm, above = [], []
    for (origin, horizon), part in rows.groupby(["origin_month", "horizon"]):
        outcome = came.get(add_months(str(origin), int(str(horizon))), np.nan)
        if np.isfinite(outcome):
            drawn = np.sum(np.stack(part["samples"].to_list()), axis=0)
            alarm.append(float((drawn > threshold).mean()) >= at)
            above.append(float(outcome) > threshold)
    return _counted(np.array(alarm, bool), np.array(above, bool), origins)


def _published(folder: Path | str) -> pd.DataFrame:
    arrivals = pd.read_csv(Path(folder) / inflow_scores.ARRIVALS, dtype="str", keep_default_na=False)
    return arrivals.assign(persons=pd.to_numeric(arrivals["persons"]), series=quality.names(arrivals))


def _counted(alarm: np.ndarray, above: np.ndarray, origins: Sequence[str]) -> Rates:
    return Rates(
        int((alarm & ~above).sum()), int((~above).sum()), int((~alarm & above).sum()), int(above.sum()),
        (str(origins[0]), str(origins[-1])),
    )  # fmt: skip


def rates(folder: Path | str, place: str, threshold: float, at: float = 0.5, model: str = MODEL) -> Rates:
    """Return how often an alarm at this threshold and probability was wrong in a backtest."""
    scored = inflow_scores.read(folder)
    forecasts = hubverse.read(Path(folder) / inflow_scores.FORECASTS)
    series = quality.names(forecasts.rename(columns={"location": "destination"}))
    rows = forecasts[(series == place) & (forecasts["model_id"] == model)]
    if rows.empty:
        have = sorted(set(series[forecasts["model_id"] == model]))
        raise DataError(
            f"the backtest has no forecasts of {place} by {model}",
            where=str(folder),
            why="an alarm is not shown without the rates at which it was wrong",
            do=nearest(place, have) if have else "run `workbench inflow backtest` with the model",
        )
    arrivals = _published(folder)
    truth = arrivals[arrivals["series"] == place].set_index("month")["persons"]
    outcome = truth.reindex(rows["target_month"]).to_numpy(float)
    alarm = chance_above(rows[hubverse.QUANTILES].to_numpy(float), threshold) >= at
    seen = np.isfinite(outcome)
    return _counted(alarm[seen], outcome[seen] > threshold, scored.words["origins"])


def chance_above(quantiles: np.ndarray, threshold: float) -> np.ndarray:
    """Return the probability that each forecast (row of 23 quantiles) gives to more than a threshold."""
    ladder = np.array(LEVELS)
    found = []
    for row in quantiles:
        if threshold < row[0]:
            found.append(1.0 - ladder[0] / 2)
        elif threshold >= row[-1]:
            found.append((1 - ladder[-1]) / 2)
        else:
            right = int(np.searchsorted(row, threshold, side="right"))
            low, high = row[right - 1], row[right]
            share = (threshold - low) / (high - low)
            found.append(1 - (ladder[right - 1] + share * (ladder[right] - ladder[right - 1])))
    return np.array(found)
