"""The page as the server finds it by its name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workbench.apps import pages
from workbench.apps.cockpit.opening import Opening
from workbench.apps.cockpit.state import CockpitState
from workbench.core.errors import AppError
from workbench.presentation.languages import marked, say

if TYPE_CHECKING:
    import ipywidgets

UNKNOWN = marked("The address asks for something that this page does not have; the usual choice is shown.")


class CockpitPanel:
    """What do the indicators of a locality say of a place?"""

    title = marked("Cockpit")

    def state(self) -> Opening:
        """Return how the page opens for its address; saved runs lie where the server says."""
        usual = CockpitState(language=pages.language())
        try:
            return Opening(CockpitState.from_query(os.environ.get(pages.QUERY, ""), language=usual.language))
        except AppError:
            return Opening(usual, say(UNKNOWN, usual.language))

    def view(self, state: Opening) -> ipywidgets.Box:
        """Return the page."""
        from workbench.apps.cockpit.view import CockpitView  # here: who only asks for the title needs no widgets

        return CockpitView(state).box


def page() -> ipywidgets.Box:
    """Return the page for the address that this kernel was started for."""
    from workbench.apps.serving.bridge import keep_quiet

    keep_quiet()
    panel = CockpitPanel()
    return panel.view(panel.state())
