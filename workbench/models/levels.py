"""The level recursion and its shocks in plain numpy, for many draws at once: what a fit implies, without PyMC."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np
from scipy.special import ndtri

from workbench.models.inflow_series import InflowSeries


def season_terms(months: np.ndarray, harmonics: int) -> np.ndarray:
    """Return cosine and sine of each harmonic for calendar months.

    Parameters
    ----------
    months
        Month numbers (:func:`workbench.core.calendar.month_number`; January is 0 modulo 12).
    harmonics
        Number of harmonics, 1 to 5.

    Returns
    -------
    numpy.ndarray
        Index month, columns term: cos 1, sin 1, cos 2, sin 2 …
    """
    angle = 2 * np.pi * (np.asarray(months)[:, None] % 12) * np.arange(1, harmonics + 1) / 12
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1).reshape(len(angle), 2 * harmonics)


def one_step_errors(
    series: InflowSeries, terms: np.ndarray, season: np.ndarray, gain: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """Return by how much each month differed from what was expected the month before.

    Parameters
    ----------
    terms
        Index month, columns term (:func:`season_terms`).
    season
        Axes (draw …, destination, term), log scale.
    gain, start
        Axes (draw …, destination): share of an error that stays in the level; level before the first month (log scale).

    Returns
    -------
    numpy.ndarray
        Axes (month, draw …, destination), log scale; 0 where not published.
    """
    return np.stack([error for error, _ in _months(series, terms, season, gain, start)])


def last_level(
    series: InflowSeries, terms: np.ndarray, season: np.ndarray, gain: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """Return the level after the last published month; axes (draw …, destination), log scale.

    Parameters are those of :func:`one_step_errors`.
    """
    ((_, level),) = deque(_months(series, terms, season, gain, start), maxlen=1)
    return level


def _months(
    series: InflowSeries, terms: np.ndarray, season: np.ndarray, gain: np.ndarray, start: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield for each month its error and the level after it."""
    level = np.asarray(start, dtype=float)
    for y, observed, term in zip(series.log_persons, series.observed, terms, strict=True):
        error = np.where(observed, y - season @ term - level, 0.0)
        level = level + gain * error
        yield error, level


def shock_correlation(shocks: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Return how strongly the shocks of one month move together, as correlation of normal scores.

    Parameters
    ----------
    shocks
        Index month, columns destination.
    observed
        Same axes; whether the month is published.

    Returns
    -------
    numpy.ndarray
        Destination × destination, positive definite, ones on the diagonal.

    Notes
    -----
    Ranks are taken within each destination, so that the heavy tails of the shocks do not decide the result. The raw
    correlations r_ij are shrunk towards their mean m: r_ij + λ(m − r_ij) with λ = Σ Var(r_ij) / Σ (r_ij − m)², at
    most 1, and Var(r) ≈ (1 − r²)²/(n − 1). All are then drawn to zero by 1/n, so that two destinations that only ever
    moved together stay two.

    References
    ----------
    Schäfer and Strimmer (2005), A shrinkage approach to large-scale covariance matrix estimation. Statistical
    Applications in Genetics and Molecular Biology 4(1).
    """
    months, places = shocks.shape
    if places == 1:
        return np.ones((1, 1))
    ranks = np.where(observed, shocks, np.inf).argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") + 1
    # Cells that are not published keep the score 0: every pair stays comparable and the matrix a correlation matrix.
    scores = np.where(observed, ndtri(np.minimum(ranks / (observed.sum(axis=0) + 1), 1 - 1e-9)), 0.0)
    raw = np.corrcoef(scores, rowvar=False)
    pairs = raw[np.triu_indices(places, 1)]
    centre = max(float(pairs.mean()), 0.0)
    noise = float(np.sum((1 - pairs**2) ** 2) / (months - 1))
    spread = float(np.sum((pairs - centre) ** 2))
    weight = min(1.0, noise / spread) if spread > 0 else 1.0
    shrunk = ((1 - weight) * raw + weight * centre) * (1 - 1 / months)
    np.fill_diagonal(shrunk, 1.0)
    return shrunk
