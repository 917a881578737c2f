"""How a level follows its shocks, in plain numpy and for many draws at once: what a fit implies, without PyMC."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from workbench.models.inflow.series import InflowSeries


@dataclass(frozen=True)
class Dynamics:
    """The parameters of the recursion; axes (draw …, destination), those common to all destinations (draw …, 1).

    Parameters
    ----------
    gain, start, scale
        Share of a shock that stays; level before the first month and size of a shock, log scale.
    season
        Axes (draw …, destination, term), log scale.
    freedom, reaction, persistence
        Degrees of freedom of the shocks; how their log variance answers to them, and how long it remembers.
    reversion
        Share of the distance to the destination's own average that the level closes in a month.
    fade
        Share by which that average takes up a month.
    """

    gain: np.ndarray
    start: np.ndarray
    scale: np.ndarray
    season: np.ndarray
    freedom: np.ndarray
    reaction: np.ndarray
    persistence: np.ndarray
    reversion: np.ndarray
    fade: float


@dataclass(frozen=True)
class State:
    """What a destination's past leaves for the next month; axes (draw …, destination), log scale."""

    level: np.ndarray
    average: np.ndarray
    variance: np.ndarray


def beginning(dynamics: Dynamics) -> State:
    """Return the state before the first month."""
    level = np.asarray(dynamics.start, dtype=float)
    return State(level, level, np.zeros_like(level))


def scale_now(dynamics: Dynamics, state: State) -> np.ndarray:
    """Return the size of the next shock; axes (draw …, destination), log scale."""
    return dynamics.scale * np.exp(0.5 * state.variance)


def following(dynamics: Dynamics, state: State, error: np.ndarray, happened: np.ndarray) -> State:
    """Return the state after a month.

    Parameters
    ----------
    error
        By how much the month differed from what was expected; axes (draw …, destination), log scale.
    happened
        Destinations whose month is known (or simulated); the state of others stays as it is.
    """
    d, s = dynamics, state
    square = (error / scale_now(d, s)) ** 2
    score = (d.freedom + 1) * square / (d.freedom + square) - 1
    return State(
        level=np.where(happened, s.level + d.gain * error + d.reversion * (s.average - s.level), s.level),
        average=np.where(happened, s.average + d.fade * (s.level + error - s.average), s.average),
        variance=np.where(happened, d.persistence * s.variance + d.reaction * score, s.variance),
    )


def filtered(series: InflowSeries, terms: np.ndarray, dynamics: Dynamics) -> Iterator[tuple[np.ndarray, State]]:
    """Yield for each month its error (0 where not published) and the state after it.

    Parameters
    ----------
    terms
        Index month, columns term (:func:`season_terms`).
    """
    state = beginning(dynamics)
    for y, published, term in zip(series.log_persons, series.observed, terms, strict=True):
        error = np.where(published, y - dynamics.season @ term - state.level, 0.0)
        state = following(dynamics, state, error, published)
        yield error, state


def last_state(series: InflowSeries, terms: np.ndarray, dynamics: Dynamics) -> State:
    """Return the state after the last published month."""
    ((_, state),) = deque(filtered(series, terms, dynamics), maxlen=1)
    return state


def standardised(series: InflowSeries, terms: np.ndarray, dynamics: Dynamics) -> np.ndarray:
    """Return each month's shock relative to the size that was expected of it.

    Returns
    -------
    numpy.ndarray
        Axes (month, draw …, destination); 0 where not published.
    """
    state, shocks = beginning(dynamics), []
    for error, after in filtered(series, terms, dynamics):
        shocks.append(error / scale_now(dynamics, state))
        state = after
    return np.stack(shocks)


def season_terms(months: np.ndarray, harmonics: int) -> np.ndarray:
    """Return cosine and sine of each harmonic for calendar months.

    Parameters
    ----------
    months
        Month numbers (:func:`workbench.core.dates.calendar.month_number`; January is 0 modulo 12).
    harmonics
        Number of harmonics, 1 to 5.

    Returns
    -------
    numpy.ndarray
        Index month, columns term: cos 1, sin 1, cos 2, sin 2 …
    """
    angle = 2 * np.pi * (np.asarray(months)[:, None] % 12) * np.arange(1, harmonics + 1) / 12
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1).reshape(len(angle), 2 * harmonics)


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
