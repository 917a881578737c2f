"""Which places would households choose at given prices, if they chose softly? Loops over items and places, compiled.

An item chooses place j with probability proportional to ``exp((v_ij − Σ_d q_jd s_id) / T)``. Sums run over fixed
blocks of items in a fixed order, so that the number of processors changes no digit.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numba import njit, prange

from workbench.decisions.allocation.problem.input_tables import Floats, Ints

BLOCKS = 8
FAINT = 1e-7
LINES = 4000


def _net(value: Floats, size: Ints, price: Floats) -> Iterator[tuple[slice, Floats]]:
    """Yield blocks of items with what each of their pairs is worth at the prices."""
    for at in range(0, len(value), LINES):
        rows = slice(at, at + LINES)
        yield rows, value[rows] - size[rows] @ price.T


def candidates(value: Floats, size: Ints, price: Floats, width: int) -> Ints:
    """Return the places that lose least at the prices: index item, columns rank; -1 where fewer are allowed."""
    found = np.empty((len(value), width), dtype=np.int64)
    for rows, net in _net(value, size, price):
        order = np.argpartition(-net, width - 1, axis=1)[:, :width]
        order.sort(axis=1)
        allowed = np.take_along_axis(net, order, axis=1) > -np.inf
        found[rows] = np.where(allowed, order, -1)
    return found


def best_at(value: Floats, size: Ints, price: Floats) -> tuple[Floats, Ints, Floats]:
    """Return for each item its best net value over all places, where that is, and the second best net value."""
    best, second = np.full(len(value), -np.inf), np.full(len(value), -np.inf)
    where = np.full(len(value), -1, dtype=np.int64)
    for rows, net in _net(value, size, price):
        where[rows] = net.argmax(axis=1)
        best[rows] = net.max(axis=1)
        np.put_along_axis(net, where[rows, None], -np.inf, axis=1)
        second[rows] = net.max(axis=1)
    return best, where, second


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
    terms = price.size if curved else 1
    gain, load = np.zeros(BLOCKS), np.zeros((BLOCKS, *price.shape))
    curve = np.zeros((BLOCKS, terms, terms))
    _choose(value, size, price, near, copies, heat, curved, gain, load, curve)
    return float(gain.sum()), load.sum(axis=0), curve.sum(axis=0)


@njit(cache=True, parallel=True)
def _choose(
    value: Floats,
    size: Ints,
    price: Floats,
    near: Ints,
    copies: Floats,
    heat: float,
    curved: bool,
    gain: Floats,
    load: Floats,
    curve: Floats,
) -> None:
    """Add up gain, load and curve of each block of items, in place."""
    items, width = near.shape
    dims = price.shape[1]
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
