"""Which plan is best where the scores turn out badly? Conditional value at risk over draws of the scores.

The conditional value at risk (CVaR) of a plan is the mean of its value in the worst share of the draws (Rockafellar and
Uryasev 2000). It is the least weighted mean of the values over weights that give no draw more than 1 / (share × draws):
for any such weights the best plan of the weighted scores bounds what every plan can reach. So weights and plans are
sought in turn (a cutting plane on the weights), each plan by the usual search; few pairs are finished exactly.

References
----------
Rockafellar, R. T. and Uryasev, S. (2000), Optimization of conditional value-at-risk. Journal of Risk 2, 21–41.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.core.errors import DecisionError
from workbench.core.parts import AllocationRule
from workbench.decisions.allocation.exact import small_cases
from workbench.decisions.allocation.exact.cvxpy_statement import RowsByRule, choose_tail
from workbench.decisions.allocation.plan import Plan, Solution, plan_of
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.problem.problem import Problem
from workbench.decisions.allocation.rules.policy import stated_rules
from workbench.decisions.allocation.rules.standard import PersonsPlaced, standard_rules
from workbench.decisions.allocation.search.stopping import Limit
from workbench.decisions.allocation.solve import refuse_broken, solve

TAIL = 0.1
"""The worst share of the draws that counts, unless said otherwise."""
ROUNDS = 12
NEAR = 0.5
"""How far the next weights lie from those with the best bound so far: full steps swing between extremes."""
SMALL = 400_000
"""Pairs times draws up to which an open gap is closed by the exact statement."""


@dataclass(frozen=True, eq=False)
class ScoreDraws:
    """Draws of the scores, kept by type: households of one type share them.

    Attributes
    ----------
    share
        Axes draw, type, place (as the problem sorts places): scores from 0 to 1.
    kind
        Index household: its type.
    """

    share: Floats
    kind: Ints

    def __len__(self) -> int:
        """Return how many draws there are."""
        return len(self.share)

    def __iter__(self) -> Iterator[Floats]:
        """Yield each draw as scores: index household, columns place."""
        return (draw[self.kind] for draw in self.share)

    def mean(self, weight: Floats | None = None) -> Floats:
        """Return the mean score, draws weighted: index household, columns place."""
        told = self.share.mean(axis=0) if weight is None else np.tensordot(weight, self.share, axes=1)
        return np.asarray(told[self.kind], dtype=np.float64)

    def values(self, problem: Problem, plan: Plan) -> Floats:
        """Return what a plan is worth in each draw."""
        households, places = problem.placed(plan.assignment)
        each = self.share[:, self.kind[households], places] * problem.weight[households]
        return np.asarray(each.sum(axis=1), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class TailPlan:
    """The plan with the best mean value in the worst draws.

    Attributes
    ----------
    plan
        The plan; its value, bound and gap are those of the expected score.
    values
        Its value in each draw.
    tail, bound
        Its conditional value at risk, and what that of no plan exceeds which places as many persons.
    share
        The worst share of the draws that counts.
    tail_of_expected
        The same of the plan with the best expected score.
    """

    plan: Plan
    values: Floats
    tail: float
    bound: float
    share: float
    tail_of_expected: float
    expected_best: float

    @property
    def gap(self) -> float:
        """Return how far the tail may be from the best, as a share of the bound."""
        return max(0.0, self.bound - self.tail) / max(1.0, abs(self.bound))


def tail_mean(values: Floats, share: float = TAIL) -> float:
    """Return the mean of the worst share of the values; the last one counts in part.

    >>> tail_mean(np.array([4.0, 1.0, 3.0, 2.0]), 0.5)
    1.5
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    room = share * len(ordered)
    weight = np.clip(room - np.arange(len(ordered)), 0.0, 1.0)
    return float(ordered @ weight / room)


def best_tail(
    problem: Problem,
    expected: Plan,
    draws: ScoreDraws,
    *,
    share: float = TAIL,
    gap: float = 5e-4,
    limit: Limit | None = None,
    further: Sequence[AllocationRule] = (),
) -> TailPlan:
    """Return the plan with the best conditional value at risk among those that place as many persons.

    Parameters
    ----------
    problem, expected
        The problem with the mean of the draws as its scores, and the best plan for them.
    share
        The worst share of the draws that counts, above 0 up to 1.
    gap
        Gap of the tail at which the search ends.
    limit
        When to end with the best plan so far.
    further
        Rules kept beyond the standard and the stated ones.

    Raises
    ------
    DecisionError
        The share lies outside its range, or there is no draw.
    """
    if not 0 < share <= 1 or not len(draws):
        raise DecisionError(
            f"a tail of {share:g} of {len(draws)} draws means nothing", do="give a share above 0 up to 1, and draws"
        )
    limit = limit or Limit()
    plans, values = [expected], [draws.values(problem, expected)]
    tails = [tail_mean(values[0], share)]
    bound, nearest = np.inf, np.full(len(draws), 1 / len(draws))
    for _ in range(ROUNDS):
        weight = NEAR * nearest + (1 - NEAR) * _worst_weights(np.array(values), share)
        scored = replace(problem, score=np.where(np.isnan(problem.score), np.nan, draws.mean(weight)))
        other = solve(
            scored, objective=expected.objective, gap=gap / 2, time_limit=limit, further=further, start=plans[-1]
        )
        if expected.objective == "score" or other.persons_placed == expected.persons_placed:
            plans.append(other)
            values.append(draws.values(problem, other))
            tails.append(tail_mean(values[-1], share))
            if other.bound < bound:
                bound, nearest = other.bound, weight
        if bound - max(tails) <= gap * max(1.0, abs(bound)) or not limit.going():
            break
    best = int(np.argmax(tails))
    place_of = _places_of(problem, plans[best])
    if bound - tails[best] > gap * max(1.0, abs(bound)) and len(problem.columns) * len(draws) <= SMALL:
        place_of, bound = _exact(problem, draws, place_of, expected, share, bound, gap, limit, further)
    plan = _told(problem, expected, place_of, further)
    worth = draws.values(problem, plan)
    return TailPlan(plan, worth, tail_mean(worth, share), bound, share, tails[0], expected.value)


def _worst_weights(values: Floats, share: float) -> Floats:
    """Return the weights of draws under which the best of these plans is worth least; index plan, columns draw."""
    from scipy.optimize import linprog  # here: only where a tail is asked for

    plans, draws = values.shape
    cost = np.concatenate([np.zeros(draws), [1.0]])
    above = np.hstack([values, -np.ones((plans, 1))])
    total = np.concatenate([np.ones(draws), [0.0]])[None]
    bounds = [(0.0, 1 / (share * draws))] * draws + [(None, None)]
    found = linprog(cost, A_ub=above, b_ub=np.zeros(plans), A_eq=total, b_eq=[1.0], bounds=bounds, method="highs")
    return np.asarray(found.x[:draws], dtype=np.float64)


def _exact(
    problem: Problem,
    draws: ScoreDraws,
    place_of: Ints,
    expected: Plan,
    share: float,
    bound: float,
    gap: float,
    limit: Limit,
    further: Sequence[AllocationRule],
) -> tuple[Ints, float]:
    """Close an open gap by the exact statement; the bound is the lower of both."""
    pairs = problem.columns
    rows: RowsByRule = {rule.title: rule.rows(problem, pairs) for rule in _rules(problem, expected, further)}
    worth = np.array([replace(problem, score=score).value[pairs.item, pairs.place] for score in draws])
    begin = small_cases.choice_of(problem, place_of)
    x, claimed = choose_tail(worth, share, rows, begin, gap=gap, seconds=limit.left())
    return small_cases.places_of(problem, x), min(bound, claimed)


def _told(problem: Problem, expected: Plan, place_of: Ints, further: Sequence[AllocationRule]) -> Plan:
    """Return a choice as a plan under the bound of the expected score, which holds for every plan."""
    if expected.outcome is None:
        raise DecisionError("the plan to begin with has no certificate", do="solve it again")
    outcome = replace(expected.outcome, place_of=place_of)
    solution = Solution(expected.objective, place_of, expected.bound, expected.persons_placed_bound, outcome)
    plan = plan_of(problem, solution, seconds=expected.seconds)
    refuse_broken(problem, _rules(problem, expected, further), plan)
    return plan


def _rules(problem: Problem, expected: Plan, further: Sequence[AllocationRule]) -> tuple[AllocationRule, ...]:
    rules: tuple[AllocationRule, ...] = (*standard_rules(problem), *stated_rules(problem), *further)
    return (*rules, PersonsPlaced(at_least=expected.persons_placed)) if expected.objective == "place-first" else rules


def _places_of(problem: Problem, plan: Plan) -> Ints:
    place_of = np.full(problem.items, -1, dtype=np.int64)
    households, places = problem.placed(plan.assignment)
    place_of[problem.item_of[households]] = places
    return place_of
