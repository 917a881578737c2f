"""Is this file a publisher's, as it was downloaded? Then it is read as what it says, in the columns of a contract."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from workbench.core.contracts.columns import Contract
from workbench.sources.containers import SEPARATORS, Cells, content, decoded, framed, refuse_markup, text_rows
from workbench.sources.publishers import arranged, jsonstat, recognised
from workbench.sources.publishers.cube import Cube, Grid
from workbench.sources.publishers.formats import ours
from workbench.sources.workbooks import sheet_rows

HEAD = 200_000
"""Characters by which a format is recognised."""


def published(
    path: Path, of: Contract, *, sheet: str = "", header: int = 0, choose: Mapping[str, str] | None = None
) -> Cells | None:
    """Return the cells of a publisher's file in the columns of a contract; None where it is no such file.

    Parameters
    ----------
    header
        Line that holds the column names, where lines stand above it; 0: found.
    choose
        What to take where two readings are possible, see :func:`workbench.sources.publishers.arranged`.
    """
    where, choose = str(path), choose or {}
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        name, rows = sheet_rows(path, sheet, of.name)
        wide = max(len(row) for _, row in rows)
        padded = [(line, row + [""] * (wide - len(row))) for line, row in rows]
        note = f"sheet '{name}' of the workbook is read"
        found = _tabular(Grid(padded, "\t", (note,)), of, where, choose, header)
        return found or framed(rows, where, "\t", [note], rows[0][0] + 1)
    text, notes = decoded(content(path), where)
    if jsonstat.is_jsonstat(text):
        return arranged(jsonstat.from_jsonstat(text, where), of, where, choose)
    refuse_markup(text, where)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if ours(_split(text[: text.find("\n")] if "\n" in text else text), of) and not header:
        return None
    mark = _separator(text)
    if mark is None:
        return None
    head = Grid(_head(text, mark), mark)
    whole = text.endswith("\n")
    if recognised(_trusted(head), of, where, choose, header) is None and not _ours_below(head, of, header):
        return None
    if mark != ",":
        notes.append(f"{SEPARATORS[mark]} stand between the columns")
    if not whole:
        notes.append("the last line does not end as lines do: see that the download was not cut off")
    return _tabular(Grid(text_rows(text, mark, where), mark, tuple(notes)), of, where, choose, header)


def _tabular(grid: Grid, of: Contract, where: str, choose: Mapping[str, str], header: int) -> Cells | None:
    cube: Cube | None = recognised(grid, of, where, choose, header)
    if cube is not None:
        return arranged(cube, of, where, choose)
    if (at := _ours_below(grid, of, header)) is None:
        return None
    line = grid.rows[at][0]
    note = f"the {at} line(s) above the header in row {line} are left out"
    return framed(grid.rows[at:], where, grid.separator, [*grid.notes, note], line + 1)


def _ours_below(grid: Grid, of: Contract, header: int) -> int | None:
    """Return which row below the first holds our own column names, None where none does."""
    rows = enumerate(grid.rows[:60])
    return next((at for at, (line, row) in rows if at and (not header or line == header) and ours(row, of)), None)


def _split(line: str) -> list[str]:
    mark = max(SEPARATORS, key=line.count)
    return [cell.strip().strip('"') for cell in line.lstrip("\ufeff").split(mark)]


def _separator(text: str) -> str | None:
    """Return the sign that stands between columns in most of the first lines, None where there is none."""
    lines = [line for line in text[:HEAD].split("\n")[:60] if line.strip()]
    if len(lines) < 2:
        return None
    count = {mark: sorted(line.count(mark) for line in lines)[len(lines) // 2] for mark in "\t;|,"}
    return next((mark for mark, each in count.items() if each), None)  # a comma only where there is no other


def _head(text: str, mark: str) -> list[tuple[int, list[str]]]:
    part = text[:HEAD]
    lines = part.split("\n")[:200]
    if len(text) > HEAD and len(lines) < 200:
        lines = lines[:-1]
    try:
        rows = list(csv.reader([line + "\n" for line in lines], delimiter=mark))
    except csv.Error:
        return []
    return [(at, row) for at, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]


def _trusted(head: Grid) -> Grid:
    """Return the first rows without the last, which may be cut by the end of what was looked at."""
    return Grid(head.rows[:-1] if len(head.rows) > 20 else head.rows, head.separator)
