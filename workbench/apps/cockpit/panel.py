"""Where does the cockpit stand when it opens? What was asked for, and the saved cockpits it is asked of."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.apps import pages
from workbench.apps.cockpit.state import CockpitState
from workbench.core.errors import AppError
from workbench.presentation.languages import marked, say
from workbench.studies import cockpit

if TYPE_CHECKING:
    import ipywidgets

UNKNOWN = marked("The address asks for something that this page does not have; the usual choice is shown.")


@dataclass(frozen=True)
class Opening:
    """How the page opens: the choices of the reader, and a sentence about an address that could not be followed."""

    asked: CockpitState
    notice: str = ""

    @cached_property
    def found(self) -> dict[str, cockpit.Cockpit]:
        """The published cockpit of each locality, or of drafts the newest, as the public may see it; read once."""
        look = cockpit.saved if pages.drafts() else cockpit.published
        return {name: found.public() for name, found in look(self.asked.runs or None).items()}

    @property
    def blockers(self) -> tuple[str, ...]:
        """Why what is asked for cannot be shown, in sentences."""
        return self.asked.blockers(self.found)

    def to_dict(self) -> dict[str, Any]:
        """Return the choices as JSON can hold them."""
        return self.asked.to_dict()


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
