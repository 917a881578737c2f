"""How good was a forecast? Proper scores of quantile forecasts and of samples, and how sure a share of hits is.

A forecast is a row of 23 quantiles at :data:`LEVELS`, or a sample; all functions take many forecasts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import beta

from workbench.core.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

LEVELS = (0.01, 0.025, *(round(0.05 * step, 2) for step in range(1, 20)), 0.975, 0.99)
"""Probabilities of the quantiles of a forecast."""
INTERVALS = (0.5, 0.8, 0.95)
"""Central intervals whose coverage is counted."""
_LEVELS = np.array(LEVELS)


def cell_weights(levels: ArrayLike = LEVELS) -> np.ndarray:
    """Return what share of (0, 1) each level stands for: from half-way to its neighbours, the ends included."""
    inner = np.asarray(levels, float)
    edges = np.concatenate([[0.0], (inner[1:] + inner[:-1]) / 2, [1.0]])
    return np.diff(edges)


def crps(quantiles: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Return the continuous ranked probability score: how far forecast and outcome are apart, in their own unit.

    Parameters
    ----------
    quantiles
        Last axis :data:`LEVELS`, not decreasing.
    observed
        The outcomes, one for each row of quantiles; NaN gives NaN.

    Notes
    -----
    Twice the pinball loss, integrated over the levels with the weight of their cells; 23 levels come within a few per
    cent of the exact score.

    References
    ----------
    Gneiting and Ranjan (2011), Comparing density forecasts using threshold- and quantile-weighted scoring rules.
    Journal of Business & Economic Statistics 29(3).
    """
    above = np.asarray(observed, float)[..., None] - _checked(quantiles)
    return 2 * np.maximum(_LEVELS * above, (_LEVELS - 1) * above) @ cell_weights()


def threshold_weighted_crps(quantiles: np.ndarray, observed: np.ndarray, threshold: np.ndarray) -> np.ndarray:
    """Return the part of the CRPS that lies above a threshold: how well high outcomes were foreseen.

    Notes
    -----
    The CRPS of forecast and outcome after everything below the threshold was moved onto it (a chaining function), so
    it stays proper, unlike a score of high outcomes alone.
    """
    limit = np.asarray(threshold, float)
    return crps(np.maximum(quantiles, limit[..., None]), np.maximum(observed, limit))


def pit(quantiles: np.ndarray, observed: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return where the outcome fell in its forecast, from 0 to 1; uniform over many forecasts if these are calibrated.

    Notes
    -----
    Between two levels the distribution is linear. Where quantiles equal the outcome (counts, zeros) and beyond the
    outer quantiles, the value is drawn from the probability that lies there.
    """
    q, y = _checked(quantiles), np.asarray(observed, float)
    below, reached = (q < y[..., None]).sum(-1), (q <= y[..., None]).sum(-1)
    tied = reached > below
    ladder = np.concatenate([[0.0], _LEVELS, [1.0]])
    cells = np.concatenate([[0.0], np.cumsum(cell_weights())])
    # Where levels are tied, all of their cells; else between the two levels around the outcome.
    low = np.where(tied, cells[below], ladder[below])
    high = np.where(tied, cells[reached], ladder[below + 1])
    ends = np.concatenate([q[..., :1], q, q[..., -1:]], axis=-1)
    left, right = (np.take_along_axis(ends, at[..., None], -1)[..., 0] for at in (below, below + 1))
    inside = ~tied & (right > left)
    share = np.where(inside, (y - left) / np.where(inside, right - left, 1.0), rng.random(y.shape))
    return np.where(np.isfinite(y), low + share * (high - low), np.nan)


def covered(quantiles: np.ndarray, observed: np.ndarray, level: float) -> np.ndarray:
    """Return whether the outcome lay in the central interval of that level, its ends included; NaN where unknown."""
    low, high = (_at(probability) for probability in ((1 - level) / 2, (1 + level) / 2))
    q, y = _checked(quantiles), np.asarray(observed, float)
    return np.where(np.isfinite(y), (q[..., low] <= y) & (y <= q[..., high]), np.nan)


def energy_score(samples: np.ndarray, observed: np.ndarray, *, neighbours: bool = False) -> np.ndarray:
    """Return how far joint samples and the outcome of all series together are apart: the CRPS in many dimensions.

    Parameters
    ----------
    samples
        Axes (forecast, draw, series); at least two draws, or one with ``neighbours``.
    observed
        Axes (forecast, series); a series that is NaN is left out of its forecast.
    neighbours
        Compare each draw with the one before it alone instead of with all others: for independent draws the same but
        for noise, and its time does not grow with their square.
    """
    scores = np.full(len(observed), np.nan)
    known = np.isfinite(observed)
    for row, (draws, truth, here) in enumerate(zip(samples, observed, known, strict=True)):
        if here.any():
            scores[row] = _energy(np.asarray(draws[:, here], float), truth[here], neighbours)
    return scores


def _energy(draws: np.ndarray, truth: np.ndarray, neighbours: bool) -> float:
    if neighbours:  # a line here: the library compiles for many seconds in every worker
        apart = np.linalg.norm(draws - np.roll(draws, 1, axis=0), axis=1)
        return float(np.linalg.norm(draws - truth, axis=1).mean() - apart.mean() / 2)
    from scoringrules import es_ensemble

    return float(es_ensemble(truth, draws, estimator="fair"))


def sample_crps(samples: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Return the continuous ranked probability score of samples, in their own unit.

    Parameters
    ----------
    samples
        Axes (draw, *forecasts). It is the score of the sample itself, so that one draw scores its absolute error.
    observed
        The outcomes, one for each forecast.
    """
    found = np.sort(np.asarray(samples, float), axis=0)
    count = len(found)
    rank = (2 * np.arange(1, count + 1) - 1) / count - 1
    spread = np.tensordot(rank, found, axes=1) / count  # half the mean distance of two draws, by their order
    score: np.ndarray = np.abs(found - np.asarray(observed, float)).mean(axis=0) - spread
    return score


def absolute_error(point: np.ndarray, observed: np.ndarray) -> float:
    """Return the sum of absolute errors as a share of the sum of all outcomes (WAPE)."""
    return float(np.abs(point - observed).sum() / observed.sum())


def binomial_interval(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact (Clopper–Pearson) interval of a share.

    >>> tuple(round(end, 3) for end in binomial_interval(95, 100))
    (0.887, 0.984)
    """
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, hits, trials - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, trials - hits)) if hits < trials else 1.0
    return low, high


def independent_samples(quantiles: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Return samples of forecasts that say nothing about each other, by their quantiles; axes (draw, *forecasts).

    Each forecast is drawn at evenly spread probabilities in an order of its own; beyond the outer quantiles it stays
    on them.
    """
    q = _checked(quantiles)
    spread = at_probabilities(q, (np.arange(draws) + 0.5) / draws)
    return np.moveaxis(rng.permuted(spread, axis=-1), -1, 0)


def at_probabilities(quantiles: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the forecasts' quantiles at other probabilities, linear between those known; last axis probabilities."""
    p = np.clip(probabilities, _LEVELS[0], _LEVELS[-1])
    right = np.clip(np.searchsorted(_LEVELS, p, side="left"), 1, len(LEVELS) - 1)
    share = (p - _LEVELS[right - 1]) / (_LEVELS[right] - _LEVELS[right - 1])
    return quantiles[..., right - 1] * (1 - share) + quantiles[..., right] * share


def pool(quantiles: np.ndarray) -> np.ndarray:
    """Return the equal-weight mixture of several forecasters' distributions, an opinion pool.

    Parameters
    ----------
    quantiles
        Axes (forecaster, *forecasts, level).

    Returns
    -------
    numpy.ndarray
        Axes (*forecasts, level).

    Notes
    -----
    Distribution functions are averaged, not quantiles: where forecasters disagree the pool is wider than each of them.
    """
    fine = 400
    spread = at_probabilities(_checked(quantiles), (np.arange(fine) + 0.5) / fine)
    together = np.sort(np.concatenate(list(spread), axis=-1), axis=-1)
    steps = (np.arange(together.shape[-1]) + 0.5) / together.shape[-1]
    right = np.clip(np.searchsorted(steps, _LEVELS), 1, len(steps) - 1)
    share = np.clip((_LEVELS - steps[right - 1]) / (steps[right] - steps[right - 1]), 0, 1)
    return together[..., right - 1] * (1 - share) + together[..., right] * share


def _at(probability: float) -> int:
    return int(np.flatnonzero(np.isclose(_LEVELS, probability))[0])


def _checked(quantiles: np.ndarray) -> np.ndarray:
    q = np.asarray(quantiles, float)
    if q.shape[-1] != len(LEVELS) or not np.all(np.diff(q, axis=-1) >= 0):
        raise DataError(
            "these are not the quantiles of forecasts",
            why=f"a forecast has {len(LEVELS)} quantiles, none smaller than the one before and none missing",
            do="sort the quantiles of each forecast by their level",
        )
    return q
