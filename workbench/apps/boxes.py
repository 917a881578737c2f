"""Boxes of widgets that take their look from the style of the pages."""

from __future__ import annotations

import ipywidgets

from workbench.presentation.languages import LANGUAGES


def boxed(style: str, *children: ipywidgets.Widget) -> ipywidgets.Box:
    """Return a box of a class of the style."""
    made = ipywidgets.Box(list(children))
    made.add_class(style)
    return made


def language_menu() -> ipywidgets.Dropdown:
    """Return the menu of languages, each under its own name."""
    return ipywidgets.Dropdown(options=[(own, code) for code, own in LANGUAGES.items()])


def controls(
    language: ipywidgets.Widget, toggle: ipywidgets.Widget, blocker: ipywidgets.Widget, *cards: ipywidgets.Box
) -> ipywidgets.Box:
    """Return a page's controls; on a phone the cards wait behind a button, so that the headline comes first."""
    toggle.add_class("mw-toggle")
    for card in cards:
        card.add_class("mw-choices")
    return boxed("mw-controls", boxed("mw-card", language, *([toggle] if cards else [])), blocker, *cards)
