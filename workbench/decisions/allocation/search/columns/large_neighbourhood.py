"""Where a good plan has one weak spot, which few places, emptied together, can be filled better? The rest stays put.

A plan lies below the bound by what each place's households miss to its best pattern at the same prices: the places
that miss most, and those whose households they would rather have, are chosen again by patterns, all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from workbench.decisions.allocation.problem.arrays import NO_LIMIT, Instance
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.proof.knapsack import CROWDED, fill_each
from workbench.decisions.allocation.proof.rooms import kept_rooms
from workbench.decisions.allocation.search.multipliers.soft_assignment import best_at
from workbench.decisions.allocation.search.solution import Found
from workbench.decisions.allocation.search.stopping import Limit

WORST, MOST = 30, 90
"""Places that miss most, and all that are emptied together, at most."""
ITEMS = 340
"""Items that are placed again together, and a third of them those of the worst places: twice as many take ten times as
long."""
EXACT, NEAR = 1e-6, 2e-4
"""Gaps of the bound of these places, and of the choice among their patterns."""

ALIKE = 0.2
"""Share of items whose best place may be worth another value where mending is still faster than from the start."""


def alike(instance: Instance, start: Found) -> bool:
    """Say whether a problem differs from the one that ``start`` solved for few items only."""
    if len(start.best) != instance.items:
        return False
    best, _, _ = best_at(instance.value, instance.size, start.price)
    return bool((np.abs(best - start.best) > 1e-9).mean() <= ALIKE)


def weak(instance: Instance, at: Ints, price: Floats, item_price: Floats, whole: Ints, tried: set[int]) -> Ints:
    """Return the places to fill again, nowhere left out: those that miss most, then where their wishes are."""
    places = instance.nowhere
    room = kept_rooms(instance.upper, whole)
    worth, start = np.empty(places), np.empty(places + 1, dtype=np.int64)
    who = np.empty(CROWDED * instance.items + 1000, dtype=np.int64)
    fill_each(np.ascontiguousarray(instance.value.T), instance.size, room, price, item_price, worth, start, who)
    net = instance.value[np.arange(instance.items), at] - item_price
    net = np.where(np.isfinite(net), net, -np.abs(item_price))
    miss = worth - np.bincount(at, weights=net, minlength=places + 1)[:places]
    miss[(instance.loads(at) > instance.upper)[:places].any(axis=1)] += np.abs(miss).sum()
    miss[list(tried)] = -1.0
    held = np.bincount(at, minlength=places)
    order = np.argsort(-miss, kind="stable")
    worst = order[: min(WORST, 1 + int(np.searchsorted(held[order].cumsum(), ITEMS / 3)))]
    lost = np.flatnonzero(at == places)
    asked = instance.value[lost, :places] - instance.size[lost] @ price[:places].T
    near = dict.fromkeys([*asked.argmax(axis=1).tolist(), *worst.tolist()])
    queue = list(near)
    while queue and len(near) < MOST:
        j = queue.pop(0)
        further = [k for k in dict.fromkeys(at[who[start[j] : start[j + 1]]].tolist()) if k < places and k not in near]
        near |= dict.fromkeys(further)
        queue += further
    chosen = np.array(list(near)[:MOST], dtype=np.int64)
    return chosen[: 1 + int(np.searchsorted(held[chosen].cumsum(), ITEMS))]


def refill(
    instance: Instance, at: Ints, places: Ints, price: Floats, item_price: Floats, whole: Ints, limit: Limit
) -> Iterator[Ints]:
    """Yield plans with these places, and those who are nowhere, chosen again: a quick one first, with some left out."""
    # These bring a solver: only when one is needed.
    from workbench.decisions.allocation.search.columns.column_generation import sharpen
    from workbench.decisions.allocation.search.columns.primal_heuristics import choose, dive
    from workbench.decisions.allocation.search.columns.restricted_master import RestrictedMaster

    some = np.append(places, instance.nowhere)
    items = np.flatnonzero(np.isin(at, some))
    none = np.zeros(len(items) + 1, dtype=np.int64)
    part = replace(
        instance, who=instance.who[items], value=np.ascontiguousarray(instance.value[np.ix_(items, some)]),
        size=instance.size[items], upper=instance.upper[some], lower=instance.lower[some], first=none,
        foe=none[:0], copies=instance.copies[items],
    )  # fmt: skip
    master = RestrictedMaster(part, whole[some])
    where = np.full(instance.nowhere + 1, len(places))
    where[some] = np.arange(len(some))
    now = where[at[items]]
    if (part.loads(now)[:-1] <= np.minimum(part.upper, NO_LIMIT)[:-1]).all() and np.isfinite(part.worth(now)):
        master.add_plan(now)
    sharpen(master, price[some], item_price[items], -np.inf, EXACT, limit.going)
    found, quick = at.copy(), dive(master, limit.going)
    found[items] = some[quick]
    yield found
    master.add_plan(quick)
    if (chosen := choose(master, NEAR, limit.left(), limit.going)) is not None:
        found = at.copy()
        found[items] = some[chosen]
        yield found
