"""What moves intake, output and stock to the next period? The terms of three linear equations on the log scale.

Each equation says by how much log(1 + cases) changes. Its terms are distances that pull: to the mean of the last two
and four periods, and for output to the intake of the last one, two and four periods, and to the stock. Weights of
such means stand for a level that is learnt slowly (exponential smoothing) without a latent path; the pull of output to
intake is an error correction: in the long run an agency closes what it receives. Nothing pulls to a mean of more than a
year: left-out series were forecast worse with it, as caseloads that have changed do not come back. The fewer the cases,
the more of a change is chance that goes again: flows of few cases are pulled more.

References
----------
Engle and Granger (1987), Co-integration and error correction. Econometrica 55(2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FIRST = 4
"""Periods of a series before the first one that is learnt from: means of fewer say little."""
RATIO_PERIODS = 16
RECENT, LONG = 4, 16
"""Periods whose changes are compared to tell whether a series is calm or unsettled."""
LEAST_CHANGE = 0.02
"""A change of 2 % is counted in besides: rounding alone makes no series unsettled."""


@dataclass(frozen=True)
class Equation:
    """One of the three: what changes, the prior mean of each term's weight, its spread, and that of the season."""

    name: str
    terms: tuple[str, ...]
    means: tuple[float, ...]
    spread: float | tuple[float, ...] = 0.1
    season: float = 0.12


FEW = 200.0
"""Cases a period at which half of the pull of few cases is left; chosen on half of 19 destinations (RESULTS)."""
_LEVEL = ("mean of 2", "mean of 4")
_FLOW = (*_LEVEL, "mean of 4, few cases")
INTAKE = Equation("intake", _FLOW, (0.1, 0.1, 0.4), (0.1, 0.1, 0.25), season=0.15)
OUTPUT = Equation(
    "output",
    (*_FLOW, "intake", "intake of 2", "intake of 4", "stock"),
    (0.1, 0.1, 0.4, 0.05, 0.05, 0.05, 0.0),
    (0.1, 0.1, 0.25, 0.1, 0.1, 0.1, 0.1),
)
STOCK = Equation("stock", (*_LEVEL, "change", "change of 4"), (0.0, 0.0, 0.2, 0.2), (0.1, 0.1, 0.3, 0.3), season=0.03)


def forward_filled(y: np.ndarray) -> np.ndarray:
    """Return a series (last axis period) whose gaps hold the value before them; NaN before the first."""
    at = np.where(np.isfinite(y), np.arange(y.shape[-1]), -1)
    at = np.maximum.accumulate(at, axis=-1)
    return np.where(at >= 0, np.take_along_axis(y, np.maximum(at, 0), axis=-1), np.nan)


def terms(name: str, y: np.ndarray, x: np.ndarray | None, s: np.ndarray | None, balanced: bool) -> np.ndarray:
    """Return an equation's terms for the period after the last one; last axis terms.

    Parameters
    ----------
    y, x, s
        What changes, the intake and the stock, log scale, last axis period, without gaps; None = not known.
    balanced
        Whether output empties the stock, so that it equals intake in the long run; else their usual ratio is learnt
        from the last sixteen periods.
    """

    def mean(z: np.ndarray, periods: int) -> np.ndarray:
        part = z[..., -periods:]
        known = np.isfinite(part)
        return np.where(known, part, 0.0).sum(-1) / np.maximum(known.sum(-1), 1)

    last = y[..., -1]
    found = [mean(y, 2) - last, mean(y, 4) - last]
    if name != "stock":
        found.append(found[1] / (1 + np.expm1(mean(y, 4)) / FEW))
    else:
        found += [last - y[..., -2], (last - y[..., -5]) / 4 if y.shape[-1] > 4 else last - y[..., -2]]
    if name == "output":
        nothing = np.zeros_like(last)
        if x is None:
            found += [nothing] * 3
        else:
            usual = 0.0 if balanced else mean(y - x, RATIO_PERIODS)
            found += [mean(x, periods) + usual - last for periods in (1, 2, 4)]
        found.append(nothing if s is None else s[..., -1] + mean(y - s, RATIO_PERIODS) - last)
    return np.nan_to_num(np.stack(found, axis=-1))


def unrest(y: np.ndarray) -> np.ndarray:
    """Return the log of how large the last four changes are against those of the last sixteen periods.

    ``y`` is a series on the log scale without gaps, last axis period; root mean squares are compared.
    """
    squares = np.diff(y[..., -LONG - 1 :], axis=-1) ** 2

    def size(periods: int) -> np.ndarray:
        part = squares[..., -periods:]
        known = np.isfinite(part)
        return np.where(known, part, 0.0).sum(-1) / np.maximum(known.sum(-1), 1) + LEAST_CHANGE**2

    return np.asarray(0.5 * np.log(size(RECENT) / size(LONG)))


@dataclass(frozen=True, eq=False)
class Rows:
    """Observations of an equation: terms (row, term), change, series, season of the period and the one before.

    ``unrest`` is that of the periods before; ``age`` counts the periods between an observation and the last one.
    """

    terms: np.ndarray
    change: np.ndarray
    series: np.ndarray
    now: np.ndarray
    before: np.ndarray
    unrest: np.ndarray
    age: np.ndarray


def rows(
    equation: Equation, y: np.ndarray, x: np.ndarray, s: np.ndarray, balanced: np.ndarray, phase: int, season: int
) -> Rows:
    """Return what the panel says of an equation; axes of ``y``, ``x`` and ``s`` (period, series), log scale."""
    found: list[tuple[np.ndarray, float, int, int, int, float, int]] = []
    for column in range(y.shape[1]):
        own, raw = forward_filled(y[:, column]), y[:, column]
        start = int(np.flatnonzero(np.isfinite(raw))[0]) if np.isfinite(raw).any() else len(raw)
        intake, stock = known(x[:, column]), known(s[:, column])
        for t in range(start + FIRST, len(raw)):
            if not (np.isfinite(raw[t]) and np.isfinite(raw[t - 1])):
                continue
            pulls = terms(
                equation.name,
                own[:t],
                None if intake is None or np.isnan(intake[t - 1]) else intake[:t],
                None if stock is None or np.isnan(stock[t - 1]) else stock[:t],
                bool(balanced[column]),
            )
            parts = (phase + t) % season, (phase + t - 1) % season
            found.append((pulls, raw[t] - raw[t - 1], column, *parts, float(unrest(own[:t])), len(raw) - 1 - t))
    if not found:
        none, whole = np.empty(0), np.empty(0, int)
        return Rows(np.empty((0, len(equation.terms))), none, whole, whole, whole, none, whole)
    given, change, at, now, before, stirred, age = (np.array(part) for part in zip(*found, strict=True))
    return Rows(given, change, at, now, before, stirred, age)


def known(values: np.ndarray) -> np.ndarray | None:
    """Return a series without gaps, None if nothing of it is known."""
    return forward_filled(values) if np.isfinite(values).any() else None
