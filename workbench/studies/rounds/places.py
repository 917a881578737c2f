"""What can a municipality take, by week, as its own workbook says; is it whole, and what would it change?"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from workbench.core.errors import DataError
from workbench.core.geography.places import Locality
from workbench.core.storage.files import replacing
from workbench.sources import files
from workbench.store import reservation
from workbench.store.database import Store

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
    try:
        return files.read(path, "weekly_places", locality=locality)
    except DataError as error:
        if preview is not None and error.faults and path.suffix.casefold() == ".xlsx":
            mark(path, preview, error)
        raise


def mark(path: Path, target: Path, error: DataError) -> None:
    """Write a copy of a workbook in which each bad cell is filled and says what is wrong with it."""
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = openpyxl.load_workbook(path)
    sheet = book["weekly_places"] if "weekly_places" in book.sheetnames else book.worksheets[0]
    rows = {fault.row for fault in error.faults if fault.row}
    above = range(1, min(rows, default=2))
    heading = next((r for r in above if "municipality" in [str(c.value or "").strip() for c in sheet[r]]), 1)
    columns = {str(cell.value or "").strip(): cell.column for cell in sheet[heading]}
    fill = PatternFill("solid", fgColor="FFD6CC")
    for fault in error.faults:
        cell = sheet.cell(fault.row or heading, columns.get(fault.column or "", 1))
        if not isinstance(cell, openpyxl.cell.cell.MergedCell):
            cell.fill, cell.comment = fill, Comment(fault.what, "workbench")
    with replacing(target) as partial:
        book.save(partial)


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
