"""Filling places with whole households, in one kind of room or in several, against every choice there is."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from workbench.decisions.allocation.proof.knapsack import fill_all, fill_each
from workbench.decisions.allocation.proof.lagrangian_bound import _knapsack
from workbench.decisions.allocation.proof.rooms import STATES, WORK, kept_rooms, whole_rooms

pytestmark = pytest.mark.quick


def best(gain, size, room):
    every = (some for n in range(len(gain) + 1) for some in combinations(range(len(gain)), n))
    fits = (list(some) for some in every if (size[list(some)].sum(axis=0) <= room).all())
    return max(gain[some].sum() for some in fits)


@pytest.mark.parametrize("seed", range(12))
def test_each_place_is_filled_best_in_every_kind_of_room_kept(seed):
    draw = np.random.default_rng(seed)
    items, places = 8, 3
    size = np.column_stack([draw.integers(1, 4, items), draw.integers(0, 3, items), draw.integers(0, 2, items)])
    upper = np.column_stack([draw.integers(0, 10, places), draw.integers(0, 4, places), draw.integers(0, 3, places)])
    kept = draw.integers(0, 2, upper.shape)
    room = kept_rooms(upper, np.vstack([kept, np.zeros((1, 3), dtype=int)]))
    assert (room[-1] == -1).all() and (room[:-1][kept > 0] == upper[kept > 0]).all()
    value = draw.normal(0.6, 0.4, (places + 1, items))
    value[draw.random(value.shape) < 0.1] = -np.inf
    price, item_price = draw.normal(0.05, 0.1, room.shape), 0.2 * draw.random(items)
    worth, first = np.zeros(places), np.zeros(places + 1, dtype=np.int64)
    who = np.zeros(value.size, dtype=np.int64)
    fill_each(value, size, room, price, item_price, worth, first, who)
    every, times, _ = fill_all(value, size, room, price, item_price)
    assert every[:-1] == pytest.approx(worth)
    chosen = [who[first[j] : first[j + 1]] for j in range(places)]
    for j, some in enumerate(chosen):
        counted = np.where(room[j] < 0, price[j], np.minimum(0, price[j]))
        gain = np.maximum(0.0, value[j] - item_price - size @ counted)
        limit = np.where(room[j] < 0, 10**6, room[j])
        assert worth[j] == pytest.approx(best(gain, size, limit)) == pytest.approx(gain[some].sum())
        assert (size[some].sum(axis=0) <= limit).all()
        assert _knapsack(gain[gain > 0], size[gain > 0], np.where(room[j] < 0, np.inf, room[j])) == pytest.approx(
            worth[j]
        )
    alone = np.flatnonzero(value[-1] - item_price - size @ price[-1] > 0)
    assert (times == np.bincount(np.concatenate([*chosen, alone]), minlength=items)).all()


def test_scarce_kinds_of_room_are_kept_as_long_as_what_is_left_can_be_told_apart():
    upper = np.array([[30, 2, 4, 3], [30, 900, 1, 900], [200, 2, 3, 0]])
    whole = whole_rooms(upper, pairs=100)
    assert whole.tolist() == [[1, 1, 1, 1], [1, 0, 1, 0], [0, 1, 1, 1], [0, 0, 0, 0]]
    states = np.where(whole[:-1] > 0, upper + 1, 1).prod(axis=1)
    assert (states <= STATES).all()
    assert (whole_rooms(upper, pairs=WORK)[:, 1:] == 0).all() and (whole_rooms(upper, pairs=WORK)[:2, 0] == 1).all()
