"""What could each place reach if a household might be counted in several places, at a price? Compiled knapsacks.

With λ_i for *one place per household*, the bound is ``Σ λ_i + Σ_j K_j(λ) + Σ (worth of the room that keeps a price)``:
a place of moderate room fills it with whole households (`K_j`, exact), in every kind of room where pairs are few; any
other takes the items that gain at its prices.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.search.multipliers.soft_assignment import BLOCKS

CROWDED = 8
"""Places in which each item may stand, on average, when each place is filled for itself."""


@njit(cache=True)
def _fill(gain: Floats, size: Ints, room: int, chosen: Ints) -> tuple[float, int]:
    """Return the worth of the best choice within the room and how many are chosen; their positions go to ``chosen``.

    Positions stand in groups of equal size; of a size s no more than room // s are of use, those with the highest gain.
    """
    count = len(gain)
    order = np.argsort(size, kind="mergesort")
    kept = np.empty(count, np.int64)
    kept_count = 0
    start = 0
    while start < count:
        here = size[order[start]]
        end = start
        while end < count and size[order[end]] == here:
            end += 1
        group = order[start:end]
        most = room // here
        if len(group) > most:
            best = np.argpartition(-gain[group], most - 1)[:most]
            group = group[best]
        for position in group:
            kept[kept_count] = position
            kept_count += 1
        start = end
    total = 0
    for k in range(kept_count):
        total += size[kept[k]]
    if total <= room:
        worth = 0.0
        for k in range(kept_count):
            chosen[k] = kept[k]
            worth += gain[kept[k]]
        return worth, kept_count
    table = np.zeros(room + 1)
    taken = np.zeros((kept_count, room + 1), np.bool_)
    filled = 0
    for k in range(kept_count):
        s, g = size[kept[k]], gain[kept[k]]
        filled = min(room, filled + s)
        for used in range(room, s - 1, -1):
            if table[used - s] + g > table[used]:
                table[used] = table[used - s] + g
                taken[k, used] = True
    left, number = room, 0
    for k in range(kept_count - 1, -1, -1):
        if taken[k, left]:
            chosen[number] = kept[k]
            number += 1
            left -= size[kept[k]]
    return table[room], number


@njit(cache=True)
def _fill_several(gain: Floats, size: Ints, at: Ints, room: Ints, chosen: Ints) -> tuple[float, int]:
    """Do as :func:`_fill` in several kinds of room, -1 for one that is not kept; item k takes ``size[at[k]]``."""
    count, kinds = len(gain), len(room)
    step, states = np.zeros(kinds, np.int64), 1
    for d in range(kinds):
        asked = 0
        for k in range(count):
            asked += size[at[k], d]
        if 0 <= room[d] < asked:
            step[d] = states
            states *= room[d] + 1
    left_in = np.zeros((kinds, states), np.int64)
    for d in range(kinds):
        for state in range(states if step[d] > 0 else 0):
            left_in[d, state] = state // step[d] % (room[d] + 1)
    table = np.zeros(states)
    taken = np.zeros((count, states), np.bool_)
    for k in range(count):
        need = size[at[k]]
        down = 0
        for d in range(kinds):
            down += step[d] * need[d]
        for state in range(states - 1, down - 1, -1):
            fits = True
            for d in range(kinds):
                fits = fits and (step[d] == 0 or left_in[d, state] >= need[d])
            if fits and table[state - down] + gain[k] > table[state]:
                table[state] = table[state - down] + gain[k]
                taken[k, state] = True
    left, number = states - 1, 0
    for k in range(count - 1, -1, -1):
        if taken[k, left]:
            chosen[number] = k
            number += 1
            for d in range(kinds):
                left -= step[d] * size[at[k], d]
    return table[states - 1], number


@njit(cache=True)
def _gaining(
    value: Floats, size: Ints, room: Ints, price: Floats, item_price: Floats, at: Ints, gain: Floats, need: Ints
) -> int:
    """Put the items that gain in a place at its prices into ``at``, with gain and persons; return their number."""
    kinds = size.shape[1]
    paid = np.empty(kinds)
    for d in range(kinds):
        paid[d] = price[d] if room[d] < 0 else min(0.0, price[d])
    count = 0
    for i in range(len(value)):
        g = value[i] - item_price[i]
        if g == -np.inf:
            continue
        fits = True
        for d in range(kinds):
            if size[i, d] != 0:
                g -= paid[d] * size[i, d]
                fits = fits and (room[d] < 0 or size[i, d] <= room[d])
        if fits and g > 0:
            at[count], gain[count], need[count] = i, g, size[i, 0]
            count += 1
    return count


@njit(cache=True)
def _chosen(
    value: Floats,
    size: Ints,
    room: Ints,
    price: Floats,
    item_price: Floats,
    at: Ints,
    gain: Floats,
    need: Ints,
    chosen: Ints,
) -> tuple[float, int]:
    """Return what a place reaches and how many it takes; their positions in ``at`` go to ``chosen``."""
    count = _gaining(value, size, room, price, item_price, at, gain, need)
    several = False
    for d in range(1, len(room)):
        several = several or room[d] >= 0
    if several:
        return _fill_several(gain[:count], size, at, room, chosen)
    if room[0] >= 0:
        return _fill(gain[:count], need[:count], room[0], chosen)
    worth = 0.0
    for k in range(count):
        worth += gain[k]
        chosen[k] = k
    return worth, count


def fill_all(by_place: Floats, size: Ints, room: Ints, price: Floats, item_price: Floats) -> tuple[Floats, Ints, Ints]:
    """Return what each place reaches, in how many places each item then stands, and the best of these.

    Parameters
    ----------
    by_place
        Value: index place, columns item; −∞ where not allowed.
    size
        Index item, columns dimension.
    room
        Index place, columns dimension: where whole households fill it; -1 where that kind of room keeps its price.
    price
        Index place, columns dimension. Where ``room`` is not -1, only a negative price counts.
    item_price
        Index item: λ.
    """
    places, items = by_place.shape
    worth = np.zeros(places)
    times = np.zeros((BLOCKS, items), dtype=np.int64)
    where = np.full((BLOCKS, items), -1, dtype=np.int64)
    _fill_blocks(by_place, size, room, price, item_price, worth, times, where)
    value = np.where(where >= 0, by_place[where, np.arange(items)], -np.inf)
    return worth, times.sum(axis=0), where[value.argmax(axis=0), np.arange(items)]


@njit(cache=True)
def fill_each(
    by_place: Floats, size: Ints, room: Ints, price: Floats, item_price: Floats, worth: Floats, start: Ints, who: Ints
) -> None:
    """Fill each place but the last as :func:`fill_all` does; place j takes ``who[start[j]:start[j + 1]]``; in place."""
    places, items = len(start) - 1, by_place.shape[1]
    at, gain, need = np.empty(items, np.int64), np.empty(items), np.empty(items, np.int64)
    chosen = np.empty(items, np.int64)
    end = 0
    for j in range(places):
        start[j] = end
        worth[j], count = _chosen(by_place[j], size, room[j], price[j], item_price, at, gain, need, chosen)
        for k in range(min(count, len(who) - end)):
            who[end] = at[chosen[k]]
            end += 1
    start[places] = end


@njit(cache=True, parallel=True)
def _fill_blocks(
    by_place: Floats, size: Ints, room: Ints, price: Floats, item_price: Floats, worth: Floats, times: Ints, where: Ints
) -> None:
    """Fill every k-th place, block by block, in place."""
    places, items = by_place.shape
    for block in prange(BLOCKS):
        at, gain, need = np.empty(items, np.int64), np.empty(items), np.empty(items, np.int64)
        chosen = np.empty(items, np.int64)
        for j in range(block, places, BLOCKS):
            worth[j], number = _chosen(by_place[j], size, room[j], price[j], item_price, at, gain, need, chosen)
            for k in range(number):
                i = at[chosen[k]]
                times[block, i] += 1
                if where[block, i] < 0 or by_place[j, i] > by_place[where[block, i], i]:
                    where[block, i] = j
