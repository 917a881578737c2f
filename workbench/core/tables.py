"""Table contracts: which columns a table has, in which unit and range, and one checker with one error format.

A column's description, unit and range stand here once; the checker, the documentation and ``workbench data`` read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.core.cells import KINDS, TEXTS, numbers, texts
from workbench.core.errors import DataError, Fault, nearest

if TYPE_CHECKING:
    import pandera.pandas as pa

    from workbench.core.places import Locality


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    ``low`` and ``high`` bound numbers; ``required`` says whether the table may lack the column, ``empty`` whether a
    cell may be empty; ``options`` lists the only values allowed; ``place`` marks codes of places of the locality,
    ``whole`` that the locality itself may stand there too (a country among its own municipalities). ``mend`` says what
    to do about a cell that is not allowed, where that is not plain.
    """

    name: str
    kind: str
    description: str
    unit: str = ""
    required: bool = True
    empty: bool = False
    low: float | None = None
    high: float | None = None
    options: tuple[str, ...] = ()
    place: bool = False
    whole: bool = False
    mend: str = ""

    @property
    def allowed(self) -> str:
        """What a cell may hold, in words."""
        if self.options:
            return "one of " + ", ".join(self.options)
        bounds = {
            (True, False): f", at least {self.low:g}" if self.low is not None else "",
            (False, True): f", at most {self.high:g}" if self.high is not None else "",
            (True, True): f" from {self.low:g} to {self.high:g}" if None not in (self.low, self.high) else "",
        }
        return KINDS[self.kind].allowed + bounds.get((self.low is not None, self.high is not None), "")

    def valid(self, cells: pd.Series) -> pd.Series:
        """Return for each cell whether it keeps this column's kind, range and options."""
        good = KINDS[self.kind].valid(cells)
        if self.low is not None:
            good &= numbers(cells).ge(self.low)
        if self.high is not None:
            good &= numbers(cells).le(self.high)
        if self.options:
            good &= texts(cells).isin(self.options)
        return good


@dataclass(frozen=True)
class Case:
    """Which cells a row must fill, and which it may, where one column says of what kind the row is.

    Any other cell that some case of the table speaks of stays empty: it would be thought to count, and would not.
    """

    value: str
    meaning: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contract:
    """A named table: its columns, its key, and what one row is.

    ``prefixed`` holds columns that may stand several times with an ending of their own, e.g. ``capacity_school``;
    ``kind`` names the column whose value decides by ``cases`` which other cells a row fills.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    prefixed: tuple[Column, ...] = ()
    kind: str = ""
    cases: tuple[Case, ...] = ()

    def column(self, name: str) -> Column | None:
        """Return the contract's column of that name, None for a column the contract does not speak of."""
        for column in self.columns:
            if column.name == name:
                return column
        for column in self.prefixed:
            if name.startswith(column.name) and name != column.name:
                return column
        return None


def contracts() -> Mapping[str, Contract]:
    """Return every contract by name."""
    from workbench.core.contracts import CONTRACTS

    return CONTRACTS


def contract(name: str) -> Contract:
    """Return a contract by name; an unknown name is refused with the nearest one."""
    known = contracts()
    if name not in known:
        raise DataError(f"no table contract is called '{name}'", do=nearest(name, list(known)))
    return known[name]


@dataclass(frozen=True, eq=False)
class Look:
    """What a table says, as far as it can be read, and all that is wrong with it.

    Attributes
    ----------
    table
        Typed; where there are faults, a cell that is none of its kind is missing.
    rows
        For each row of the table, its line in the file.
    faults
        One for each bad cell, row or column; none: the table keeps its contract.
    """

    table: pd.DataFrame
    rows: NDArray[np.int64]
    faults: tuple[Fault, ...] = ()


def look(frame: pd.DataFrame, of: Contract | str, *, locality: Locality | None = None, first_row: int = 2) -> Look:
    """Return the table as far as it can be read, with every fault; the parameters are those of :func:`check`."""
    of = contract(of) if isinstance(of, str) else of
    frame = frame.rename(columns=str)
    if not pd.api.types.is_integer_dtype(frame.index):
        frame = frame.reset_index(drop=True)
    faults = [*_column_faults(frame, of), *_cell_faults(frame, of, first_row), *_case_faults(frame, of, first_row)]
    if locality is not None:
        faults += _place_faults(frame, of, locality, first_row)
    if frame.empty and not faults:
        faults = [Fault("the table has no rows")]
    typed = {}
    for name in dict.fromkeys(frame.columns):
        column = of.column(name)
        cells = frame.loc[:, frame.columns == name].iloc[:, 0] if faults else frame[name]
        if column is not None:
            cells = _blank_as_missing(cells)
            if faults and column.kind not in TEXTS:
                cells = cells.where(KINDS[column.kind].valid(cells))
            cells = KINDS[column.kind].read(cells)
        typed[name] = cells
    rows = frame.index.to_numpy(dtype=np.int64) + first_row
    table = pd.DataFrame(typed, index=frame.index).reset_index(drop=True)
    return Look(table, rows, tuple(sorted(faults, key=lambda fault: (fault.row or 0, fault.column or ""))))


def check(
    frame: pd.DataFrame,
    of: Contract | str,
    *,
    where: str = "table",
    locality: Locality | None = None,
    first_row: int = 2,
) -> pd.DataFrame:
    """Return the table with typed columns, or raise one error that lists every fault.

    Parameters
    ----------
    frame
        The raw table; cells may be text or typed. Its index counts rows from 0.
    of
        The contract, or its name.
    where
        What the error names, usually the file.
    locality
        If given, place columns must hold places of this locality.
    first_row
        Line of the file on which index 0 stands (2 for CSV, since the header is line 1).

    Raises
    ------
    DataError
        With one :class:`~workbench.core.errors.Fault` for each bad cell, row or column.
    """
    of = contract(of) if isinstance(of, str) else of
    seen = look(frame, of, locality=locality, first_row=first_row)
    if seen.faults:
        raise DataError(
            f"not a valid '{of.name}' table: {len(seen.faults)} fault{'s' if len(seen.faults) > 1 else ''}",
            where=where,
            why=f"a row must be {of.row}; nothing was read or written",
            do="".join(f"{told}; " for told in _mends(seen.faults, of))
            + f"mend the rows named, then try `workbench data check FILE --as {of.name}`",
            faults=seen.faults,
        )
    return seen.table


def _mends(faults: Sequence[Fault], of: Contract) -> list[str]:
    """Return what the columns at fault say about mending them, each once."""
    columns = [of.column(fault.column) for fault in faults if fault.column is not None and fault.value is not None]
    return list(dict.fromkeys(column.mend for column in columns if column is not None and column.mend))


def _blank_as_missing(cells: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_datetime64_any_dtype(cells):
        return cells
    return cells.mask(cells.astype("string").str.strip().eq("").fillna(False).astype(bool))


def _column_faults(frame: pd.DataFrame, of: Contract) -> list[Fault]:
    names = list(frame.columns)
    repeated = sorted({name for name in names if names.count(name) > 1})
    faults = [Fault("the column stands twice", column=name) for name in repeated]
    wanted = [c.name for c in of.columns]
    missing = [c.name for c in of.columns if c.required and c.name not in names]
    for name in missing:
        hint = get_close_matches(name, [n for n in names if n not in wanted], n=1, cutoff=0.7)
        said = f"; is '{hint[0]}' it?" if hint else f"; columns found: {', '.join(names)}"
        faults.append(Fault(f"required column is missing{said}", column=name))
    absent = [c.name for c in of.columns if not c.required and c.name not in names]
    for name in names:
        if of.column(name) is None and (close := get_close_matches(name, absent, n=1, cutoff=0.8)):
            faults.append(Fault(f"unknown column; did you mean '{close[0]}'?", column=name))
    return faults


@cache
def _schema(of: Contract, names: tuple[str, ...]) -> pa.DataFrameSchema:
    import pandera.pandas as pa  # a second of start-up: only when a table is checked

    columns = {}
    for name in names:
        column = of.column(name)
        if column is not None:
            check_cell = pa.Check(column.valid, ignore_na=True, error="value")
            columns[name] = pa.Column(None, check_cell, nullable=column.empty, required=False)
    key = [name for name in of.key if name in names]
    return pa.DataFrameSchema(columns, unique=key if len(key) == len(_present_key(of, names)) else None)


def _present_key(of: Contract, names: tuple[str, ...]) -> list[str]:
    """Return the key columns that this table has to be unique in; optional ones count only where they stand."""
    return [k for k in of.key if k in names or (column := of.column(k)) is None or column.required]


def _cell_faults(frame: pd.DataFrame, of: Contract, first_row: int) -> list[Fault]:
    import pandera.errors as pe

    if frame.columns.duplicated().any():
        return []
    known = [name for name in frame.columns if of.column(name) is not None]
    cells = pd.DataFrame({name: _blank_as_missing(frame[name]) for name in known}, index=frame.index)
    try:
        _schema(of, tuple(known)).validate(cells, lazy=True)
    except pe.SchemaErrors as error:
        return _translate(error.failure_cases, cells, of, first_row)
    return []


def _case_faults(frame: pd.DataFrame, of: Contract, first_row: int) -> list[Fault]:
    """Return one fault for each cell that its row's kind needs and lacks, or has and does not speak of."""
    if of.kind not in frame or frame.columns.duplicated().any():
        return []
    cases = {case.value: case for case in of.cases}
    spoken = dict.fromkeys(name for case in of.cases for name in (*case.needs, *case.may))
    cells = {name: texts(_blank_as_missing(frame[name])) for name in spoken if name in frame}
    faults = []
    for at, value in enumerate(texts(frame[of.kind])):
        if pd.isna(value) or value not in cases:
            continue
        case, row = cases[value], int(str(frame.index[at])) + first_row
        for name in spoken:
            cell = cells[name].iloc[at] if name in cells else pd.NA
            if pd.isna(cell) and name in case.needs:
                faults.append(Fault(f"'{value}' needs this cell", row, name))
            elif not pd.isna(cell) and name not in (*case.needs, *case.may):
                faults.append(Fault(f"'{value}' does not speak of this column", row, name, cell, "an empty cell"))
    return faults


def _translate(cases: pd.DataFrame, cells: pd.DataFrame, of: Contract, first_row: int) -> list[Fault]:
    faults: list[Fault] = []
    repeated = False
    for case in cases.to_dict("records"):
        name = str(case["column"])
        if case["check"] == "multiple_fields_uniqueness":
            repeated = True
            continue
        column = of.column(name)
        if column is None:
            continue
        row = None if pd.isna(case["index"]) else int(case["index"]) + first_row
        if case["check"] == "not_nullable":
            faults.append(Fault("the cell is empty", row, name, allowed=column.allowed))
        else:
            value = _plain(case["failure_case"])
            what = "negative value" if _is_negative(value, column) else "value not allowed"
            faults.append(Fault(what, row, name, value, column.allowed))
    return faults + (_repeats(cells, of, first_row) if repeated else [])


def _repeats(cells: pd.DataFrame, of: Contract, first_row: int) -> list[Fault]:
    key = [name for name in of.key if name in cells.columns]
    first: dict[tuple[object, ...], int] = {}
    faults = []
    for index, row in zip(cells.index.tolist(), cells[key].to_numpy().tolist(), strict=True):
        values = tuple(row)
        if values in first:
            shown = ", ".join(f"{name} {value}" for name, value in zip(key, values, strict=True) if pd.notna(value))
            faults.append(Fault(f"{shown} stands already in row {first[values] + first_row}", index + first_row))
        else:
            first[values] = index
    return faults


def _is_negative(value: object, column: Column) -> bool:
    number = pd.to_numeric(pd.Series([value]), errors="coerce").iloc[0]
    return column.low == 0 and bool(number < 0)


def _plain(value: object) -> object:
    return value.item() if hasattr(value, "item") else value


def _place_faults(frame: pd.DataFrame, of: Contract, locality: Locality, first_row: int) -> list[Fault]:
    """Return one fault for each unknown code of a column: a code that stands in many rows is one mistake."""
    faults = []
    for name in frame.columns[~frame.columns.duplicated()]:
        column = of.column(name)
        if column is None or not column.place:
            continue
        known = {*locality.places, locality.code} if column.whole else set(locality.places)
        rows: dict[str, list[int]] = {}
        for index, cell in texts(frame[name]).dropna().items():
            for code in (part.strip() for part in str(cell).split(";")):
                if code and code not in known:
                    rows.setdefault(code, []).append(int(str(index)) + first_row)
        for code, at in rows.items():
            many = f", in {len(at)} rows" if len(at) > 1 else ""
            what = f"not a place of locality '{locality.id}'{many}; {locality.hint(code)}"
            faults.append(Fault(what, at[0], name, code))
    return faults
