"""How does the page open? What the reader asks for, and the published forecast that it is asked of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from workbench.apps import pages
from workbench.apps.outlook.state import OutlookState
from workbench.presentation.inflow.series import destinations
from workbench.presentation.languages import say
from workbench.studies import inflow


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
