"""Who goes where: households to places, under stated rules, with a certified bound on what any plan could reach."""

from workbench.decisions.allocation.plan import Plan
from workbench.decisions.allocation.practices import PRACTICES
from workbench.decisions.allocation.problem.needs_and_ties import Matching, MatchingWeights, needs_and_ties
from workbench.decisions.allocation.problem.problem import Problem
from workbench.decisions.allocation.problem.stating import problem_from_tables
from workbench.decisions.allocation.rules.installed import further_rules
from workbench.decisions.allocation.rules.policy import (
    Deadlines,
    Dispersion,
    GroupFloor,
    NoWorseForGroups,
    NoWorseForPlaces,
    stated_rules,
)
from workbench.decisions.allocation.rules.rule_table import pairs_of
from workbench.decisions.allocation.rules.standard import Rule, standard_rules
from workbench.decisions.allocation.solve import solve
from workbench.decisions.allocation.what_if import Session

__all__ = [
    "PRACTICES",
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
    "problem_from_tables",
    "solve",
    "standard_rules",
    "stated_rules",
]
