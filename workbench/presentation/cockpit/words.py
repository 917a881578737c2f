"""How is an indicator's figure written, and what are areas, groups and peers called?"""

from __future__ import annotations

import re

from workbench.presentation.languages import country, known, marked, month, say
from workbench.presentation.languages import place as place_name
from workbench.presentation.wording import DASH, NBSP, number, percent
from workbench.studies.cockpit.definitions import Definition
from workbench.studies.cockpit.saved import Cockpit

AREAS = {
    "arrival": marked("Arrival and settlement"),
    "housing": marked("Housing"),
    "education": marked("Education"),
    "health": marked("Health"),
    "labour": marked("Labour and income"),
}
GROUPS = {
    "all": marked("everybody"),
    "others": marked("everybody else"),
    "immigrants": marked("immigrants"),
    "refugees": marked("persons with refugee background"),
}
PEERS = {
    "kostra_group": marked("comparable municipalities (KOSTRA group)"),
    "centrality": marked("municipalities of the same centrality"),
    "all": marked("other places"),
}


def area(name: str, language: str = "en") -> str:
    """Return what an area is called."""
    return say(AREAS[name], language)


def place(cockpit: Cockpit, code: str, language: str = "en") -> str:
    """Return what a place is called; a country as the language calls it."""
    return place_name(code, cockpit.names.get(code, code), language)


def whole(name: str, language: str = "en") -> str:
    """Return what a locality is called; a country as the language calls it."""
    return country(known(name, language), language)


def group(name: str, language: str = "en") -> str:
    """Return what a group of persons is called; one of a locality's own as it is written."""
    return say(GROUPS[name], language) if name in GROUPS else name.replace("_", " ")


def peers(kind: str, language: str = "en") -> str:
    """Return what peers are called."""
    return say(PEERS[kind], language)


def figure(of: Definition, value: float | None, language: str = "en", *, unit: bool = True) -> str:
    """Return a figure as readers see it, with its unit."""
    if value is None or value != value:
        return DASH
    if of.kind in ("share", "percent"):
        return percent(value, 1, language)
    if of.kind == "ratio":
        return number(value, 2, language)
    told = number(value, 0 if of.kind == "count" else 1, language)
    return f"{told}{NBSP}{of.text('unit', language)}" if unit else told


def shown(of: Definition, value: float) -> float:
    """Return a figure with no more digits than :func:`figure` writes: differences are taken of what readers see."""
    if of.kind in ("share", "percent"):
        return round(100 * value, 1) / 100
    return round(value, {"ratio": 2, "count": 0}.get(of.kind, 1))


def apart(of: Definition, value: float, other: float) -> float:
    """Return how far two figures lie apart as they are shown, so that a reader who subtracts finds the same."""
    return shown(of, value) - shown(of, other)


def between(of: Definition, low: float | None, high: float | None, language: str = "en") -> str:
    """Return an interval of figures for a table."""
    if low is None or high is None:
        return DASH
    return f"{figure(of, low, language, unit=False)} {DASH} {figure(of, high, language, unit=False)}"


def period(text: str, language: str = "en") -> str:
    """Return a period as readers see it: months by name, spans with a dash."""
    if re.fullmatch("[0-9]{4}-[0-9]{2}", text):
        return month(text, language)
    return re.sub("(?<=[0-9])-(?=[0-9]{4})", DASH, text)


def unit(of: Definition, language: str = "en") -> str:
    """Return the unit of an indicator in words."""
    if of.kind in ("share", "percent"):
        return say("per cent", language)
    if of.kind == "ratio":
        return say("for each one", language)
    return of.text("unit", language)
