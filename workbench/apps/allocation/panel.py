"""Where does the allocation page stand when it opens? The batch and the draft that the address names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workbench.apps import pages
from workbench.apps.allocation.state import AllocationState
from workbench.core.errors import AppError
from workbench.presentation.languages import marked
from workbench.studies.allocation import batches

if TYPE_CHECKING:
    import ipywidgets


class Allocation:
    """Which household is proposed for which place, and what follows from another choice?"""

    title = marked("Allocation")

    def state(self) -> AllocationState:
        """Return how the page opens for its address."""
        known = tuple(batches.names())
        try:
            return AllocationState.from_query(os.environ.get(pages.QUERY, ""), language=pages.language(), known=known)
        except AppError:
            return AllocationState(language=pages.language(), known=known)

    def view(self, state: AllocationState) -> ipywidgets.Box:
        """Return the page."""
        from workbench.apps.allocation.view import AllocationView  # here: who asks for the title needs no widgets

        return AllocationView(state).box


def page() -> ipywidgets.Box:
    """Return the page for the address that this kernel was started for."""
    from workbench.apps.serving.bridge import keep_quiet

    keep_quiet()
    panel = Allocation()
    return panel.view(panel.state())
