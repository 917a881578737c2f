"""How does a page of the register open? For the person whom the server says is signed in; knows no widgets."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from workbench.apps import pages
from workbench.apps.identity import VARIABLES
from workbench.presentation.languages import say

if TYPE_CHECKING:
    import ipywidgets


@dataclass(frozen=True)
class Visit:
    """Who visits, and in which language."""

    login: str
    language: str

    @property
    def blockers(self) -> tuple[str, ...]:
        """Why the page cannot be shown, in sentences."""
        return () if self.login else (say("Sign in to see this page.", self.language),)

    def to_dict(self) -> dict[str, Any]:
        """Return the visit as JSON can hold it; who visits is not part of it."""
        return {"language": self.language}


class Personal:
    """What the panels of the register have in common: one signs in to see them."""

    title = ""
    personal = True

    def state(self) -> Visit:
        """Return how the page opens."""
        return Visit(os.environ.get(VARIABLES[0], ""), pages.language())

    def view(self, state: Visit) -> ipywidgets.Box:
        """Return the page."""
        room = type(self).__module__.rsplit(".", 1)[0]
        found: ipywidgets.Box = import_module(f"{room}.view").opened(state.language)  # who asks for a title needs none
        return found
