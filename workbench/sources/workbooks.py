"""Which cells does a sheet of a workbook, or a Parquet file, hold?"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd

from workbench.core.errors import DataError
from workbench.sources.containers import CELLS, COLUMNS, Cells, framed

LARGEST = 500_000_000
"""The most bytes that the sheets of a workbook may hold when unpacked."""
FORMULA = re.compile(rb"[<:]f[\s/>]")


def from_workbook(path: Path, sheet: str = "", of: str = "") -> Cells:
    """Return the cells of a sheet, its first filled row as header; which sheet, see :func:`sheet_rows`."""
    name, held = sheet_rows(path, sheet, of)
    return framed(held, str(path), "\t", [f"sheet '{name}' of the workbook is read"], held[0][0] + 1)


def sheet_rows(path: Path, sheet: str = "", of: str = "") -> tuple[str, list[tuple[int, list[str]]]]:
    """Return a sheet's name and filled rows: that named, or called like the contract, or the only one."""
    import openpyxl  # only when a workbook is read

    where = str(path)
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size > LARGEST:
            raise DataError(
                f"the workbook unpacks to {size / 1e6:,.0f} MB", where=where,
                why=f"at most {LARGEST / 1e6:,.0f} MB are read", do="save the sheet as CSV (UTF-8)",
            )  # fmt: skip
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            names = book.sheetnames
            wanted = _sheet(names, sheet, of, where)
            rows = {name: _rows(book[name]) for name in ([wanted] if wanted else names) if hasattr(book[name], "rows")}
        finally:
            book.close()
        _refuse_formulas(path, rows)
    except DataError:
        raise
    except Exception as error:  # openpyxl raises whatever its parts do; each means the same to a reader
        raise DataError(
            "not a readable workbook", where=where, why=type(error).__name__, do="save it again as .xlsx or CSV"
        ) from error
    filled = {name: held for name, held in rows.items() if held}
    if len(filled) != 1:
        told = ", ".join(filled) if filled else "none of its sheets holds cells"
        raise DataError(
            "it is not clear which sheet is the table" if filled else "the workbook is empty",
            where=where, why=f"sheets with cells: {told}" if filled else told,
            do="name the sheet: --sheet NAME, or FILE.xlsx#NAME" if filled else "name another file",
        )  # fmt: skip
    return next(iter(filled.items()))


def _refuse_formulas(path: Path, rows: Mapping[str, list[tuple[int, list[str]]]]) -> None:
    """Refuse a formula whose value the file does not hold: a program wrote it and none has worked it out."""
    import openpyxl

    gaps = {name: {line for line, cells in held if not all(cells)} for name, held in rows.items()}
    if not any(gaps.values()) or not _may_hold_formulas(path):
        return
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        for name, lines in gaps.items():
            first, last = min(lines, default=1), max(lines, default=0)
            held = dict(rows[name])
            for row in book[name].iter_rows(min_row=first, max_row=last):
                for cell in row:
                    line, at = getattr(cell, "row", 0), getattr(cell, "column", 0)
                    value = held.get(line, [])[at - 1 : at] if line in lines else ["filled"]
                    if isinstance(cell.value, str) and cell.data_type == "f" and not any(value):
                        raise DataError(
                            f"row {line} holds a formula whose value is not in the file: {cell.value[:60]}",
                            where=str(path), why="its cell would be read as empty",
                            do="open the workbook in a spreadsheet program and save it, or save the sheet as CSV",
                        )  # fmt: skip
    finally:
        book.close()


def _may_hold_formulas(path: Path) -> bool:
    """Return whether a sheet has the tag of a formula, ``<f>`` or ``<x:f>``: to read all cells takes far longer."""
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            with packed.open(name) as sheet:
                before = b""
                while part := sheet.read(1 << 20):
                    if FORMULA.search(before + part):
                        return True
                    before = part[-2:]
    return False


def _sheet(names: Sequence[str], sheet: str, of: str, where: str) -> str:
    if sheet:
        found = [name for name in names if name.casefold() == sheet.casefold()]
        if not found:
            raise DataError(f"no sheet is called '{sheet}'", where=where, do=f"sheets: {', '.join(names[:10])}")
        return found[0]
    alike = [name for name in names if name.casefold().strip() == of.casefold()]
    return alike[0] if len(alike) == 1 else ""


def _rows(sheet: object) -> list[tuple[int, list[str]]]:
    """Return the filled rows with their numbers, all as wide as the header."""
    rows: list[tuple[int, list[str]]] = []
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):  # type: ignore[attr-defined]
        if len(row) > COLUMNS or number > 2_000_000:
            raise DataError("the sheet is too large", why=f"at most {COLUMNS:,} columns are read", do="save it as CSV")
        cells = [_text(cell) for cell in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            rows.append((number, cells + [""] * (len(rows[0][1]) - len(cells) if rows else 0)))
    return rows


def _text(cell: object) -> str:
    """Return a cell as a CSV file would hold it."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time().isoformat() == "00:00:00" else cell.isoformat(" ")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return str(cell)


def from_parquet(path: Path) -> Cells:
    """Return the cells of a Parquet file as they are typed; a named index is a column."""
    import pyarrow as pa  # only when such a file is read
    import pyarrow.parquet as pq

    try:
        told = pq.read_metadata(path)
        if told.num_columns > COLUMNS or told.num_columns * told.num_rows > CELLS:
            raise DataError(
                f"the file has {told.num_columns:,} columns and {told.num_rows:,} rows", where=str(path),
                why=f"at most {COLUMNS:,} columns and {CELLS:,} cells are read", do="split the table",
            )  # fmt: skip
        raw = pd.read_parquet(path)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DataError(
            "not a readable Parquet file", where=str(path), why=str(error)[:200], do="write it again"
        ) from error
    return Cells(raw.reset_index() if raw.index.name else raw.reset_index(drop=True), 1)
