"""Draws of shares that add up to one in every draw, while each area keeps its own distribution.

References
----------
Clark and others (2004), The Schaake shuffle. Journal of Hydrometeorology 5(1): the reordering of sorted draws.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

ROUNDS = 3
LASTING = 0.7
"""Correlation, as normal scores, of an area's errors one period further ahead: assumed."""
TAILS = 0.1
"""How much the size of errors itself varies (log scale): thin tails would be claimed by a short past."""


def normal_scores(size: tuple[int, int], before: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
    """Return standard scores (draw, area), a little heavy-tailed; they continue those of the period before."""
    new = rng.standard_normal(size) * np.exp(TAILS * rng.standard_normal(size))
    return new if before is None else LASTING * before + np.sqrt(1 - LASTING**2) * new


def drawn(distributions: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return draws (draw, area) of distributions (area, level at equal steps of probability); zeros stay zeros."""
    steps = distributions.shape[1] - 1
    place = ndtr(scores) * steps
    low = np.minimum(place.astype(int), steps - 1)
    part = place - low
    area = np.arange(distributions.shape[0])[None, :]
    below, above = distributions[area, low], distributions[area, low + 1]
    # Between nobody and somebody there is nothing in between.
    return np.where((below <= 0) & (part < 0.5), 0.0, below + part * (above - below))


def adding_up(shares: np.ndarray) -> np.ndarray:
    """Return draws (draw, area) with sum one: the draws of each area are put in another order, then scaled a little."""
    ordered = np.sort(shares, axis=0)
    found = shares
    for _ in range(ROUNDS):
        found = _scaled(found)
        ranks = found.argsort(axis=0).argsort(axis=0)
        found = np.take_along_axis(ordered, ranks, axis=0)
    return _scaled(found)


def _scaled(shares: np.ndarray) -> np.ndarray:
    total = shares.sum(axis=1, keepdims=True)
    # A draw in which nobody comes anywhere takes the mean of the others.
    filled = np.where(total > 0, shares, shares.mean(axis=0, keepdims=True))
    scaled: np.ndarray = filled / np.maximum(filled.sum(axis=1, keepdims=True), 1e-300)
    return scaled
