"""Is there no better plan at all? A proof by cases, where prices alone leave a gap that no plan can close.

A linear programme over all pairs gives every case its multipliers; a case whose bound is still too high is divided by
one pair: taken, or not. The tree is a guess like any other: :mod:`lagrangian_bound` checks that its cases cover every
plan and computes the bound of each again.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import numpy as np

from workbench.decisions.allocation.exact.cvxpy_statement import RowsByRule, kept
from workbench.decisions.allocation.problem.input_tables import Floats
from workbench.decisions.allocation.problem.problem import Problem
from workbench.decisions.allocation.proof.lagrangian_bound import (
    Branches,
    Case,
    Multipliers,
    case_bound,
    divided,
    whole_case,
)
from workbench.decisions.allocation.proof.linear_relaxation import Programme
from workbench.decisions.allocation.proof.rooms import kept_rooms
from workbench.decisions.allocation.search.stopping import Limit

DIVISIONS = 5000
"""Divisions after which a proof is given up: many households alike can be exchanged in more ways than can be told."""
SOON, BY_THEN = 300, 0.1
"""Divisions after which a proof that has closed less than this share of what was open is given up as well."""
LATER = 5
"""So many times later where values are whole numbers: there a bound stands still for long, then falls by one."""
ROUND = 1e-6
POLISH = 12
"""Steps by which a case's λ is bettered before it is divided."""
NEARLY = 1e-9
"""By so much may the compiled bound be off."""


@dataclass(frozen=True, eq=False)
class Proof:
    """The multipliers with their cases, the bound they prove, and the best plan met on the way, 0 or 1 per pair."""

    multipliers: Multipliers
    bound: float
    x: Floats


@dataclass(eq=False)
class _Node:
    """A case, its multipliers and their bound, and what divides it: an item and its place, -1 for none."""

    case: Case
    multipliers: Multipliers
    bound: float
    item: int = -1
    place: int = -1
    parts: tuple[_Node, _Node] | None = None


def prove(
    problem: Problem,
    multipliers: Multipliers,
    rows: RowsByRule,
    start: Floats,
    *,
    gap: float,
    limit: Limit,
    worth: Floats | None = None,
    whole_values: bool = False,
    light: bool = False,
    divisions: int | None = None,
) -> Proof:
    """Return a proof by cases that no plan is worth more than the best one by more than the gap; as near as it comes.

    Parameters
    ----------
    problem
        The problem; meant for few pairs.
    multipliers
        The best multipliers known: those of the whole, before it is divided.
    rows
        The rows of all rules, by title.
    start
        A plan that keeps the rules: 0 or 1 per pair.
    gap
        Relative gap at which the proof is complete.
    limit
        When to stop with what is proven.
    worth
        Index item, columns place: what pairs are worth instead of their value.
    whole_values
        Values are whole numbers: a bound less than 1 above the value is proof.
    light
        Do without compiled code: more cases for the same bound, but nothing to load or compile.
    divisions
        Divisions after which the proof is given up; by default :data:`DIVISIONS`.
    """
    return _Tree(problem, multipliers, rows, start, worth, gap, whole_values, light).grow(
        limit, DIVISIONS if divisions is None else divisions
    )


class _Relaxed:
    """The bound of a case at one λ after another, compiled: to choose by, before the certificate computes it again."""

    def __init__(self, problem: Problem, worth: Floats, rows: RowsByRule, case: Case, multipliers: Multipliers) -> None:
        self.given, pairs, price = multipliers, problem.columns, multipliers.price
        self.items = np.flatnonzero(case.allowed.any(axis=1))
        self.size = np.rint(problem.size[self.items]).astype(np.int64)
        self.room = kept_rooms(problem.capacity, multipliers.whole)
        left = np.inf if multipliers.at_least is None else float(self.size[:, 0].sum()) - multipliers.at_least
        net, self.fixed = worth.copy(), 0.0
        for title, y in multipliers.rows.items():
            y = np.maximum(0.0, y)
            net[pairs.item, pairs.place] -= rows[title].matrix.T @ y
            self.fixed += float(rows[title].limit @ y)
        idle = np.where(case.idle & (left > 0), 0.0, -np.inf)
        by_place = np.vstack([np.where(case.allowed, net, -np.inf).T, idle])
        self.by_place = np.ascontiguousarray(by_place[:, self.items])
        most, least = (np.zeros(price.shape) for _ in range(2))
        most[:-1], least[:-1, 0], most[-1, 0] = problem.capacity, problem.minimum, max(0.0, left)
        counted = np.where(multipliers.whole > 0, np.minimum(0.0, price), price)
        self.fixed += float(np.multiply(most, counted, where=counted > 0, out=least * counted).sum())
        self.best = self.last = multipliers.item_price[self.items]
        if left < 0 or not (case.idle | case.allowed.any(axis=1)).all():
            self.bound, self.slope = -np.inf, np.zeros(len(self.items))
        else:
            self.bound, self.slope = self._at(self.last)
        self.now = self.bound

    def moves(self, reached: float) -> bool:
        """Take a subgradient step on λ, as long as would bring the bound down to ``reached``; False where none does."""
        square = float(self.slope @ self.slope)
        if square == 0:
            return False
        self.last = self.last - max(self.now - reached, 0.0) / square * self.slope
        self.now, self.slope = self._at(self.last)
        if self.now < self.bound:
            self.bound, self.best = self.now, self.last
        return True

    def multipliers(self) -> Multipliers:
        """Return the multipliers with the best λ met."""
        item_price = self.given.item_price.copy()
        item_price[self.items] = self.best
        return replace(self.given, item_price=item_price)

    def _at(self, item_price: Floats) -> tuple[float, Floats]:
        """Return the bound at a λ, and its slope: 1 less in how many places each item then stands."""
        from workbench.decisions.allocation.proof.knapsack import fill_each  # compiled; small cases go without

        places, items = self.by_place.shape
        worth, first, who = np.zeros(places), np.zeros(places + 1, np.int64), np.zeros(places * items, np.int64)
        fill_each(self.by_place, self.size, self.room, self.given.price, item_price, worth, first, who)
        slope = np.ones(items) - np.bincount(who[: first[-1]], minlength=items)
        return self.fixed + float(item_price.sum() + worth.sum()), slope


class _Tree:
    """A proof while it grows: the programme stays, only the pairs that a case allows change."""

    def __init__(
        self,
        problem: Problem,
        multipliers: Multipliers,
        rows: RowsByRule,
        start: Floats,
        worth: Floats | None,
        gap: float,
        whole_values: bool,
        light: bool,
    ) -> None:
        self.light = light
        self.problem, self.worth, self.gap, self.whole_values = problem, worth, max(gap, 1e-9), whole_values
        self.root, self.pairs = replace(multipliers, branches=None), problem.columns
        self.value = (problem.value if worth is None else worth)[self.pairs.item, self.pairs.place]
        self.x, self.reached = start, float(self.value @ start)
        self.rows = rows
        self.programme = Programme(problem, rows, self.value, multipliers.at_least)

    def grow(self, limit: Limit, divisions: int) -> Proof:
        """Divide the case with the highest bound until the gap is reached, or nothing is left to divide."""
        case = whole_case(self.problem)
        first = self._bound(self.root, case)
        root = self._node(case, self.root)
        heap = [(-root.bound, 0, root)]
        soon = SOON * (LATER if self.whole_values else 1)
        for number in range(divisions):
            node = heap[0][2]
            slow = number >= soon and root.bound - node.bound < BY_THEN * (root.bound - self._target())
            if self._enough(node.bound) or node.item < 0 or slow or not limit.going():
                break
            heapq.heappop(heap)
            taken, left = divided(node.case, node.item, node.place)
            node.parts = self._node(taken, node.multipliers), self._node(left, node.multipliers)
            for which, part in enumerate(node.parts):
                heapq.heappush(heap, (-part.bound, 2 * number + which, part))
        bound = heap[0][2].bound
        return Proof(self._told(root), bound, self.x) if bound < first else Proof(self.root, first, self.x)

    def _enough(self, bound: float) -> bool:
        return bound <= self._target()

    def _target(self) -> float:
        """Return the bound at which the proof is complete."""
        if self.whole_values:
            return round(self.reached) + 1.0 - 2.0 * ROUND
        return max(self.reached + self.gap, self.reached / (1.0 - self.gap))

    def _bound(self, multipliers: Multipliers, case: Case) -> float:
        return case_bound(self.problem, multipliers, self.rows, case, worth=self.worth)

    def _node(self, case: Case, above: Multipliers) -> _Node:
        """Return a case with the better of its own multipliers and those of the case that it is part of."""
        relaxed = None if self.light else self._relaxed(case, above)
        if relaxed is None or self._enough(relaxed.bound - NEARLY):
            bound = self._bound(above, case)
            if self._enough(bound):
                return _Node(case, above, bound)
        own, x, missed = self.programme.solved(case)
        if relaxed is None:
            multipliers, bound = min(((own, self._bound(own, case)), (above, bound)), key=lambda each: each[1])
        else:
            multipliers = self._polished(min(relaxed, self._relaxed(case, own), key=lambda each: each.bound))
            bound = self._bound(multipliers, case)
        undecided = np.minimum(x, 1.0 - x)
        if undecided.max(initial=0.0) > ROUND:
            # Large items first: where they go decides most.
            item, place = self.programme.item, self.programme.place
            k = int((undecided * (1.0 + self.problem.size[item, 0])).argmax())
            return _Node(case, multipliers, bound, int(item[k]), int(place[k]))
        x = np.rint(x[: len(self.pairs)])
        if missed > ROUND and not self._enough(bound):
            own = self.programme.harder(case)
            if (tighter := self._bound(own, case)) < bound:
                multipliers, bound = own, tighter
        elif self.value @ x > self.reached and kept(self.rows, x):
            self.x, self.reached = x, float(self.value @ x)
        return _Node(case, multipliers, bound)

    def _polished(self, best: _Relaxed) -> Multipliers:
        for _ in range(POLISH if np.isfinite(best.bound) else 0):
            if self._enough(best.bound) or not best.moves(self.reached):
                break
        return best.multipliers()

    def _relaxed(self, case: Case, multipliers: Multipliers) -> _Relaxed:
        worth = self.problem.value if self.worth is None else self.worth
        return _Relaxed(self.problem, worth, self.rows, case, multipliers)

    def _told(self, root: _Node) -> Multipliers:
        """Return the multipliers of the whole with all cases, in the order in which they are read."""
        nodes, waiting = [], [root]
        while waiting:
            node = waiting.pop()
            nodes.append(node)
            if node.parts is not None:
                waiting += reversed(node.parts)
        pair = np.array([(node.item, node.place) if node.parts is not None else (-1, -1) for node in nodes])
        branches = Branches(
            pair[:, 0],
            pair[:, 1],
            tuple(node.multipliers for node in nodes if node.parts is None),
        )
        return replace(self.root, branches=branches)
