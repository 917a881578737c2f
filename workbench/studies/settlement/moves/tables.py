"""What does a table of moves teach, and does the model of moves foresee pairs and places that it has not seen?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.dates.rhythm import Rhythm, rhythm_of
from workbench.core.errors import AssumptionError, DataError, Fault, nearest
from workbench.core.geography.places import Locality
from workbench.core.runs.provenance import Source
from workbench.models.moves import contest, gravity
from workbench.models.moves.flows import Flows, flows
from workbench.models.moves.gravity import GravityFit
from workbench.sources import files, localities
from workbench.studies.settlement.table.data import great_circle, places_array

CONTRACT, PLACES = "moves", "municipalities"
EVERYBODY = (
    "These are moves of everybody. Whether newcomers choose as everybody does is an assumption, until a table of their "
    "own moves is given."
)


@dataclass(frozen=True)
class MoveTable:
    """Moves between the places of a locality, ready to be learnt from."""

    flows: Flows
    rhythm: Rhythm
    periods: tuple[int, ...]
    persons: int
    notes: tuple[str, ...]
    sources: tuple[Source, ...]
    names: dict[str, str]


@dataclass(frozen=True)
class MovesLearnt:
    """The fitted model with what the contest on held-out moves found (None if it was not held)."""

    table: MoveTable
    fit: GravityFit
    contest: pd.DataFrame | None


def read_moves(
    *, locality: str | Path = "denmark", file: str | Path | None = None, age: str = "", group: str = ""
) -> MoveTable:
    """Return the moves of a locality, or of a file of one's own between its places, checked against their population.

    Parameters
    ----------
    age, group
        Only these; all together by default.
    """
    home = localities.load(locality, "settlement")
    if file is None and CONTRACT not in home.tables:
        raise DataError(
            f"the locality '{home.id}' has no table of moves",
            why="none is published for it, or none ships",
            do="give your own: --data FILE (period, origin, destination, persons[, age, group, …]), or --locality "
            "denmark",
        )
    table = localities.table(home, CONTRACT) if file is None else files.read(file, CONTRACT, locality=home)
    where = str(file) if file is not None else f"{home.id}/{CONTRACT}"
    table = table.astype({"origin": str, "destination": str, "persons": float})
    for name, wanted in (("age", age), ("group", group)):
        if wanted:
            table = _only(table, name, wanted, where)
    rhythm = rhythm_of(table["period"], where)
    periods = tuple(sorted({rhythm.number(period) for period in table["period"]}))
    _whole(periods, rhythm, where)
    population = _population(home)
    _possible(table, population, len(periods) / rhythm.each_year, where)
    codes = tuple(sorted(home.places))
    at = {code: index for index, code in enumerate(codes)}
    moved = np.zeros((len(codes), len(codes)))
    np.add.at(moved, (table["origin"].map(at).to_numpy(), table["destination"].map(at).to_numpy()), table["persons"])
    places = [home.places[code] for code in codes]
    if any(place.lon is None or np.isnan(place.lon) for place in places):
        raise DataError(
            f"places of the locality '{home.id}' have no position",
            why="moves are explained by distance",
            do="add lon and lat to its table of places",
        )
    km = great_circle(places_array(places), places_array(places))
    counties = tuple(place.parent or "" for place in places)
    found = flows(codes, population.reindex(codes).to_numpy(float), km, moved, counties)
    few = sum(1 for index in range(len(codes)) if moved[index].sum() == 0)
    notes = [EVERYBODY] if not group and "group" not in table else []
    if few:
        notes.append(f"From {few} places nobody moved in the table: they are taken to have had no movers.")
    source = home.tables[CONTRACT].source if file is None else Source("your own file", Path(where).name, "not stated")
    return MoveTable(
        found, rhythm, periods, int(table["persons"].sum()), tuple(notes), (source,), dict(home.names())
    )  # fmt: skip


def learn_moves(table: MoveTable, *, folds: int = 5, seed: int = 1, held: bool = True) -> MovesLearnt:
    """Return the model fitted to all moves, and how it does on held-out pairs and places if ``held``."""
    if folds < 2:
        raise AssumptionError(f"{folds} folds", why="something must be left to learn from", do="take 2 or more")
    found = contest.contest(table.flows, folds=folds, seed=seed) if held else None
    return MovesLearnt(table, gravity.fit(table.flows), found)


def expected(learnt: MovesLearnt) -> pd.DataFrame:
    """Return moved and expected persons of every pair: columns origin, destination, km, persons, expected."""
    pairs, codes = learnt.table.flows, np.array(learnt.table.flows.places)
    return pd.DataFrame(
        {
            "origin": codes[pairs.origin],
            "destination": codes[pairs.destination],
            "km": pairs.km[pairs.origin, pairs.destination].round(1),
            "persons": pairs.persons.astype(int),
            "expected": learnt.fit.expected().round(2),
        }
    )


def _only(table: pd.DataFrame, name: str, wanted: str, where: str) -> pd.DataFrame:
    if name not in table:
        raise DataError(f"the table of moves has no column '{name}'", where=where, do=f"leave '{wanted}' out")
    known = sorted(table[name].dropna().unique())
    if wanted not in known:
        raise DataError(f"no moves of {name} '{wanted}'", where=where, do=nearest(wanted, known))
    return table[table[name] == wanted]


def _whole(periods: tuple[int, ...], rhythm: Rhythm, where: str) -> None:
    if periods[-1] >= rhythm.holding(datetime.now(UTC)):
        raise DataError(
            f"{rhythm.label(periods[-1])} has not ended",
            where=where,
            why=f"the moves of a part of a {rhythm.name} would count as those of the whole",
            do=f"leave the {rhythm.name} out",
        )


def _population(home: Locality) -> pd.Series:
    known = localities.table(home, PLACES) if PLACES in home.tables else pd.DataFrame()
    if "population" not in known:
        raise DataError(
            f"the locality '{home.id}' has no population of its places",
            why="moves grow with the size of both places",
            do=f"add a column 'population' to its table '{PLACES}'",
        )
    return known.set_index("municipality")["population"].astype(float)


def _possible(table: pd.DataFrame, population: pd.Series, years: float, where: str) -> None:
    """Refuse moves from a place to itself, and more movers in a year than there are persons."""
    faults = [
        Fault("origin and destination are the same place", column="destination", value=code)
        for code in sorted(set(table.loc[table["origin"] == table["destination"], "origin"]))
    ]
    for end in ("origin", "destination"):
        sums = table.groupby(end)["persons"].sum() / max(years, 1e-9)
        over = sums[sums > population.reindex(sums.index)]
        faults += [
            Fault(
                f"{persons:,.0f} persons a year, more than live there",
                column=end,
                value=str(code),
                allowed=f"at most {population[str(code)]:,.0f}",
            )
            for code, persons in over.items()
        ]
    if faults:
        raise DataError(
            "the table of moves cannot be right",
            where=where,
            why="persons would be counted twice, or stay where they are",
            do="look for sums among the rows, persons counted at each age and once more in all, or moves within a "
            "place",
            faults=faults,
        )
