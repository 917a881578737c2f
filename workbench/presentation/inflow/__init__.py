"""What a forecast of asylum applications says and looks like."""

from workbench.presentation.inflow.forecast import (
    ABOVE,
    BELOW,
    LEVELS,
    UNIT,
    against_last_year,
    by_destination,
    by_month,
    front,
    headline,
    how_sure,
    key_findings,
    largest,
    verdict,
    what_happened,
)
from workbench.presentation.inflow.release import about_release, held, past_issues, tested

__all__ = [
    "ABOVE",
    "BELOW",
    "LEVELS",
    "UNIT",
    "about_release",
    "against_last_year",
    "by_destination",
    "by_month",
    "front",
    "headline",
    "held",
    "how_sure",
    "key_findings",
    "largest",
    "past_issues",
    "tested",
    "verdict",
    "what_happened",
]
