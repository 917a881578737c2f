"""What could no plan exceed? Bounds evaluated in float64 from multipliers, over all pairs, without trusting a solver.

Any non-negative multipliers give a valid bound; good ones give a tight one. So a wrong price can only loosen the
bound, never make it false.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.decisions.allocation.model import RowsByRule
from workbench.decisions.allocation.problem import Problem
from workbench.decisions.allocation.reading import Floats, Ints
from workbench.decisions.allocation.rules import Capacity, OnePlace

ROUNDING = 1e-12
LARGEST_KNAPSACK = 100
MEMORY = 300_000_000
PATIENCE = 5


def priced(
    value: Floats, rows: RowsByRule, prices: dict[str, Floats], without: tuple[str, ...]
) -> tuple[Floats, float]:
    """Return each pair's value less what it uses at the prices, and what all limits are worth, without some rules."""
    net, worth = value.astype(np.float64), 0.0
    for name, each in rows.items():
        if name not in without and len(each):
            net = net - each.matrix.T @ prices[name]
            worth += math.fsum(each.limit * prices[name])
    return net, worth


def lagrangian_bound(problem: Problem, value: Floats, rows: RowsByRule, prices: dict[str, Floats]) -> float:
    """Return a bound on the value of every plan: each item takes its best pair at the prices, or none.

    Notes
    -----
    ``L(y) = Σ_r b_r y_r + Σ_i max(0, max_j (v_ij − Σ_r a_rij y_r))`` for y ≥ 0 over every rule but
    one place per household. A rounding allowance is added, so that float64 cannot put it below the exact number.
    """
    net, worth = priced(value, rows, prices, without=(OnePlace.name,))
    best = np.zeros(problem.items)
    np.maximum.at(best, problem.columns.item, net)
    return math.fsum([worth, *best]) + ROUNDING * (1.0 + abs(worth) + float(best.sum()))


def knapsack_bound(
    problem: Problem, value: Floats, rows: RowsByRule, prices: dict[str, Floats], *, steps: int = 120
) -> float:
    """Return a tighter bound: each place fills its room with whole households, which may be counted in several places.

    Parameters
    ----------
    problem, value, rows
        The problem, the value of each of its pairs and the rules over them.
    prices
        Where to start, from the linear relaxation.
    steps
        Subgradient steps on the price of placing a household twice.

    Notes
    -----
    With λ ≥ 0 for *one place per household* and y ≥ 0 for all rules but the capacity in persons,

    ``L(λ) = Σ_r b_r y_r + Σ_i λ_i + Σ_j max{ Σ_i (v_ij − a_ij y − λ_i) x_i : Σ_i s_i x_i ≤ c_j, x ∈ {0, 1} }``.

    The knapsacks of all places are filled together by one dynamic programme over persons. Places with room for
    more than `LARGEST_KNAPSACK` persons take their linear bound at the capacity's price instead.
    """
    capacity_name = Capacity("persons").title
    net, worth = priced(value, rows, prices, without=(OnePlace.name, capacity_name))
    size, room = np.rint(problem.size[:, 0]).astype(np.int64), np.floor(problem.capacity[:, 0] + 1e-9)
    small = room <= LARGEST_KNAPSACK
    widest = int(room[small].max(initial=0))
    if problem.items * small.sum() * (widest + 1) > MEMORY:
        return math.inf
    price = np.zeros(len(room))
    price[rows[capacity_name].key] = prices[capacity_name]
    dense = np.full(problem.why.shape, -np.inf)
    dense[problem.columns.item, problem.columns.place] = net
    knapsacks = _Knapsacks(dense[:, small], size, room[small].astype(np.int64))
    loose = dense[:, ~small] - price[~small] * size[:, None]
    worth += math.fsum(price[~small] * problem.capacity[~small, 0])

    twice = prices[OnePlace.name]
    bound, best, best_slope, scale, stalled, goal = math.inf, twice, np.zeros(0), 1.0, 0, -math.inf
    for _ in range(steps):
        filled, used = knapsacks.fill(twice)
        extra = np.maximum(0.0, loose - twice[:, None])
        here = math.fsum([worth, *twice, *filled, *extra.ravel()])
        here += ROUNDING * (1.0 + abs(worth) + float(twice.sum() + filled.sum() + extra.sum()))
        slope = 1.0 - used - (extra > 0).sum(axis=1)
        goal = 0.995 * here if goal == -math.inf else goal
        if here < bound - 1e-9:
            bound, best, best_slope, stalled = here, twice, slope, 0
        else:
            stalled += 1
        if stalled >= PATIENCE:
            scale, stalled, here, twice, slope = scale / 2, 0, bound, best, best_slope
        steepness = float(slope @ slope)
        if steepness == 0 or scale < 1e-3:
            break
        step = scale * max(here - goal, 1e-3 * abs(here), 1e-9) / steepness
        twice = np.maximum(0.0, twice - step * slope)
    return bound


@dataclass(frozen=True, eq=False)
class _Knapsacks:
    """All small places at once. ``value``: index item, columns place, −∞ where not allowed; the rest in persons."""

    value: Floats
    size: Ints
    room: Ints

    def fill(self, twice: Floats) -> tuple[Floats, Floats]:
        """Return the worth of each place filled at best, and in how many places each item then stands."""
        gain = self.value - twice[:, None]
        places = np.arange(len(self.room))
        worth = np.zeros((len(self.room), int(self.room.max(initial=0)) + 1))
        taken = np.zeros((len(gain), *worth.shape), dtype=bool)
        for item, size in enumerate(self.size):
            at = np.flatnonzero(gain[item] > 0)
            if len(at) == 0 or size >= worth.shape[1]:
                continue
            candidate = worth[at, : worth.shape[1] - size] + gain[item, at, None]
            better = candidate > worth[at, size:]
            worth[at, size:] = np.where(better, candidate, worth[at, size:])
            taken[item, at, size:] = better
        left, used = self.room.copy(), np.zeros(len(gain))
        for item in range(len(gain) - 1, -1, -1):
            chosen = taken[item, places, left]
            used[item] = chosen.sum()
            left = left - self.size[item] * chosen
        return worth[places, self.room], used
