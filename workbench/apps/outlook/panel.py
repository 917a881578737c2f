"""Where does the outlook stand when it opens? What was asked for, and the published forecast it is asked of."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.apps import pages
from workbench.apps.outlook.state import OutlookState
from workbench.core.errors import AppError
from workbench.presentation.inflow.series import destinations
from workbench.presentation.languages import marked, say
from workbench.studies import inflow

if TYPE_CHECKING:
    import ipywidgets

UNKNOWN = marked("The address asks for something that this page does not have; the usual choice is shown.")


@dataclass(frozen=True)
class Opening:
    """How the page opens.

    Parameters
    ----------
    asked
        The choices of the reader.
    notice
        A sentence about an address that could not be followed.
    """

    asked: OutlookState
    notice: str = ""

    @cached_property
    def found(self) -> inflow.Newest:
        """The published forecast, or of drafts the newest that can be shown, and why newer ones cannot; read once."""
        look = inflow.newest if pages.drafts() else inflow.published
        return look(runs=self.asked.runs or None)

    @property
    def blockers(self) -> tuple[str, ...]:
        """Why the forecast asked for cannot be shown, in sentences."""
        result = self.found.result
        if result is None:
            if self.found.passed:
                return (say("The saved forecast cannot be shown.", self.asked.language),)
            return (say("No forecast has been published yet.", self.asked.language),)
        return self.asked.blockers(destinations(result))

    def to_dict(self) -> dict[str, Any]:
        """Return the choices as JSON can hold them."""
        return self.asked.to_dict()


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
