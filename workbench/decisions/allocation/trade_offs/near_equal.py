"""Which other plans are nearly as good, and how do they differ? One optimum hides that there is a choice.

Each further plan is sought with a toll on every pair that an earlier plan uses; the toll is the largest, by bisection,
at which the plan still lies within the share of value that may be lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.decisions.allocation.plan import Plan
from workbench.decisions.allocation.problem.input_tables import Floats
from workbench.decisions.allocation.problem.problem import Problem
from workbench.decisions.allocation.solve import solve

STEPS = 6
GAP = 0.002


@dataclass(frozen=True, eq=False)
class NearEqual:
    """A plan nearly as good: ``household, place``, its value, the share of value lost, how many households move."""

    assignment: pd.DataFrame
    value: float
    lost: float
    moved: int
    persons_placed: int


def near_equal(
    problem: Problem, plan: Plan, *, number: int = 3, within: float = 0.01, seconds: float = 1.5
) -> tuple[NearEqual, ...]:
    """Return plans that lose at most a share of the value and place as many persons, as different as can be found.

    Parameters
    ----------
    within
        Share of the plan's value that may be lost.
    seconds
        Time for one search; each plan takes a few.
    """
    used = np.zeros(problem.score.shape)
    _mark(problem, plan.assignment, used)
    found: list[NearEqual] = []
    mean = plan.value / max(1e-9, float(problem.weight.sum()))
    for _ in range(number):
        best: NearEqual | None = None
        low, high = 0.0, max(0.02, mean)
        for _ in range(STEPS):
            toll = (low + high) / 2
            other = _with_toll(problem, plan, used, toll, seconds)
            good = other.lost <= within and other.persons_placed >= plan.persons_placed
            if good and (best is None or other.moved > best.moved):
                best = other
            low, high = (toll, high) if good else (low, toll)
        if best is None or best.moved == 0:
            break
        found.append(best)
        _mark(problem, best.assignment, used)
    return tuple(found)


def _with_toll(problem: Problem, plan: Plan, used: Floats, toll: float, seconds: float) -> NearEqual:
    # The toll is a bonus on all other pairs, so that no pair is worth less than nothing.
    tolled = replace(problem, score=(problem.score + toll * (used.max() - used)) / (1 + toll * used.max()))
    other = solve(tolled, objective=plan.objective, gap=GAP, time_limit=seconds, start=plan)
    rows, places = problem.placed(other.assignment)
    value = float((problem.score[rows, places] * problem.weight[rows]).sum())
    was = plan.assignment.set_index("household")["place"]
    now = other.assignment.set_index("household")["place"]
    both = pd.DataFrame({"was": was, "now": now}).fillna("")
    return NearEqual(
        other.assignment[["household", "place"]].assign(score=problem.score[rows, places]),
        value,
        1 - value / plan.value if plan.value > 0 else 0.0,
        int((both["was"] != both["now"]).sum()),
        other.persons_placed,
    )


def _mark(problem: Problem, assignment: pd.DataFrame, used: Floats) -> None:
    rows, places = problem.placed(assignment)
    used[rows, places] += 1.0
