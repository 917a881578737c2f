"""What do simple rules say of a stock or an output? Each rule has an interval from its own past errors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import ndtri

from workbench.models.scores import LEVELS

STOCK_RULES = ("LastNetFlow", "MeanNetFlow4")
OUTPUT_RULES = ("FollowsIntake",)
FEWEST_ERRORS = 8
FEWEST_KNOWN = 5
"""Known periods behind an earlier origin whose errors count: before them a rule has nothing to continue."""
_MIX = {1: 0.1, 2: 0.2, 3: 0.25}


def forecast(name: str, values: np.ndarray, horizon: int, intake: np.ndarray | None = None) -> np.ndarray:
    """Return quantiles of one series, axes (step, level), cases.

    Parameters
    ----------
    name
        ``LastNetFlow`` continues the last change, ``MeanNetFlow4`` the mean of the last four; ``FollowsIntake`` mixes
        the last output with the last intake, on the log scale.
    values, intake
        One value per period, NaN = not published.

    Notes
    -----
    The rule is applied to every earlier origin; the root mean square of its log errors at a step, widened for how few
    they are, is the scale of a normal distribution about its point. Steps with fewer than eight errors take the
    scale of one step times the root of the step.
    """
    rule = {"LastNetFlow": _last, "MeanNetFlow4": _mean, "FollowsIntake": _mixed(intake)}[name]
    found = np.empty((horizon, len(LEVELS)))
    scale_one = 0.2
    for step in range(1, horizon + 1):
        errors = np.array(
            [
                np.log1p(values[t + step]) - np.log1p(rule(values[: t + 1], step))
                for t in range(4, len(values) - step)
                if np.isfinite(values[: t + 1]).sum() >= FEWEST_KNOWN
            ]
        )
        errors = errors[np.isfinite(errors)]
        scale = scale_one * np.sqrt(step)
        if len(errors) >= FEWEST_ERRORS:
            scale = float(np.sqrt(np.mean(errors**2) * (1 + 2 / len(errors))))
        if step == 1:
            scale_one = scale
        point = np.log1p(rule(values, step))
        found[step - 1] = np.expm1(np.maximum(point + scale * ndtri(np.array(LEVELS)), 0.0))
    return found


def _filled(values: np.ndarray) -> np.ndarray:
    known = np.flatnonzero(np.isfinite(values))
    return np.interp(np.arange(len(values)), known, values[known]) if len(known) else np.zeros(len(values))


def _last(values: np.ndarray, step: int) -> float:
    y = _filled(values)
    return max(float(y[-1] + step * (y[-1] - y[-2])), 0.0)


def _mean(values: np.ndarray, step: int) -> float:
    y = _filled(values)
    return max(float(y[-1] + step * (y[-1] - y[-5]) / 4), 0.0)


def _mixed(intake: np.ndarray | None) -> Callable[[np.ndarray, int], float]:
    def rule(values: np.ndarray, step: int) -> float:
        y = np.log1p(_filled(values)[-1])
        if intake is None or not np.isfinite(intake[: len(values)]).any():
            return float(np.expm1(y))
        weight = _MIX.get(step, 0.3)
        return float(np.expm1((1 - weight) * y + weight * np.log1p(_filled(intake[: len(values)])[-1])))

    return rule
