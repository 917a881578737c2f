"""What can a municipality take, by week and in which dwellings, as its own workbook says; what would it change?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core.errors import DataError, Fault
from workbench.core.geography.places import Locality
from workbench.core.storage.files import write_bytes
from workbench.sources import files
from workbench.store import dwellings, reservation
from workbench.store.database import Store

HIGHEST = 100
"""Rows in which the heading of a workbook is looked for."""
SHEETS = {
    "weekly_places": ("municipality", "year", "week", "kind", "places", "services"),
    "dwellings": ("municipality", "dwelling", "bedrooms", "step_free", "free_from"),
}


def write_template(target: Path) -> Path:
    """Write an empty workbook, a sheet for weeks and one for dwellings; a note on each heading says what it holds."""
    import xlsxwriter

    from workbench.core.contracts.checking import contract

    held = BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        text = book.add_format({"num_format": "@"})
        for name, columns in SHEETS.items():
            sheet, told = book.add_worksheet(name), contract(name)
            sheet.set_column(0, 1 if name == "dwellings" else 0, 14, text)  # codes keep their leading zero
            for at, column in enumerate(columns):
                sheet.write_string(0, at, column)
                sheet.write_comment(0, at, getattr(told.column(column), "description", ""))
    return write_bytes(target, held.getvalue())


@dataclass(frozen=True)
class Told:
    """What a municipality's file says: places by week, and dwellings; None where it says nothing of them."""

    weeks: pd.DataFrame | None
    dwellings: pd.DataFrame | None


def read_places(path: Path, locality: Locality, preview: Path | None = None) -> Told:
    """Return a municipality's places and dwellings, checked; with a preview, bad cells are marked in a copy.

    A workbook's sheet 'dwellings' holds dwellings; a CSV with a column 'dwelling' does too.

    Raises
    ------
    DataError
        With every fault by row and column.
    """
    read: dict[str, pd.DataFrame] = {}
    refused: dict[str, DataError] = {}
    for name in _held(path):
        try:
            read[name] = _read(path, name, locality)
        except DataError as error:
            if path.suffix.casefold() != ".xlsx" or not error.faults:
                raise
            refused[name] = error
    if refused:
        if preview is not None:
            mark(path, preview, refused)
        if set(refused) == {"weekly_places"}:
            raise refused["weekly_places"]
        faults = [
            replace(fault, what=fault.what if name == "weekly_places" else f"sheet '{name}': {fault.what}")
            for name, error in refused.items()
            for fault in error.faults
        ]
        what = f"the workbook cannot be read as it is: {len(faults)} fault{'s' * (len(faults) > 1)}"
        raise DataError(what, where=str(path), why="nothing was written", do="mend the cells named", faults=faults)
    return Told(read.get("weekly_places"), read.get("dwellings"))


def _held(path: Path) -> tuple[str, ...]:
    """Return which of the two tables a file holds."""
    if path.suffix.casefold() != ".xlsx":
        try:
            first = path.read_text(encoding="utf-8-sig", errors="replace").split("\n", 1)[0]
        except OSError:
            return ("weekly_places",)  # reading it says what is wrong
        return ("dwellings",) if re.search(r"\bdwelling\b", first) else ("weekly_places",)
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=False)
    except Exception:  # openpyxl raises whatever its parts do; reading the table says so in a sentence
        return ("weekly_places",)
    filled = [
        sheet.title
        for sheet in book.worksheets
        if any(any(row) for row in sheet.iter_rows(min_row=2, values_only=True))
    ]
    other = [name for name in filled if name != "dwellings"]
    return (
        *(("weekly_places",) if other or "dwellings" not in filled else ()),
        *(n for n in filled if n == "dwellings"),
    )


def _read(path: Path, name: str, locality: Locality) -> pd.DataFrame:
    """Return one of the two tables; of a workbook, merged cells are faults too."""
    if path.suffix.casefold() != ".xlsx":
        return files.read(path, name, locality=locality)
    try:
        table = files.read(path, name, locality=locality, sheet=_name(path, name))
        error = DataError("the workbook cannot be read as it is", where=str(path), why="nothing was written")
    except DataError as refused:
        if not refused.faults:
            raise
        error = refused
    merged = _merged(path, name)
    if not merged and not error.faults:
        return table
    at = {(fault.row, fault.column) for fault in merged}
    faults = [*merged, *(fault for fault in error.faults if (fault.row, fault.column) not in at)]
    raise DataError(error.what, where=error.where, why=error.why, do=error.do, faults=faults)


def mark(path: Path, target: Path, refused: Mapping[str, DataError]) -> None:
    """Write a copy of a workbook in which each bad cell is filled and says what is wrong with it."""
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = openpyxl.load_workbook(path)
    fill = PatternFill("solid", fgColor="FFD6CC")
    for name, error in refused.items():
        sheet = _sheet(book, name)
        heading, columns = _heading(sheet)
        for fault in error.faults:
            cell = sheet.cell(fault.row or heading, columns.get(fault.column or "", 1))
            if isinstance(cell, openpyxl.cell.cell.MergedCell):
                spans = next(each for each in sheet.merged_cells.ranges if cell.coordinate in each)
                cell = sheet.cell(spans.min_row, spans.min_col)
            cell.fill, cell.comment = fill, Comment(fault.what, "workbench")
    held = BytesIO()
    book.save(held)
    write_bytes(target, held.getvalue())


def _merged(path: Path, name: str) -> list[Fault]:
    """Return a fault for each cell below the heading that is empty because it is merged with another.

    Only the first cell of a merged range holds a value: the others would be read as not filled in.
    """
    import openpyxl

    sheet = _sheet(openpyxl.load_workbook(path), name)
    heading, columns = _heading(sheet)
    names = {at: column for column, at in columns.items() if column in SHEETS[name]}
    return [
        Fault(f"the cell is merged with {spans.coord.split(':')[0]}; write the value in each row", row, names[column])
        for spans in sheet.merged_cells.ranges
        for row, column in sorted(spans.cells)
        if row > heading and column in names and (row, column) != (spans.min_row, spans.min_col)
    ]


def _name(path: Path, name: str) -> str:
    """Return the sheet that holds a table: that of its name; of the weeks else the only other one that is filled."""
    import openpyxl

    sheets = openpyxl.load_workbook(path, read_only=True).sheetnames
    other = [each for each in sheets if each != "dwellings"]
    return name if name in sheets else other[0] if len(other) == 1 else ""


def _sheet(book: Any, name: str) -> Any:
    if name in book.sheetnames:
        return book[name]
    return next((sheet for sheet in book.worksheets if sheet.title != "dwellings"), book.worksheets[0])


def _heading(sheet: Any) -> tuple[int, dict[str, int]]:
    """Return the row of the heading, below whatever notes stand above it, and the column of each of its names."""
    rows = range(1, min(sheet.max_row, HIGHEST) + 1)
    heading = next((r for r in rows if "municipality" in [str(c.value or "").strip() for c in sheet[r]]), 1)
    return heading, {str(cell.value or "").strip(): cell.column for cell in sheet[heading]}


def keep(store: Store, told: Told, *, who: str, write: bool) -> list[str]:
    """Return what a municipality's file changes, a line each; write all of it, or nothing unless asked to.

    The dwellings of a municipality in the file are its whole list: one that is missing there leaves the list, unless
    somebody lives in it or it is held for a household.
    """
    changes: list[str] = []
    with store.writing() as connection:
        if told.weeks is not None:
            changes += _keep_weeks(connection, told.weeks, who, write)
        if told.dwellings is not None:
            changes += _keep_dwellings(connection, told.dwellings, who, write)
    return changes


def _keep_weeks(connection: Any, table: pd.DataFrame, who: str, write: bool) -> list[str]:
    changes = []
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


def _keep_dwellings(connection: Any, table: pd.DataFrame, who: str, write: bool) -> list[str]:
    changes = []
    for place, rows in table.groupby("municipality", sort=True):
        known = {each.code: each for each in dwellings.listed(connection, str(place)).get(str(place), [])}
        given = {each.code: each for each in map(_dwelling, rows.to_dict("records"))}
        for code, each in given.items():
            stands = known.get(code)
            if stands is None or stands.said != each.said:
                changes.append(f"{place}, dwelling {code}: {stands.said if stands else 'none'} to {each.said}")
                if write:
                    dwellings.keep(connection, str(place), each, who=who)
        for code, each in known.items():
            if code not in given and not each.occupied:
                changes.append(f"{place}, dwelling {code}: leaves the list")
                if write:
                    dwellings.drop(connection, str(place), code, who=who)
    return changes


def _dwelling(row: Mapping[Any, Any]) -> dwellings.Dwelling:
    without, day = row.get("step_free"), row.get("free_from")
    return dwellings.Dwelling(
        str(row["dwelling"]),
        int(row["bedrooms"]),
        None if without is None or pd.isna(without) else without == "yes",
        None if day is None or pd.isna(day) else pd.Timestamp(day).date(),
    )
