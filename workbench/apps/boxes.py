"""Boxes of widgets that take their look from the style of the pages."""

from __future__ import annotations

import ipywidgets


def boxed(style: str, *children: ipywidgets.Widget) -> ipywidgets.Box:
    """Return a box of a class of the style."""
    made = ipywidgets.Box(list(children))
    made.add_class(style)
    return made
