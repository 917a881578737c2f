"""What do simple rules say of moves? Gravity by regression, radiation, constant shares.

References
----------
Santos Silva and Tenreyro (2006), The log of gravity. Review of Economics and Statistics 88(4).
Simini, González, Maritan and Barabási (2012), A universal model for mobility and migration patterns. Nature 484.
"""

from __future__ import annotations

import numpy as np

from workbench.models.moves.flows import Flows

RULES = ("gravity_regression", "radiation", "constant_shares")


def foresee(rule: str, flows: Flows, known: np.ndarray) -> np.ndarray:
    """Return expected persons for every pair by a simple rule that saw the known pairs (a mask).

    The sum of an origin without any known pair is not foreseen by these rules; it is scaled by who scores them.
    """
    if rule == "gravity_regression":
        return _regression(flows, known)
    weight = _radiation(flows) if rule == "radiation" else _constant(flows, known)
    return _to_origin_sums(flows, weight, known)


def _regression(flows: Flows, known: np.ndarray) -> np.ndarray:
    """Poisson pseudo maximum likelihood of log sizes and log distance."""
    x = np.hstack([np.ones((len(flows), 1)), flows.features[:, :3]])
    y = flows.persons
    theta = np.array([np.log(y[known].mean() + 1e-9), 1.0, 1.0, 1.0])
    for _ in range(50):
        mean = np.exp(np.clip(x[known] @ theta, -25, 25))
        slope = x[known].T @ (y[known] - mean)
        step = np.linalg.solve((x[known] * mean[:, None]).T @ x[known] + 1e-8 * np.eye(4), slope)
        theta = theta + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    found: np.ndarray = np.exp(np.clip(x @ theta, -25, 25))
    return found


def _radiation(flows: Flows) -> np.ndarray:
    m, n = flows.population[flows.origin], flows.population[flows.destination]
    s = flows.between[flows.origin, flows.destination]
    found: np.ndarray = m * n / ((m + s) * (m + n + s))
    return found


def _constant(flows: Flows, known: np.ndarray) -> np.ndarray:
    arrived = np.bincount(flows.destination[known], flows.persons[known], len(flows.places))
    seen = np.bincount(flows.destination[known], minlength=len(flows.places))
    mean = np.where(seen > 0, arrived / np.maximum(seen, 1), arrived.sum() / max(int(seen.sum()), 1))
    found: np.ndarray = mean[flows.destination]
    return found


def _to_origin_sums(flows: Flows, weight: np.ndarray, known: np.ndarray) -> np.ndarray:
    count = len(flows.places)
    left = np.bincount(flows.origin[known], flows.persons[known], count)
    told = np.bincount(flows.origin[known], weight[known], count)
    overall = left.sum() / max(float(told.sum()), 1e-12)
    scale = np.where(told > 0, left / np.maximum(told, 1e-12), overall)
    found: np.ndarray = weight * scale[flows.origin]
    return found
