"""Does a part of yours keep its contract? One check for each kind of plug-in, for the tests of any package.

Each returns nothing when the part is good and raises :class:`workbench.core.errors.PluginError` with every fault when
it is not. The workbench runs the same checks when it finds an installed part (for a locality: the identity and places),
and its own parts pass them in its own tests.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from workbench.apps.pages import check_panel
from workbench.decisions.allocation.rules.installed import check_rule
from workbench.guide import checks as guide
from workbench.models.components import check_component
from workbench.sources import localities
from workbench.sources.registry import check_source
from workbench.studies.localities import checks as locality
from workbench.studies.localities.indicators import check_indicator

__all__ = [
    "check_component",
    "check_guide",
    "check_indicator",
    "check_locality",
    "check_panel",
    "check_rule",
    "check_source",
]


def check_guide(name: str | Path) -> None:
    """Raise one error with every grave fault of a locality's guide for newcomers."""
    guide.check(localities.load(name, "guide"), date.today()).raise_grave()


def check_locality(name: str | Path) -> None:
    """Raise one error with every fault of a locality, installed or in a folder, its example situations among them."""
    locality.check(name).raise_faults()
