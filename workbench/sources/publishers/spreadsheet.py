"""What does a sheet of Eurostat's spreadsheet say? Its slice stands above the table, flags beside the figures.

References
----------
Eurostat, "Data browser: spreadsheet (xlsx)".
"""

from __future__ import annotations

import re

import pandas as pd

from workbench.core.contracts.cells import composed
from workbench.core.errors import DataError
from workbench.sources.publishers.cube import EUROSTAT, WITHHELD, Cube, Grid
from workbench.sources.publishers.times import period

NAME = "Eurostat spreadsheet"
ABOVE = 60
"""The most rows above the table that are looked at."""
CORNER = re.compile(r"(.+?)\s*\((labels|codes)\)", re.I)


def at_time(grid: Grid) -> int | None:
    """Return which row begins with ``TIME`` and is followed by periods, None where none does."""
    for at, (_, row) in enumerate(grid.rows[:ABOVE]):
        filled = [composed(cell) for cell in row if cell.strip()]
        if len(filled) > 1 and filled[0].upper() == "TIME" and all(period(name) for name in filled[1:]):
            return at
    return None


def from_sheet(grid: Grid, at: int, where: str) -> Cube:
    """Return the observations of a sheet; what it is a slice of stands as one value in each row.

    Parameters
    ----------
    at
        Row of ``TIME``, see :func:`at_time`.
    """
    _, times = grid.rows[at]
    corner = [composed(cell) for cell in grid.rows[at + 1][1]] if len(grid.rows) > at + 1 else []
    named = [(match[1], column) for column, cell in enumerate(corner) if (match := CORNER.fullmatch(cell))]
    columns = {column: found for column, cell in enumerate(times) if column and (found := period(composed(cell)))}
    if not named or not columns:
        raise DataError("the sheet has no names of rows under 'TIME'", where=where, do="download the file again")
    constant = dict(pair for _, row in grid.rows[:at] if (pair := _said(row)) is not None)
    first = min(columns)
    rows, lines, flagged = [], [], 0
    for line, cells in grid.rows[at + 2 :]:
        keys = [composed(cells[column]) if column < len(cells) else "" for _, column in named]
        if not all(keys) or not any(cell.strip() for cell in cells[first:]) or keys[0] == ":":
            break
        for column, month in columns.items():
            beside = cells[column + 1].strip() if column + 1 not in columns and column + 1 < len(cells) else ""
            figure = cells[column].strip() if column < len(cells) else ""
            flagged += bool(beside)
            rows.append([*keys, month, ": c" if figure in ("", ":") and "c" in beside else figure])
            lines.append(line)
    names = [name for name, _ in named]
    frame = pd.DataFrame(rows, columns=[*names, "time", "value"], dtype="string")
    frame.index = pd.Index(lines, dtype="int64")
    for name, value in constant.items():
        if name not in frame:
            frame.insert(len(names), name, pd.Series(value, index=frame.index, dtype="string"))
    notes = [*grid.notes, *([f"{flagged:,} flags beside figures are left out"] if flagged else [])]
    marks = {**EUROSTAT, ": c": WITHHELD}
    return Cube(NAME, frame, ("value",), marks=marks, notes=tuple(notes))


def _said(row: list[str]) -> tuple[str, str] | None:
    """Return what a row above the table says of the slice, as ``("Country of citizenship", "Total")``."""
    filled = [composed(cell) for cell in row if cell.strip()]
    if (
        len(filled) != 2
        or filled[0].endswith(":")
        or filled[0].lower().startswith(("dataset", "last updated", "data "))
    ):
        return None
    return re.sub(r"\s*\[\w+\]$", "", filled[0]), re.sub(r"\s*\[\w+\]$", "", filled[1])
