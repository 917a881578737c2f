"""What is a cockpit made of? Definitions, tables and their fingerprints, and whether a saved one is up to date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from workbench.core.errors import DataError
from workbench.core.geography.places import Locality
from workbench.core.runs.provenance import RunRecord, Source, Vintage, digest
from workbench.sources import localities
from workbench.studies.cockpit import definitions as defined
from workbench.studies.cockpit.definitions import Definition
from workbench.studies.cockpit.guests import Brought, brought


@dataclass(frozen=True, eq=False)
class Inputs:
    """The indicators of a locality, the tables with their figures, and the fingerprints of both."""

    home: Locality
    definitions: tuple[Definition, ...]
    guest: Brought
    tables: Mapping[str, pd.DataFrame]
    vintages: tuple[Vintage, ...]

    @classmethod
    def of(cls, locality: str | Path) -> Inputs:
        """Return what a locality brings.

        Raises
        ------
        DataError
            If it has no indicators, or with every fault of its definitions.
        """
        home = localities.load(locality)
        home.require("cockpit")
        guest = brought(home)
        found = (*defined.read(home), *guest.definitions)
        if not found:
            raise DataError(
                f"the locality '{home.id}' has no indicators",
                where=str(home.folder),
                do=f"add {defined.FILE} and a table, as CONTRIBUTING shows",
            )
        names = dict.fromkeys(name for of in found for name in of.tables if name in home.tables)
        tables = {name: localities.table(home, name) for name in names}
        source = Source("Migration Workbench", f"Definitions of indicators of {home.name}", "BSD-3-Clause")
        stated = Vintage(f"{home.id}/{defined.FILE}", source, "", digest([asdict(of) for of in found]))
        vintages = [localities.vintage(home, name, table) for name, table in tables.items()]
        return cls(home, found, guest, tables, (*vintages, stated))

    def changed_since(self, record: RunRecord) -> tuple[str, ...]:
        """Return the tables and definitions that are not what a saved cockpit was built from, by name."""
        then = {each.name: each.fingerprint for each in record.inputs}
        now = {each.name: each.fingerprint for each in self.vintages}
        return tuple(name for name in sorted({*then, *now}) if then.get(name) != now.get(name))
