"""What a page and its kernel tell each other, beside the widgets that a reader sees.

The kernel tells the page its language, a status sentence and the address of the present choice, in one hidden element;
the page presses one hidden button when its widgets are up, and again to stay awake. No further script is needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import ipywidgets

from workbench.presentation import markup as m


class Bridge:
    """The hidden line between page and kernel."""

    def __init__(self, when_ready: Callable[[], None]) -> None:
        self._when_ready = when_ready
        self._told = ipywidgets.HTML()
        self._button = ipywidgets.Button(description="ready", tabbable=False)
        self._button.on_click(lambda _: self._when_ready())
        self.box = ipywidgets.Box([self._told, self._button])
        self.box.add_class("mw-bridge")

    def tell(self, *, language: str, status: str, query: str) -> None:
        """Tell the page its language, what to say to readers who listen, and the query of its address."""
        told = json.dumps({"language": language, "status": status, "query": query}, ensure_ascii=False)
        self._told.value = f'<div hidden data-mw-told="{m.html(told)}"></div>'
