"""What a reader may expect of an issue of a report: what is counted, what a revision is, whom to ask."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from workbench.presentation.findings import Finding
from workbench.presentation.languages import day, marked, say
from workbench.sources import localities

if TYPE_CHECKING:
    from workbench.core.geography.places import Locality

COUNTED = {
    "inflow": marked(
        "Counted are persons in asylum applications by the month of the application, as the source counts them; a "
        "person who applies in two countries is counted in both."
    ),
    "settlement": marked(
        "Counted are persons by the municipality and period in which they were first settled, as the source counts "
        "them; somebody who moves on later stays counted there."
    ),
    "capacity": marked(
        "Counted are cases, not persons, by stage and month: received, decided, and pending at the end of the month."
    ),
    "cockpit": marked(
        "What is counted, and who published it, is said with each indicator. Counts of 1 to 4 are withheld, and "
        "others with them where they would give those away."
    ),
}
"""What each report counts."""


def about_issue(report: str, locality: str = "", language: str = "en") -> Finding:
    """Return what a report counts, how it is revised, when the next one comes, and whom to ask.

    Parameters
    ----------
    report
        A key of `COUNTED`.
    locality
        Identifier or folder of the locality that publishes it; empty for one's own table.
    """
    home = localities.load(locality) if locality else None
    return Finding(say(COUNTED[report], language), caveats=(revised(language), *ask(home, language)), language=language)


def whom_to_ask(locality: str = "", language: str = "en") -> Finding:
    """Return how a report is revised and whom to ask, where what it counts stands elsewhere in it."""
    home = localities.load(locality) if locality else None
    return Finding(revised(language), caveats=tuple(ask(home, language)), language=language)


def revised(language: str) -> str:
    """Return what becomes of an issue when its data are revised."""
    return say(
        "Revisions: an issue is never changed. A new issue takes in what publishers revised since; an issue that is "
        "withdrawn stays in the archive with the reason.",
        language,
    )


def ask(home: Locality | None, language: str) -> list[str]:
    """Return when the next issue comes and whom to ask, as far as the locality says so."""
    if home is None:
        return []
    told = []
    if home.next_release:
        when = day(date.fromisoformat(home.next_release), language)
        told.append(say("The next issue is announced for {day}.", language, day=when))
    if home.contact:
        told.append(say("Questions: {contact}.", language, contact=home.contact.rstrip(".")))
    else:
        told.append(say("The locality names no contact for questions.", language))
    return told
