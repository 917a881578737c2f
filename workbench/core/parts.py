"""What must a part be able to do that a package brings? One protocol for each kind, met by ours and by guests alike.

:mod:`workbench.core.plugins` finds them, :mod:`workbench.testing` has one conformance check for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from workbench.core.errors import PluginError
from workbench.core.runs.provenance import Vintage

if TYPE_CHECKING:
    import pandas as pd

    from workbench.core.geography.places import Locality


@runtime_checkable
class LocalityFolder(Protocol):
    """Where does the locality lie? A function without arguments that returns its folder."""

    def __call__(self) -> Path:
        """Return the folder with ``locality.toml``."""


@runtime_checkable
class TableSource(Protocol):
    """Where does a table come from, for a locality? Made without arguments."""

    @property
    def contract(self) -> str:
        """Name of the contract that its table keeps."""

    def read(self, locality: Locality) -> tuple[pd.DataFrame, Vintage]:
        """Return the table and what a run record keeps of it."""


@dataclass(frozen=True)
class Measurement:
    """What was measured: the sentence, the figure in it with its unit, and what to know before using it."""

    sentence: str
    estimate: float
    unit: str
    caveats: tuple[str, ...] = ()


@runtime_checkable
class Indicator(Protocol):
    """What does a locality's own tables say? Made without arguments; a measurement, not a forecast."""

    @property
    def question(self) -> str:
        """The question it answers, ending in a question mark."""

    @property
    def tables(self) -> Sequence[str]:
        """Names of the locality's tables that it reads; it is measured where all of them are there."""

    def measure(self, locality: Locality, tables: Mapping[str, pd.DataFrame]) -> Measurement:
        """Return the measurement; the tables are read and checked. Raise DataError where they do not allow it."""


@runtime_checkable
class AllocationRule(Protocol):
    """What must hold in every plan, why, and who says so? Made without arguments.

    ``problem`` is a :class:`workbench.decisions.allocation.Problem`; the rule is read by the same solver and judged by
    the same truth test as the program's own.
    """

    @property
    def title(self) -> str:
        """The name under which it stands in messages and prices."""

    @property
    def reason(self) -> str:
        """Why it must hold, one sentence."""

    @property
    def source(self) -> str:
        """Who says so."""

    def rows(self, problem: Any, columns: Any) -> Any:
        """Return the rule as inequalities over the allowed pairs."""

    def distance(self, problem: Any, assignment: pd.DataFrame) -> float:
        """Say by how much a plan misses the rule; 0 where it is kept."""

    def holds(self, problem: Any, assignment: pd.DataFrame) -> bool:
        """Say whether a plan keeps the rule."""


@runtime_checkable
class ModelComponent(Protocol):
    """What is a model made of, and how is it built? Made without arguments, all defaults stated."""

    def describe(self) -> pd.DataFrame:
        """Return one row for each quantity: ``quantity``, ``per``, ``prior``, ``meaning``."""

    def build(self, series: Any) -> Any:
        """Return the probability model of a series."""


@runtime_checkable
class PanelState(Protocol):
    """Where does a page stand? Plain values, without widgets."""

    @property
    def blockers(self) -> Sequence[str]:
        """Why one cannot go on, in sentences; empty where one can."""

    def to_dict(self) -> Mapping[str, Any]:
        """Return the state as plain values that JSON can keep."""


@runtime_checkable
class Panel(Protocol):
    """What does a page of the apps show? State here, widgets there. Made without arguments."""

    @property
    def title(self) -> str:
        """What the page is called."""

    def state(self) -> PanelState:
        """Return the state in which the page opens."""

    def view(self, state: PanelState) -> Any:
        """Return the widget that shows a state."""


def lacks(part: object, protocol: type) -> list[str]:
    """Return what a part lacks of its protocol, and which of its texts are empty, one sentence each."""
    wanted = sorted(name for name in vars(protocol) if not name.startswith("_"))
    faults = [f"it has no '{name}'" for name in wanted if not hasattr(part, name)]
    texts = [name for name in wanted if isinstance(vars(protocol)[name], property) and hasattr(part, name)]
    faults += [f"its '{name}' is empty" for name in texts if name != "blockers" and not getattr(part, name)]
    calls = [name for name in wanted if name not in texts and hasattr(part, name)]
    return faults + [f"its '{name}' cannot be called" for name in calls if not callable(getattr(part, name))]


def refuse(what: str, faults: Sequence[str]) -> None:
    """Raise one error with every fault, if there is any."""
    if faults:
        raise PluginError(
            f"{what} does not keep its contract",
            faults=faults,
            why="a part that fails its check is not used",
            do="mend what is named; workbench.testing has the check",
        )
