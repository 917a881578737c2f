"""Which weights make draws agree with what somebody says, and change them least otherwise?

Notes
-----
Minimum relative entropy: of all weights w that meet the conditions Σ w_d g_k(x_d) = c_k the ones nearest to equal
weights are w_d ∝ exp(λ·g(x_d)); λ minimises a convex function.

References
----------
Robertson, Tallman and Whiteman (2005), Forecasting using relative entropy. Journal of Money, Credit and Banking 37(3).
Kish (1965), Survey Sampling, for the effective sample size 1 / Σ w².
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError

LEAST_SHARE = 0.05
LEAST_DRAWS = 100
MISSED = 0.01
"""By how much a condition's probability may be missed before it is called impossible to meet."""


def tilted(conditions: np.ndarray, wanted: np.ndarray, what: str) -> np.ndarray:
    """Return weights of draws, summing to one, under which the means of conditions are those wanted.

    Parameters
    ----------
    conditions
        Axes (draw, condition), for probabilities 0 or 1.
    wanted
        Mean of each condition.
    what
        Whose conditions these are, for the message.

    Raises
    ------
    AssumptionError
        If no weights of these draws meet the conditions.
    """
    shifted = conditions - wanted

    def dual(slopes: np.ndarray) -> tuple[float, np.ndarray]:
        exponents = shifted @ slopes
        level = float(logsumexp(exponents))
        return level, shifted.T @ np.exp(exponents - level)

    found = minimize(dual, np.zeros(len(wanted)), jac=True, method="BFGS", options={"maxiter": 500})
    exponents = shifted @ found.x
    weights = np.exp(exponents - logsumexp(exponents))
    missed = np.abs(weights @ shifted).max()
    if not np.isfinite(missed) or missed > MISSED:
        raise AssumptionError(
            f"no futures of the forecast agree with {what}",
            why="draws are weighted, not moved: what no draw holds cannot be made likely",
            do="see that the judgements fit each other and the forecast's range, or use a scenario",
        )
    return np.asarray(weights)


def effective(weights: np.ndarray) -> float:
    """Return the effective sample size of weights: as many equal draws would tell as much."""
    return float(1 / np.sum(weights**2))


def enough(weights: np.ndarray, what: str) -> float:
    """Return the effective sample size; refuse weights that leave only a few draws."""
    size = effective(weights)
    least = max(LEAST_DRAWS, LEAST_SHARE * len(weights))
    if size < least:
        raise AssumptionError(
            f"{what} leaves an effective sample of {size:.0f} of {len(weights):,} draws",
            why=f"at least {least:.0f} are needed; the result would come from a few simulated futures",
            do="widen the judgement, or make the forecast with more draws (--draws)",
        )
    return size


def resampled(draws: Draws, weights: np.ndarray, seed: int) -> Draws:
    """Return as many draws, each taken as often as its weight says (systematic resampling); the seed repeats it."""
    ladder = (np.random.default_rng(seed).random() + np.arange(draws.size)) / draws.size
    chosen = np.minimum(np.searchsorted(np.cumsum(weights), ladder), draws.size - 1)
    return Draws(draws.values.isel(draw=chosen), draws.unit)
