"""How far can the bound fall? Subgradient steps on the multipliers of *one place per household*.

Reference: M. L. Fisher (1981), The Lagrangian relaxation method for solving integer programming problems.
"""

from __future__ import annotations

import math

import numpy as np

from workbench.decisions.allocation.problem.input_tables import Floats
from workbench.decisions.allocation.proof.knapsack import fill_all
from workbench.decisions.allocation.search.state import State

STEP, SHORTEN, PATIENCE = 0.15, 0.6, 10
"""First step, and by what it is shortened after how many steps without gain."""
EVERY, SELDOM = 5, 25
"""Steps between two plans."""
AVERAGE = 0.4
"""Weight of the newest slope in the direction."""
LEAST_STEP = 2e-4
COARSE = 5e-4
"""Where column generation follows, steps end here: prices this near keep its programme from wandering."""
IMPATIENT = 40
PRELUDE = 600
"""Steps without any plan after which column generation takes over; where no plan exists they would never end."""
PATTERNS = 1500
"""Items up to which whole patterns of places are searched: with more, choosing from a short list is nearer, sooner."""


def lower_bound_by_subgradient(state: State) -> None:
    """Lower the bound by subgradient steps on λ; where no patterns follow, make plans of what it chose."""
    instance = state.instance
    by_place = np.ascontiguousarray(instance.value.T)
    fixed, room = state.fixed(state.price)
    item_price: Floats = state.item_price
    best_slope: Floats = np.zeros(0)
    direction: Floats = np.zeros(0)
    step, stalled = STEP, 0
    number = 0
    small = instance.items <= PATTERNS
    least = COARSE if small else LEAST_STEP
    while state.task.limit.going() and step > least and not state.done():
        filled, times, where = fill_all(by_place, instance.size, room, state.price, item_price)
        here = fixed + float(item_price.sum() + filled.sum())
        slope: Floats = 1.0 - times.astype(np.float64)
        if here < state.bound - 1e-6 * abs(state.bound):
            stalled = 0
        else:
            stalled += 1
        if here < state.bound or len(best_slope) == 0:
            state.bound, state.item_price, best_slope = min(here, state.bound), item_price, slope
        if stalled >= PATIENCE:
            step, stalled, item_price, direction = step * SHORTEN, 0, state.item_price, best_slope
        if not small and number % (EVERY if state.task.shaken else SELDOM) == 0:
            chosen = np.where(where >= 0, where, instance.nowhere)
            state.complete(chosen, np.argsort(-item_price, kind="stable"), item_price)
        direction = slope if len(direction) == 0 else AVERAGE * slope + (1 - AVERAGE) * direction
        below = state.worth if np.isfinite(state.worth) else 0.99 * state.bound
        distance = max(here - below, 1e-6 * abs(here), 1e-9)
        item_price = item_price - step * distance / max(1.0, float(direction @ direction)) * direction
        number += 1
        enough = PRELUDE if small else math.inf if state.task.patient else IMPATIENT
        if number > enough and not np.isfinite(state.worth):
            break
