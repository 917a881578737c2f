"""Where does each item go if those with most to lose choose first? A first plan at given prices.

Compiled loops. A plan is an array ``at``: the place of each item, the last place being *nowhere*.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from workbench.decisions.allocation.problem.input_tables import Floats, Ints


@njit(cache=True)
def fits(item: int, place: int, size: Ints, load: Ints, upper: Ints) -> bool:
    """Say whether a place has room for an item in every dimension."""
    for d in range(size.shape[1]):
        if size[item, d] != 0 and load[place, d] + size[item, d] > upper[place, d]:
            return False
    return True


@njit(cache=True)
def meets_foe(item: int, place: int, nowhere: int, at: Ints, first: Ints, foe: Ints) -> bool:
    """Say whether an item would meet one it is kept apart from; nowhere is no place to meet."""
    if place == nowhere:
        return False
    for k in range(first[item], first[item + 1]):  # noqa: SIM110, since compiled code knows no any()
        if at[foe[k]] == place:
            return True
    return False


@njit(cache=True)
def insert(
    value: Floats, size: Ints, upper: Ints, price: Floats, order: Ints, at: Ints, load: Ints, first: Ints, foe: Ints
) -> None:
    """Put the items, in this order, each into the place with the best net value that has room; in place."""
    places = value.shape[1]
    net = np.empty(places)
    for i in order:
        if at[i] < places - 1:
            continue
        for j in range(places - 1):
            net[j] = value[i, j]
            if net[j] > -np.inf:
                for d in range(size.shape[1]):
                    if size[i, d] != 0:
                        net[j] -= price[j, d] * size[i, d]
        for _ in range(places - 1):
            j = int(np.argmax(net[: places - 1]))
            if net[j] == -np.inf:
                break
            if fits(i, j, size, load, upper) and not meets_foe(i, j, places - 1, at, first, foe):
                # An item that may stay nowhere and gains by it does so.
                if load[places - 1, 0] <= upper[places - 1, 0] and value[i, places - 1] > -np.inf:
                    idle = value[i, places - 1] - price[places - 1, 0] * size[i, 0]
                    if idle > net[j]:
                        break
                load[at[i]] -= size[i]
                load[j] += size[i]
                at[i] = j
                break
            net[j] = -np.inf


@njit(cache=True)
def shed(keen: Floats, size: Ints, upper: Ints, at: Ints, load: Ints, first: Ints, foe: Ints) -> None:
    """Send nowhere, from each place that holds too much, those least keen on it, and one of two kept apart; in place.

    ``keen`` (index item) says how much an item gains where it is.
    """
    nowhere, dims = len(upper) - 1, size.shape[1]
    order = np.argsort(keen)
    for i in order:
        j = at[i]
        leaves = j < nowhere and meets_foe(i, j, nowhere, at, first, foe)
        for d in range(dims):
            leaves = leaves or (j < nowhere and size[i, d] > 0 and load[j, d] > upper[j, d])
        if leaves:
            load[j] -= size[i]
            load[nowhere] += size[i]
            at[i] = nowhere
