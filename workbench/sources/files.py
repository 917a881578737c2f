"""Read one's own tables from CSV or Parquet files, and write results, whole or not at all."""

from __future__ import annotations

import csv
import os
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from workbench.core.errors import DataError
from workbench.core.files import replacing
from workbench.core.places import Locality
from workbench.core.tables import Contract, check, contract

WHY = "the workbench reads tables with one header line"
SPREADSHEETS = (".xlsx", ".xls", ".ods", ".numbers")


def read(path: Path | str, of: Contract | str, *, locality: Locality | None = None) -> pd.DataFrame:
    """Return the table in a file, checked against its contract and typed.

    Raises
    ------
    DataError
        If the file is no table, or with every fault of its cells.
    """
    of = contract(of) if isinstance(of, str) else of
    raw, first_row = numbered(path)
    return check(raw, of, where=str(path), locality=locality, first_row=first_row)


def numbered(path: Path | str) -> tuple[pd.DataFrame, int]:
    """Return the cells of a file, and on which row of it index 0 stands: a Parquet file has no header line."""
    raw = read_raw(path)
    if Path(path).suffix.lower() == ".parquet":
        return (raw.reset_index() if raw.index.name else raw.reset_index(drop=True)), 1
    return raw, 2


def read_raw(path: Path | str) -> pd.DataFrame:
    """Return the cells of a CSV file as text, or a Parquet file as it is typed."""
    path = Path(path)
    if not path.exists():
        raise DataError("no such file", where=str(path), do="check the path")
    if path.is_dir():
        raise DataError("this is a folder, not a table", where=str(path), do="name the file in it")
    if path.suffix.lower() == ".parquet":
        try:
            return pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise DataError(
                "not a readable Parquet file", where=str(path), why=str(error), do="write it again"
            ) from error
    if path.suffix.lower() in SPREADSHEETS:
        raise DataError(
            "spreadsheets are not read",
            where=str(path),
            why=WHY,
            do="save the sheet as CSV (UTF-8), then name that file",
        )
    return _read_csv(path)


def _read_csv(path: Path) -> pd.DataFrame:
    try:
        start = path.read_bytes()
        if (
            start.startswith((b"PK\x03\x04", b"%PDF", b"PAR1", b"\x89PNG", b"\xd0\xcf\x11\xe0"))
            or b"\0" in start[:4096]
        ):
            raise DataError(
                "the file is not a table", where=str(path), why=WHY, do="save it as CSV (UTF-8) or as .parquet"
            )
        text = start.decode("utf-8-sig")
    except OSError as error:
        raise DataError(
            "cannot read the file", where=str(path), why=str(error), do="check path and permission"
        ) from error
    except UnicodeDecodeError as error:
        raise DataError(
            "the file is not UTF-8 text",
            where=str(path),
            why=f"byte {error.start} is no character; names would be garbled",
            do="save it as CSV in UTF-8",
        ) from error
    lines = text.splitlines()
    head = next(csv.reader(lines[:1]), [])
    if not any(cell.strip() for cell in head):
        raise DataError(
            "the file is empty or has no header line", where=str(path), why=WHY, do="put the column names first"
        )
    if len(head) == 1 and (";" in head[0] or "\t" in head[0]):
        raise DataError(
            "the columns are not separated by commas",
            where=str(path),
            why="semicolons separate codes within a cell here",
            do="save the table with commas between columns and points in decimals",
        )
    rows = list(csv.reader(lines[1:]))
    long = [(number, row) for number, row in enumerate(rows, start=2) if row and len(row) != len(head)]
    if long:
        number, row = long[0]
        raise DataError(
            f"row {number} has {len(row)} cells, the header has {len(head)}",
            where=str(path),
            why="cells would slip into the wrong column" + (f" ({len(long)} such rows)" if len(long) > 1 else ""),
            do="quote cells that hold commas",
        )
    frame = pd.DataFrame(
        [row or [""] * len(head) for row in rows], columns=[cell.strip() for cell in head], dtype="string"
    )
    filled = [number for number, row in enumerate(rows) if any(cell.strip() for cell in row)]
    return frame.iloc[filled]


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
        table.to_csv(path, index=False, lineterminator="\n")


def writable(path: Path | str, *, inputs: Collection[Path] = ()) -> Path:
    """Return the path of a table to be written; refuse it before any work is done if it cannot be, or is an input."""
    path = Path(path)
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise DataError("a table is written as .csv or .parquet", where=str(path), do="give it one of these endings")
    return untouched(path, inputs=inputs)


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


def untouched(path: Path, *, inputs: Collection[Path] = ()) -> Path:
    """Return the path of a result; refuse one that would overwrite an input or lies in no folder to write to."""
    if path.resolve() in {other.resolve() for other in inputs}:
        raise DataError(
            "this file is one of the inputs",
            where=str(path),
            why="the result would overwrite it",
            do="name another file",
        )
    with replacing(path.parent / f".{path.name}.trial") as trial:
        trial.touch()
    (path.parent / f".{path.name}.trial").unlink()
    return path
