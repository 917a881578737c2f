"""Where does the capacity page stand when it opens? What was asked for, and the saved plan it is asked of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.apps import pages
from workbench.apps.capacity.state import CapacityState
from workbench.core.errors import WorkbenchError
from workbench.core.runs.archive import archive_of
from workbench.presentation.languages import say

if TYPE_CHECKING:
    from workbench.core.runs.publication import Publication
    from workbench.studies.capacity.study import CapacityResult


@dataclass(frozen=True, eq=False)
class Found:
    """The plan that is shown, its publication (None: a draft), or the error that keeps it from being shown."""

    result: CapacityResult | None = None
    publication: Publication | None = None
    error: WorkbenchError | None = None


@dataclass(frozen=True)
class Opening:
    """How the page opens: the reader's choices, a notice about an address, and the folder of saved runs."""

    asked: CapacityState
    notice: str = ""
    runs: str = ""

    @cached_property
    def found(self) -> Found:
        """The published plan, or of drafts the newest, or why it cannot be shown; read once."""
        from workbench.studies.capacity import study  # here: pandas and the solvers are not needed for the title

        try:
            if pages.drafts():
                result = study.latest(runs=self.runs or None)
                return Found(
                    result, None if result is None else archive_of(self.runs or None).of_run(result.record.key)
                )
            return Found(*(study.published(runs=self.runs or None) or (None, None)))
        except WorkbenchError as error:
            return Found(error=error)

    @property
    def blockers(self) -> tuple[str, ...]:
        """Why the plan asked for cannot be shown, in sentences."""
        if self.found.error is not None:
            return (say("The saved plan cannot be shown.", self.asked.language),)
        if self.found.result is None:
            return (say("No plan has been published yet.", self.asked.language),)
        agency = self.found.result.data.agency
        return self.asked.blockers(agency.units, agency.stages)

    def to_dict(self) -> dict[str, Any]:
        """Return the choices as JSON can hold them."""
        return self.asked.to_dict()
