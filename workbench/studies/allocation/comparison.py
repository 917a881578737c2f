"""Today's practice beside the proposal, and what lots drawn among equal places could show later."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from workbench.decisions.allocation import Plan, Problem
from workbench.decisions.allocation.trade_offs.alternatives import choices

EQUAL = 1e-6
WEEKS = 52
Z80, Z975 = 0.8416, 1.96
SHARE = 0.4
"""Share of persons who reach the outcome, from which a difference is measured; power is least near a half."""


def beside(problem: Problem, plan: Plan, practice: pd.DataFrame) -> tuple[dict[str, Any], pd.DataFrame]:
    """Return figures of practice and proposal, and one row for each household: ``household, practice, proposal``.

    Nothing is decided by it: it is read beside what happens anyway.
    """
    rows, places = problem.placed(practice)
    load = np.zeros(problem.capacity.shape)
    np.add.at(load, places, problem.use[rows])
    allowed = problem.why[problem.item_of[rows], places] == 0
    score = np.nan_to_num(problem.score[rows, places])
    today = {str(problem.household_names[r]): problem.place_names[p] for r, p in zip(rows, places, strict=True)}
    proposed = dict(zip(plan.assignment["household"].astype(str), plan.assignment["place"].astype(str), strict=True))
    table = pd.DataFrame(
        {
            "household": problem.household_names,
            "practice": [today.get(name, "") for name in problem.household_names],
            "proposal": [proposed.get(name, "") for name in problem.household_names],
        }
    )
    by_practice, by_proposal = table["practice"] != "", table["proposal"] != ""
    differ = table["practice"] != table["proposal"]
    told = {
        "practice": {
            "persons_placed": int(problem.persons[rows].sum()),
            "score": float((score * problem.weight[rows]).sum()),
            "not_allowed": int((~allowed).sum()),
            "places_over_capacity": int((load > problem.capacity + 1e-9).any(axis=1).sum()),
        },
        "proposal": {"persons_placed": plan.persons_placed, "score": plan.value, "gap": plan.gap},
        "households_that_differ": int(differ.sum()),
        "households_elsewhere": int((differ & by_practice & by_proposal).sum()),
        "households_placed_by_proposal_only": int((by_proposal & ~by_practice).sum()),
        "households_placed_by_practice_only": int((by_practice & ~by_proposal).sum()),
        "score_name": plan.score_name,
    }
    return told, table


def lots(problem: Problem, plan: Plan, *, seed: int) -> pd.DataFrame:
    """Return households for whom several places are equally good, and the one drawn by lot among them.

    Columns ``household, drawn, among, chance``. Only places with room left for the household count beside the proposed
    one, and each room is used once, so that every draw can be carried out.
    """
    rng = np.random.default_rng(seed)
    taken: dict[str, float] = {}
    rows = []
    for who in plan.assignment["household"].astype(str):
        row = problem.household_names.index(who)
        size = float(problem.size[problem.item_of[row], 0])
        options = choices(problem, plan, who)
        equal = [c.place for c in options if c.here or (c.loss <= EQUAL and c.left - taken.get(c.place, 0.0) >= size)]
        if len(equal) < 2 or len(problem.members[problem.item_of[row]]) > 1:
            continue
        drawn = str(rng.choice(sorted(equal)))
        if drawn != next(c.place for c in options if c.here):
            taken[drawn] = taken.get(drawn, 0.0) + size
        rows.append({"household": who, "drawn": drawn, "among": ";".join(sorted(equal)), "chance": 1 / len(equal)})
    return pd.DataFrame(rows, columns=["household", "drawn", "among", "chance"])


def detectable(persons_a_week: float, share: float = SHARE) -> float:
    """Return the difference in shares between two halves that a year of such lots shows with a power of 80 %.

    Two equal halves, two-sided test of 5 %; infinite where there is no lot.
    """
    half = persons_a_week * WEEKS / 2
    return (Z80 + Z975) * math.sqrt(2 * share * (1 - share) / half) if half > 0 else math.inf
