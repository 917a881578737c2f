"""How do groups fare under the best plan, what does it cost to raise the worst-off, which wishes can be met?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from workbench.decisions.allocation import Problem, solve
from workbench.decisions.allocation.fairness import KINDS, group_losses, household_score, pareto_front, worst
from workbench.decisions.allocation.near_equal import near_equal
from workbench.decisions.allocation.stability import stability
from workbench.decisions.allocation.wishes import by_wishes, ranked
from workbench.models.outcomes.fit import OutcomeFit
from workbench.studies.allocation import outcome_scores, outcomes, placement
from workbench.studies.allocation.tables import read_tables

SECONDS = 15.0
Fitted = tuple[OutcomeFit, pd.DataFrame]


def problem(
    households: Path, places: Path, scores: Path | None, counted: Path | None, rules: Path | None
) -> tuple[Problem, Fitted | None]:
    """State the problem of one's own tables; with the fit of outcomes and the households, where counts were given."""
    tables = read_tables(households, places, scores, rules)
    if counted is None or scores is not None:
        return placement.problem_of(tables), None
    tables, fit = outcome_scores.scored(tables, outcomes.read(counted), approximate=True)
    return placement.problem_of(tables), (fit, tables.households)


def compare(
    stated: Problem, *, fitted: Fitted | None, wishes: pd.DataFrame | None, keep: float, draws: int, seed: int
) -> dict[str, Any]:
    """Return groups, front, near-equal plans, household scores, wishes and stability as plain values."""
    plan = solve(stated, time_limit=SECONDS)
    told: dict[str, Any] = {
        "score_name": plan.score_name,
        "persons_placed": plan.persons_placed,
        "groups": group_losses(stated, plan).to_dict("records"),
        "front": pareto_front(stated, plan).to_dict("records"),
        "near_equal": [
            {"lost": each.lost, "moved": each.moved, "plan": each.assignment[["household", "place"]].to_dict("records")}
            for each in near_equal(stated, plan)
        ],
        "household_scores": [_told_as(stated, kind) for kind in KINDS],
    }
    if wishes is not None:
        wanted = ranked(stated, wishes)
        met = by_wishes(stated, plan, wanted, keep=keep, seed=seed)
        told["wishes"] = {
            "households": len(wanted),
            "first": met.share_within(1),
            "top_three": met.share_within(3),
            "score_given_up": met.lost,
            "keep": keep,
            "seed": seed,
            "plan": met.table.to_dict("records"),
        }
    if draws and fitted is not None:
        fit, households = fitted
        steady = stability(stated, plan, outcome_scores.draws_of(stated, fit, households, draws))
        told["stability"] = {
            "draws": draws,
            "mean_share": float(steady.by_household["share"].mean()),
            "expected": float(steady.values.mean()),
            "worst_tenth": steady.tail(),
            "knowing_more": steady.knowing,
            "by_household": steady.by_household.to_dict("records"),
        }
    return told


def _told_as(stated: Problem, kind: str) -> dict[str, Any]:
    other = household_score(stated, kind)
    plan = solve(other, gap=0.005, time_limit=SECONDS / 3)
    low, group = worst(other, plan.assignment)
    return {"score": kind, "value": plan.value, "worst_group": group, "its_mean": low}


def lines(told: dict[str, Any]) -> list[str]:
    """Return the figures as lines that are read."""
    said = [f"Score: {told['score_name']}. Mean score of each group, and the best it could get if served alone:"]
    said += [
        f"  {each['group']} ({each['households']} households): {each['mean_score']:.3f} of {each['own_best']:.3f}"
        for each in told["groups"]
    ]
    said.append("Total score against the group worst off, plans of which none is better in both:")
    said += [f"  {each['total']:.2f} in all, {each['worst']:.3f} for {each['group']}" for each in told["front"]]
    near = ", ".join(f"{100 * max(0.0, each['lost']):.2f} % lost, {each['moved']} moved" for each in told["near_equal"])
    said.append(f"Plans within 1 % that differ most: {near or 'none found'}.")
    if wishes := told.get("wishes"):
        said.append(
            f"By wishes, in an order drawn by lot: {100 * wishes['top_three']:.0f} % of {wishes['households']} "
            f"households get one of their first three, {100 * wishes['score_given_up']:.2f} % of the score is given up."
        )
    if steady := told.get("stability"):
        said.append(
            f"Under {steady['draws']} draws a household goes where the plan sends it in "
            f"{100 * steady['mean_share']:.0f} % of them on average; expected score {steady['expected']:.2f}, "
            f"{steady['worst_tenth']:.2f} in the worst tenth; knowing the "
            f"scores before planning would add {steady['knowing_more']:.2f}."
        )
    return said
