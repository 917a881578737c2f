"""How do groups fare under the best plan, what does it cost to raise the worst-off, which wishes can be met?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from workbench.core.geography.places import Locality
from workbench.decisions.allocation import Plan, Problem, solve
from workbench.decisions.allocation.trade_offs.fairness import KINDS, group_losses, household_score, pareto_front, worst
from workbench.decisions.allocation.trade_offs.near_equal import near_equal
from workbench.decisions.allocation.trade_offs.wishes import by_wishes, ranked
from workbench.decisions.allocation.uncertainty.stability import stability
from workbench.studies.allocation import outcome_scores, outcomes, placement
from workbench.studies.allocation.input.attributes import require_listed
from workbench.studies.allocation.input.tables import Tables, read_tables
from workbench.studies.allocation.waiting import waiting

if TYPE_CHECKING:
    from workbench.models.outcomes.fit import OutcomeFit

SECONDS = 15.0
Fitted: TypeAlias = "tuple[OutcomeFit, pd.DataFrame]"


def problem(
    households: Path,
    places: Path,
    scores: Path | None,
    counted: Path | None,
    rules: Path | None,
    locality: Locality | None = None,
) -> tuple[Problem, Fitted | None, Tables]:
    """State the problem of one's own tables; with the fit of outcomes and the households, where counts were given.

    Raises
    ------
    DataError
        An attribute is used that the locality does not list.
    """
    tables = read_tables(households, places, scores, rules, locality=locality)
    fits = counted is not None and scores is None
    if locality is not None:
        require_listed(tables, locality, fitted=fits)
    if counted is None or scores is not None:
        return placement.problem_of(tables, placement.weights_of(locality)), None, tables
    tables, fit = outcome_scores.scored(tables, outcomes.read(counted, locality=locality))
    return placement.problem_of(tables), (fit, tables.households), tables


def compare(
    stated: Problem, *, fitted: Fitted | None, wishes: pd.DataFrame | None, keep: float, draws: int, seed: int
) -> dict[str, Any]:
    """Return groups, front, near-equal plans, household scores, wishes and stability as plain values."""
    plan = solve(stated, time_limit=SECONDS)
    told: dict[str, Any] = {
        "score_name": plan.score_name,
        "persons": plan.persons,
        "persons_placed": plan.persons_placed,
        "persons_placed_bound": plan.persons_placed_bound,
        **front_and_wishes(stated, plan, wishes, keep, seed),
        "near_equal": [
            {"lost": each.lost, "moved": each.moved, "plan": each.assignment[["household", "place"]].to_dict("records")}
            for each in near_equal(stated, plan)
        ],
        "waiting": waiting(stated, plan).to_dict("records"),
        "household_scores": [_told_as(stated, kind) for kind in KINDS],
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


def front_and_wishes(
    stated: Problem, plan: Plan, wanted: pd.DataFrame | None, keep: float = 0.97, seed: int = 1
) -> dict[str, Any]:
    """Return what groups get beside their own best, the front, and what wishes cost: the quick part of `compare`."""
    told: dict[str, Any] = {
        "groups": group_losses(stated, plan).to_dict("records"),
        "front": pareto_front(stated, plan).to_dict("records"),
    }
    if wanted is not None:
        told["wishes"] = _met(stated, plan, wanted, keep, seed)
    return told


def _met(stated: Problem, plan: Plan, wishes: pd.DataFrame, keep: float, seed: int) -> dict[str, Any]:
    wanted = ranked(stated, wishes)
    met = by_wishes(stated, plan, wanted, keep=keep, seed=seed)
    return {
        "households": len(wanted),
        "first": met.share_within(1),
        "top_three": met.share_within(3),
        "score_given_up": met.lost,
        "keep": keep,
        "seed": seed,
        "plan": met.table.to_dict("records"),
    }


def _told_as(stated: Problem, kind: str) -> dict[str, Any]:
    other = household_score(stated, kind)
    plan = solve(other, gap=0.005, time_limit=SECONDS / 3)
    low, group = worst(other, plan.assignment)
    return {"score": kind, "value": plan.value, "worst_group": group, "its_mean": low}
