"""Where does the capacity page stand when it opens? What was asked for, and the saved plan it is asked of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.apps.capacity.state import CapacityState
from workbench.core.errors import WorkbenchError
from workbench.presentation.languages import say

if TYPE_CHECKING:
    from workbench.studies.capacity.study import CapacityResult


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
