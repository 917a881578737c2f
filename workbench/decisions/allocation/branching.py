"""Is there no better plan at all? A proof by cases, where prices alone leave a gap that no plan can close.

A linear programme over all pairs gives every case its multipliers; a case whose bound is still too high is divided by
one pair: taken, or not. The tree is a guess like any other: :mod:`certificate` checks that its cases cover every plan
and computes the bound of each anew.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from workbench.decisions.allocation import highs
from workbench.decisions.allocation.certificate import Branches, Case, Multipliers, case_bound, divided, whole_case
from workbench.decisions.allocation.knapsack import fill_each
from workbench.decisions.allocation.problem import Problem
from workbench.decisions.allocation.readable import RowsByRule, kept
from workbench.decisions.allocation.reading import Floats
from workbench.decisions.allocation.rules import EveryonePlaced, KeptApart, PersonsPlaced, standard_rules
from workbench.decisions.allocation.stopping import Limit

CASES = 10_000
"""Cases after which a proof is given up: many households alike can be exchanged in more ways than can be told apart."""
SOON, BY_THEN = 300, 0.1
"""Divisions after which a proof that has closed less than this share of what was open is given up as well."""
WHOLE = 150
"""Persons up to which a place is filled with whole households in the bound."""
FORBIDDING = 10.0
"""Price of missing a limit, in units of all that the items could be worth: a case without a plan shows by its bound."""
ROUND = 1e-6
POLISH = 12
"""Steps by which a case's λ is bettered before it is divided."""


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
    """
    return _Tree(problem, multipliers, rows, start, worth, gap, whole_values).grow(limit)


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
    ) -> None:
        self.problem, self.worth, self.gap, self.whole_values = problem, worth, max(gap, 1e-9), whole_values
        self.root, self.pairs = replace(multipliers, branches=None), problem.columns
        self.value = (problem.value if worth is None else worth)[self.pairs.item, self.pairs.place]
        self.x, self.reached = start, float(self.value @ start)
        limits = {rule.title for rule in standard_rules(problem) if not isinstance(rule, KeptApart)}
        limits |= {EveryonePlaced.name, PersonsPlaced.name}
        self.rows = {title: each for title, each in rows.items() if title not in limits and len(each)}
        self.all_rows = rows
        self.whole = np.append(problem.capacity[:, 0] <= WHOLE, 0).astype(np.int64)
        self._state()

    def grow(self, limit: Limit) -> Proof:
        """Divide the case with the highest bound until the gap is reached, or nothing is left to divide."""
        case = whole_case(self.problem)
        first = self._bound(self.root, case)
        root = self._node(case, self.root)
        heap, number = [(-root.bound, 0, root)], 0
        while number < CASES and limit.going():
            node = heap[0][2]
            if self._enough(node.bound) or node.item < 0:
                break
            if number >= 2 * SOON and root.bound - node.bound < BY_THEN * (root.bound - self._target()):
                break
            heapq.heappop(heap)
            taken, left = divided(node.case, node.item, node.place)
            node.parts = self._node(taken, node.multipliers), self._node(left, node.multipliers)
            for part in node.parts:
                number += 1
                heapq.heappush(heap, (-part.bound, number, part))
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
        return case_bound(self.problem, multipliers, self.all_rows, case, worth=self.worth)

    def _node(self, case: Case, above: Multipliers) -> _Node:
        """Return a case with the better of its own multipliers and those of the case that it is part of."""
        bound = self._bound(above, case)
        if self._enough(bound):
            return _Node(case, above, bound)
        own, x, missed = self._solved(case)
        if (tighter := self._bound(own, case)) < bound:
            above, bound = own, tighter
        if not self._enough(bound):
            above, bound = self._polished(case, above, bound)
        undecided = np.minimum(x, 1.0 - x)
        if undecided.max(initial=0.0) > ROUND:
            # Large items first: where they go decides most.
            k = int((undecided * self.weight).argmax())
            return _Node(case, above, bound, int(self.item[k]), int(self.place[k]))
        x = np.rint(x[: len(self.pairs)])
        if missed <= ROUND and self.value @ x > self.reached and kept(self.all_rows, x):
            self.x, self.reached = x, float(self.value @ x)
        return _Node(case, above, bound)

    def _state(self) -> None:
        """State the programme: a pair or *nowhere* for each item; each limit may be missed, at a price."""
        problem, pairs = self.problem, self.pairs
        self.who = np.unique(pairs.item)
        line = np.full(problem.items, -1)
        line[self.who] = np.arange(len(self.who))
        size, infinite = problem.size, highspy.kHighsInf
        self.room = np.argwhere(np.isfinite(problem.capacity) | (problem.minimum[:, None] > 0) & _first(problem))
        place, dimension = self.room.T
        capacity = sp.csr_matrix((pairs.place == place[:, None]) * size[pairs.item][:, dimension].T)
        most = np.where(np.isfinite(problem.capacity), problem.capacity, infinite)[place, dimension]
        least = np.where(dimension == 0, problem.minimum[place], 0.0)
        self.left = np.inf
        if self.root.at_least is not None:
            self.left = float(size[self.who, 0].sum()) - self.root.at_least
        blocks = [capacity, *(each.matrix for each in self.rows.values())]
        lower = [least, *(np.full(len(each), -infinite) for each in self.rows.values())]
        upper = [most, *(each.limit for each in self.rows.values())]
        over_pairs = sp.vstack(
            [sp.csr_matrix((np.ones(len(pairs)), (line[pairs.item], np.arange(len(pairs))))), *blocks]
        )
        n, rows = len(self.who), over_pairs.shape[0]
        self.item = np.concatenate([pairs.item, self.who])
        self.place = np.concatenate([pairs.place, np.full(n, len(problem.place_names))])
        self.weight = 1.0 + size[self.item, 0]
        idle = sp.vstack([sp.eye(n), sp.csr_matrix((rows - n, n))])
        matrix = sp.bmat([[over_pairs, idle], [None, sp.csr_matrix(size[self.who, 0][None, :])]])
        limits = matrix.shape[0] - n
        slack = sp.vstack([sp.csr_matrix((n, limits)), sp.eye(limits)])
        matrix = sp.csc_matrix(sp.hstack([matrix, -slack, slack]))
        cost = np.zeros(matrix.shape[1])
        cost[: len(pairs)] = -self.value
        self.slack = len(pairs) + n
        cost[self.slack :] = FORBIDDING * (1.0 + np.abs(self.value).sum())
        left = self.left if np.isfinite(self.left) else infinite
        programme = highspy.HighsLp()
        programme.num_col_, programme.num_row_ = matrix.shape[1], matrix.shape[0]
        programme.col_cost_ = cost
        programme.col_lower_ = np.zeros(len(cost))
        programme.col_upper_ = np.full(len(cost), infinite)
        programme.row_lower_ = np.concatenate([np.ones(n), *lower, [-infinite]])
        programme.row_upper_ = np.concatenate([np.ones(n), *upper, [left]])
        programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        programme.a_matrix_.start_, programme.a_matrix_.index_ = matrix.indptr, matrix.indices
        programme.a_matrix_.value_ = matrix.data
        self.model = highs.model()
        self.model.passModel(programme)

    def _solved(self, case: Case) -> tuple[Multipliers, Floats, float]:
        """Return the multipliers of the programme of a case, its pairs' shares, and by how much it misses limits."""
        pairs, n = self.pairs, len(self.who)
        upper = np.concatenate([case.allowed[pairs.item, pairs.place], case.idle[self.who]])
        upper = np.where(upper, highspy.kHighsInf, 0.0)
        self.model.changeColsBounds(self.slack, np.arange(self.slack, dtype=np.int32), np.zeros(self.slack), upper)
        self.model.run()
        solution = self.model.getSolution()
        price, x = -np.asarray(solution.row_dual), np.asarray(solution.col_value)
        root, problem = self.root, self.problem
        own = np.zeros(root.price.shape)
        own[tuple(self.room.T)] = price[n : n + len(self.room)]
        own[-1, 0] = max(0.0, price[-1])
        twice = np.zeros(problem.items)
        twice[self.who] = price[:n]
        at, rows = n + len(self.room), {}
        for title, each in self.rows.items():
            rows[title] = np.maximum(0.0, price[at : at + len(each)])
            at += len(each)
        own = Multipliers(own, twice, self.whole, root.at_least, rows)
        return own, x[: self.slack], float(x[self.slack :].sum())

    def _polished(self, case: Case, multipliers: Multipliers, bound: float) -> tuple[Multipliers, float]:
        """Return multipliers with a better λ: subgradient steps, each as long as would close the gap at once."""
        problem = self.problem
        net = (problem.value if self.worth is None else self.worth).copy()
        for title, y in multipliers.rows.items():
            net[self.pairs.item, self.pairs.place] -= self.all_rows[title].matrix.T @ np.maximum(0.0, y)
        idle = np.where(case.idle & (self.left > 0), 0.0, -np.inf)
        by_place = np.ascontiguousarray(np.vstack([np.where(case.allowed, net, -np.inf).T, idle])[:, self.who])
        size = np.rint(problem.size[self.who]).astype(np.int64)
        room = np.where(multipliers.whole > 0, np.floor(np.append(problem.capacity[:, 0], -1.0) + 1e-9), -1.0)
        room = np.where(np.isfinite(room), room, -1.0).astype(np.int64)
        twice = best = multipliers.twice[self.who]
        worth, first = np.zeros(len(by_place)), np.zeros(len(by_place) + 1, dtype=np.int64)
        who = np.zeros(by_place.size, dtype=np.int64)
        fixed = 0.0
        lowest = bound
        for step in range(POLISH):
            fill_each(by_place, size, room, multipliers.price, twice, worth, first, who)
            now = float(twice.sum() + worth.sum())
            if step == 0:
                fixed = bound - now
            now += fixed
            if now < lowest:
                lowest, best = now, twice
            slope = 1.0 - np.bincount(who[: first[-1]], minlength=len(size))
            square = float(slope @ slope)
            if square == 0 or self._enough(now):
                break
            twice = twice - max(now - self.reached, 0.0) / square * slope
        if lowest >= bound:
            return multipliers, bound
        full = multipliers.twice.copy()
        full[self.who] = best
        better = replace(multipliers, twice=full)
        proven = self._bound(better, case)
        return (better, proven) if proven < bound else (multipliers, bound)

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


def _first(problem: Problem) -> NDArray[np.bool_]:
    """Mark the dimension of persons."""
    return np.arange(len(problem.dimensions)) == 0
