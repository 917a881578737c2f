"""Which futures follow from what was learnt? One path for each draw, under the assumptions that no data show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtrit

from workbench.core.dates.calendar import month_number
from workbench.models.inflow.components import Bounds, Calm, Doubt, InflowComponents, Spillover, Surges
from workbench.models.inflow.partial import Partial
from workbench.models.inflow.recursion import Dynamics, State, following, scale_now, season_terms
from workbench.models.inflow.series import InflowSeries

FEW, USUAL = 50.0, 1000.0
"""Persons a month below which growth is not counted as a multiple, and those for which its bound is stated."""


def futures(
    series: InflowSeries,
    components: InflowComponents,
    dynamics: Dynamics,
    state: State,
    correlation: np.ndarray,
    *,
    horizon: int,
    seed: int,
    partial: Partial | None = None,
) -> np.ndarray:
    """Return simulated persons of the months after ``as_of``, whole; axes (draw, destination, month).

    Parameters
    ----------
    state
        After the last published month of each destination.
    correlation
        Of the shocks of one month; destination × destination.
    partial
        What is published of the first month ahead, where that is not all of it yet.
    """
    ties = np.linalg.cholesky(directed(correlation, components.spillover))
    size = calmed(state, components.calm)  # before shocks of others are spilt, which can only add
    if components.spillover:
        state = spilt(state, components.spillover)
    unit = series.rounding if components.counts else 1
    steps = np.arange(1 - int(series.silence.max()), horizon + 1)
    terms = season_terms(month_number(series.as_of) + steps, components.season.harmonics)
    rng = np.random.default_rng(seed)
    shape = state.level.shape
    published, believed = doubted(series, components.doubt, shape, seed)
    highest = highest_of(series, components.bounds, believed, seed)
    surging: np.ndarray | None = None
    future = np.empty((*shape, horizon), dtype=np.int64)
    for step, term in zip(steps, terms, strict=True):
        shock = size * stdtrit(dynamics.freedom, ndtr(rng.standard_normal(shape) @ ties.T))
        if components.surges:
            surging = in_surge(components.surges, surging, shape[0], rng)
            shock = np.where(surging, components.surges.factor * shock, shock)
        expected, scale = state.level + dynamics.season @ term, scale_now(dynamics, state)
        known = partial if step == 1 else None
        drawn = known.learnt(expected, scale, shock, series.destinations) if known else expected + scale * shock
        # A count is neither negative nor boundless, and the level must not follow what cannot be.
        y = np.clip(drawn, 0.0, highest)
        if known:
            y = np.fmax(y, known.least(series.destinations))
        if step <= 0 and published is not None:
            least = published[step - 1]
            y = np.where(believed & np.isfinite(least), least, np.fmax(y, least))
        state = following(dynamics, state, y - expected, step > -series.silence)
        if step >= 1:
            future[:, :, step - 1] = unit * np.rint(np.expm1(y) / unit)
    return future


def directed(correlation: np.ndarray, spillover: Spillover | None) -> np.ndarray:
    """Return the correlation of shocks with the direction that all share by assumption."""
    share = spillover.direction if spillover and len(correlation) > 1 else 0.0
    return (1 - share) * correlation + share


def spilt(state: State, spillover: Spillover) -> State:
    """Return the state with the mean excess of log variance of the other destinations added to each one's own."""
    others = max(state.variance.shape[-1] - 1, 1)
    elsewhere = (state.variance.sum(axis=-1, keepdims=True) - state.variance) / others
    return replace(state, variance=state.variance + spillover.volatility * np.maximum(elsewhere, 0.0))


def calmed(state: State, calm: Calm | None) -> np.ndarray:
    """Return by what the shocks to come are multiplied, at most 1; axes (draw, 1)."""
    if calm is None:
        return np.ones((1, 1))
    common = state.variance.sum(axis=-1, keepdims=True) / (state.variance.shape[-1] + calm.evidence)
    return np.asarray(np.exp(calm.slope * np.minimum(common, 0.0)))


def in_surge(surges: Surges, before: np.ndarray | None, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Return which draws are in a surge, given those of the month before (None: not known); axes (draw, 1)."""
    begins = (1 - surges.lasting) * surges.chance
    chance = surges.chance if before is None else np.where(before, surges.lasting + begins, begins)
    return np.asarray(rng.random((draws, 1)) < chance)


def doubted(
    series: InflowSeries, doubt: Doubt | None, shape: tuple[int, ...], seed: int
) -> tuple[np.ndarray | None, np.ndarray]:
    """Return the doubtful figures, log(1 + persons), and which draws believe those of a destination."""
    if doubt is None or series.doubtful is None:
        return None, np.zeros(shape, bool)
    # Random numbers of their own: a table without doubtful months keeps its paths.
    months = np.maximum(np.isfinite(series.doubtful).sum(axis=0), 1)
    chance = 1 - (1 - doubt.believed) ** months
    return np.log1p(series.doubtful), np.random.default_rng([seed, 1]).random(shape) < chance


def highest_of(series: InflowSeries, bounds: Bounds, believed: np.ndarray, seed: int) -> np.ndarray:
    """Return log(1 + persons) that no simulated month exceeds; axes (draw, destination)."""
    top, recent = bounded(series.persons, bounds)
    if series.doubtful is not None:
        taken = bounded(np.where(np.isfinite(series.doubtful), series.doubtful, series.persons), bounds)
        top, recent = (np.where(believed, one, other) for one, other in zip(taken, (top, recent), strict=True))
    # Random numbers of their own, so that a bound does not move the paths that stay below it.
    own = np.random.default_rng([seed, 2]).random(believed.shape)
    return np.asarray(np.maximum(top + np.log(bounds.least) * own, recent))


def bounded(persons: np.ndarray, bounds: Bounds) -> tuple[np.ndarray, np.ndarray]:
    """Return log(1 + persons) of the bound of each destination, and of its highest of the last two months.

    Parameters
    ----------
    persons
        Index month, columns destination; NaN = not published.
    """
    figures = pd.DataFrame(persons)
    recent = figures.ffill().tail(2).max().fillna(0).to_numpy()
    usual = figures.tail(24).median().fillna(0).to_numpy()
    counted = np.maximum(recent, FEW)  # from three to thirty is no growth to learn from
    grown = bounds.growth * counted * (USUAL / counted) ** bounds.size
    top = np.minimum(grown, bounds.ceiling * np.maximum(usual, FEW))
    top = np.maximum(top, bounds.rebound * np.maximum(usual, recent))
    return np.log1p(top), np.log1p(recent)
