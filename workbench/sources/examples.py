"""What does a table of a contract look like? A small example that keeps it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from workbench.core.contracts.checking import contract
from workbench.core.errors import DataError
from workbench.core.storage.shipped import path
from workbench.sources import localities

ROWS = 12
"""Rows taken of a shipped table, where a contract has no example of its own."""


def example(name: str) -> tuple[pd.DataFrame, str]:
    """Return an example table of a contract, every cell as text, and what it is: made up, or whose figures.

    Raises
    ------
    DataError
        If there is no contract of that name, or nothing ships that could serve as an example of it.
    """
    spec = contract(name)
    own = path("data") / "examples" / f"{name}.csv"
    if own.exists():
        return _as_text(own), "made up"
    for place in map(localities.load, localities.available()):
        for table in place.tables.values():
            if table.contract == spec.name and table.path.suffix == ".csv":
                return _as_text(table.path).head(ROWS), table.source.line()
    raise DataError(
        f"no example of '{name}' ships",
        why="no shipped table keeps this contract",
        do=f"workbench data list --as {name} tells its columns",
    )


def first_cells(name: str) -> dict[str, str]:
    """Return for each column of a contract's example the first cell that is not empty."""
    try:
        table, _ = example(name)
    except DataError:
        return {}
    return {str(column): next((cell for cell in table[column] if cell), "") for column in table}


def _as_text(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype="string", keep_default_na=False)
