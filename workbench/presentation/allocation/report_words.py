"""Which words does the report on a plan use? Those for synthetic households in municipalities, or for one's own tables.

Each sentence stands here for both, so that neither report can be left with a word of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.presentation.languages import marked

if TYPE_CHECKING:
    from workbench.studies.allocation import AllocationResult


@dataclass(frozen=True)
class ReportWords:
    """Words and sentences in English, to be said in a language; what stands in braces is filled in then."""

    warning: str
    source: str
    households: str
    persons: str
    place: str
    places: str
    all_places: str
    by_group: str
    by_group_note: str
    unplaced: str
    used: str
    by_county: str
    by_place: str
    by_place_note: str
    map_title: str
    map_caption: str
    map_alternative: str


SYNTHETIC = ReportWords(
    warning=marked(
        "Synthetic households: a program made them from stated distributions. No row describes a real person, and no "
        "figure here says how real families would fare. The municipalities are real; their capacity follows from "
        "published figures and the assumptions listed."
    ),
    source=marked("Synthetic households."),
    households=marked("synthetic households"),
    persons=marked("synthetic persons"),
    place=marked("Municipality"),
    places=marked("municipalities"),
    all_places=marked("Whole country"),
    by_group=marked("How each group of synthetic households fares, worst off first"),
    by_group_note=marked(
        "Synthetic households. The score is needs-and-ties matching; a person without a place counts 0."
    ),
    unplaced=marked("Why synthetic households stay without a place"),
    used=marked("{share} of all capacity is used; {full} of {all} municipalities with capacity are full"),
    by_county=marked("Where the synthetic persons are placed, by county"),
    by_place=marked("Every municipality with capacity: what it was asked to take in this plan"),
    by_place_note=marked("Placed persons are synthetic. The attached table also gives the worth of one more place."),
    map_title=marked("Synthetic persons placed, by municipality"),
    map_caption=marked(
        "Synthetic persons find places all over the country; the densest region, enlarged, takes {share} of them. "
        "A circle's area shows persons placed, a dot a municipality without any."
    ),
    map_alternative=marked(
        "Map of municipalities as circles at their centroids. {some} of {all} receive synthetic persons; most go "
        "to {named}. The table of all municipalities in this report gives every figure."
    ),
)
OWN = ReportWords(
    warning=marked(
        "This report names households. It is for those who decide on this round and must not leave the case system."
    ),
    source="",
    households=marked("households"),
    persons=marked("persons"),
    place=marked("Place"),
    places=marked("places"),
    all_places=marked("All places"),
    by_group=marked("How each group of households fares, worst off first"),
    by_group_note=marked("A person without a place counts 0 in the mean score."),
    unplaced=marked("Why households stay without a place"),
    used=marked("{share} of all capacity is used; {full} of {all} places with capacity are full"),
    by_county=marked("Where persons are placed, by county"),
    by_place=marked("Every place with capacity: what it is proposed to take"),
    by_place_note=marked("The attached table also gives the worth of one more place."),
    map_title=marked("Persons proposed, by place"),
    map_caption=marked(
        "A circle's area shows the persons proposed for a place, a dot a place without any. The densest region, "
        "enlarged, takes {share} of them."
    ),
    map_alternative=marked(
        "Map of places as circles at their positions. {some} of {all} receive persons; most go to {named}. The "
        "table of all places in this report gives every figure."
    ),
)


def words_of(result: AllocationResult) -> ReportWords:
    """Return the words for a plan's households."""
    return SYNTHETIC if result.synthetic else OWN
