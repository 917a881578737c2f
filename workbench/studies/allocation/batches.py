"""Which batches of households can be placed? Folders of tables, tables that somebody brings, and a made-up example."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from workbench.core.errors import DataError, nearest
from workbench.sources import files, localities, synthetic
from workbench.studies.allocation import outcome_scores, outcomes, placement
from workbench.studies.allocation.input.tables import Tables, read_tables

FOLDER = "WORKBENCH_BATCHES"
"""Environment variable that names the folder of batches, each a folder of tables; without it, there is the example."""
EXAMPLE = "example"
TABLES = ("households", "places", "scores", "rules", "practice", "outcomes", "wishes")
ENDINGS = (".csv", ".xlsx", ".parquet")
EXAMPLE_HOUSEHOLDS, EXAMPLE_PLACES = 120, 60


def folder() -> Path | None:
    """Return the folder of batches that the people who run this machine have named."""
    named = os.environ.get(FOLDER, "")
    return Path(named) if named else None


def names() -> list[str]:
    """Return the batches to choose from, the example last."""
    home = folder()
    found = [] if home is None or not home.is_dir() else [path for path in home.iterdir() if path.is_dir()]
    usable = [path.name for path in sorted(found) if file_of(path, "households") and file_of(path, "places")]
    return [*usable, EXAMPLE]


def load(name: str) -> Tables:
    """Return the tables of a batch, with scores where its folder has some or has counts of outcomes."""
    if name == EXAMPLE:
        return example()
    home = folder()
    if home is None or name not in names():
        raise DataError(f"there is no batch '{name}'", do=nearest(name, names()))
    return read({kind: path for kind in TABLES if (path := file_of(home / name, kind)) is not None})


def read(paths: Mapping[str, Path]) -> Tables:
    """Return the tables in these files, by what each is."""
    if lacking := [name for name in ("households", "places") if name not in paths]:
        raise DataError(
            f"the table of {lacking[0]} is missing",
            why="a batch needs households and places",
            do="bring both",
        )
    tables = read_tables(*(paths.get(name) for name in ("households", "places", "scores", "rules", "practice")))  # type: ignore[arg-type]
    if "outcomes" in paths and tables.scores is None:
        counted = outcomes.read(paths["outcomes"])
        tables, _ = outcome_scores.scored(tables, counted)
    return tables


def outcome_table(name: str, brought: Mapping[str, Path]) -> outcomes.OutcomeTable | None:
    """Return the counts of outcomes that came with a batch; None where none did."""
    home = folder()
    path = brought.get("outcomes") if brought else None if home is None else file_of(home / name, "outcomes")
    return None if path is None else outcomes.read(path)


def wishes(name: str, brought: Mapping[str, Path]) -> pd.DataFrame | None:
    """Return the wishes of households that came with a batch; None where none did."""
    home = folder()
    path = brought.get("wishes") if brought else None if home is None else file_of(home / name, "wishes")
    return None if path is None else files.read(path, "wishes")


def file_of(home: Path, kind: str) -> Path | None:
    """Return the file of a table in a batch's folder."""
    return next((home / f"{kind}{ending}" for ending in ENDINGS if (home / f"{kind}{ending}").is_file()), None)


def kind_of(name: str) -> str:
    """Return which table a file holds, by its name; '' where the name does not say.

    >>> kind_of("My households 2026.csv"), kind_of("notes.csv")
    ('households', '')
    """
    return next((kind for kind in TABLES if re.search(rf"(^|[^a-z]){kind}", name.casefold())), "")


def example() -> Tables:
    """Return made-up households and what large municipalities of Norway accepted: synthetic, about nobody."""
    home = localities.load("norway")
    parameters = localities.parameters(home)
    places = placement.accepted_places(home, parameters, year=2021, quarter=4)
    largest = places.sort_values(["capacity", "place"], ascending=[False, True]).head(EXAMPLE_PLACES)
    drawn = synthetic.households(
        EXAMPLE_HOUSEHOLDS,
        parameters=parameters,
        origin_population=localities.table(home, "origin_population"),
        day=placement.first_day(2021, 4),
        seed=1,
    )
    offered = {code for cell in largest["services"] for code in cell.split(";")}
    tables = Tables(drawn.households, largest.sort_values("place").reset_index(drop=True))
    asked = {code for cell in drawn.households["needs"].fillna("") for code in cell.split(";") if code}
    return tables if asked <= offered else replace(tables, places=places)
