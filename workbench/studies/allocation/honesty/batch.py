"""Who is to be placed, by type, and where do plans and practice send persons of each type?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from workbench.decisions.allocation import Problem, solve
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.transport import Transport

Planner = Callable[[Floats], Floats]
"""From shares (index type, columns place) to the persons of each type that a plan sends to each place."""
ORDERS = 100
FOLD_GAP, FOLD_SECONDS = 0.002, 30.0


@dataclass(frozen=True, eq=False)
class Batch:
    """A batch of households by the type of their outcome.

    Attributes
    ----------
    problem
        The problem; its scores are replaced.
    kind, town
        Index household its type, index place of the problem its place, both as the counts of outcomes number them.
    shape
        How many types and places the counts have.
    practice
        Index type, columns place: eligible persons that today's practice sends there.
    practice_said
        What practice that is, in words.
    """

    problem: Problem
    kind: Ints
    town: Ints
    shape: tuple[int, int]
    practice: Floats
    practice_said: str

    def sent(self, household: Ints, place: Ints) -> Floats:
        """Return the eligible persons of each type that go to each place."""
        went = np.zeros(self.shape)
        np.add.at(went, (self.kind[household], self.town[place]), self.problem.weight[household])
        return went

    def by_households(self, share: Floats) -> Floats:
        """Plan whole households under all the rules of the problem."""
        score = share[np.ix_(self.kind, self.town)]
        problem = replace(self.problem, score=np.where(np.isnan(self.problem.score), np.nan, score))
        plan = solve(problem, gap=FOLD_GAP, time_limit=FOLD_SECONDS)
        return self.sent(*problem.placed(plan.assignment))

    def by_types(self) -> Planner:
        """Return the planner that takes households of one type and the same allowed places together."""
        problem = self.problem
        allowed = (problem.why == 0)[problem.item_of]
        rows = np.column_stack([self.kind, allowed])
        classes, of = np.unique(rows, axis=0, return_inverse=True)
        of = of.ravel()
        persons: Floats = np.bincount(of, problem.persons, len(classes)).astype(np.float64)
        eligible = np.bincount(of, weights=problem.weight, minlength=len(classes)) / np.maximum(1.0, persons)
        transport = Transport(persons, problem.capacity[:, 0], classes[:, 1:].astype(bool))
        kind = classes[:, 0]

        def plan(share: Floats) -> Floats:
            moved = transport.plan(share[np.ix_(kind, self.town)] * np.minimum(1.0, eligible)[:, None])
            went = np.zeros(self.shape)
            at = np.broadcast_to(kind[:, None], moved.shape), np.broadcast_to(self.town[None, :], moved.shape)
            np.add.at(went, at, moved * eligible[:, None])
            return went

        return plan


def chance(problem: Problem, *, seed: int, orders: int = ORDERS) -> Floats:
    """Return how often each household is sent to each place by chance: first come, a random place with room for it.

    Axes household, place. Households come in random order; a place is drawn by the room that it has left.
    """
    rng = np.random.default_rng([seed, 7])
    went = np.zeros((problem.items, len(problem.place_names)))
    allowed = problem.why == 0
    for _ in range(orders):
        left = problem.capacity.copy()
        for item in rng.permutation(problem.items):
            fits = allowed[item] & (problem.size[item] <= left).all(axis=1)
            if not fits.any():
                continue
            weight = np.where(fits, np.where(np.isfinite(left[:, 0]), left[:, 0], 1.0), 0.0)
            place = int(rng.choice(len(weight), p=weight / weight.sum()))
            left[place] -= problem.size[item]
            went[item, place] += 1
    return np.asarray(went[problem.item_of] / orders, dtype=np.float64)
