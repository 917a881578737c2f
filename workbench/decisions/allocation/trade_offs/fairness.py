"""What does each group get, what could it get at best, and what does it cost to raise the worst-off one?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from workbench.decisions.allocation.plan import Plan
from workbench.decisions.allocation.problem.input_tables import Floats
from workbench.decisions.allocation.problem.problem import Problem
from workbench.decisions.allocation.solve import solve

GAP, SECONDS = 0.002, 4.0
BONUS = (1.5, 2.0, 3.0, 5.0, 10.0)
"""How many times a score counts more for the worst-off group, along the front."""
KINDS = ("sum", "mean", "at_least_one", "worst_off")


def household_score(problem: Problem, kind: str) -> Problem:
    """Return the problem with the score of a household told in another way.

    Parameters
    ----------
    kind
        ``sum`` over its eligible persons, their ``mean`` (each household counts once), the chance of ``at_least_one``
        (1 − Π(1 − p), which hides the second adult), or that of the ``worst_off`` adult (the mean, where all share p).
    """
    once = np.ones(len(problem.weight))
    if kind == "sum":
        return problem
    if kind == "at_least_one":
        score = 1 - (1 - problem.score) ** np.maximum(1.0, problem.weight)[:, None]
        return replace(problem, score=score, weight=once)
    return replace(problem, weight=once)


def group_losses(problem: Problem, plan: Plan) -> pd.DataFrame:
    """Return what each group gets beside what it could get if the plan served it alone.

    Columns ``group, households, mean_score, own_best, loss``: mean score of a weighted person; one without a place
    counts zero. The own best is found within .2 %, placing as many persons.
    """
    rows = []
    kinds = np.array(problem.group, dtype=object)
    for group in sorted(set(problem.group)):
        own = kinds == group
        weight = float(problem.weight[own].sum())
        alone = replace(problem, score=np.where(own[:, None], problem.score, 0.0 * problem.score))
        best = solve(alone, objective=plan.objective, gap=GAP, time_limit=SECONDS)
        has, could = (_worth(problem, each.assignment, own) / max(1e-12, weight) for each in (plan, best))
        rows.append(
            {"group": group, "households": int(own.sum()), "mean_score": has, "own_best": max(has, could),
             "loss": max(0.0, could - has)}
        )  # fmt: skip
    return pd.DataFrame(rows)


def pareto_front(problem: Problem, plan: Plan, bonus: Sequence[float] = BONUS) -> pd.DataFrame:
    """Return plans of which none is better both in total and for its worst-off group.

    Columns ``bonus, total, worst, group, persons_placed``: total score, lowest mean score of a group, that group. Each
    plan is the best one where the score of the group worst off counts more; plans that place fewer persons are left
    out. Weighted sums find the convex part of the front.
    """
    found = [(1.0, plan.assignment, plan.persons_placed)]
    _, group = worst(problem, plan.assignment)
    own = np.array(problem.group, dtype=object) == group
    for times in bonus:
        counts = np.where(own, problem.weight * times, problem.weight)
        other = solve(replace(problem, weight=counts), objective=plan.objective, gap=GAP, time_limit=SECONDS)
        found.append((times, other.assignment, other.persons_placed))
    everybody = np.ones(len(problem.weight), dtype=bool)
    table = pd.DataFrame(
        [
            {"bonus": times, "total": _worth(problem, assignment, everybody), "worst": mean, "group": which,
             "persons_placed": persons}
            for times, assignment, persons in found
            for mean, which in [worst(problem, assignment)]
        ]
    )  # fmt: skip
    table = table[table["persons_placed"] >= plan.persons_placed]
    better = [
        ((table["total"] >= row.total) & (table["worst"] >= row.worst)
         & ((table["total"] > row.total) | (table["worst"] > row.worst))).any()
        for row in table.itertuples()
    ]  # fmt: skip
    kept = table[~np.array(better, dtype=bool)].drop_duplicates(["total", "worst"])
    return kept.sort_values("total", ascending=False).reset_index(drop=True)


def worst(problem: Problem, assignment: pd.DataFrame) -> tuple[float, str]:
    """Return the lowest mean score of a group under a plan, and the group."""
    kinds = np.array(problem.group, dtype=object)
    means = []
    for group in sorted(set(problem.group)):
        own = kinds == group
        weight = float(problem.weight[own].sum())
        if weight > 0:
            means.append((_worth(problem, assignment, own) / weight, str(group)))
    return min(means)


def _worth(problem: Problem, assignment: pd.DataFrame, own: np.ndarray) -> float:
    rows, places = problem.placed(assignment)
    worth: Floats = problem.score[rows, places] * problem.weight[rows]
    return float(worth[own[rows]].sum())
