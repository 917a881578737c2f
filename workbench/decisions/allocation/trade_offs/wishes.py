"""What if households' own wishes go first, in an order drawn by lot, as long as the score stays high enough?

Random-order priority (a random serial dictatorship with a floor): each household in turn gets the best of its wishes
that still leaves as many persons placed and the total score at the floor or above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.core.errors import DataError, DecisionError, Fault, nearest
from workbench.decisions.allocation.plan import Plan
from workbench.decisions.allocation.problem.problem import Problem, WhyNot
from workbench.decisions.allocation.solve import solve
from workbench.decisions.allocation.trade_offs.alternatives import choices

SECONDS = 0.5
DEARER = 1.5
"""A wish whose estimated cost is so many times what may still be lost is not tried: estimates are near, not exact."""


@dataclass(frozen=True, eq=False)
class ByWishes:
    """A plan by wishes.

    Attributes
    ----------
    plan
        The plan, its value in the same scores.
    table
        ``household, place, rank``: which of its wishes each household gets, 0 for none; those with wishes only.
    lost
        Share of the score given up.
    """

    plan: Plan
    table: pd.DataFrame
    lost: float

    def share_within(self, rank: int) -> float:
        """Return the share of households with wishes that get one of their first so many."""
        return float(self.table["rank"].between(1, rank).mean()) if len(self.table) else 0.0


def ranked(problem: Problem, wishes: pd.DataFrame) -> dict[str, list[str]]:
    """Return each household's wishes, first one first (``household, place, rank``).

    Raises
    ------
    DataError
        A wish names no household or place of the batch, or a place that is closed: it has no room at all.
    """
    faults = []
    told: dict[str, list[str]] = {}
    room = dict(zip(problem.place_names, problem.capacity[:, 0].tolist(), strict=True))
    numbered = wishes.reset_index(drop=True).sort_values(["household", "rank"])
    # A row's number is that of the file, its header being row 1.
    for row, each in zip(numbered.index + 2, numbered.to_dict("records"), strict=True):
        who, where = str(each["household"]), str(each["place"])
        if who not in problem.household_names:
            faults.append(Fault("no such household", row, "household", who, nearest(who, problem.household_names)))
        elif where not in room:
            faults.append(Fault("no such place", row, "place", where, nearest(where, problem.place_names)))
        elif room[where] <= 0:
            faults.append(Fault("a wish for a place that takes nobody", row, "place", where))
        else:
            told.setdefault(who, []).append(where)
    if faults:
        raise DataError(
            "the wishes cannot be used",
            why="a wish that is misread is no wish",
            do="correct what is named",
            faults=faults,
        )
    return told


def by_wishes(
    problem: Problem,
    plan: Plan,
    wishes: Mapping[str, Sequence[str]],
    *,
    keep: float = 0.97,
    seed: int = 1,
    most: int = 3,
) -> ByWishes:
    """Return the plan in which wishes go first, in an order drawn by lot.

    Parameters
    ----------
    wishes
        For each household its places, first wish first.
    keep
        Share of the plan's score that must remain.
    most
        How many wishes of a household are looked at.
    """
    floor = keep * plan.value
    order = np.random.default_rng(seed).permutation(sorted(wishes))
    for who in (str(name) for name in order):
        options = {choice.place: choice for choice in choices(problem, plan, who)}
        for place in wishes[who][:most]:
            choice = options[place]
            if choice.why is not WhyNot.ALLOWED or choice.loss > DEARER * max(0.0, plan.value - floor):
                continue
            pinned = _pinned(problem, who, place)
            if choice.here:
                problem = pinned  # it has its wish already, and keeps it
                break
            try:
                other = solve(pinned, objective=plan.objective, gap=5e-3, time_limit=SECONDS, start=plan)
            except DecisionError:  # wishes met before leave no room there
                continue
            if other.persons_placed >= plan.persons_placed and other.value >= floor:
                problem, plan = pinned, other
                break
    goes = dict(zip(plan.assignment["household"].astype(str), plan.assignment["place"].astype(str), strict=True))
    rows = [
        {"household": who, "place": goes.get(who, ""), "rank": _rank(goes.get(who, ""), wanted)}
        for who, wanted in sorted(wishes.items())
    ]
    return ByWishes(plan, pd.DataFrame(rows), 1 - plan.value / (floor / keep) if floor > 0 else 0.0)


def _rank(place: str, wanted: Sequence[str]) -> int:
    return list(wanted).index(place) + 1 if place in wanted else 0


def _pinned(problem: Problem, household: str, place: str) -> Problem:
    item = int(problem.item_of[problem.household_names.index(household)])
    at = problem.place_names.index(place)
    why, pin = problem.why.copy(), problem.pin.copy()
    others = np.arange(why.shape[1]) != at
    why[item, others & (why[item] == WhyNot.ALLOWED)] = WhyNot.PINNED_ELSEWHERE
    pin[item] = at
    # The pin is a wish and may cost nobody a place: persons placed are compared before it is taken.
    return replace(problem, why=why, pin=pin)
