"""Can a household move where it does best if another makes room, and a third for that one? Compiled chains of moves.

A chain starts with an item that loses something where it is; each place that becomes too full sends one item on, until
one finds room. A chain is carried out as soon as it gains value and breaks no limit.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.search.local.regret_insertion import meets_foe

DEPTH = 4
MOST_OPTIONS = 200
LEAST_GAIN = 1e-9


@njit(cache=True)
def _loss(i: int, j: int, value: Floats, size: Ints, price: Floats, best: Floats) -> float:
    loss: float = best[i] - value[i, j]
    for d in range(size.shape[1]):
        if size[i, d] != 0:
            loss += price[j, d] * size[i, d]
    return loss


@njit(cache=True)
def chain(
    value: Floats,
    size: Ints,
    upper: Ints,
    lower: Ints,
    price: Floats,
    best: Floats,
    near: Ints,
    at: Ints,
    load: Ints,
    first: Ints,
    foe: Ints,
    rounds: int,
) -> int:
    """Carry out chains that gain, in place, until none is found or the rounds are over; return how many.

    ``near`` (index item, columns rank) holds the places where an item loses least.
    """
    items, places = value.shape
    dims, width = size.shape[1], near.shape[1]
    head = np.full(places, -1, np.int64)
    next_ = np.full(items, -1, np.int64)
    for i in range(items - 1, -1, -1):
        next_[i] = head[at[i]]
        head[at[i]] = i
    loss_at = np.empty(items)
    for i in range(items):
        loss_at[i] = _loss(i, at[i], value, size, price, best)
    who, to = np.empty(DEPTH, np.int64), np.empty(DEPTH, np.int64)
    rank = np.empty(DEPTH, np.int64)
    cost, won = np.zeros(DEPTH + 1), np.zeros(DEPTH + 1)
    total = 0
    for _ in range(rounds):
        found = 0
        for start in np.argsort(-loss_at):
            if loss_at[start] <= LEAST_GAIN:
                break
            origin = at[start]
            short = False
            for d in range(dims):
                short = short or load[origin, d] - size[start, d] < lower[origin, d]
            if short:
                continue
            done = False
            for option in range(width):
                target = near[start, option]
                if target < 0 or target == origin or meets_foe(start, target, places - 1, at, first, foe):
                    continue
                step = _loss(start, target, value, size, price, best) - loss_at[start]
                if step >= -LEAST_GAIN:
                    continue
                who[0], to[0] = start, target
                cost[1], won[1] = step, value[start, target] - value[start, origin]
                depth, tries = 1, 0
                who[1], rank[1] = head[target], 0
                # At depth k place to[k-1] has taken who[k-1] and may hold too much: who[k] is to leave it.
                closed = won[1] > LEAST_GAIN
                for d in range(dims):
                    closed = closed and load[target, d] + size[start, d] <= upper[target, d]
                while not closed and depth > 0 and tries < MOST_OPTIONS:
                    here, k = to[depth - 1], who[depth]
                    if k < 0:
                        depth -= 1
                        if depth > 0:
                            rank[depth] += 1
                        continue
                    if rank[depth] == 0:
                        # One that leaves must free enough room, be none of the chain, and leave no floor unmet.
                        good = True
                        for d in range(dims):
                            left = load[here, d] + size[who[depth - 1], d] - size[k, d]
                            good = good and left <= upper[here, d] and left >= min(lower[here, d], load[here, d])
                        for m in range(depth):
                            good = good and who[m] != k
                        if not good:
                            rank[depth] = width
                    if rank[depth] >= width:
                        who[depth] = next_[k]
                        rank[depth] = 0
                        continue
                    tries += 1
                    j = near[k, rank[depth]]
                    if j < 0 or j == here:
                        rank[depth] += 1
                        continue
                    more = cost[depth] + _loss(k, j, value, size, price, best) - loss_at[k]
                    visited = False
                    for m in range(depth):
                        visited = visited or to[m] == j
                    if more >= -LEAST_GAIN or visited or meets_foe(k, j, places - 1, at, first, foe):
                        rank[depth] += 1
                        continue
                    room = True
                    for d in range(dims):
                        freed = size[start, d] if j == origin else 0
                        room = room and load[j, d] + size[k, d] - freed <= upper[j, d]
                    to[depth] = j
                    won[depth + 1] = won[depth] + value[k, j] - value[k, here]
                    cost[depth + 1] = more
                    if room and won[depth + 1] > LEAST_GAIN:
                        depth += 1
                        closed = True
                    elif not room and depth + 1 < DEPTH and j != origin:
                        depth += 1
                        who[depth], rank[depth] = head[j], 0
                    else:
                        rank[depth] += 1
                if closed:
                    for m in range(depth):
                        i, j = who[m], to[m]
                        old = at[i]
                        if head[old] == i:
                            head[old] = next_[i]
                        else:
                            k = head[old]
                            while next_[k] != i:
                                k = next_[k]
                            next_[k] = next_[i]
                        next_[i] = head[j]
                        head[j] = i
                        for d in range(dims):
                            load[old, d] -= size[i, d]
                            load[j, d] += size[i, d]
                        at[i] = j
                        loss_at[i] = _loss(i, j, value, size, price, best)
                    done = True
                    found += 1
                if done:
                    break
        total += found
        if found == 0:
            break
    return total
