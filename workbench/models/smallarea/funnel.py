"""Who differs from the others by more than chance? Limits of a funnel plot."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom

LEVELS = (0.95, 0.998)
"""Shares of areas within the limits if nothing but chance made them differ: two and three standard deviations."""


def limits(rate: float, persons: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper limit of a rate by the number of persons, if all had the same true rate.

    Notes
    -----
    Binomial quantiles, interpolated between the counts on both sides of the wanted tail, so that limits do not jump
    from one number of persons to the next.

    References
    ----------
    Spiegelhalter (2005), Funnel plots for comparing institutional performance. Statistics in Medicine 24(8).
    """
    # Counts moved to today's borders hold fractions, for which there are no binomial quantiles.
    persons = np.maximum(np.rint(np.asarray(persons, dtype=float)), 1.0)
    if rate <= 0 or rate >= 1:
        return np.full(persons.shape, rate), np.full(persons.shape, rate)
    ends = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        at = binom.ppf(tail, persons, rate)
        above, below = binom.cdf(at, persons, rate), binom.cdf(at - 1, persons, rate)
        share = (above - tail) / np.maximum(above - below, 1e-12)
        ends.append(np.clip((at - share) / persons, 0.0, 1.0))
    return ends[0], ends[1]
