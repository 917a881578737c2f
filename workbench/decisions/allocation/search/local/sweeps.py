"""How is a plan improved step by step? Pairs of places divided between them again, then ejection chains, in turn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from workbench.decisions.allocation.problem.arrays import Instance
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.search.local.ejection_chains import chain
from workbench.decisions.allocation.search.local.pair_exchange import redivide

ROUNDS = 3
"""Rounds of exchanges, and of chains, in one sweep."""
SWEEPS = 25


def improve_pairs_and_chains(
    instance: Instance, value: Floats, upper: Ints, price: Floats, best: Floats, near: Ints, at: Ints, load: Ints,
    touched: Ints, sweeps: int, going: Callable[[], bool],
) -> None:  # fmt: skip
    """Divide pairs of places again and carry out chains, in turn, while that gains; in place."""
    places, items = len(upper), np.arange(instance.items)
    gained = float(value[items, at].sum())
    checked = np.zeros((places, places), dtype=np.int64)
    clock = 1
    for _ in range(sweeps):
        clock = redivide(
            value, instance.size, upper, instance.lower, price, best, at, load,
            instance.first, instance.foe, touched, checked, clock, ROUNDS,
        )  # fmt: skip
        before = at.copy()
        chain(
            value, instance.size, upper, instance.lower, price, best, near, at, load,
            instance.first, instance.foe, ROUNDS,
        )  # fmt: skip
        moved = before != at
        clock += 1
        touched[before[moved]] = touched[at[moved]] = clock
        now = float(value[items, at].sum())
        if now - gained < 1e-6 * abs(now) or not going():
            break
        gained = now
