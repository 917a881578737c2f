"""What a settlement forecast says and looks like."""

from workbench.presentation.settlement.forecast import (
    LEVELS,
    SUMS,
    UNIT,
    WITHHELD,
    by_county,
    by_municipality,
    concentration,
    contest_words,
    front,
    headline,
    how_sure,
    key_findings,
    medians,
    quotas_used,
    what_happened,
)
from workbench.presentation.settlement.moves import gravity_words, net_moves, retention, retention_by_size

__all__ = [
    "LEVELS",
    "SUMS",
    "UNIT",
    "WITHHELD",
    "by_county",
    "by_municipality",
    "concentration",
    "contest_words",
    "front",
    "gravity_words",
    "headline",
    "how_sure",
    "key_findings",
    "medians",
    "net_moves",
    "quotas_used",
    "retention",
    "retention_by_size",
    "what_happened",
]
