"""Where does the capacity page stand when it opens? What was asked for, and the saved plan it is asked of."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.apps import pages
from workbench.apps.capacity.state import CapacityState
from workbench.core.errors import AppError, WorkbenchError
from workbench.presentation.languages import marked, say

if TYPE_CHECKING:
    import ipywidgets

    from workbench.studies.capacity.study import CapacityResult

UNKNOWN = marked("The address asks for something that this page does not have; the usual choice is shown.")


@dataclass(frozen=True)
class Opening:
    """How the page opens: the reader's choices, a notice about an address, and the folder of saved runs."""

    asked: CapacityState
    notice: str = ""
    runs: str = ""

    @cached_property
    def found(self) -> tuple[CapacityResult | None, WorkbenchError | None]:
        """The newest saved plan, or why it cannot be shown; read once."""
        from workbench.studies.capacity import study  # here: pandas and the solvers are not needed for the title

        try:
            return study.latest(runs=self.runs or None), None
        except WorkbenchError as error:
            return None, error

    @property
    def blockers(self) -> tuple[str, ...]:
        """Why the plan asked for cannot be shown, in sentences."""
        result, error = self.found
        if error is not None:
            return (say("The saved plan cannot be shown.", self.asked.language),)
        if result is None:
            return (say("No plan has been made yet.", self.asked.language),)
        return self.asked.blockers(result.data.agency.units, result.data.agency.stages)

    def to_dict(self) -> dict[str, Any]:
        """Return the choices as JSON can hold them."""
        return self.asked.to_dict()


class Capacity:
    """How many cases will wait, what is one more caseworker worth, and how long does a decision take?"""

    title = marked("Capacity")

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
