"""The parts of the capacity report that are words alone: headings, method, and the sentences for applicants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.presentation.capacity.waits import for_applicant
from workbench.presentation.findings import Finding, Several
from workbench.presentation.languages import marked, say
from workbench.presentation.title_block import Heading

if TYPE_CHECKING:
    from workbench.studies.capacity.study import CapacityResult

HEADINGS = {
    "stages": marked("Where cases wait"),
    "staff": marked("Staff"),
    "waits": marked("What an applicant is told"),
    "about": marked("About this issue"),
    "sure": marked("How we know"),
}


def heading(name: str, language: str = "en") -> Heading:
    """Return the heading of a section: ``stages``, ``staff``, ``waits``, ``about`` or ``sure``."""
    return Heading(say(HEADINGS[name], language))


def applicants(result: CapacityResult, language: str = "en") -> Several:
    """Return the sentences for those who apply now, one for each type of case."""
    now = [promise for promise in result.waits.promises if promise.waited == 0]
    told = [for_applicant(result.waits, promise, language) for promise in now]
    last = len(told) - 1
    # Each has its own number of cases; what holds for all of them is said once, below the last.
    return Several(
        tuple(
            f if at == last else Finding(f.sentence, caveats=f.caveats[:1], language=language)
            for at, f in enumerate(told)
        )
    )


def method(language: str = "en") -> Finding:
    """Return how the figures are made."""
    return Finding(
        say(
            "Cases pass through stages and are worked on in order of priority by the hours each team has: staff in "
            "post and newcomers who learn, less absence and attrition. Hires and moves are decided now, by a "
            "two-stage stochastic programme; overtime follows when work has piled up. The plan is judged by "
            "simulating every possible future. Waits come from a life table of cohorts, also of those that still wait, "
            "scaled to the decisions planned.",
            language,
        ),
        language=language,
    )
