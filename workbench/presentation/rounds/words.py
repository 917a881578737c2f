"""What are states, routes, needs, groups and reasons called, in each language?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from workbench.presentation.languages import marked, say, say_many
from workbench.presentation.wording import DASH, leading, number

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
    "registered": marked("registered"),
    "interviewed": marked("interviewed"),
    "ready": marked("ready"),
    "paused": marked("paused"),
    "settled": marked("settled"),
    "withdrawn": marked("withdrawn"),
    "moved_on": marked("moved on"),
}
OVERRIDES = {
    "pin": marked("Lock to this place"),
    "ban": marked("Keep from this place"),
    "swap": marked("Swap with another household"),
    "lift": marked("Lift a lock or a ban"),
}
LEDGER = {**OVERRIDES, "swap": marked("Swapped to this place"), "decline": marked("Declined by this place")}
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
GROUPS = {
    "all": marked("all households"),
    "single": marked("one person"),
    "small": marked("two to four persons"),
    "large": marked("five persons or more"),
    "disabled": marked("with a disability"),
    "not_disabled": marked("without a disability"),
}
REASONS = {
    "no_suitable_dwelling": marked("No suitable dwelling"),
    "service_missing": marked("A service is missing"),
    "no_room_left": marked("No room left"),
    "other": marked("Another reason"),
}


SHORT = 7
"""Signs of a household's code that pages show, if no two of a list are alike then."""


def shortened(codes: Iterable[str]) -> Mapping[str, str]:
    """Return households' codes as pages show them: their beginning, as long as it takes to tell them apart.

    >>> dict(shortened(["H0123456789", "H0123459999", "H9"]))
    {'H0123456789': 'H0123456', 'H0123459999': 'H0123459', 'H9': 'H9'}
    """
    every = set(codes)
    length = next(n for n in range(SHORT, 99) if len({code[:n] for code in every}) == len(every))
    return {code: code[:length] for code in every}


def state(code: str, language: str) -> str:
    """Return a state in words; an unknown code stands as it is."""
    return say(STATES[code], language) if code in STATES else code


def population(code: str, language: str) -> str:
    """Return a route in words."""
    return say(POPULATIONS[code], language) if code in POPULATIONS else code


def needs(codes: Sequence[str], language: str) -> str:
    """Return needs in words, a comma between."""
    return ", ".join(say(NEEDS[code], language) if code in NEEDS else code.replace("_", " ") for code in codes)


def group(code: str, language: str) -> str:
    """Return a group of households in words, as it begins a row."""
    known = say(GROUPS[code], language) if code in GROUPS else population(code.removeprefix("route:"), language)
    return leading(known)


def reason(code: str, language: str) -> str:
    """Return why an offer was declined, in words; an authority's own code stands as it is."""
    return say(REASONS[code], language) if code in REASONS else code.replace("_", " ")


def override(kind: str, language: str) -> str:
    """Return what an entry of the ledger did, in words."""
    return say(LEDGER[kind], language)


def days(value: float, language: str) -> str:
    """Return a number of days in words; one that is not reached is a dash.

    >>> days(71.0, "en"), days(math.inf, "en")
    ('71 days', '–')
    """
    if not math.isfinite(value):
        return DASH
    whole = round(value)
    return say_many("{number} day", "{number} days", whole, language, number=number(whole, language=language))
