"""Which plan does a report print? That of one's own tables, which is not saved, or that of synthetic households.

Households are personal data: their plan lies in the report that was asked for, and nowhere else.
"""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core.errors import DataError
from workbench.core.geography.places import Locality
from workbench.core.runs.provenance import RunStore, Source, Vintage, caveat, fingerprint
from workbench.core.runs.scenario import Scenario
from workbench.sources import localities
from workbench.studies.allocation import placement
from workbench.studies.allocation.input import attributes
from workbench.studies.allocation.input.tables import Tables, read_tables
from workbench.studies.allocation.placement import (
    STUDY,
    AllocationResult,
    allocate,
    assumed,
    norwegian_weights,
    weights_of,
)

CASE = "case"
LIMIT = 60.0
"""Seconds after which the best plan so far is reported with its certified gap."""
MATCHED = (
    caveat("The score is needs-and-ties matching, a choice of values, not an outcome that was measured."),
    caveat("The score counts each adult once, or everybody in a household without adults; children add no weight."),
)
GIVEN = (caveat("The scores are those of the table that was given; this program did not check what they measure."),)
MATCHING = ("matching_weight", "tie_distance_km", "same_county", "nothing_known")
"""Parameters of needs-and-ties matching."""


def study(
    *,
    own_households: str | Path = "",
    own_places: str | Path = "",
    own_scores: str | Path = "",
    own_rules: str | Path = "",
    own_locality: str | Path = "",
    edition: str = "public",
    locality: str | Path = "norway",
    year: int = 2021,
    quarter: int = 4,
    households: int = 400,
    seed: int = 1,
    gap: float = 0.0005,
    runs: str | Path | None = None,
) -> AllocationResult:
    """Return the plan of one's own tables if any is named, else of a quarter's synthetic households.

    Parameters
    ----------
    own_households, own_places, own_scores, own_rules
        Tables as `workbench allocate` takes them; without scores, needs-and-ties matching.
    own_locality
        Whose municipalities the places are; empty means any places.
    edition
        For whom the report is: only ``case`` may show real households.
    locality, year, quarter, households, runs
        See :func:`workbench.studies.allocation.placement.study`.

    Raises
    ------
    DataError
        If another edition of one's own households is asked for, or one of the two tables is missing.
    """
    if not any((own_households, own_places, own_scores, own_rules, own_locality)):
        return placement.study(
            locality=locality, year=year, quarter=quarter, households=households, seed=seed, gap=gap, runs=runs
        )
    if not own_households or not own_places:
        raise DataError("a plan of your own needs both tables", do="give own_households=FILE and own_places=FILE")
    if edition != CASE:
        raise DataError(
            f"no {edition} edition of your own households",
            why="a plan of real households counts few persons in most places, and names who they are",
            do="add edition=case for those who decide; `report build round` has a municipality's own edition",
        )
    home = localities.load(own_locality, "allocation") if own_locality else None
    scored, ruled = (Path(path) if path else None for path in (own_scores, own_rules))
    tables = read_tables(Path(own_households), Path(own_places), scored, ruled, locality=home)
    return _own(tables, home, gap=gap, seed=seed)


def _own(tables: Tables, home: Locality | None, *, gap: float, seed: int) -> AllocationResult:
    if home is not None:
        attributes.require_listed(tables, home, fitted=False)
    weights = weights_of(home) or norwegian_weights()
    stated = home if weights_of(home) is not None and home is not None else localities.load("norway")
    own = tables.scores is None

    plan = allocate(tables, gap=gap, time_limit=LIMIT, weights=weights)
    told = {name: value for name, value in plan.to_json_dict().items() if not isinstance(value, list)}
    settings = {"gap": gap, "time_limit": LIMIT, "matching": asdict(weights) if own else None}
    scenario = Scenario(home.id if home else "", "", seed, settings=settings)
    inputs = tuple(_vintage(name, table, tables) for name, table in tables.given.items())
    caveats = MATCHED if own else GIVEN
    with tempfile.TemporaryDirectory() as folder:  # of a run the record alone is wanted, and that names nobody
        run = RunStore(Path(folder)).get_or_run(
            STUDY, scenario.to_dict(), inputs, lambda _: told, caveats, seconds_before=plan.seconds
        )
    used = assumed(localities.parameters(stated), date.max, MATCHING) if own else pd.DataFrame()
    return AllocationResult(
        record=run.record,
        plan=plan,
        households=tables.households,
        places=_located(tables.places, home),
        assumptions=used,
        sources=tuple(vintage.source for vintage in inputs),
        synthetic=False,
        rules=tuple(tables.stated),
    )


def _vintage(name: str, table: pd.DataFrame, tables: Tables) -> Vintage:
    title = tables.paths[name].name if name in tables.paths else name
    return Vintage(name, Source("own table", title, "not published"), "", fingerprint(table))


def _located(places: pd.DataFrame, home: Locality | None) -> pd.DataFrame:
    """Return places with name, county and position: their own columns first, then what the locality knows."""
    table = places.copy()
    for column in ("name", "county", "lon", "lat"):
        known = table[column] if column in table else pd.Series(pd.NA, index=table.index, dtype="object")
        table[column] = known.where(known.notna(), table["place"].map(_of(home, column)))
    table["name"] = table["name"].where(table["name"].notna(), table["place"])
    return table.assign(**{axis: pd.to_numeric(table[axis]) for axis in ("lon", "lat")})


def _of(home: Locality | None, column: str) -> dict[str, Any]:
    if home is None:
        return {}
    named = "parent" if column == "county" else column
    return {code: getattr(place, named) or None for code, place in home.places.items()}
