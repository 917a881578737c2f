"""What becomes of a plan if the scores are not as expected? The plan under draws, and the one that is safest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.core.errors import DecisionError
from workbench.decisions.allocation import MatchingWeights, Plan, further_rules
from workbench.decisions.allocation.plan import within
from workbench.decisions.allocation.search.stopping import Limit
from workbench.decisions.allocation.uncertainty.cvar import TAIL, TailPlan, best_tail
from workbench.decisions.allocation.uncertainty.stability import Stability, stability
from workbench.studies.allocation import outcome_scores
from workbench.studies.allocation.input.tables import Tables
from workbench.studies.allocation.placement import problem_of

if TYPE_CHECKING:
    from workbench.models.outcomes.fit import OutcomeFit

DRAWS = 100
"""Draws of the scores where none are asked for and some are needed."""


@dataclass(frozen=True, eq=False)
class UnderDraws:
    """A plan under draws of the scores; ``safest`` where it was chosen for the worst of them."""

    plan: Plan
    steady: Stability
    draws: int
    safest: TailPlan | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        told: dict[str, Any] = {
            "draws": self.draws,
            "expected": float(self.steady.values.mean()),
            "worst_tenth": self.steady.tail(),
            "knowing_more": self.steady.knowing,
            "knowing_more_at_most": self.steady.knowing_at_most,
            "by_household": self.steady.by_household.to_dict("records"),
        }
        if self.safest is not None:
            told["cvar"] = {
                "share": self.safest.share,
                "value": self.safest.tail,
                "bound": self.safest.bound,
                "gap": self.safest.gap,
                "of_the_plan_with_the_best_expected_score": self.safest.tail_of_expected,
                "expected_score_given_up": 1 - self.plan.value / self.safest.expected_best
                if self.safest.expected_best > 0
                else 0.0,
            }
        return told

    def reaches(self, asked: float) -> bool:
        """Say whether what was sought is as near to the best as asked."""
        return self.plan.reaches(asked) if self.safest is None else within(self.safest.gap, asked)


def under_draws(
    tables: Tables,
    plan: Plan,
    fitted: OutcomeFit,
    households: pd.DataFrame,
    *,
    draws: int,
    safest: bool = False,
    share: float = TAIL,
    gap: float = 5e-4,
    time_limit: float = 60.0,
    weights: MatchingWeights | None = None,
    further: tuple[str, ...] = (),
) -> UnderDraws:
    """Look at a plan under draws of the scores; with ``safest``, first replace it by the one with the best tail.

    Parameters
    ----------
    plan
        The plan with the best expected score.
    share
        The worst share of the draws that counts for the safest plan.

    Raises
    ------
    DecisionError
        A worst share of so few draws that it is less than one of them.
    """
    if safest and share * draws < 1:
        raise DecisionError(
            f"the worst {share:.3%} of {draws} draws is less than one draw",
            why="a mean of nothing cannot be made as large as possible",
            do="ask for more draws, or a larger share",
        )
    problem = problem_of(tables, weights)
    made = outcome_scores.draws_of(problem, fitted, households, draws)
    found = None
    if safest:
        rules = further_rules(further)[0]
        found = best_tail(problem, plan, made, share=share, gap=gap, limit=Limit(time_limit), further=rules)
        plan = found.plan
    return UnderDraws(plan, stability(problem, plan, made), len(made), found)
