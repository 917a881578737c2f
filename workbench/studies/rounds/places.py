"""What can a municipality take, by week, as its own workbook says; is it whole, and what would it change?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core.errors import DataError, Fault
from workbench.core.geography.places import Locality
from workbench.core.storage.files import replacing
from workbench.sources import files
from workbench.store import reservation
from workbench.store.database import Store

HIGHEST = 100
"""Rows in which the heading of a workbook is looked for."""
COLUMNS = ("municipality", "year", "week", "kind", "places", "services")


def write_template(target: Path) -> Path:
    """Write an empty workbook with a heading; a note on each says what its column holds."""
    import xlsxwriter

    from workbench.core.contracts.checking import contract

    told = contract("weekly_places")
    with replacing(target) as partial, xlsxwriter.Workbook(str(partial), {"in_memory": True}) as book:
        sheet = book.add_worksheet("weekly_places")
        text = book.add_format({"num_format": "@"})
        sheet.set_column(0, 0, 14, text)  # codes keep their leading zero
        for at, name in enumerate(COLUMNS):
            sheet.write_string(0, at, name)
            sheet.write_comment(0, at, getattr(told.column(name), "description", ""))
    return target


def read_places(path: Path, locality: Locality, preview: Path | None = None) -> pd.DataFrame:
    """Return a municipality's places, checked; with a preview, bad cells are marked in a copy of its workbook.

    Raises
    ------
    DataError
        With every fault by row and column.
    """
    book = path.suffix.casefold() == ".xlsx"
    try:
        table = files.read(path, "weekly_places", locality=locality)
        error = DataError("the workbook cannot be read as it is", where=str(path), why="nothing was written")
    except DataError as refused:
        if not book or not refused.faults:
            raise
        error = refused
    merged = _merged(path) if book else []
    if not merged and not error.faults:
        return table
    at = {(fault.row, fault.column) for fault in merged}
    faults = [*merged, *(fault for fault in error.faults if (fault.row, fault.column) not in at)]
    told = DataError(error.what, where=error.where, why=error.why, do=error.do, faults=faults)
    if preview is not None:
        mark(path, preview, told)
    raise told


def mark(path: Path, target: Path, error: DataError) -> None:
    """Write a copy of a workbook in which each bad cell is filled and says what is wrong with it."""
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = openpyxl.load_workbook(path)
    sheet = _sheet(book)
    heading, columns = _heading(sheet)
    fill = PatternFill("solid", fgColor="FFD6CC")
    for fault in error.faults:
        cell = sheet.cell(fault.row or heading, columns.get(fault.column or "", 1))
        if isinstance(cell, openpyxl.cell.cell.MergedCell):
            spans = next(each for each in sheet.merged_cells.ranges if cell.coordinate in each)
            cell = sheet.cell(spans.min_row, spans.min_col)
        cell.fill, cell.comment = fill, Comment(fault.what, "workbench")
    with replacing(target) as partial:
        book.save(partial)


def _merged(path: Path) -> list[Fault]:
    """Return a fault for each cell below the heading that is empty because it is merged with another.

    Only the first cell of a merged range holds a value: the others would be read as not filled in.
    """
    import openpyxl

    sheet = _sheet(openpyxl.load_workbook(path))
    heading, columns = _heading(sheet)
    names = {column: name for name, column in columns.items() if name in COLUMNS}
    return [
        Fault(f"the cell is merged with {spans.coord.split(':')[0]}; write the value in each row", row, names[column])
        for spans in sheet.merged_cells.ranges
        for row, column in sorted(spans.cells)
        if row > heading and column in names and (row, column) != (spans.min_row, spans.min_col)
    ]


def _sheet(book: Any) -> Any:
    return book["weekly_places"] if "weekly_places" in book.sheetnames else book.worksheets[0]


def _heading(sheet: Any) -> tuple[int, dict[str, int]]:
    """Return the row of the heading, below whatever notes stand above it, and the column of each of its names."""
    rows = range(1, min(sheet.max_row, HIGHEST) + 1)
    heading = next((r for r in rows if "municipality" in [str(c.value or "").strip() for c in sheet[r]]), 1)
    return heading, {str(cell.value or "").strip(): cell.column for cell in sheet[heading]}


def keep(store: Store, table: pd.DataFrame, *, who: str, write: bool) -> list[str]:
    """Return what a table of places changes, a line each; write all of it, or nothing unless asked to."""
    changes = []
    with store.writing() as connection:
        for row in table.to_dict("records"):
            kind = "all" if pd.isna(row.get("kind")) else str(row["kind"])
            at = (str(row["municipality"]), int(row["year"]), int(row["week"]))
            before = reservation.places(connection, *at, kind)
            if before != int(row["places"]):
                was = "none" if before is None else str(before)
                changes.append(f"{at[0]}, week {at[2]} of {at[1]} ({kind}): {was} to {int(row['places'])} places")
            if write:
                reservation.offer(connection, *at, int(row["places"]), kind=kind, who=who)
        if "services" in table:
            for place, cells in table.dropna(subset="services").groupby("municipality")["services"]:
                named = sorted({part.strip() for cell in cells for part in str(cell).split(";") if part.strip()})
                if named != reservation.services(connection, str(place)):
                    changes.append(f"{place}: services {'; '.join(named)}")
                    if write:
                        reservation.set_services(connection, str(place), named, who=who)
    return changes
