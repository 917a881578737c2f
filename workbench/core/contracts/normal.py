"""Which one form do the cells of any table take, before the first of them is checked, and what is said of it?

A form that a whole column keeps and that can be read in one way is read and said; nothing is guessed cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from workbench.core.contracts.cells import TEXTS, composed, texts
from workbench.core.dates.periods import months_of
from workbench.core.errors import Fault

GROUPED = r"[+-]?[1-9][0-9]{0,2}([.,][0-9]{3})+"
"""A whole number with a dot or comma between thousands."""
THOUSANDS = "[ '’]"
"""What stands between thousands besides dots and commas: spaces, and the Swiss apostrophe."""
SPACED = rf"[+-]?[1-9][0-9]{{0,2}}({THOUSANDS}[0-9]{{3}})+([.,][0-9]+)?"
COMMA = r"[+-]?[0-9]{1,3}(\.?[0-9]{3})*,[0-9]+|[+-]?[0-9]+,[0-9]+"
SCALARS = (str, int, float, bool, date, datetime, pd.Timestamp, pd.Period, pd.Timedelta)
SPELLED = re.compile(r"[\s_-]+")


@dataclass(frozen=True)
class Told:
    """The kind a column should have, by its name: what :func:`normal` needs to know of a contract's column."""

    name: str
    kind: str


def headings(names: Sequence[str], known: Sequence[str], prefixes: Sequence[str] = ()) -> tuple[list[str], list[str]]:
    """Return the names of the columns as the contract spells them, and a sentence on each that was spelled otherwise.

    Case, blanks and underscores do not matter, unless a column of the right spelling is there as well.
    """
    plain = {_plain(name): name for name in known}
    read, notes = [], []
    for name in (composed(str(name)) for name in names):
        meant = name if name in known else plain.get(_plain(name), name)
        if meant == name and name not in known and not name.startswith(tuple(prefixes) or ("\0",)):
            meant = next((p + name[len(p) :].lower() for p in prefixes if name.lower().startswith(p)), name)
        if meant != name and meant not in read:
            notes.append(f"column '{name}' is read as '{meant}'")
        read.append(meant)
    return read, notes


def _plain(name: str) -> str:
    return SPELLED.sub("_", name.casefold())


def cells_of(frame: pd.DataFrame, first_row: int) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the table with texts in normal form and blanks missing, and a fault for each column that holds lists."""
    faults: list[Fault] = []
    read: list[pd.Series] = []
    for at, name in enumerate(frame.columns):
        cells = frame.iloc[:, at]
        if isinstance(cells.dtype, pd.CategoricalDtype):
            cells = cells.astype(cells.cat.categories.dtype)
        if isinstance(cells.dtype, object) and cells.dtype == object:
            odd = [not isinstance(cell, SCALARS) and not _missing(cell) for cell in cells]
            odd = [bad and not hasattr(cell, "as_tuple") for bad, cell in zip(odd, cells, strict=True)]
            if any(odd):
                at_row = int(str(cells.index[odd.index(True)])) + first_row
                what = f"{sum(odd)} of its cells hold lists or bytes, the first in row {at_row}; a cell holds one value"
                faults.append(Fault(what, column=str(name)))
                cells = cells.mask(pd.Series(odd, index=cells.index))
            kinds = {type(cell) for cell in cells if not _missing(cell)}
            cells = cells.astype(bool) if kinds == {bool} and cells.notna().all() else cells.astype("string")
        if pd.api.types.is_string_dtype(cells):
            cells = texts(cells)
            blank = cells.eq("").fillna(False).astype(bool)
            cells = cells.mask(blank) if blank.any() else cells
        read.append(cells)
    table = pd.concat(read, axis=1) if read else frame
    table.columns = frame.columns
    return table, faults


def _missing(cell: object) -> bool:
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and cell != cell)


def column_of(cells: pd.Series, told: Told, *, comma: bool = False) -> tuple[pd.Series, str]:
    """Return a column in the form its kind is written in, and a sentence where it stood in another one.

    Parameters
    ----------
    comma
        Whether the file writes decimals with a comma, as tables with semicolons between columns do.
    """
    if told.kind in TEXTS or not len(cells):
        return cells, ""
    if told.kind in ("month", "date"):
        return months_of(cells, told.name, told.kind)
    if told.kind not in ("count", "number") or not pd.api.types.is_string_dtype(cells):
        return cells, ""
    note = ""
    distinct = pd.Series(cells.dropna().unique(), dtype="string")
    spaced = distinct.str.fullmatch(SPACED).fillna(False).astype(bool)
    if spaced.any():
        plain = distinct.where(~spaced, distinct.str.replace(THOUSANDS, "", regex=True))
        read, said = column_of(cells.map(dict(zip(distinct, plain, strict=True))).astype("string"), told, comma=comma)
        first = distinct[spaced].iloc[0]
        note = f"column '{told.name}': '{first}' and the like are read with spaces or apostrophes between thousands"
        return read, "; ".join(part for part in (note, said) if part)
    if comma and distinct.str.fullmatch(COMMA).any() and told.kind == "number":
        swapped = distinct.where(~distinct.str.fullmatch(COMMA), distinct.str.replace(".", "").str.replace(",", "."))
        return cells.map(dict(zip(distinct, swapped, strict=True))).astype("string"), ""
    if told.kind != "count":
        return cells, note
    dotted = distinct[distinct.str.contains(r"[.,]", regex=True)]
    thousand = distinct[distinct.str.fullmatch(r"[0-9]{4,}")]
    if len(dotted) and dotted.str.fullmatch(GROUPED).all() and thousand.empty:
        # 4.000 alone may be four with three decimals; 1.234 is no whole number otherwise.
        if not dotted.str.fullmatch(r".*[.,]000").all():
            plain = distinct.str.replace(r"[.,]", "", regex=True)
            note = f"column '{told.name}': '{dotted.iloc[0]}' and the like are read with thousands between marks"
            return cells.map(dict(zip(distinct, plain, strict=True))).astype("string"), note
    elif comma:
        swapped = distinct.where(~distinct.str.fullmatch(r"[+-]?[0-9]+,0{1,2}"), distinct.str.replace(",", "."))
        return cells.map(dict(zip(distinct, swapped, strict=True))).astype("string"), ""
    return cells, note


def collapsed(faults: Sequence[Fault], frame: pd.DataFrame) -> list[Fault]:
    """Return one fault where every filled cell of a column is wrong in the same form; the others as they are."""
    kept = list(faults)
    for name in dict.fromkeys(fault.column for fault in faults if fault.value is not None and fault.column):
        mine = [fault for fault in faults if fault.column == name and fault.value is not None]
        whats = {fault.what for fault in mine}
        shapes = {re.sub(r"[0-9]+", "9", re.sub(r"[^\W\d_]+", "a", str(fault.value))) for fault in mine}
        filled = int(frame[name].notna().sum()) if list(frame.columns).count(name) == 1 else 0
        if len(mine) >= FEWEST and len(mine) == filled and len(whats) == len(shapes) == 1:
            first = mine[0]
            what = f"{first.what} in all {len(mine)} rows, written alike"
            kept = [fault for fault in kept if fault not in mine]
            kept.append(Fault(what, first.row, name, first.value, first.allowed, first.where))
    for bare in dict.fromkeys(fault.column for fault in kept if fault.what == EMPTY):
        mine = [fault for fault in kept if fault.column == bare and fault.what == EMPTY]
        if len(mine) >= MERGED and len(mine) < len(frame):
            first = min(mine, key=lambda fault: fault.row or 0)
            what = f"{EMPTY} in {len(mine)} rows, first in this one; of merged cells only the first holds the value"
            kept = [fault for fault in kept if fault not in mine]
            kept.append(Fault(what, first.row, bare, None, first.allowed, first.where))
    return kept


FEWEST = 6
"""So many cells of one wrong form become one fault."""
EMPTY = "the cell is empty"
MERGED = 20
"""So many empty cells of a column become one fault."""
