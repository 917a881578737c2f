"""What a settlement forecast says and looks like."""

from workbench.presentation.settlement.forecast import (
    LEVELS,
    UNIT,
    concentration,
    front,
    headline,
    how_sure,
    key_findings,
    medians,
    method,
    quotas_used,
)
from workbench.presentation.settlement.forecast_checked import contest_words, what_happened
from workbench.presentation.settlement.forecast_tables import SUMS, WITHHELD, by_county, by_municipality
from workbench.presentation.settlement.moves import (
    anchors,
    cohort,
    gravity_words,
    if_followed,
    net_moves,
    not_followed,
    retention,
    retention_by_size,
)

__all__ = [
    "LEVELS",
    "SUMS",
    "UNIT",
    "WITHHELD",
    "anchors",
    "by_county",
    "by_municipality",
    "cohort",
    "concentration",
    "contest_words",
    "front",
    "gravity_words",
    "headline",
    "how_sure",
    "if_followed",
    "key_findings",
    "medians",
    "method",
    "net_moves",
    "not_followed",
    "quotas_used",
    "retention",
    "retention_by_size",
    "what_happened",
]
