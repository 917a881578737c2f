"""Which plan is best if each item only goes where it loses little? A mixed-integer programme over a shortlist of pairs.

At good prices most items lose nothing at one place, and a few hundred lose next to nothing at a second: which of
them gives way, so that whole households fill the room, is all that is left to choose. HiGHS does that for all places
at once, where moves between two or three places come to rest far from the best.

References: E. Danna, E. Rothberg, C. Le Pape (2005), Exploring relaxation induced neighborhoods to improve MIP
solutions, Mathematical Programming 102(1), 71-90.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from workbench.decisions.allocation.exact import highs
from workbench.decisions.allocation.problem.arrays import NO_LIMIT, Instance
from workbench.decisions.allocation.problem.input_tables import Floats, Ints

NODES = 10
"""The plans are found at the root or not at all."""
DECIMALS = 9


@dataclass(frozen=True, eq=False)
class Shortlist:
    """Pairs that lose least at the prices: items and places, in ascending order of item."""

    item: Ints
    place: Ints

    @classmethod
    def of(cls, instance: Instance, price: Floats, best: Floats, near: Ints, at: Ints, share: float) -> Shortlist:
        """Return each item's best pair, ``share`` further ones for each item on the whole, and those of a plan.

        Parameters
        ----------
        instance
            Items and places.
        price, best
            Prices (index place, columns dimension) and what each item's best pair is worth at them.
        near
            Places considered: index item, columns rank; -1 for none.
        at
            The plan.
        share
            Pairs for each item beyond its best one.
        """
        item, rank = np.nonzero((near >= 0) & (near < instance.nowhere))
        place = near[item, rank]
        loss = best[item] - instance.value[item, place] + (price[place] * instance.size[item]).sum(axis=1)
        number = min(len(loss) - 1, int((1 + share) * instance.items))
        keep = loss <= np.partition(loss, number)[number]
        idle = np.flatnonzero(np.isfinite(instance.value[:, -1])) if instance.upper[-1, 0] > 0 else item[:0]
        items = np.concatenate([item[keep], np.arange(len(at)), idle])
        places = np.concatenate([place[keep], at, np.full(len(idle), instance.nowhere)])
        pair = np.unique(items * (instance.nowhere + 1) + places)
        return cls(pair // (instance.nowhere + 1), pair % (instance.nowhere + 1))


def choose(
    instance: Instance,
    pairs: Shortlist,
    at: Ints,
    *,
    value: Floats,
    upper: Ints,
    target: float,
    seconds: float,
    going: Callable[[], bool],
) -> Ints | None:
    """Return the best plan found that takes only pairs of the shortlist; None where none is found.

    Parameters
    ----------
    instance
        Items, places, limits.
    pairs
        The pairs to choose from.
    at
        A plan to start with.
    value, upper
        What pairs are worth and what places take while a plan is being made: nowhere may be open at a penalty.
    target
        Worth at which to stop.
    seconds
        Time after which to stop.
    going
        Whether to go on.
    """
    number, items, places = len(pairs.item), instance.items, len(upper)
    worth = value[pairs.item, pairs.place]
    column = np.arange(number)
    one = sp.csr_matrix((np.ones(number), (pairs.item, column)), shape=(items, number))
    rows: list[sp.csr_matrix] = [one]
    least, most = [np.ones(items)], [np.ones(items)]
    for d in range(upper.shape[1]):
        bounded = (upper[:, d] < NO_LIMIT) | (instance.lower[:, d] > 0)
        use = instance.size[pairs.item, d].astype(np.float64)
        load = sp.csr_matrix((use, (pairs.place, column)), shape=(places, number))[bounded]
        rows.append(load)
        most.append(np.where(upper[bounded, d] < NO_LIMIT, upper[bounded, d], np.inf))
        least.append(np.where(instance.lower[bounded, d] > 0, instance.lower[bounded, d], -np.inf))
    apart = _apart(instance, pairs)
    rows.append(apart)
    most.append(np.ones(apart.shape[0]))
    least.append(np.full(apart.shape[0], -np.inf))
    matrix = sp.vstack(rows).tocsc()
    matrix.eliminate_zeros()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = number, matrix.shape[0]
    lp.sense_, lp.col_cost_ = highspy.ObjSense.kMinimize, -np.round(worth, DECIMALS)
    lp.col_lower_, lp.col_upper_ = np.zeros(number), np.ones(number)
    lp.row_lower_, lp.row_upper_ = np.concatenate(least), np.concatenate(most)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    lp.integrality_ = [highspy.HighsVarType.kInteger] * number
    model = highs.model(objective_target=-target, mip_rel_gap=1e-5, mip_max_nodes=NODES)
    if np.isfinite(seconds):
        model.setOptionValue("time_limit", max(0.1, seconds))
    model.passModel(lp)
    begin = highspy.HighsSolution()
    begin.col_value = (pairs.place == at[pairs.item]).astype(np.float64)
    model.setSolution(begin)
    # Called while HiGHS searches: here Ctrl-C is heard, too.
    model.cbMipInterrupt += lambda event: event.interrupt(not going())
    model.run()
    x = np.array(model.getSolution().col_value)
    if len(x) == 0 or not np.isfinite(model.getInfo().objective_function_value):
        return None
    return _taken(instance, pairs, x > 0.5)


def _taken(instance: Instance, pairs: Shortlist, chosen: NDArray[np.bool_]) -> Ints:
    at = np.full(instance.items, instance.nowhere)
    at[pairs.item[chosen]] = pairs.place[chosen]
    return at


def _apart(instance: Instance, pairs: Shortlist) -> sp.csr_matrix:
    """Return a row for each place that two kept apart might both go to; their pairs there add up to 1 at most."""
    column_of = {(int(i), int(j)): k for k, (i, j) in enumerate(zip(pairs.item, pairs.place, strict=True))}
    at: list[int] = []
    if len(instance.foe):
        for (i, j), k in column_of.items():
            for foe in instance.foe[instance.first[i] : instance.first[i + 1]]:
                if foe > i and j < instance.nowhere and (int(foe), j) in column_of:
                    at += [k, column_of[(int(foe), j)]]
    line = np.repeat(np.arange(len(at) // 2), 2)
    return sp.csr_matrix((np.ones(len(at)), (line, at)), shape=(len(at) // 2, len(pairs.item)))
