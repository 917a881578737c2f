"""What a placement plan says and looks like."""

from workbench.presentation.allocation.editions import households
from workbench.presentation.allocation.plan import (
    SCORE_CAVEAT,
    certificate,
    front,
    headline,
    how_sure,
    key_findings,
    placed,
    worst_off,
)
from workbench.presentation.allocation.plan_tables import (
    MOST_BINDING,
    REASONS,
    assumptions,
    binding_limits,
    by_county,
    by_group,
    by_place,
    most_worth,
    placed_by_place,
    rules,
    unplaced,
)

__all__ = [
    "MOST_BINDING",
    "REASONS",
    "SCORE_CAVEAT",
    "assumptions",
    "binding_limits",
    "by_county",
    "by_group",
    "by_place",
    "certificate",
    "front",
    "headline",
    "households",
    "how_sure",
    "key_findings",
    "most_worth",
    "placed",
    "placed_by_place",
    "rules",
    "unplaced",
    "worst_off",
]
