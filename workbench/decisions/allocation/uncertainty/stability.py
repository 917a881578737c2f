"""In what share of what is possible does each household go here? The plan made again under draws of the scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.decisions.allocation.plan import Plan
from workbench.decisions.allocation.problem.input_tables import Floats
from workbench.decisions.allocation.problem.problem import Problem
from workbench.decisions.allocation.solve import solve
from workbench.decisions.allocation.uncertainty.cvar import TAIL, tail_mean

GAP, SECONDS = 0.005, 2.0


@dataclass(frozen=True, eq=False)
class Stability:
    """How a plan does under draws of the scores.

    Attributes
    ----------
    by_household
        ``household, place, share, runner_up, runner_up_share``: in what share of draws the best plan sends it there,
        and where else most often.
    values
        Value of the plan under each draw.
    knowing
        Mean gain in value if the draw were known before planning: what perfect knowledge of the scores would be worth
        (expected value of perfect information). No less than what the plans found gain; `knowing_at_most` by bounds.
    """

    by_household: pd.DataFrame
    values: Floats
    knowing: float
    knowing_at_most: float

    def tail(self, share: float = TAIL) -> float:
        """Return the mean value in the worst share of the draws (conditional value at risk)."""
        return tail_mean(self.values, share)


def stability(problem: Problem, plan: Plan, draws: Iterable[Floats]) -> Stability:
    """Return how often each household goes where the plan sends it, if each draw of the scores were the truth.

    Parameters
    ----------
    draws
        Each a matrix of scores: index household, columns place.
    """
    rows, places = problem.placed(plan.assignment)
    seen: list[Counter[int]] = [Counter() for _ in problem.household_names]
    values, gained, most = [], [], []
    for score in draws:
        other = replace(problem, score=np.where(np.isnan(problem.score), np.nan, score))
        best = solve(other, objective=plan.objective, gap=GAP, time_limit=SECONDS, start=plan)
        worth = float((score[rows, places] * problem.weight[rows]).sum())
        values.append(worth)
        gained.append(max(0.0, best.value - worth))
        most.append(max(0.0, best.bound - worth))
        for row, place in zip(*problem.placed(best.assignment), strict=True):
            seen[row][int(place)] += 1
    count = max(1, len(values))
    told = []
    for row, place in zip(rows.tolist(), places.tolist(), strict=True):
        further = [(n, -j) for j, n in seen[row].items() if j != place]
        often, at = max(further) if further else (0, 1)
        told.append(
            {
                "household": problem.household_names[row],
                "place": problem.place_names[place],
                "share": seen[row][place] / count,
                "runner_up": problem.place_names[-at] if further else "",
                "runner_up_share": often / count,
            }
        )
    knowing = (float(np.mean(each)) if each else 0.0 for each in (gained, most))
    return Stability(pd.DataFrame(told), np.array(values, dtype=np.float64), *knowing)
