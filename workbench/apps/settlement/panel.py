"""The page as the server finds it by its name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workbench.apps import pages
from workbench.apps.settlement.opening import Opening
from workbench.apps.settlement.state import SettlementState
from workbench.core.errors import AppError
from workbench.presentation.languages import marked, say

if TYPE_CHECKING:
    import ipywidgets


UNKNOWN = marked("The address asks for something that this page does not have; the usual choice is shown.")


class Settlement:
    """Where in the country will newcomers live, by the published forecast?"""

    title = marked("Settlement")
    published = True

    def state(self) -> Opening:
        """Return how the page opens for its address; saved runs lie where the server says."""
        usual = SettlementState(language=pages.language())
        try:
            return Opening(SettlementState.from_query(os.environ.get(pages.QUERY, ""), language=usual.language))
        except AppError:
            return Opening(usual, say(UNKNOWN, usual.language))

    def view(self, state: Opening) -> ipywidgets.Box:
        """Return the page."""
        from workbench.apps.settlement.view import SettlementView  # here: who only asks for the title needs no widgets

        return SettlementView(state).box


def page() -> ipywidgets.Box:
    """Return the page for the address that this kernel was started for."""
    from workbench.apps.serving.bridge import keep_quiet

    keep_quiet()
    panel = Settlement()
    return panel.view(panel.state())
