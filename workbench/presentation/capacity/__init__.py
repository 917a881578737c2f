"""What a planned year of an agency says, in sentences, tables and charts; knows no widgets."""

from workbench.presentation.capacity.plan import (
    caseworker_price,
    front,
    headline,
    how_sure,
    key_findings,
    orders,
    what_if_words,
)
from workbench.presentation.capacity.plan_tables import by_cause, by_choice, by_stage, by_unit
from workbench.presentation.capacity.sections import applicants, heading, method
from workbench.presentation.capacity.waits import for_applicant, waits_table

__all__ = [
    "applicants",
    "by_cause",
    "by_choice",
    "by_stage",
    "by_unit",
    "caseworker_price",
    "for_applicant",
    "front",
    "heading",
    "headline",
    "how_sure",
    "key_findings",
    "method",
    "orders",
    "waits_table",
    "what_if_words",
]
