"""Where does the settlement page stand when it opens? What was asked for, and the saved forecast it is asked of."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.apps import pages
from workbench.apps.settlement.state import SettlementState
from workbench.core.errors import AppError, DataError
from workbench.presentation.languages import marked, say
from workbench.studies.settlement import saved_runs

if TYPE_CHECKING:
    import ipywidgets

    from workbench.studies.settlement import SettlementResult

UNKNOWN = marked("The address asks for something that this page does not have; the usual choice is shown.")


@dataclass(frozen=True)
class Opening:
    """How the page opens; ``notice`` is a sentence about an address that could not be followed."""

    asked: SettlementState
    notice: str = ""

    @cached_property
    def found(self) -> tuple[SettlementResult | None, DataError | None]:
        """The newest saved forecast, or why it cannot be shown; read once."""
        try:
            return saved_runs.latest(runs=self.asked.runs or None), None
        except DataError as error:
            return None, error

    @property
    def blockers(self) -> tuple[str, ...]:
        """Why the forecast asked for cannot be shown, in sentences."""
        result, error = self.found
        if error is not None:
            return (say("The saved forecast cannot be shown.", self.asked.language),)
        if result is None:
            return (say("No forecast has been made yet.", self.asked.language),)
        return self.asked.blockers(result.names)

    def to_dict(self) -> dict[str, Any]:
        """Return the choices as JSON can hold them."""
        return self.asked.to_dict()


class Settlement:
    """Where in the country will newcomers live, by the newest saved forecast?"""

    title = marked("Settlement")

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
