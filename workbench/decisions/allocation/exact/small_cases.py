"""Which plan keeps any rules at all, and which is best where there are few pairs? By the readable statement.

The linear relaxation over all pairs gives prices; the pairs that lose least at them are searched for whole choices.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.decisions.allocation.exact.cvxpy_statement import RowsByRule, choose, kept, relax, restricted
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.problem.problem import Problem
from workbench.decisions.allocation.proof.lagrangian_bound import Multipliers
from workbench.decisions.allocation.rules.standard import Capacity, EveryonePlaced, IntakeFloor, OnePlace, PersonsPlaced
from workbench.decisions.allocation.search.stopping import Limit

FEW = 4000
WIDER = 4
SPREAD = 61
LIMITS = (OnePlace.name, IntakeFloor.name, EveryonePlaced.name, PersonsPlaced.name)
"""Rules whose rows are limits of places, of nowhere, or of one place per household."""


@dataclass(frozen=True, eq=False)
class Choice:
    """What was chosen: 0 or 1 per pair; prices of the relaxation per row of each rule; pairs tried and gap claimed."""

    x: Floats
    prices: dict[str, Floats]
    tried: int
    proven: float


def most_persons(problem: Problem, rows: RowsByRule, start: Floats, columns: int, most: int, limit: Limit) -> Floats:
    """Return a choice that places as many persons as can be found, no more than ``most`` being possible."""
    pairs = problem.columns
    size = problem.size[pairs.item, 0]
    packed = _packed(problem, start)
    if size @ packed >= most and kept(rows, packed):
        return packed
    if not limit.going():
        return start
    worth = problem.value[pairs.item, pairs.place]
    relaxation = relax(size, rows)
    x = start
    for width in (columns, WIDER * columns):
        # Where prices leave pairs level, the better score decides which are tried.
        tied = size + 1e-6 * worth / max(1.0, worth.max())
        keep = _promising(problem, rows, relaxation.prices, tied, width)
        keep |= (relaxation.x > 1e-9) | (x > 0.5)
        x, _ = _search(size, rows, keep, x, gap=0.0, whole=True, seconds=limit.left())
        if size @ x >= most or keep.all() or not limit.going():
            break
    return x


def best_score(problem: Problem, rows: RowsByRule, start: Floats, columns: int, gap: float, limit: Limit) -> Choice:
    """Return the choice with the best score that can be found under the rules."""
    pairs = problem.columns
    worth = problem.value[pairs.item, pairs.place]
    relaxation = relax(worth, rows)
    allowance = gap * max(1.0, float(worth @ relaxation.x))
    keep = _promising(problem, rows, relaxation.prices, worth, columns, allowance)
    keep |= (relaxation.x > 1e-9) | (start > 0.5)
    x, proven = _search(worth, rows, keep, start, gap=gap / 2, seconds=limit.left())
    return Choice(x, relaxation.prices, int(keep.sum()), proven)


def multipliers_of(problem: Problem, rows: RowsByRule, prices: dict[str, Floats], at_least: int | None) -> Multipliers:
    """Return the relaxation's prices as multipliers of a certificate."""
    places = len(problem.place_names)
    price = np.zeros((places + 1, len(problem.dimensions)))
    capacities = [Capacity(name).title for name in problem.dimensions]
    for d, title in enumerate(capacities):
        price[rows[title].key, d] = prices[title]
    price[rows[IntakeFloor.name].key, 0] -= prices[IntakeFloor.name]
    if PersonsPlaced.name in rows:
        price[places, 0] = prices[PersonsPlaced.name].sum()
    other = {title: y for title, y in prices.items() if title not in (*LIMITS, *capacities) and y.any()}
    return Multipliers(price, np.zeros(problem.items), np.zeros(price.shape, dtype=np.int64), at_least, other)


def choice_of(problem: Problem, place_of: Ints) -> Floats:
    """Return a plan (index item, its place or -1) as 0 or 1 per pair."""
    pairs = problem.columns
    return np.asarray(place_of[pairs.item] == pairs.place, dtype=np.float64)


def places_of(problem: Problem, x: Floats) -> Ints:
    """Return a choice of pairs as the place of each item, -1 for none."""
    pairs, chosen = problem.columns, x > 0.5
    place_of = np.full(problem.items, -1, dtype=np.int64)
    place_of[pairs.item[chosen]] = pairs.place[chosen]
    return place_of


def _packed(problem: Problem, start: Floats) -> Floats:
    """Return the choice that packs the largest items first, each where least room is left over; often it places all."""
    pairs, x, left = problem.columns, start.copy(), problem.capacity.copy()
    held = start > 0.5
    np.subtract.at(left, pairs.place[held], problem.size[pairs.item[held]])
    first = np.searchsorted(pairs.item, np.arange(problem.items + 1))
    waiting = np.setdiff1d(pairs.item, pairs.item[held])
    for item in waiting[np.lexsort((waiting, np.diff(first)[waiting], -problem.size[waiting, 0]))]:
        place = pairs.place[first[item] : first[item + 1]]
        fits = (problem.size[item] <= left[place]).all(axis=1)
        if fits.any():
            best = int(np.where(fits, left[place, 0], np.inf).argmin())
            x[first[item] + best] = 1.0
            left[place[best]] -= problem.size[item]
    return x


def _promising(
    problem: Problem, rows: RowsByRule, prices: dict[str, Floats], value: Floats, width: int, allowance: float = -1.0
) -> NDArray[np.bool_]:
    """Mark the pairs worth trying; all of them where they are few.

    Those are the ``width`` pairs of each item that lose least at the prices, and up to four times as many that lose no
    more than the allowance. A pair that loses more than the gap asked cannot be needed to come that near to the bound.
    """
    pairs = problem.columns
    if len(pairs) <= FEW:
        return np.ones(len(pairs), dtype=bool)
    net = value.copy()
    for name, each in rows.items():
        if name != OnePlace.name and len(each):
            net = net - each.matrix.T @ prices[name]
    best = np.full(problem.items, -np.inf)
    np.maximum.at(best, pairs.item, net)
    loss = np.round(best[pairs.item] - net, 6)
    # Level pairs are spread over the places, or every household would try the same few.
    spread = (pairs.place - pairs.item * SPREAD) % len(problem.place_names)
    order = np.lexsort((spread, loss, pairs.item))
    rank = np.empty(len(pairs), dtype=np.int64)
    rank[order] = np.arange(len(pairs)) - np.searchsorted(pairs.item, pairs.item)
    return (rank < width) | ((rank < WIDER * width) & (loss <= allowance))


def _search(
    value: Floats,
    rows: RowsByRule,
    keep: NDArray[np.bool_],
    start: Floats,
    *,
    gap: float,
    whole: bool = False,
    seconds: float = np.inf,
) -> tuple[Floats, float]:
    x = np.zeros(len(value))
    x[keep], proven = choose(value[keep], restricted(rows, keep), start[keep], gap=gap, whole=whole, seconds=seconds)
    return x, proven


def persons_of(problem: Problem, place_of: Ints) -> int:
    """Return how many persons a plan places."""
    return math.floor(float(problem.size[place_of >= 0, 0].sum()) + 0.5)
