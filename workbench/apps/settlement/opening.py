"""How does the settlement page open? What the reader asks for, and the published forecast that it is asked of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.apps import pages
from workbench.apps.settlement.state import SettlementState
from workbench.core.errors import DataError
from workbench.presentation.languages import say
from workbench.studies.settlement.forecasting import saved_runs

if TYPE_CHECKING:
    from workbench.studies.settlement import SettlementResult


@dataclass(frozen=True)
class Opening:
    """How the page opens; ``notice`` is a sentence about an address that could not be followed."""

    asked: SettlementState
    notice: str = ""

    @cached_property
    def found(self) -> tuple[SettlementResult | None, DataError | None]:
        """The published forecast, or of drafts the newest, or why it cannot be shown; read once."""
        look = saved_runs.latest if pages.drafts() else saved_runs.published
        try:
            return look(runs=self.asked.runs or None), None
        except DataError as error:
            return None, error

    @property
    def blockers(self) -> tuple[str, ...]:
        """Why the forecast asked for cannot be shown, in sentences."""
        result, error = self.found
        if error is not None:
            return (say("The saved forecast cannot be shown.", self.asked.language),)
        if result is None:
            return (say("No forecast has been published yet.", self.asked.language),)
        return self.asked.blockers(result.names)

    def to_dict(self) -> dict[str, Any]:
        """Return the choices as JSON can hold them."""
        return self.asked.to_dict()
