"""What could each place reach if a household might be counted in several places, at a price? Compiled knapsacks.

With λ_i for *one place per household*, the bound is ``Σ λ_i + Σ_j K_j(λ) + Σ (worth of the room that keeps a price)``:
a place of moderate room fills it with whole households (`K_j`, exact), any other takes whoever gains at its price.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from workbench.decisions.allocation.reading import Floats, Ints
from workbench.decisions.allocation.soft import BLOCKS

WHOLE = 150
"""Persons up to which a place is filled with whole households in the bound."""


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
def _gaining(
    value: Floats, size: Ints, room: int, price: Floats, twice: Floats, at: Ints, gain: Floats, need: Ints
) -> int:
    """Put the items that gain in a place at its prices into ``at``, with gain and persons; return their number."""
    first = price[0] if room < 0 else min(0.0, price[0])
    count = 0
    for i in range(len(value)):
        g = value[i] - twice[i]
        if g == -np.inf:
            continue
        if first != 0:
            g -= first * size[i, 0]
        for d in range(1, size.shape[1]):
            if size[i, d] != 0:
                g -= price[d] * size[i, d]
        if g > 0 and (room < 0 or size[i, 0] <= room):
            at[count], gain[count], need[count] = i, g, size[i, 0]
            count += 1
    return count


def fill_all(by_place: Floats, size: Ints, room: Ints, price: Floats, twice: Floats) -> tuple[Floats, Ints, Ints]:
    """Return what each place reaches, in how many places each item then stands, and the best of these.

    Parameters
    ----------
    by_place
        Value: index place, columns item; −∞ where not allowed.
    size
        Index item, columns dimension.
    room
        Index place: persons, where whole households fill it; -1 where the first dimension keeps its price instead.
    price
        Index place, columns dimension. Where ``room`` is not -1, only a negative price counts in the first dimension.
    twice
        Index item: λ.
    """
    places, items = by_place.shape
    worth = np.zeros(places)
    times = np.zeros((BLOCKS, items), dtype=np.int64)
    where = np.full((BLOCKS, items), -1, dtype=np.int64)
    _fill_blocks(by_place, size, room, price, twice, worth, times, where)
    value = np.where(where >= 0, by_place[where, np.arange(items)], -np.inf)
    return worth, times.sum(axis=0), where[value.argmax(axis=0), np.arange(items)]


@njit(cache=True)
def fill_each(
    by_place: Floats, size: Ints, room: Ints, price: Floats, twice: Floats, worth: Floats, start: Ints, who: Ints
) -> None:
    """Fill each place but the last as :func:`fill_all` does; place j takes ``who[start[j]:start[j + 1]]``; in place."""
    places, items = len(start) - 1, by_place.shape[1]
    at, gain, need = np.empty(items, np.int64), np.empty(items), np.empty(items, np.int64)
    chosen = np.empty(items, np.int64)
    end = 0
    for j in range(places):
        start[j], worth[j] = end, 0.0
        count = _gaining(by_place[j], size, room[j], price[j], twice, at, gain, need)
        if room[j] < 0:
            for k in range(count):
                worth[j] += gain[k]
                chosen[k] = k
        else:
            worth[j], count = _fill(gain[:count], need[:count], room[j], chosen)
        for k in range(min(count, len(who) - end)):
            who[end] = at[chosen[k]]
            end += 1
    start[places] = end


@njit(cache=True, parallel=True)
def _fill_blocks(
    by_place: Floats, size: Ints, room: Ints, price: Floats, twice: Floats, worth: Floats, times: Ints, where: Ints
) -> None:
    """Fill every k-th place, block by block, in place."""
    places, items = by_place.shape
    for block in prange(BLOCKS):
        at, gain, need = np.empty(items, np.int64), np.empty(items), np.empty(items, np.int64)
        chosen = np.empty(items, np.int64)
        for j in range(block, places, BLOCKS):
            count = _gaining(by_place[j], size, room[j], price[j], twice, at, gain, need)
            if room[j] < 0:
                for k in range(count):
                    worth[j] += gain[k]
                    i = at[k]
                    times[block, i] += 1
                    if where[block, i] < 0 or by_place[j, i] > by_place[where[block, i], i]:
                        where[block, i] = j
            else:
                worth[j], number = _fill(gain[:count], need[:count], room[j], chosen)
                for k in range(number):
                    i = at[chosen[k]]
                    times[block, i] += 1
                    if where[block, i] < 0 or by_place[j, i] > by_place[where[block, i], i]:
                        where[block, i] = j
