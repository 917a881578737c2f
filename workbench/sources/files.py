"""Read one's own tables from CSV, workbooks or Parquet, and write results, whole or not at all."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from workbench.core.cells import FORMULA
from workbench.core.errors import DataError, TableNotice
from workbench.core.files import replacing
from workbench.core.places import Locality
from workbench.core.tables import Contract, contract, kept, look
from workbench.sources.containers import WHY, Cells, separated
from workbench.sources.workbooks import from_parquet, from_workbook

SPREADSHEETS = (".xls", ".xlsb", ".ods", ".numbers")


def read(path: Path | str, of: Contract | str, *, locality: Locality | None = None, sheet: str = "") -> pd.DataFrame:
    """Return the table in a file, checked against its contract and typed; what was made of the file is a warning.

    Parameters
    ----------
    sheet
        Sheet of a workbook; it may also stand in the path, as ``book.xlsx#households``.

    Raises
    ------
    DataError
        If the file is no table, or with every fault of its cells.
    """
    of = contract(of) if isinstance(of, str) else of
    cells = opened(path, of.name, sheet)
    with enough_memory(path):
        seen = look(cells.frame, of, locality=locality, first_row=cells.first_row, comma=cells.comma)
    tell(path, (*cells.notes, *seen.notes))
    return kept(seen, of, str(path))


def tell(path: Path | str, notes: Collection[str]) -> None:
    """Say what was made of a file that is not written as its contract is; each sentence once a command."""
    for note in notes:
        warnings.warn(TableNotice(f"{path}: {note}"), stacklevel=2)


def opened(path: Path | str, of: str = "", sheet: str = "") -> Cells:
    """Return the cells of a file, whatever holds them: the one door for every table of one's own."""
    path, sheet = _sheet_in(Path(path), sheet)
    if not path.exists():
        raise DataError("no such file", where=str(path), do="check the path")
    if not path.is_file():
        raise DataError("this is a folder, not a table", where=str(path), do="name the file in it")
    ending = path.suffix.lower()
    if ending in SPREADSHEETS:
        raise DataError(
            "only .xlsx spreadsheets are read", where=str(path), why=WHY, do="save it as .xlsx or as CSV (UTF-8)"
        )
    with enough_memory(path):
        if ending == ".parquet":
            return from_parquet(path)
        if ending in (".xlsx", ".xlsm"):
            return from_workbook(path, sheet, of)
        return separated(path)


def _sheet_in(path: Path, sheet: str) -> tuple[Path, str]:
    file, mark, named = path.name.rpartition("#")
    if mark and not path.exists() and Path(file).suffix.lower() in (".xlsx", ".xlsm"):
        return path.with_name(file), sheet or named
    return path, sheet


@contextmanager
def enough_memory(path: Path | str) -> Iterator[None]:
    """Turn a lack of memory into a fault that says what to do."""
    try:
        yield
    except MemoryError as error:
        raise DataError(
            "the table does not fit into this machine's memory",
            where=str(path),
            why="nothing was read or written",
            do="add the rows up, leave out columns that are not needed, or use a larger machine",
        ) from error


def numbered(path: Path | str) -> tuple[pd.DataFrame, int]:
    """Return the cells of a file, and on which row of it index 0 stands: a Parquet file has no header line."""
    cells = opened(path)
    return cells.frame, cells.first_row


def read_raw(path: Path | str) -> pd.DataFrame:
    """Return the cells of a CSV file as text, or a Parquet file as it is typed."""
    return opened(path).frame


def write(table: pd.DataFrame, path: Path | str) -> Path:
    """Write a table as CSV or, by its ending, Parquet; an earlier good file stays until the new one is whole."""
    path = writable(path)
    with replacing(path) as partial:
        put(table, partial)
    return path


def put(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV or, by its ending, Parquet, just here."""
    if path.suffix.lower() == ".parquet":
        table.to_parquet(path, index=False)
    else:
        unarmed(table).to_csv(path, index=False, lineterminator="\n")


def unarmed(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which no text is run as a formula when a spreadsheet opens it: an apostrophe stands before."""
    armed = {}
    for name in table.columns[~table.columns.duplicated()]:
        cells = table[name]
        if not (cells.dtype == object or isinstance(cells.dtype, pd.StringDtype)):
            continue
        odd = cells.map(lambda cell: isinstance(cell, str) and bool(re.fullmatch(FORMULA, cell.lstrip()))).astype(bool)
        if odd.any():
            armed[name] = cells.where(~odd, "'" + cells.astype("string").astype(object))
    return table.assign(**armed) if armed else table


def writable(path: Path | str) -> Path:
    """Return the path of a table to be written; refuse an ending that names no kind of table."""
    path = Path(path)
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise DataError("a table is written as .csv or .parquet", where=str(path), do="give it one of these endings")
    return path


def folder(path: Path | str) -> Path:
    """Return the folder for results, which need not exist yet; refuse it before any work is done if it cannot be."""
    path = Path(path)
    there = next(above for above in (path, *path.absolute().parents) if above.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise DataError(
            "cannot write results here",
            where=str(path),
            why=f"{there} is a file" if not there.is_dir() else f"{there} may not be written to",
            do="name another folder",
        )
    return path
