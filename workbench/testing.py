"""Does a part of yours keep its contract? One check for each kind of plug-in, for the tests of any package.

Each returns nothing when the part is good and raises :class:`workbench.core.errors.PluginError` with every fault when
it is not. The workbench runs the same checks when it finds an installed part (for a locality: the identity and places),
and its own parts pass them in its own tests.
"""

from __future__ import annotations

import json
from pathlib import Path

from workbench.core.parts import Panel, PanelState, lacks, refuse
from workbench.decisions.allocation.further import check_rule
from workbench.models.components import check_component
from workbench.sources.registry import check_source
from workbench.studies import locality
from workbench.studies.indicators import check_indicator

__all__ = ["check_component", "check_indicator", "check_locality", "check_panel", "check_rule", "check_source"]


def check_locality(name: str | Path) -> None:
    """Raise one error with every fault of a locality, installed or in a folder, its example situations among them."""
    locality.check(name).raise_faults()


def check_panel(panel: Panel) -> None:
    """Raise one error with every fault of a panel: its state is plain values, its blockers are sentences."""
    faults = lacks(panel, Panel)
    if not faults:
        state = panel.state()
        faults = [f"of its state: {fault}" for fault in lacks(state, PanelState)]
    if not faults:
        faults = _state_faults(state)
    if not faults and panel.view(state) is None:
        faults = ["its view shows nothing"]
    refuse(f"the panel {type(panel).__name__}", faults)


def _state_faults(state: PanelState) -> list[str]:
    faults = [
        f"its blocker '{said}' is no sentence" for said in state.blockers if not said.strip().endswith((".", "!"))
    ]
    try:
        json.dumps(dict(state.to_dict()), allow_nan=False)
    except (TypeError, ValueError) as error:
        faults.append(f"its state is not plain values: {error}")
    return faults
