"""How is an indicator's figure written, and what are areas, groups and peers called?"""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.presentation.languages import country, marked, month, say
from workbench.presentation.wording import DASH, NBSP, number, percent
from workbench.studies.cockpit.definitions import Definition

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


def group(name: str, language: str = "en") -> str:
    """Return what a group of persons is called; one of a locality's own as it is written."""
    return say(GROUPS[name], language) if name in GROUPS else name.replace("_", " ")


def peers(kind: str, language: str = "en") -> str:
    """Return what peers are called."""
    return say(PEERS[kind], language)


def place(names: Mapping[str, str], code: str, language: str = "en") -> str:
    """Return how a reader calls a place; a country in the reader's language."""
    return country(names.get(code, code), language)


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
