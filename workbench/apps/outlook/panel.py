"""The outlook as a page that the server can find by its name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workbench.apps import pages
from workbench.apps.outlook.opening import Opening
from workbench.apps.outlook.state import OutlookState
from workbench.core.errors import AppError
from workbench.presentation.languages import marked, say

if TYPE_CHECKING:
    import ipywidgets

UNKNOWN = marked("The address asks for something that this page does not have; the usual choice is shown.")


class Outlook:
    """How many will apply for asylum in the months ahead, by the published forecast?"""

    title = marked("Outlook")
    published = True

    def state(self) -> Opening:
        """Return how the page opens for its address; saved runs lie where the server says."""
        usual = OutlookState(language=pages.language())
        try:
            return Opening(OutlookState.from_query(os.environ.get(pages.QUERY, ""), language=usual.language))
        except AppError:
            return Opening(usual, say(UNKNOWN, usual.language))

    def view(self, state: Opening) -> ipywidgets.Box:
        """Return the page."""
        from workbench.apps.outlook.view import OutlookView  # here: who only asks for the title needs no widgets

        return OutlookView(state).box


def page() -> ipywidgets.Box:
    """Return the page for the address that this kernel was started for."""
    from workbench.apps.serving.bridge import keep_quiet

    keep_quiet()
    panel = Outlook()
    return panel.view(panel.state())
