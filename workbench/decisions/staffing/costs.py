"""What does a year cost, once it is known? One sum for the plan's draws, for fresh draws and for simulated years."""

from __future__ import annotations

import numpy as np

from workbench.decisions.staffing.problem import StaffingProblem


def late_cases(waiting: np.ndarray, done: np.ndarray, time_limits: np.ndarray) -> np.ndarray:
    """Return cases beyond their limit at the end of each month, axes (S, T, U, K).

    Parameters
    ----------
    waiting
        Cases at the end of each month, the first is now, (S, T + 1, U, K).
    done
        Cases done in each month, (S, T, U, K).
    time_limits
        Whole months, (K,).

    Notes
    -----
    A case that waited L months ago and has not left since is late; who came first leaves first. Cases that wait now
    have an age that these figures do not tell, so a month before L is not counted.
    """
    months = done.shape[1]
    found = np.zeros_like(done, dtype=float)
    for k, limit in enumerate(time_limits.astype(int)):
        for t in range(limit - 1, months):
            since = done[:, t - limit + 1 : t + 1, :, k].sum(axis=1)
            found[:, t, :, k] = np.maximum(waiting[:, t + 1 - limit, :, k] - since, 0.0)
    return found


def cost(
    problem: StaffingProblem, waiting: np.ndarray, done: np.ndarray, overtime: np.ndarray, price_of_orders: float
) -> dict[str, np.ndarray]:
    """Return the parts of the cost in each draw, axis (S,): ``orders``, ``overtime``, ``waiting``, ``late``, ``left``.

    ``left`` is the work that cases still waiting at the end will cost, at the price of an hour.
    """
    p = problem.prices
    ahead = problem.to_exit() * p.hour
    return {
        "orders": np.full(len(waiting), price_of_orders),
        "overtime": p.hour * p.overtime * overtime.sum(axis=(1, 2, 3)),
        "waiting": p.waiting * waiting[:, 1:].sum(axis=(1, 2, 3)),
        "late": p.late * late_cases(waiting, done, problem.time_limits).sum(axis=(1, 2, 3)),
        "left": (ahead * waiting[:, -1]).sum(axis=(1, 2)),
    }


def tail_mean(values: np.ndarray, tail: float) -> float:
    """Return the mean of the worst share of draws (CVaR), the draw at the border counted in part.

    >>> tail_mean(np.array([1.0, 2.0, 3.0, 4.0]), 0.5)
    3.5
    """
    ordered = np.sort(values)[::-1]
    weight = np.clip(tail * len(ordered) - np.arange(len(ordered)), 0.0, 1.0)
    return float(weight @ ordered / weight.sum())
