"""Which household should be placed where? Tables, plan, certificate files and their verification."""

from workbench.studies.allocation.placement import (
    CAVEATS,
    QUARTER_STARTS,
    STUDY,
    USED,
    AllocationResult,
    accepted_places,
    allocate,
    load_plan,
    matching_weights,
    norwegian_weights,
    origin,
    problem_of,
    save_plan,
    study,
    weights_of,
)

__all__ = [
    "CAVEATS",
    "QUARTER_STARTS",
    "STUDY",
    "USED",
    "AllocationResult",
    "accepted_places",
    "allocate",
    "load_plan",
    "matching_weights",
    "norwegian_weights",
    "origin",
    "problem_of",
    "save_plan",
    "study",
    "weights_of",
]
