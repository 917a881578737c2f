"""Where does the outlook stand when it opens? What was asked for, and the saved forecast it is asked of."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.apps import pages
from workbench.apps.outlook.state import OutlookState
from workbench.core.errors import AppError, WorkbenchError
from workbench.presentation.inflow.series import destinations
from workbench.presentation.languages import marked, say
from workbench.presentation.wording import sentence
from workbench.studies import inflow

if TYPE_CHECKING:
    import ipywidgets


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
    def result(self) -> inflow.InflowResult | None:
        """The newest saved forecast, read once; None if none was made yet."""
        return inflow.latest(runs=self.asked.runs or None)

    @property
    def blockers(self) -> tuple[str, ...]:
        """Why the forecast asked for cannot be shown, in sentences."""
        try:
            result = self.result
        except WorkbenchError as error:
            lead = say("The saved forecast cannot be shown.", self.asked.language)
            return (lead, sentence(error.what))
        if result is None:
            return (say("No forecast has been made yet.", self.asked.language),)
        return self.asked.blockers(destinations(result))

    def to_dict(self) -> dict[str, Any]:
        """Return the choices as JSON can hold them."""
        return self.asked.to_dict()


class Outlook:
    """How many will apply for asylum in the months ahead, by the newest saved forecast?"""

    title = marked("Outlook")

    def state(self) -> Opening:
        """Return how the page opens for its address; saved runs lie where the server says."""
        usual = OutlookState(language=os.environ.get(pages.LANGUAGE, "en"))
        try:
            return Opening(OutlookState.from_query(os.environ.get(pages.QUERY, ""), language=usual.language))
        except AppError as error:
            return Opening(usual, sentence(f"{error.what}; {error.do}"))

    def view(self, state: Opening) -> ipywidgets.Box:
        """Return the page."""
        from workbench.apps.outlook.view import OutlookView  # here: who only asks for the title needs no widgets

        return OutlookView(state).box
