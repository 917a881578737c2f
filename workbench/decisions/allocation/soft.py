"""Which places would households choose at given prices, if they chose softly? Compiled loops over items and places.

An item chooses place j with probability proportional to ``exp((v_ij − Σ_d q_jd s_id) / T)``. Sums run over fixed
blocks of items in a fixed order, so that the number of processors changes no digit.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from workbench.decisions.allocation.reading import Floats, Ints

BLOCKS = 8
FAINT = 1e-7


@njit(cache=True, parallel=True)
def candidates(value: Floats, size: Ints, price: Floats, width: int) -> Ints:
    """Return the places that lose least at the prices: index item, columns rank; -1 where fewer are allowed."""
    items, places = value.shape
    dims = size.shape[1]
    found = np.full((items, width), -1, np.int64)
    for block in prange(BLOCKS):
        net = np.empty(places)
        for i in range(block * items // BLOCKS, (block + 1) * items // BLOCKS):
            allowed = 0
            for j in range(places):
                net[j] = value[i, j]
                if net[j] > -np.inf:
                    allowed += 1
                    for d in range(dims):
                        if size[i, d] != 0:
                            net[j] -= price[j, d] * size[i, d]
            if allowed <= width:
                rank = 0
                for j in range(places):
                    if net[j] > -np.inf:
                        found[i, rank] = j
                        rank += 1
            else:
                order = np.argpartition(-net, width - 1)
                for rank in range(width):
                    found[i, rank] = order[rank]
    return found


@njit(cache=True, parallel=True)
def choose_softly(
    value: Floats, size: Ints, price: Floats, near: Ints, copies: Floats, heat: float, curved: bool
) -> tuple[float, Floats, Floats]:
    """Return what the items gain, the loads they cause and, if asked for, how loads react to prices.

    Parameters
    ----------
    value, size, price
        Index item and place, item and dimension, place and dimension.
    near
        Index item, columns rank: the places considered.
    copies
        Index item: how many items of the problem it stands for.
    heat
        The temperature, in units of value.
    curved
        Whether the second derivative (minus the reaction of loads) is wanted; index and columns place × dimension.
    """
    items, width = near.shape
    places, dims = price.shape
    terms = places * dims
    gain = np.zeros(BLOCKS)
    load = np.zeros((BLOCKS, places, dims))
    curve = np.zeros((BLOCKS, terms, terms)) if curved else np.zeros((BLOCKS, 1, 1))
    for block in prange(BLOCKS):
        share = np.empty(width)
        at = np.empty(width * dims, np.int64)
        use = np.empty(width * dims)
        part = np.empty(width * dims)
        for i in range(block * items // BLOCKS, (block + 1) * items // BLOCKS):
            top = -np.inf
            for k in range(width):
                j = near[i, k]
                if j < 0:
                    share[k] = -np.inf
                    continue
                net = value[i, j]
                for d in range(dims):
                    if size[i, d] != 0:
                        net -= price[j, d] * size[i, d]
                share[k] = net
                top = max(top, net)
            if top == -np.inf:
                continue
            total = 0.0
            for k in range(width):
                share[k] = np.exp((share[k] - top) / heat)
                total += share[k]
            gain[block] += copies[i] * (top + heat * np.log(total))
            entries = 0
            for k in range(width):
                share[k] /= total
                if share[k] < FAINT:
                    continue
                j = near[i, k]
                for d in range(dims):
                    if size[i, d] != 0:
                        load[block, j, d] += copies[i] * share[k] * size[i, d]
                        at[entries] = j * dims + d
                        use[entries] = size[i, d]
                        part[entries] = share[k]
                        entries += 1
            if curved:
                weight = copies[i] / heat
                for a in range(entries):
                    row = curve[block, at[a]]
                    for b in range(entries):
                        both = part[a] if at[a] // dims == at[b] // dims else 0.0
                        row[at[b]] += weight * use[a] * use[b] * (both - part[a] * part[b])
    return gain.sum(), load.sum(axis=0), curve.sum(axis=0)


@njit(cache=True, parallel=True)
def best_at(value: Floats, size: Ints, price: Floats) -> tuple[Floats, Ints, Floats]:
    """Return for each item its best net value over all places, where that is, and the second best net value."""
    items, places = value.shape
    dims = size.shape[1]
    best, second = np.full(items, -np.inf), np.full(items, -np.inf)
    where = np.full(items, -1, np.int64)
    for i in prange(items):
        for j in range(places):
            net = value[i, j]
            if net == -np.inf:
                continue
            for d in range(dims):
                if size[i, d] != 0:
                    net -= price[j, d] * size[i, d]
            if net > best[i]:
                second[i] = best[i]
                best[i], where[i] = net, j
            elif net > second[i]:
                second[i] = net
    return best, where, second
