"""What is the best choice of pairs under the rules? The readable statement in cvxpy, solved by HiGHS.

It takes any rule and settles small cases exactly; `search.large_scale` takes rules that limit places, at any size.

One thread and a fixed seed: without a time limit the same input gives the same plan on every machine. A choice stops on
its gap, on a number of search nodes, or when the time is up.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.core.errors import DecisionError
from workbench.decisions.allocation.problem.input_tables import Floats
from workbench.decisions.allocation.rules.standard import Rows

RowsByRule = Mapping[str, Rows]
WHOLE_PERSON = 0.999
NODES = 50


@dataclass(frozen=True, eq=False)
class Relaxation:
    """What could be reached if a household could be shared between places, and at which prices.

    ``x`` has one entry per pair, 0–1; ``prices`` one per row of each rule, at least 0, value per unit of its limit.
    """

    x: Floats
    prices: dict[str, Floats]


def restricted(rows: RowsByRule, keep: NDArray[np.bool_]) -> dict[str, Rows]:
    """Return the rules over the pairs that are marked."""
    return {name: Rows(each.matrix[:, keep], each.limit, each.key) for name, each in rows.items()}


def kept(rows: RowsByRule, x: Floats) -> bool:
    """Say whether a choice of pairs keeps every rule."""
    return all(bool((each.matrix @ x <= each.limit + 1e-6).all()) for each in rows.values())


def relax(value: Floats, rows: RowsByRule) -> Relaxation:
    """Return the linear relaxation over all pairs: max value·x with matrix x ≤ limit for every rule, x ≥ 0."""
    import cvxpy as cp  # Here and below: two seconds that only a solve should cost.

    x = cp.Variable(len(value), nonneg=True)
    constraints = {name: each.matrix @ x <= each.limit for name, each in rows.items() if len(each)}
    _run(cp.Problem(cp.Maximize(value @ x), list(constraints.values())))
    if x.value is None:
        raise DecisionError("the linear relaxation has no solution", why="its prices bound what a plan can reach")
    prices = {
        name: np.maximum(0.0, np.atleast_1d(constraints[name].dual_value)) if name in constraints else np.zeros(0)
        for name in rows
    }
    return Relaxation(np.asarray(x.value, dtype=np.float64), prices)


def choose(
    value: Floats, rows: RowsByRule, start: Floats, *, gap: float, whole: bool = False, seconds: float = np.inf
) -> tuple[Floats, float]:
    """Return the best choice of whole pairs (x is 0 or 1), and the gap that the solver claims among these pairs.

    Parameters
    ----------
    value
        One entry per pair.
    rows
        The rules over these pairs.
    start
        A choice that keeps the rules; returned when nothing better is found.
    gap
        Relative gap at which the search may stop.
    whole
        Values are whole numbers, so that a gap below 1 is proof.
    seconds
        Time after which the search ends with what it has.
    """
    import cvxpy as cp

    options: dict[str, Any] = {"mip_rel_gap": gap, "mip_max_nodes": NODES}
    if whole:
        options |= {"mip_rel_gap": 0.0, "mip_abs_gap": WHOLE_PERSON}
    if np.isfinite(seconds):
        options["time_limit"] = max(0.1, seconds)
    x = cp.Variable(len(value), boolean=True)
    constraints = [each.matrix @ x <= each.limit for each in rows.values() if len(each)]
    problem = cp.Problem(cp.Maximize(value @ x), constraints)
    _run(problem, **options)
    if x.value is None or not np.isfinite(x.value).all():
        return start, np.inf
    found = np.rint(np.asarray(x.value, dtype=np.float64))
    if not kept(rows, found) or value @ found < value @ start:
        found = start
    claimed = -float(getattr(problem.solver_stats.extra_stats, "mip_dual_bound", np.nan))
    return found, max(0.0, claimed - float(value @ found)) / max(1.0, abs(claimed)) if np.isfinite(claimed) else np.inf


def choose_tail(
    worth: Floats, share: float, rows: RowsByRule, start: Floats, *, gap: float, seconds: float = np.inf
) -> tuple[Floats, float]:
    """Return the choice with the best mean in the worst share of the draws, and the bound that the solver claims.

    Parameters
    ----------
    worth
        Index draw, one column per pair.
    start
        A choice that keeps the rules; returned when nothing better is found.

    Notes
    -----
    ``max η − Σ_s z_s / (share · S)`` with ``z_s ≥ η − worth_s x``, z ≥ 0, matrix x ≤ limit, x ∈ {0, 1}.
    """
    import cvxpy as cp

    draws = len(worth)
    x, level, below = cp.Variable(worth.shape[1], boolean=True), cp.Variable(), cp.Variable(draws, nonneg=True)
    constraints = [each.matrix @ x <= each.limit for each in rows.values() if len(each)]
    tail = level - np.full(draws, 1 / (share * draws)) @ below
    options: dict[str, Any] = {"mip_rel_gap": gap}
    if np.isfinite(seconds):
        options["time_limit"] = max(0.1, seconds)
    problem = cp.Problem(cp.Maximize(tail), [*constraints, below >= level - worth @ x])
    _run(problem, **options)
    if x.value is None or not np.isfinite(x.value).all():
        return start, np.inf
    found = np.rint(np.asarray(x.value, dtype=np.float64))
    # cvxpy minimises the negative: its bound from below is ours from above.
    claimed = -float(getattr(problem.solver_stats.extra_stats, "mip_dual_bound", np.nan))
    return (found if kept(rows, found) else start), claimed if np.isfinite(claimed) else np.inf


def ease(
    rows: RowsByRule, soft: Collection[str], seconds: float = np.inf, together: Collection[str] = ()
) -> tuple[dict[str, Floats], Floats] | None:
    """Return how far each row of some rules must be eased, as little as can be, and a choice that keeps the rest.

    None: no choice keeps the other rules, or the smallest easing was not found in time. ``together``: rules whose rows
    state one limit, which is eased for all of them by as much.

    Notes
    -----
    ``min Σ_rules Σ e / max(largest |limit|, 1)`` with ``matrix x ≤ limit + e`` for the rules named, ``matrix x ≤
    limit`` for every other, x ∈ {0, 1}, e ≥ 0: within a rule all units count alike, a tenth of one rule as that of
    another.
    """
    import cvxpy as cp

    x = cp.Variable(next(iter(rows.values())).matrix.shape[1], boolean=True)
    easing = {
        name: cp.Variable(1 if name in together else len(rows[name]), nonneg=True) for name in soft if len(rows[name])
    }
    constraints = [
        each.matrix @ x <= (each.limit + easing[name] if name in easing else each.limit)
        for name, each in rows.items()
        if len(each)
    ]
    scale = {name: max(1.0, float(np.abs(rows[name].limit).max())) for name in easing}
    total = sum(np.full(e.size, 1 / scale[name]) @ e for name, e in easing.items())
    options: dict[str, Any] = {"mip_rel_gap": 1e-6}
    if len(easing) == 1 and _whole(rows[next(iter(easing))]):  # less than a unit apart is the same number of units
        options["mip_abs_gap"] = WHOLE_PERSON / max(scale.values())
    if np.isfinite(seconds):
        options["time_limit"] = max(0.1, seconds)
    stated = cp.Problem(cp.Minimize(total), constraints)
    _run(stated, **options)
    if stated.status != cp.OPTIMAL:
        return None
    found = np.rint(np.asarray(x.value, dtype=np.float64))
    missing = {name: np.maximum(0.0, rows[name].matrix @ found - rows[name].limit) for name in easing}
    missing |= {name: np.full(len(by), by.max()) for name, by in missing.items() if name in together}
    return {name: np.where(by > 1e-6, by, 0.0) for name, by in missing.items()}, found


def _whole(rows: Rows) -> bool:
    return not (rows.matrix.data % 1).any() and not (rows.limit % 1).any()


def _run(problem: Any, **options: Any) -> None:
    from workbench.decisions.allocation.exact import highs

    options = {**highs.ready(), **options}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Solution may be inaccurate")
        problem.solve(solver="HIGHS", highs_options=options)
