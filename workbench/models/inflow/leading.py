"""Do border detections tell of applications to come? A direct regression by horizon, pooled over origins and shrunk.

For each horizon h the growth of applications by origin, log(1 + persons), from a month to h months later, is regressed
on what is known in that month: the series' own recent course and season, and, in the joint form, detections of that
nationality in the month and the four before it, against their level of the year before those. Detections to come are
never plugged in: a direct regression needs none. Coefficients are common to all origins plus a shrunk difference each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import month_number
from workbench.models.inflow.recursion import season_terms
from workbench.models.scores import LEVELS

LAGS = 5
"""Detections of the month and of four before it."""
BEFORE = 12
"""Months of the level that detections are compared with, before those."""
HARMONICS = 2
EARLIEST = LAGS + BEFORE
FEWEST_ROWS = 60


@dataclass(frozen=True)
class Shrinkage:
    """How strongly coefficients are drawn to zero, and an origin's own to the common ones. Assumed, not estimated.

    Parameters
    ----------
    common, own
        Rows of evidence for zero, for a common coefficient and for an origin's difference from it (standardised).
    kept
        Weight that a month keeps from each month to the next.
    scale_months
        Months of evidence for the size of errors that all origins share.
    """

    common: float = 30.0
    own: float = 100.0
    kept: float = 0.985
    scale_months: float = 24.0


def own_terms(z: np.ndarray, numbers: np.ndarray, horizon: int) -> np.ndarray:
    """Return what a series says of its own growth; axes (month, origin, term), NaN where too early.

    Parameters
    ----------
    z
        Index month, columns origin, log(1 + persons).
    numbers
        Month numbers of the index.
    """
    frame = pd.DataFrame(z)
    course = [z - frame.rolling(months).mean().to_numpy() for months in (3, 12)]
    turn = season_terms(numbers + horizon, HARMONICS) - season_terms(numbers, HARMONICS)
    wide = np.broadcast_to(turn[:, None, :], (*z.shape, turn.shape[1]))
    return np.concatenate([np.ones((*z.shape, 1)), np.stack(course, axis=-1), wide], axis=-1)


def lead_terms(w: np.ndarray, late: int = 0) -> np.ndarray:
    """Return detections of the last months against their level of the year before; axes (month, origin, lag).

    Parameters
    ----------
    w
        Index month, columns origin, log(1 + detections).
    late
        Months by which detections are published later than applications.
    """
    frame = pd.DataFrame(w).shift(late)
    level = frame.shift(LAGS).rolling(BEFORE).mean()
    return np.stack([(frame.shift(lag) - level).to_numpy() for lag in range(LAGS)], axis=-1)


def foreseen(
    persons: pd.DataFrame,
    detections: pd.DataFrame | None,
    horizon: int,
    shrinkage: Shrinkage | None = None,
    late: int = 0,
) -> np.ndarray:
    """Return the quantiles of applications ``horizon`` months after the last month of a table.

    Parameters
    ----------
    persons
        Index month without a gap ('YYYY-MM'), columns origin; NaN = not published.
    detections
        The same index and columns; None leaves them out.
    late
        Months by which detections are published later.

    Returns
    -------
    numpy.ndarray
        Axes (origin, level of :data:`workbench.models.scores.LEVELS`); NaN where the last month is not published or
        there is too little to learn from.
    """
    s = shrinkage or Shrinkage()
    z = np.log1p(persons.to_numpy(float))
    numbers = np.array([month_number(str(month)) for month in persons.index])
    x = own_terms(z, numbers, horizon)
    if detections is not None:
        x = np.concatenate([x, lead_terms(np.log1p(detections.to_numpy(float)), late)], axis=-1)
    months, places, terms = x.shape
    growth = np.full(z.shape, np.nan)
    growth[:-horizon] = z[horizon:] - z[:-horizon]
    usable = np.isfinite(growth) & np.isfinite(x).all(axis=-1)
    usable[:EARLIEST] = False  # the same rows with detections and without, so that the two are compared fairly
    out = np.full((places, len(LEVELS)), np.nan)
    if usable.sum() < FEWEST_ROWS:
        return out
    at, place = np.nonzero(usable)
    size = np.sqrt(np.mean(x[at, place] ** 2, axis=0))
    x = x / np.where(size > 0, size, 1.0)
    rows, target = x[at, place], growth[at, place]
    wide = np.zeros((len(rows), terms * (1 + places)))
    wide[:, :terms] = rows
    for term in range(terms):
        wide[np.arange(len(rows)), terms * (1 + place) + term] = rows[:, term]
    penalty = np.concatenate([np.full(terms, s.common), np.full(terms * places, s.own)])
    penalty[0] = 1e-6
    weight = s.kept ** (months - 1 - at)
    gram = wide.T @ (weight[:, None] * wide) + np.diag(penalty)
    learnt = np.linalg.solve(gram, wide.T @ (weight * target))
    error = target - wide @ learnt
    square = np.bincount(place, weight * error**2, places)
    evidence = np.bincount(place, weight, places)
    usual = square.sum() / evidence.sum()
    scale = np.sqrt((square + s.scale_months * usual) / (evidence + s.scale_months))
    order = np.argsort(error / scale[place])
    heaped = np.cumsum(weight[order]) - 0.5 * weight[order]
    ladder = np.interp(LEVELS, heaped / weight.sum(), (error / scale[place])[order])
    now = x[-1]
    ahead = now @ learnt[:terms] + np.einsum("pt,pt->p", now, learnt[terms:].reshape(places, terms))
    told = np.isfinite(ahead) & np.isfinite(z[-1])
    out[told] = np.expm1(np.maximum(z[-1, told] + ahead[told], 0.0)[:, None] + scale[told, None] * ladder)
    return np.maximum(out, 0.0)
