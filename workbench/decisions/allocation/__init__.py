"""Who goes where: households to places, under stated rules, with a certified bound on what any plan could reach."""

from workbench.decisions.allocation.further import further_rules
from workbench.decisions.allocation.matching import Matching, MatchingWeights, needs_and_ties
from workbench.decisions.allocation.plan import Plan
from workbench.decisions.allocation.policy import (
    Deadlines,
    Dispersion,
    GroupFloor,
    NoWorseForGroups,
    NoWorseForPlaces,
    stated_rules,
)
from workbench.decisions.allocation.problem import Problem
from workbench.decisions.allocation.rules import Rule, standard_rules
from workbench.decisions.allocation.session import Session
from workbench.decisions.allocation.solve import solve
from workbench.decisions.allocation.stated import pairs_of

__all__ = [
    "Deadlines",
    "Dispersion",
    "GroupFloor",
    "Matching",
    "MatchingWeights",
    "NoWorseForGroups",
    "NoWorseForPlaces",
    "Plan",
    "Problem",
    "Rule",
    "Session",
    "further_rules",
    "needs_and_ties",
    "pairs_of",
    "solve",
    "standard_rules",
    "stated_rules",
]
