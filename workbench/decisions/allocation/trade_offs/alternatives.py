"""Why here, and why not there? Every place for one household: its score, what it would cost, what forbids it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.decisions.allocation.plan import Plan
from workbench.decisions.allocation.problem.problem import Problem, WhyNot


@dataclass(frozen=True)
class Choice:
    """One place for one household.

    Attributes
    ----------
    score
        Score of the household there; NaN where there is none.
    loss
        Estimate, from the plan's prices, of the value lost if the household went there instead, at least 0; NaN where
        it may not go. A re-solve tells it exactly.
    left
        Room left there under the plan, persons.
    why
        What forbids the place; `WhyNot.ALLOWED` where nothing does.
    lacking
        Needs that the place does not meet.
    """

    place: str
    score: float
    loss: float
    left: float
    why: WhyNot
    lacking: tuple[str, ...] = ()
    here: bool = False


def choices(problem: Problem, plan: Plan, household: str) -> tuple[Choice, ...]:
    """Return every place for a household: where it goes first, then by what going there would cost.

    Its linked households go with it, so the loss is that of all of them together.
    """
    row = problem.household_names.index(household)
    item = int(problem.item_of[row])
    price = np.zeros(problem.capacity.shape)
    if plan.outcome is not None:
        price = np.maximum(0.0, plan.outcome.multipliers.price[:-1])
    households, places = problem.placed(plan.assignment)
    goes = dict(zip(households.tolist(), places.tolist(), strict=True)).get(row, -1)
    left = problem.capacity[:, 0] - np.bincount(
        places, weights=problem.persons[households], minlength=len(problem.place_names)
    )
    allowed = problem.why[item] == WhyNot.ALLOWED
    net = np.where(allowed, problem.value[item] - price @ problem.size[item], -np.inf)
    best = float(net[goes]) if goes >= 0 else float(max(0.0, net.max(initial=0.0)))
    needed = {need for member in problem.members[item] for need in problem.needs[member]}
    found = [
        Choice(
            place=name,
            score=float(problem.score[row, j]),
            loss=float(max(0.0, best - net[j])) if allowed[j] else float("nan"),
            left=float(left[j]),
            why=WhyNot(int(problem.why[item, j])),
            lacking=tuple(sorted(needed - set(problem.offers[j]))),
            here=j == goes,
        )
        for j, name in enumerate(problem.place_names)
    ]
    return tuple(sorted(found, key=lambda c: (not c.here, np.isnan(c.loss), c.loss, -np.nan_to_num(c.score), c.place)))
