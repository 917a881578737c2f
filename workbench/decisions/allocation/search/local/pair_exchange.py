"""Can two places share out their items better? Every pair of places is divided again, exactly, until none gains.

Compiled loops. At prices q, with ``loss_ij`` what item i loses by going to j instead of its best place, a plan lies
``Σ loss + Σ q · unused room`` below the bound. What two places contribute to that sum is all that dividing them again
can gain, so an item whose move alone would lose more stays where it is: few items are left to divide.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.search.local.regret_insertion import meets_foe

MOST_NODES = 100
LEAST_GAIN = 1e-9
HARD = 1e6


@njit(cache=True)
def contribution(place: int, load: Ints, upper: Ints, lower: Ints, price: Floats) -> float:
    """Return what a place's unused room, or its intake above the least, is worth at the prices."""
    total = 0.0
    for d in range(load.shape[1]):
        if price[place, d] > 0:
            total += price[place, d] * (upper[place, d] - load[place, d])
        elif price[place, d] < 0:
            total -= price[place, d] * (load[place, d] - lower[place, d])
    return total


@njit(cache=True)
def _exchange(
    a: int,
    b: int,
    mover: Ints,
    change: Floats,
    gain: Floats,
    room: float,
    at: Ints,
    size: Ints,
    load: Ints,
    upper: Ints,
    lower: Ints,
    short: int,
    chosen: Ints,
) -> int:
    """Return how many movers should change sides, 0 where no change is better; who they are goes to ``chosen``.

    ``change`` (ascending) is what a move adds to the losses, ``gain`` what it adds to the value, ``room`` how much the
    losses may grow before no filling of unused room can make it good. Subsets are tried depth first.
    """
    count, dims = len(mover), size.shape[1]
    stack = np.empty(count, np.int64)
    net = np.zeros(dims, np.int64)
    below = np.zeros(count + 1)
    for k in range(count - 1, -1, -1):
        below[k] = below[k + 1] + min(0.0, change[k])
    depth, k, spent, won = 0, 0, 0.0, 0.0
    best, found = LEAST_GAIN, 0
    for _ in range(MOST_NODES):
        if k < count and spent + change[k] + below[k + 1] < room:
            i = mover[k]
            stack[depth] = k
            depth += 1
            spent += change[k]
            won += gain[k]
            sign = 1 if at[i] == a else -1
            missing = 0
            for d in range(dims):
                net[d] += sign * size[i, d]
                in_a, in_b = load[a, d] - net[d], load[b, d] + net[d]
                missing += max(0, in_a - upper[a, d]) + max(0, in_b - upper[b, d])
                missing += max(0, lower[a, d] - in_a) + max(0, lower[b, d] - in_b)
            if missing <= short and won + HARD * (short - missing) > best:
                best, found = won + HARD * (short - missing), depth
                for m in range(depth):
                    chosen[m] = mover[stack[m]]
            k += 1
        else:
            # Moves are in ascending order of harm: where this one is too much, so are all that follow.
            if depth == 0:
                break
            depth -= 1
            k = stack[depth]
            i = mover[k]
            spent -= change[k]
            won -= gain[k]
            sign = 1 if at[i] == a else -1
            for d in range(dims):
                net[d] -= sign * size[i, d]
            k += 1
    return found


@njit(cache=True)
def _clash(moving: Ints, both: int, at: Ints, first: Ints, foe: Ints, nowhere: int) -> bool:
    """Say whether two that are kept apart would move into the same place."""
    for i in moving:
        for m in range(first[i], first[i + 1]):
            if both - at[i] != nowhere and at[foe[m]] == at[i]:
                for other in moving:
                    if other == foe[m]:
                        return True
    return False


@njit(cache=True)
def redivide(
    value: Floats,
    size: Ints,
    upper: Ints,
    lower: Ints,
    price: Floats,
    best: Floats,
    at: Ints,
    load: Ints,
    first: Ints,
    foe: Ints,
    touched: Ints,
    checked: Ints,
    clock: int,
    rounds: int,
) -> int:
    """Divide pairs of places again, in place, until none gains or the rounds are over; return the clock.

    ``touched`` (index place) and ``checked`` (index pair) say when a place last changed and a pair was last tried.
    """
    items, places = value.shape
    dims = size.shape[1]
    head = np.full(places, -1, np.int64)
    next_, before = np.full(items, -1, np.int64), np.full(items, -1, np.int64)
    cost = np.zeros(places)
    for i in range(items):
        j = at[i]
        next_[i] = head[j]
        if head[j] >= 0:
            before[head[j]] = i
        head[j] = i
        loss = best[i] - value[i, j]
        for d in range(dims):
            if size[i, d] != 0:
                loss += price[j, d] * size[i, d]
        cost[j] += loss
    mover = np.empty(items, np.int64)
    chosen = np.empty(items, np.int64)
    change = np.empty(items)
    for _ in range(rounds):
        gained = False
        for a in range(places):
            for b in range(a):
                if checked[a, b] >= max(touched[a], touched[b]):
                    continue
                clock += 1
                checked[a, b] = clock
                short = 0
                for d in range(dims):
                    short += max(0, lower[a, d] - load[a, d]) + max(0, lower[b, d] - load[b, d])
                    short += max(0, load[a, d] - upper[a, d]) + max(0, load[b, d] - upper[b, d])
                slack = (
                    cost[a]
                    + cost[b]
                    + contribution(a, load, upper, lower, price)
                    + contribution(b, load, upper, lower, price)
                )
                if short > 0:
                    slack = np.inf
                elif slack < LEAST_GAIN:
                    continue
                count = 0
                for side in range(2):
                    here, there = (a, b) if side == 0 else (b, a)
                    i = head[here]
                    while i >= 0:
                        if value[i, there] > -np.inf:
                            loss = best[i] - value[i, there]
                            for d in range(dims):
                                if size[i, d] != 0:
                                    loss += price[there, d] * size[i, d]
                            if loss < slack and not meets_foe(i, there, places - 1, at, first, foe):
                                mover[count] = i
                                change[count] = loss - best[i] + value[i, here]
                                for d in range(dims):
                                    if size[i, d] != 0:
                                        change[count] -= price[here, d] * size[i, d]
                                count += 1
                        i = next_[i]
                if count == 0:
                    continue
                order = np.argsort(change[:count])
                gain = np.empty(count)
                for k in range(count):
                    i = mover[order[k]]
                    gain[k] = value[i, a + b - at[i]] - value[i, at[i]]
                room = slack - cost[a] - cost[b]
                count = _exchange(
                    a, b, mover[:count][order], change[:count][order], gain, room,
                    at, size, load, upper, lower, short, chosen,
                )  # fmt: skip
                if count == 0:
                    continue
                if first[items] > 0 and _clash(chosen[:count], a + b, at, first, foe, places - 1):
                    continue
                for k in range(count):
                    i = chosen[k]
                    old, j = at[i], a + b - at[i]
                    for d in range(dims):
                        if size[i, d] != 0:
                            cost[old] -= price[old, d] * size[i, d]
                            cost[j] += price[j, d] * size[i, d]
                        load[old, d] -= size[i, d]
                        load[j, d] += size[i, d]
                    cost[old] -= best[i] - value[i, old]
                    cost[j] += best[i] - value[i, j]
                    if before[i] >= 0:
                        next_[before[i]] = next_[i]
                    else:
                        head[old] = next_[i]
                    if next_[i] >= 0:
                        before[next_[i]] = before[i]
                    next_[i], before[i] = head[j], -1
                    if head[j] >= 0:
                        before[head[j]] = i
                    head[j] = i
                    at[i] = j
                clock += 1
                touched[a] = touched[b] = clock
                gained = True
        if not gained:
            break
    return clock
