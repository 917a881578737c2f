"""Which tables of one's own are to be placed, and where does a fault stand that was found between them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core.errors import Fault
from workbench.core.places import Locality
from workbench.core.tables import check
from workbench.sources import files


@dataclass(frozen=True)
class Tables:
    """Tables of one's own, checked against their contracts and against each other's names by the solver."""

    households: pd.DataFrame
    places: pd.DataFrame
    scores: pd.DataFrame | None = None
    rules: pd.DataFrame | None = None
    practice: pd.DataFrame | None = None
    paths: Mapping[str, Path] = field(default_factory=dict)

    def located(self, fault: Fault) -> Fault:
        """Return a fault found between the tables with file and row of the first cell that holds its value."""
        for name in ("rules", "practice", "households", "places", "scores"):
            table = getattr(self, name)
            if fault.row is not None or table is None or fault.column not in table or fault.value is None:
                continue
            wanted = str(fault.value).split(":")[0].split(" at ")[0].split(" and ")[0]
            key = {"places": "place", "rules": "rule"}.get(name, "household")
            cells = [set(str(cell).split(";")) for cell in table[fault.column]]
            for row, (held, own) in enumerate(zip(cells, table[key].astype(str), strict=True)):
                if wanted in held or own == wanted:
                    first = 1 if str(self.paths.get(name, "")).endswith(".parquet") else 2
                    where = f"{self.paths[name]}: {fault.what}" if name in self.paths else fault.what
                    return replace(fault, row=row + first, what=where)
        return fault

    @property
    def given(self) -> dict[str, pd.DataFrame]:
        """The tables that are there, by name."""
        each = {name: getattr(self, name) for name in ("households", "places", "scores", "rules", "practice")}
        return {name: table for name, table in each.items() if table is not None}

    @property
    def stated(self) -> list[dict[str, Any]]:
        """The rules as their rows state them, with reason and source; empty cells are left out."""
        rows = [] if self.rules is None else self.rules.to_dict(orient="records")
        return [
            {
                str(name): cell.date().isoformat() if isinstance(cell, pd.Timestamp) else cell
                for name, cell in row.items()
                if not pd.isna(cell)
            }
            for row in rows
        ]

    @property
    def unknown_ties(self) -> list[str]:
        """Codes of ties that are no place of the table: a misspelling, or a place that takes nobody."""
        if "ties" not in self.households:
            return []
        cells = self.households["ties"].dropna()
        named = {code.strip() for cell in cells for code in str(cell).split(";") if code.strip()}
        return sorted(named - set(self.places["place"]))


def read_tables(
    households: Path,
    places: Path,
    scores: Path | None = None,
    rules: Path | None = None,
    practice: Path | None = None,
    *,
    locality: Locality | None = None,
) -> Tables:
    """Read one's own tables; scores may be long, or wide with one column per place."""
    paths = {"households": households, "places": places, "scores": scores, "rules": rules, "practice": practice}
    return Tables(
        files.read(households, "households", locality=locality),
        files.read(places, "places", locality=locality),
        None if scores is None else _read_scores(scores, locality),
        None if rules is None else files.read(rules, "rules", locality=locality),
        None if practice is None else files.read(practice, "practice", locality=locality),
        {name: path for name, path in paths.items() if path is not None},
    )


def named(by_place: pd.DataFrame, tables: Tables, locality: Locality | None = None) -> list[dict[str, Any]]:
    """Return one row per place with its name, where the table of places or the locality knows it."""
    names: dict[str, str] = {}
    if locality is not None:
        names = {code: locality.place_name(code) for code in by_place["place"] if code in locality.places}
    if "name" in tables.places:
        said = tables.places.dropna(subset="name")
        names |= dict(zip(said["place"].astype(str), said["name"].astype(str), strict=True))
    rows = by_place.to_dict(orient="records")
    return [{"name": names.get(str(row["place"]), ""), **{str(k): v for k, v in row.items()}} for row in rows]


def _read_scores(path: Path, locality: Locality | None) -> pd.DataFrame:
    """Read scores, long or wide; a wide table becomes long, so that one contract checks both."""
    raw = files.read_raw(path)
    raw = raw.reset_index() if raw.index.name == "household" else raw
    if "household" in raw.columns and "place" not in raw.columns and "score" not in raw.columns:
        raw = raw.melt(id_vars="household", var_name="place", value_name="score")
        return check(raw, "scores", where=f"{path} (wide, read as household, place, score)", locality=locality)
    return files.read(path, "scores", locality=locality)
