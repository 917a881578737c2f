"""The page as the server finds it by its name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workbench.apps import pages
from workbench.apps.capacity.opening import Opening
from workbench.apps.capacity.state import CapacityState
from workbench.core.errors import AppError
from workbench.presentation.languages import marked, say

if TYPE_CHECKING:
    import ipywidgets


UNKNOWN = marked("The address asks for something that this page does not have; the usual choice is shown.")


class Capacity:
    """How many cases will wait, what is one more caseworker worth, and how long does a decision take?"""

    title = marked("Capacity")
    published = True

    def state(self) -> Opening:
        """Return how the page opens for its address; saved runs lie where the server says."""
        usual = CapacityState(language=pages.language())
        try:
            return Opening(CapacityState.from_query(os.environ.get(pages.QUERY, ""), language=usual.language))
        except AppError:
            return Opening(usual, say(UNKNOWN, usual.language))

    def view(self, state: Opening) -> ipywidgets.Box:
        """Return the page."""
        from workbench.apps.capacity.view import CapacityView  # here: who only asks for the title needs no widgets

        return CapacityView(state).box


def page() -> ipywidgets.Box:
    """Return the page for the address that this kernel was started for."""
    from workbench.apps.serving.bridge import keep_quiet

    keep_quiet()
    panel = Capacity()
    return panel.view(panel.state())
