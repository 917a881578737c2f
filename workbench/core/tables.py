"""Table contracts: which columns a table has, in which unit and range, and one checker with one error format.

A column's description, unit and range stand here once; the checker, the documentation and ``workbench data`` read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.core.cells import KINDS, TEXTS, numbers, texts
from workbench.core.errors import DataError, Fault, nearest
from workbench.core.normal import Told, cells_of, collapsed, column_of, headings
from workbench.core.periods import joined
from workbench.core.place_names import codes_for_names

if TYPE_CHECKING:
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
    past: bool = False

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
        if len(cells) > MANY and pd.api.types.is_string_dtype(cells):
            at, distinct = pd.factorize(cells)
            good = self.valid(pd.Series(distinct, dtype="string")) if len(distinct) < len(cells) / 2 else None
            if good is not None:
                return pd.Series(np.append(good.to_numpy(bool), False)[at], index=cells.index)
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
    ``kind`` names the column whose value decides by ``cases`` which other cells a row fills; ``parts`` names pairs of a
    part and its total, ``order`` pairs of an earlier and a later day; ``wide`` says that
    its columns are places.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    prefixed: tuple[Column, ...] = ()
    kind: str = ""
    cases: tuple[Case, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    order: tuple[tuple[str, str], ...] = ()
    wide: bool = False

    def column(self, name: str) -> Column | None:
        """Return the contract's column of that name, None for a column the contract does not speak of."""
        for column in self.columns:
            if column.name == name:
                return column
        for column in self.prefixed:
            if name.startswith(column.name) and name != column.name:
                return column
        return None


MANY = 10_000
"""In a column with more cells each distinct one is tested once."""


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
    notes
        What stood there in another form and was read, and what looks odd, in sentences.
    """

    table: pd.DataFrame
    rows: NDArray[np.int64]
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


def look(
    frame: pd.DataFrame,
    of: Contract | str,
    *,
    locality: Locality | None = None,
    first_row: int = 2,
    comma: bool = False,
) -> Look:
    """Return the table as far as it can be read, with every fault; the parameters are those of :func:`check`.

    All cells take one normal form first, and every check sees that form alone. ``comma`` says that the file writes
    decimals with a comma.
    """
    from workbench.core.table_faults import faults_of  # pandera takes a second: only when a table is checked
    from workbench.core.table_sums import odd_rows, without_unions

    of = as_written(contract(of) if isinstance(of, str) else of, [str(name) for name in frame.columns])
    if not pd.api.types.is_integer_dtype(frame.index):
        frame = frame.reset_index(drop=True)
    frame, odd, notes = _normal(frame, of, locality, first_row, comma)
    if not frame.columns.duplicated().any():
        frame, left_out = without_unions(frame, of.name)
        notes += left_out
    faults = [*odd, *faults_of(frame, of, locality, first_row)]
    notes += [] if faults else odd_rows(frame, of.name, first_row)
    if frame.empty and not faults:
        faults = [Fault("the table has no rows")]
    typed = {}
    for name in dict.fromkeys(frame.columns):
        column = of.column(name)
        cells = frame.loc[:, frame.columns == name].iloc[:, 0] if faults else frame[name]
        if column is not None:
            if faults and column.kind not in TEXTS:
                cells = cells.where(KINDS[column.kind].valid(cells))
            cells = KINDS[column.kind].read(cells)
        typed[name] = cells
    rows = frame.index.to_numpy(dtype=np.int64) + first_row
    table = pd.DataFrame(typed, index=frame.index).reset_index(drop=True)
    faults = sorted(collapsed(faults, frame), key=lambda fault: (fault.row or 0, fault.column or ""))
    return Look(table, rows, tuple(faults), tuple(notes))


def as_written(of: Contract, names: Sequence[str]) -> Contract:
    """Return the contract that a table with these columns keeps: scores may be wide, with one column for each place."""
    found, _ = headings(names, [column.name for column in of.columns])
    if of.name != "scores" or of.wide or "household" not in found or {"place", "score"} & set(found):
        return of
    household, _, score = of.columns
    cells = tuple(replace(score, name=place, required=False) for place in dict.fromkeys(found) if place != "household")
    return Contract("scores", "one household", ("household",), (household, *cells), wide=True)


def _normal(
    frame: pd.DataFrame, of: Contract, locality: Locality | None, first_row: int, comma: bool
) -> tuple[pd.DataFrame, list[Fault], list[str]]:
    """Return the table in its normal form: names of columns, texts, months, numbers, codes of places."""
    known = [column.name for column in of.columns]
    names, notes = headings([str(name) for name in frame.columns], known, [column.name for column in of.prefixed])
    frame = frame.set_axis(pd.Index(names), axis=1)
    frame, odd = cells_of(frame, first_row)
    if "month" in known and "year" not in known:
        frame, said = joined(frame)
        notes += [said] if said else []
    if frame.columns.duplicated().any():
        return frame, odd, notes
    read = {}
    for name in frame.columns:
        column = of.column(name)
        cells = frame[name]
        if column is not None:
            cells, said = column_of(cells, Told(name, column.kind), comma=comma)
            notes += [said] if said else []
            if column.place and locality is not None:
                cells, told = codes_for_names(cells, locality, name, whole=column.whole)
                notes += told
        read[name] = cells
    return pd.DataFrame(read, index=frame.index), odd, notes


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
    return kept(look(frame, of, locality=locality, first_row=first_row), of, where)


def kept(seen: Look, of: Contract, where: str) -> pd.DataFrame:
    """Return the table that was looked at, or raise one error with every fault."""
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
