"""Where does the cockpit stand when it opens? What was asked for, and the saved cockpits it is asked of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.apps import pages
from workbench.apps.cockpit.state import CockpitState
from workbench.studies import cockpit

if TYPE_CHECKING:
    pass


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
