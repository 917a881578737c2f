"""Read one's own tables from CSV, workbooks or Parquet, and write results, whole or not at all."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd

from workbench.core.contracts.cells import FORMULA
from workbench.core.contracts.checking import contract, kept, look
from workbench.core.contracts.columns import Contract
from workbench.core.errors import DataError, Fault, TableNotice
from workbench.core.geography.places import Locality
from workbench.core.storage.files import replacing
from workbench.sources.containers import WHY, Cells, separated
from workbench.sources.publishers import looks_like
from workbench.sources.recognition import published
from workbench.sources.workbooks import from_parquet, from_workbook

SPREADSHEETS = (".xls", ".xlsb", ".ods", ".numbers")


def read(
    path: Path | str,
    of: Contract | str,
    *,
    locality: Locality | None = None,
    sheet: str = "",
    header: int = 0,
    choose: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the table in a file, checked against its contract and typed; what was made of the file is a warning.

    A publisher's file is read as it is (:mod:`workbench.sources.publishers`).

    Parameters
    ----------
    sheet
        Sheet of a workbook.
    header
        Line that holds the column names, where it is not found; 0: found.
    choose
        What to take where a publisher's file allows two readings, e.g. ``{"citizen": "TOTAL"}``. All three may also
        stand in the path, as ``book.xlsx#households`` or ``file.tsv#citizen=TOTAL,header=3``.

    Raises
    ------
    DataError
        If the file is no table, or with every fault of its cells.
    """
    of = contract(of) if isinstance(of, str) else of
    cells = opened(path, of.name, sheet, header=header, choose=choose)
    with enough_memory(path):
        seen = look(cells.frame, of, locality=locality, first_row=cells.first_row, comma=cells.comma)
    tell(path, (*cells.notes, *seen.notes))
    lacks = [fault.column for fault in seen.faults if fault.row is None and "is missing" in fault.what]
    if lacks and (told := looks_like([str(name) for name in cells.frame.columns])):
        what = f"the file looks like {told}, of which too much is missing for '{of.name}': its columns were changed?"
        seen = replace(seen, faults=(Fault(what), *seen.faults))
    return kept(seen, of, str(path))


def tell(path: Path | str, notes: Collection[str]) -> None:
    """Say what was made of a file that is not written as its contract is; each sentence once a command."""
    for note in notes:
        warnings.warn(TableNotice(f"{path}: {note}"), stacklevel=2)


def opened(
    path: Path | str, of: str = "", sheet: str = "", *, header: int = 0, choose: Mapping[str, str] | None = None
) -> Cells:
    """Return the cells of a file, whatever holds them: the one door for every table of one's own.

    Where the contract is known, a publisher's file is recognised and its cells stand in the contract's columns.
    """
    path, told = named_in(Path(path))
    choose = {**told, **(choose or {})}
    sheet, header = sheet or choose.pop("sheet", ""), _line(choose.pop("header", ""), path) or header
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
        found = published(path, contract(of), sheet=sheet, header=header, choose=choose) if of else None
        if found is not None:
            return found
        if choose:
            raise DataError(
                f"there is nothing to choose: '{next(iter(choose))}'", where=str(path),
                why="the file is in our own columns, or in no publisher's format that is known, or its header is not "
                "found",
                do="leave the choice out, or name the header's line: --header LINE",
            )  # fmt: skip
        if ending in (".xlsx", ".xlsm"):
            return from_workbook(path, sheet, of)
        return separated(path)


def named_in(path: Path) -> tuple[Path, dict[str, str]]:
    """Return a path without what stands behind ``#``: ``book.xlsx#sheet``, ``file.tsv#citizen=TOTAL,header=3``."""
    file, mark, told = path.name.partition("#")
    if not mark or not told or path.exists():
        return path, {}
    return path.with_name(file), chosen(part if "=" in part else f"sheet={part}" for part in told.split(","))


def chosen(told: Iterable[str]) -> dict[str, str]:
    """Return choices such as ``citizen=TOTAL`` by what is chosen; one without a value is refused."""
    choices = {}
    for each in told:
        name, mark, value = (part.strip() for part in each.partition("="))
        if not (name and mark and value):
            raise DataError(f"'{each}' chooses nothing", do="write it as NAME=VALUE, for instance citizen=TOTAL")
        choices[name] = value
    return choices


def _line(text: str, path: Path) -> int:
    if text and not text.isdigit():
        raise DataError(f"'{text}' is no line of a file", where=str(path), do="give a number: header=5")
    return int(text or 0)


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


def numbered(path: Path | str, of: str = "") -> tuple[pd.DataFrame, int]:
    """Return the cells of a file, and on which row of it index 0 stands: a Parquet file has no header line.

    Where the contract is named, a publisher's file stands in its columns, and what was made of it is said.
    """
    cells = opened(path, of)
    tell(path, cells.notes if of else ())
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
