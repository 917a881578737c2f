"""What do simple rules forecast? The six baselines that a model has to beat, as quantiles of log(1 + persons).

Five are statsforecast's; the sixth is a local level with Student-t shocks. Each series is forecast from its own past
alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.signal import lfilter
from scipy.special import betaln, expit, stdtrit
from threadpoolctl import threadpool_limits

from workbench.core.errors import DataError, ModelError, nearest
from workbench.models.scores import LEVELS

SEASON = 12
BASELINES = ("RandomWalk", "SeasonalNaive", "AutoETS", "AutoARIMA", "OptimizedTheta", "LocalLevelT")
FEWEST = {
    "SeasonalNaive": SEASON + 6,
    "AutoETS": SEASON,
    "AutoARIMA": SEASON,
    "OptimizedTheta": SEASON,
    "LocalLevelT": SEASON,
}
"""Published months below which a baseline leaves a series to the random walk."""
SIMPLEST = "RandomWalk"


@dataclass(frozen=True)
class BaselineForecast:
    """What a baseline says of every series.

    Attributes
    ----------
    quantiles
        Axes (series, step 1 … horizon, level), persons; not below zero, not rounded.
    fell_back
        Series (by column) that the random walk forecast instead, with the reason.
    filled
        Months inside each series that were not published and were carried forward, by column; only the baselines that
        need a regular grid see them.
    """

    quantiles: np.ndarray
    fell_back: dict[int, str]
    filled: dict[int, int]


def forecast(name: str, persons: np.ndarray, horizon: int, season: int = SEASON) -> BaselineForecast:
    """Return a baseline's forecast of every series.

    Parameters
    ----------
    name
        One of :data:`BASELINES`.
    persons
        Index month, columns series; NaN = not published. The last row is the origin.
    horizon
        Periods after the last row.
    season
        Periods of a year: 12 for months, 4 for quarters.

    Notes
    -----
    Empty months before a series begins are dropped. A series that ends before the last row is forecast from its own
    last month, that many steps further. Months missing in between are carried forward, except for ``LocalLevelT``,
    whose level waits.

    Raises
    ------
    DataError
        If no baseline has this name.
    ModelError
        If a series has no published month.
    """
    if name not in BASELINES:
        raise DataError(f"no baseline is called '{name}'", do=nearest(name, BASELINES))
    if np.isnan(persons).all(axis=0).any():
        raise ModelError("a series has no published month", why="there is nothing to forecast from", do="leave it out")
    fell_back: dict[int, str] = {}
    filled: dict[int, int] = {}
    all_quantiles = np.empty((persons.shape[1], horizon, len(LEVELS)))
    for column in range(persons.shape[1]):
        known, behind = _own_span(np.log1p(persons[:, column]))
        gaps = int(np.isnan(known).sum())
        if gaps and name != "LocalLevelT":
            filled[column] = gaps
        with threadpool_limits(1):  # so small that threads only wait for each other
            quantiles, reason = _or_simplest(name, known, horizon + behind, season)
        if reason:
            fell_back[column] = reason
        all_quantiles[column] = quantiles[behind:]
    # Fair to them: no one expects fewer than nobody.
    return BaselineForecast(np.expm1(np.maximum(all_quantiles, 0.0)), fell_back, filled)


def _own_span(y: np.ndarray) -> tuple[np.ndarray, int]:
    """Return a series from its first published month to its last, and how many months it ends before the origin."""
    at = np.flatnonzero(np.isfinite(y))
    return y[at[0] : at[-1] + 1], len(y) - 1 - int(at[-1])


def _or_simplest(name: str, known: np.ndarray, steps: int, season: int = SEASON) -> tuple[np.ndarray, str]:
    """Return quantiles (step, level) on the log scale; the random walk's and the reason if the baseline cannot."""
    published = int(np.isfinite(known).sum())
    reason = ""
    if published < FEWEST.get(name, 0):
        reason = f"{published} published months, {FEWEST[name]} are needed"
    else:
        try:
            quantiles = _forecaster(name, season)(known, steps)
            if np.isfinite(quantiles).all():
                return np.sort(quantiles, axis=-1), ""
            reason = "its forecast is not finite"
        except Exception as error:  # whatever breaks inside a library on one series: said, and done without
            if name == SIMPLEST:
                raise
            reason = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no reason given'}"
    return np.sort(_forecaster(SIMPLEST, season)(known, steps), axis=-1), reason


def _forecaster(name: str, season: int) -> Callable[[np.ndarray, int], np.ndarray]:
    if name == "LocalLevelT":
        return local_level_t
    return lambda known, steps: _library(name, carried_forward(known), steps, season)


def carried_forward(y: np.ndarray) -> np.ndarray:
    """Return a series whose missing months hold the last value before them."""
    at = np.where(np.isfinite(y), np.arange(len(y)), 0)
    return np.asarray(y[np.maximum.accumulate(at)])


@cache
def _models(season: int) -> dict[str, Any]:
    from statsforecast import models as library  # ten seconds of start-up: only when a baseline is really asked for

    return {
        "RandomWalk": library.Naive(),
        "SeasonalNaive": library.SeasonalNaive(season_length=season),
        "AutoETS": library.AutoETS(season_length=season),
        "AutoARIMA": library.AutoARIMA(season_length=season),
        "OptimizedTheta": library.OptimizedTheta(season_length=season),
    }


def _library(name: str, y: np.ndarray, steps: int, season: int = SEASON) -> np.ndarray:
    """Return statsforecast's quantiles, axes (step, level): the ends of its central intervals, and its mean.

    The mean stands for the median; where simulated intervals do not hold it, the caller's sorting mends that.
    """
    if len(y) < 3 or np.ptp(y) == 0:  # no spread to learn, which the library answers with 0/0
        return np.full((steps, len(LEVELS)), y[-1])
    widths = {p: round(100 * abs(1 - 2 * p), 1) for p in LEVELS if p != 0.5}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # its remarks on its own search of orders
        told = _models(season)[name].new().forecast(y=y, h=steps, level=sorted(set(widths.values())))
    columns = [told["mean"] if p == 0.5 else told[f"{'lo' if p < 0.5 else 'hi'}-{widths[p]}"] for p in LEVELS]
    return np.column_stack(columns)


def local_level_t(known: np.ndarray, steps: int) -> np.ndarray:
    """Return the quantiles of a local level with Student-t shocks, axes (step, level), fitted by maximum likelihood.

    Notes
    -----
    y_t = l_t + e_t, l_{t+1} = l_t + k e_t, e_t ~ StudentT(ν, 0, σ), with 0 < k < 1, ν > 2 and a free first level; the
    level is unchanged over a month that is not published. The same uniform numbers are used for every series.
    """
    y = known[np.isfinite(known)]
    if np.ptp(y) == 0:
        return np.full((steps, len(LEVELS)), y[-1])
    spread = max(float(np.median(np.abs(np.diff(y)))), 0.05)
    ends = [(-4.0, 4.0), (float(np.log(spread)) - 4, float(np.log(spread)) + 4), (-2.0, 5.0), (None, None)]
    starts = [np.array([gain, np.log(spread), np.log(4.0), y[0]]) for gain in (-0.5, 1.5)]
    found = [minimize(_minus_log_likelihood, start, args=(y,), method="L-BFGS-B", bounds=ends) for start in starts]
    best = min(found, key=lambda result: result.fun).x
    gain, scale, freedom = expit(best[0]), np.exp(best[1]), 2 + np.exp(best[2])
    level = _levels(y, gain, best[3])[-1]
    shocks = scale * stdtrit(freedom, _uniform(steps))
    before = np.cumsum(shocks, axis=1) - shocks
    return np.quantile(level + gain * before + shocks, LEVELS, axis=0).T


def _minus_log_likelihood(theta: np.ndarray, y: np.ndarray) -> float:
    gain, scale, freedom = expit(theta[0]), np.exp(theta[1]), 2 + np.exp(theta[2])
    z = (y - _levels(y, gain, theta[3])[:-1]) / scale
    density = -betaln(0.5, freedom / 2) - 0.5 * np.log(freedom) - np.log(scale)
    return -float(np.sum(density - (freedom + 1) / 2 * np.log1p(z * z / freedom)))


def _levels(y: np.ndarray, gain: float, start: float) -> np.ndarray:
    """Return the level before each month and after the last one."""
    after = lfilter([gain], [1.0, gain - 1.0], y, zi=[(1 - gain) * start])[0]
    return np.concatenate([[start], after])


@cache
def _uniform(steps: int) -> np.ndarray:
    """Return uniform numbers, axes (path, step), each path with its mirror image."""
    half = np.random.default_rng(12).random((4000, steps))
    return np.concatenate([half, 1 - half])
