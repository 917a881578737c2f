"""How good can a plan be that chooses one *pattern*, a whole set of households, for each place? Column generation.

A linear programme shares each place between the patterns known so far; its prices say which further patterns would
help, and each place finds its best one by a knapsack. What that converges to is the tightest bound that prices of
*one place per household* can prove, far tighter than sharing households where places are small.

References: G. B. Dantzig, P. Wolfe (1960), Decomposition principle for linear programs; P. Wentges (1997), Weighted
Dantzig-Wolfe decomposition for linear mixed-integer programming.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.decisions.allocation.problem.arrays import NO_LIMIT
from workbench.decisions.allocation.problem.input_tables import Floats
from workbench.decisions.allocation.proof.knapsack import CROWDED, fill_each
from workbench.decisions.allocation.search.columns.restricted_master import RestrictedMaster

KEEP = 0.5
"""How much of the best prices so far enters the next ones: those of the programme alone jump about."""
WIDER = 4
"""Prices stay in a box around the best so far; it is widened by this where it is too narrow."""


@dataclass(frozen=True, eq=False)
class Proof:
    """Multipliers (as `Found` has them) and the bound they prove."""

    bound: float
    price: Floats
    item_price: Floats


def sharpen(
    master: RestrictedMaster, price: Floats, item_price: Floats, worth: float, gap: float, going: Callable[[], bool]
) -> Proof:
    """Return the best bound found from these multipliers on.

    It stops when the gap to ``worth``, or to the programme's own, is shut, or when no plan exists.

    Parameters
    ----------
    master
        The programme; it takes up the patterns found.
    price, item_price
        Where to begin.
    worth
        What the best plan known is worth, −∞ for none.
    gap
        Relative gap that is small enough.
    going
        Whether to go on.
    """
    centre = master.dual_of(price, item_price)
    master.confine(centre)
    best, _ = price_patterns(master, centre)
    value = master.instance.value
    # No plan is worth less than this: a bound below it proves that there is none, and would fall for ever.
    lowest = float(np.where(np.isfinite(value), value, np.inf).min(axis=1).sum())
    while going() and best >= lowest - 1e-6 * max(1.0, abs(lowest)):
        own, reached = master.solve()
        keep, found = KEEP, 0
        while True:
            trial = keep * centre + (1 - keep) * own
            bound, found = price_patterns(master, trial)
            if bound < best:
                best, centre = bound, trial
            if found or keep <= 0:
                break
            keep = max(0.0, keep - 0.25)
        small = gap * max(1.0, abs(best))
        if found and best - max(worth, reached - master.paid()) > small / 4 and best - reached > small / 20:
            continue
        if master.paid() <= 1e-6 or best - worth <= small:
            break
        master.box *= WIDER
        master.confine(centre)
    return Proof(best, *master.multipliers(centre))


def price_patterns(
    master: RestrictedMaster,
    dual: Floats,
    taken: NDArray[np.bool_] | None = None,
    open_: NDArray[np.bool_] | None = None,
) -> tuple[float, int]:
    """Return the bound that these multipliers prove and how many new patterns they brought."""
    here, places = master.instance, master.instance.nowhere
    price, item_price = master.multipliers(dual)
    shown = item_price if taken is None else np.where(taken, np.inf, item_price)
    worth, start = np.empty(places), np.empty(places + 1, dtype=np.int64)
    who = np.empty(CROWDED * here.items + 1000, dtype=np.int64)
    fill_each(master.by_place, here.size, master.room, price, shown, worth, start, who)
    own = dual[len(master.many) : len(master.many) + places]
    good = np.flatnonzero(worth > np.maximum(0.0, own) + 1e-9 if taken is not None else worth > 0)
    if open_ is not None:
        good = good[open_[good]]
    found = master.add([(int(j), who[start[j] : start[j + 1]].copy()) for j in good])
    limits = np.where(price > 0, np.where(here.upper >= NO_LIMIT, 0, here.upper), here.lower) * price
    idle = here.value[:, places] - item_price - price[-1, 0] * here.size[:, 0]
    bound = float(limits.sum() + item_price.sum() + worth.sum() + np.maximum(0.0, idle).sum())
    return bound, found
