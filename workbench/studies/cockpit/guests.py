"""Which indicators do other packages bring as classes? Those that say what they are and return figures by place.

An installed indicator (entry point ``workbench.indicators``) that has a ``definition``, written as a table of
``indicators.toml``, and a method ``figures`` takes part in the cockpit as the locality's own do. One that has only
``measure`` is shown by ``workbench locality show``, as before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from workbench.core import plugins
from workbench.core.contracts.checking import check
from workbench.core.errors import DataError, PluginError
from workbench.core.geography.places import Locality
from workbench.core.plugins import Plugin
from workbench.sources import localities
from workbench.studies.cockpit.definitions import Definition, made
from workbench.studies.cockpit.figures import gathered
from workbench.studies.localities.indicators import available


@runtime_checkable
class FigureIndicator(Protocol):
    """An indicator as a class: what it is, and its figures by place and period."""

    @property
    def definition(self) -> Mapping[str, Any]:
        """The parts of a table of ``indicators.toml``: area, kind, better, label, explanation …"""

    def figures(self, locality: Locality, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """Return rows of the contract ``indicators``, without the column ``indicator``; may raise DataError."""


@dataclass(frozen=True)
class Brought:
    """What packages bring to the cockpit of a locality."""

    definitions: tuple[Definition, ...] = ()
    figures: tuple[pd.DataFrame, ...] = ()
    plugins: tuple[Plugin, ...] = ()


def brought(locality: Locality) -> Brought:
    """Return the indicators of packages that a locality's tables allow; one that fails is left out with a notice."""
    found, tables, used = [], [], []
    for name, plugin in sorted(available().items()):
        indicator = plugin.value()
        if not isinstance(indicator, FigureIndicator):
            continue
        needed = tuple(getattr(indicator, "tables", ()))
        if not set(needed) <= set(locality.tables):
            continue
        try:
            with plugin.at_work():
                one, table = _one(name, indicator, locality, needed)
        except DataError:
            continue  # these tables do not allow it
        except PluginError as error:
            if plugin.own:
                raise
            plugins.leave_out(plugin, error)
            continue
        found.append(replace(one, guest=f"{plugin.distribution} {plugin.version}"))
        tables.append(table)
        used.append(plugin)
    return Brought(tuple(found), tuple(tables), tuple(used))


def _one(
    name: str, indicator: FigureIndicator, locality: Locality, needed: tuple[str, ...]
) -> tuple[Definition, pd.DataFrame]:
    read = {table: localities.table(locality, table) for table in needed}
    rows = indicator.figures(locality, read).assign(indicator=name)
    kept = check(rows, "indicators", where=f"indicator '{name}'", locality=locality)
    body = {"numerator": "", "denominator": "", **indicator.definition}
    if body["kind"] in ("share", "ratio"):
        body |= {"numerator": "numerator", "denominator": "denominator"}
    at_home = replace(locality, tables={**locality.tables, "indicators": _entry(locality, needed)})
    one = made(name, body, at_home)
    return one, gathered(locality, (one,), {"indicators": kept})


def _entry(locality: Locality, needed: tuple[str, ...]) -> Any:
    """Return an entry under which the definition finds the columns of its own figures; the source is the tables'."""
    return replace(locality.table(needed[0]), contract="indicators")
