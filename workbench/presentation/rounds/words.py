"""How are states, routes and needs called on the pages of the register, in each language?"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.presentation.languages import marked, say

STATES = {
    "draft": marked("draft"),
    "sent": marked("waits for an answer"),
    "accepted": marked("accepted"),
    "declined": marked("declined"),
    "decided": marked("decided"),
    "lapsed": marked("not answered in time"),
    "open": marked("open"),
    "proposed": marked("proposed"),
    "closed": marked("closed"),
}
POPULATIONS = {
    "asylum": marked("asylum"),
    "resettled": marked("resettled refugee"),
    "collective_protection": marked("collective protection"),
    "unaccompanied_minor": marked("unaccompanied minor"),
    "family": marked("family reunification"),
}
NEEDS = {
    "upper_secondary": marked("upper secondary school"),
    "step_free_dwelling": marked("step-free dwelling"),
    "specialist_health": marked("specialist health care"),
    "rehabilitation": marked("rehabilitation"),
}


def state(code: str, language: str) -> str:
    """Return a state in words; an unknown code stands as it is."""
    return say(STATES[code], language) if code in STATES else code


def population(code: str, language: str) -> str:
    """Return a route in words."""
    return say(POPULATIONS[code], language) if code in POPULATIONS else code


def needs(codes: Sequence[str], language: str) -> str:
    """Return needs in words, a comma between."""
    return ", ".join(say(NEEDS[code], language) if code in NEEDS else code.replace("_", " ") for code in codes)
