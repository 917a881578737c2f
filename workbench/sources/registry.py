"""Which sources of tables are installed, and what does one of them say about a locality?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.core import plugins
from workbench.core.contracts.checking import check, contracts
from workbench.core.errors import WorkbenchError
from workbench.core.geography.places import Locality
from workbench.core.parts import TableSource, lacks, refuse
from workbench.core.plugins import Plugin
from workbench.core.runs.provenance import Vintage, fingerprint


@dataclass(frozen=True)
class Reading:
    """A table as a source gave it, checked against its contract, and the plug-in that gave it."""

    table: pd.DataFrame
    vintage: Vintage
    plugin: Plugin


def available() -> Mapping[str, Plugin]:
    """Return the installed sources by name."""
    return plugins.load(plugins.SOURCES, _check)


def read(name: str, locality: Locality) -> Reading:
    """Return the table that a source has for a locality."""
    plugin = plugins.get(plugins.SOURCES, name, _check)
    with plugin.at_work():
        source: TableSource = plugin.value()
        table, vintage = source.read(locality)
        table = check(table, source.contract, where=f"source '{name}'", locality=locality)
    return Reading(table, vintage, plugin)


def check_source(source: TableSource, locality: Locality | None = None) -> None:
    """Raise one error with every fault of a source; with a locality, what it reads for it is checked too."""
    faults = lacks(source, TableSource)
    if not faults and source.contract not in contracts():
        faults.append(f"no table contract is called '{source.contract}'; known: {', '.join(contracts())}")
    if not faults and locality is not None:
        try:
            table, vintage = source.read(locality)
            check(table, source.contract, where=f"its table for {locality.id}", locality=locality)
        except WorkbenchError as error:
            faults.append(error.message())
        else:
            said = vintage.source
            faults += [
                f"its source names no {part}" for part in ("publisher", "title", "licence") if not getattr(said, part)
            ]
            if vintage.fingerprint != fingerprint(table):
                faults.append("its fingerprint is not that of the table it gives")
    refuse(f"the source {type(source).__name__}", faults)


def _check(_name: str, maker: type[TableSource]) -> None:
    check_source(maker())
