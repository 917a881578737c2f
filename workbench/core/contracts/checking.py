"""Table contracts: which columns a table has, in which unit and range, and one checker with one error format.

A column's description, unit and range stand here once; the checker, the documentation and ``workbench data`` read them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.core.contracts.cells import KINDS, TEXTS, texts
from workbench.core.contracts.columns import Contract
from workbench.core.contracts.normal import Told, cells_of, collapsed, column_of, headings
from workbench.core.dates.periods import joined
from workbench.core.errors import DataError, Fault, nearest
from workbench.core.geography.countries import recoded
from workbench.core.geography.place_names import codes_for_names

if TYPE_CHECKING:
    from workbench.core.geography.places import Locality


COUNTRIES = ("origin", "nationality")
"""Columns that hold countries by their ISO 3166 alpha-3 codes."""


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
    from workbench.core.contracts.alike import odd_rows
    from workbench.core.contracts.faults import faults_of  # pandera takes a second: only when a table is checked
    from workbench.core.contracts.sums import without_unions

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
    told = {fault.line(): fault for fault in faults}  # a line of a wide file is many rows, and its fault is one
    return Look(table, rows, tuple(told.values()), tuple(notes))


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
            if column.kind == "code" and name in COUNTRIES and not column.place:
                cells, told = _country_codes(cells, name)
                notes += told
            if column.place and locality is not None:
                cells, told = codes_for_names(cells, locality, name, whole=column.whole)
                notes += told
        read[name] = cells
    return pd.DataFrame(read, index=frame.index), odd, notes


def _country_codes(cells: pd.Series, name: str) -> tuple[pd.Series, list[str]]:
    """Return countries under their codes where they stand under a name or another code, and a sentence on it."""
    distinct = [str(text) for text in texts(cells).dropna().unique()]
    # What has the form of a code stays as it is, known or not.
    changed, notes = recoded([text for text in distinct if not re.fullmatch("[A-Z]{3}", text)], name)
    return (texts(cells).replace(changed), notes) if changed else (cells, [])


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
