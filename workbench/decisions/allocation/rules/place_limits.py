"""Which further rules are limits of places in disguise, so that the search keeps them at any size?

A rule whose rows each speak of one place, with whole numbers that depend on the household alone, is one more dimension
of room. One that says of some households ``−Σ_j x_ij ≤ −1`` says that they are placed. Any other keeps its rows, to be
kept by prices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.problem.problem import Problem
from workbench.decisions.allocation.proof.lagrangian_bound import Multipliers
from workbench.decisions.allocation.rules.standard import Rows


@dataclass(frozen=True, eq=False)
class Extended:
    """A problem in which further rules are limits of places.

    Attributes
    ----------
    problem
        The problem with further dimensions, and items that must be placed.
    rows
        The rules that it holds.
    place
        For each rule that became a dimension, the place of each of its rows.
    must
        For each rule that says who must be placed, the item of each of its rows.
    others
        The rules that are neither.
    """

    problem: Problem
    rows: Mapping[str, Rows]
    place: Mapping[str, Ints]
    must: Mapping[str, Ints]
    others: Mapping[str, Rows]

    def told(self, original: Problem, multipliers: Multipliers) -> Multipliers:
        """Return multipliers of this problem as such of the original one, where the rules are rows with prices."""
        dims = len(original.dimensions)
        prices, item_price = {}, multipliers.item_price.copy()
        for d, (title, places) in enumerate(self.place.items(), start=dims):
            prices[title] = np.maximum(0.0, multipliers.price[places, d])
        for title, items in self.must.items():
            # Nowhere gains −λ − q s; who must be placed has no nowhere, so λ may rise until it gains nothing.
            least = -multipliers.price[-1, 0] * np.rint(original.size[items, 0])
            raised = np.maximum(item_price[items], least)
            prices[title] = raised - item_price[items]
            item_price[items] = raised
        price, whole = multipliers.price[:, :dims], multipliers.whole[:, :dims]
        return replace(
            multipliers, price=price, whole=whole, item_price=item_price, rows={**multipliers.rows, **prices}
        )


def extend(problem: Problem, rows: Mapping[str, Rows]) -> Extended:
    """Return the problem with every rule built in that is a limit of places."""
    use, capacity, dimensions = problem.use, problem.capacity, problem.dimensions
    must: set[int] = set()
    place: dict[str, Ints] = {}
    due: dict[str, Ints] = {}
    others: dict[str, Rows] = {}
    first = np.array([members[0] for members in problem.members], dtype=np.int64)
    for title, each in rows.items():
        if (items := _placed(problem, each)) is not None:
            must |= set(items.tolist())
            due[title] = items
        elif (found := _dimension(problem, each)) is not None:
            size, places = found
            column = np.zeros((len(use), 1))
            column[first, 0] = size
            room = np.full((len(capacity), 1), np.inf)
            room[places, 0] = np.floor(each.limit + 1e-9)
            use, capacity = np.hstack([use, column]), np.hstack([capacity, room])
            dimensions = (*dimensions, title)
            place[title] = places
        else:
            others[title] = each
    wide = replace(problem, use=use, capacity=capacity, dimensions=dimensions, must=frozenset(must))
    return Extended(wide, rows, place, due, others)


def _placed(problem: Problem, rows: Rows) -> Ints | None:
    """Return the item of each row where the rows say that items are placed; None where they do not."""
    matrix, pairs = rows.matrix, problem.columns
    if not len(rows) or (matrix.data != -1).any() or (rows.limit != -1).any():
        return None
    counted = np.bincount(pairs.item, minlength=problem.items)
    items = np.empty(len(rows), dtype=np.int64)
    for row in range(len(rows)):
        at = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        if len(at) == 0 or len(set(pairs.item[at])) > 1 or len(at) != counted[pairs.item[at[0]]]:
            return None
        items[row] = pairs.item[at[0]]
    return items


def _dimension(problem: Problem, rows: Rows) -> tuple[Floats, Ints] | None:
    """Return the room that each item takes and the place of each row, where that is what the rows say."""
    matrix = rows.matrix.tocsr(copy=True)
    matrix.eliminate_zeros()
    pairs, entry = problem.columns, matrix.data
    if not len(rows) or (entry < 0).any() or (entry % 1 != 0).any() or (rows.limit < 0).any():
        return None
    line = np.repeat(np.arange(len(rows)), np.diff(matrix.indptr))
    item, town = pairs.item[matrix.indices], pairs.place[matrix.indices]
    place = np.full(len(rows), -1, dtype=np.int64)
    place[line] = town
    if (place[line] != town).any():
        return None
    # A row without entries limits nothing, wherever it is counted.
    idle = np.flatnonzero(place < 0)
    free = np.setdiff1d(np.arange(len(problem.place_names)), place)
    if len(idle) > len(free) or len(np.unique(place[place >= 0])) < len(rows) - len(idle):
        return None
    place[idle] = free[: len(idle)]
    size = np.zeros(problem.items)
    np.maximum.at(size, item, entry)
    limited = np.zeros(len(problem.place_names), dtype=bool)
    limited[place] = True
    stated = np.bincount(item, minlength=problem.items)
    asked = np.bincount(pairs.item, weights=limited[pairs.place], minlength=problem.items)
    if (entry != size[item]).any() or (stated[size > 0] != asked[size > 0]).any():
        return None
    return size, place
