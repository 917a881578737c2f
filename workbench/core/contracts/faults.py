"""What is wrong in a table in its normal form? One fault for each bad cell, row or column."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.core.contracts.alike import twin_faults
from workbench.core.contracts.cells import KINDS, numbers, texts
from workbench.core.contracts.columns import Column, Contract
from workbench.core.contracts.normal import EMPTY
from workbench.core.contracts.sums import month_faults, sum_faults
from workbench.core.errors import Fault

if TYPE_CHECKING:
    import pandera.pandas as pa

    from workbench.core.geography.places import Locality

NAMED = 10
"""Columns of a file that are named in a message."""
GROUPED_OR_NOT = r"[+-]?[0-9]{1,3}([.,][0-9]{3})+"
PERSONS_FORM = 0.2
"""Share of rows that repeat a household from which on a table is taken for a form with a row for each person."""
ROUNDED_TO = 5
"""The step to which Eurostat rounds, and many others."""


def faults_of(frame: pd.DataFrame, of: Contract, locality: Locality | None, first_row: int) -> list[Fault]:
    """Return every fault of a table in its normal form."""
    faults = [*_column_faults(frame, of), *_cell_faults(frame, of, first_row), *_case_faults(frame, of, first_row)]
    if not frame.columns.duplicated().any():
        faults += [*_future_faults(frame, of, first_row), *_row_faults(frame, of, first_row)]
    if locality is not None and of.wide:
        faults += _heading_faults(of, locality)
    if locality is not None:
        faults += _place_faults(frame, of, locality, first_row)
    if not faults:  # figures are compared only where all of them can be read
        faults += [*month_faults(frame, of.name), *sum_faults(frame, of.name, first_row)]
        faults += twin_faults(frame, of.name, first_row)
    return faults


def _heading_faults(of: Contract, locality: Locality) -> list[Fault]:
    """Return one fault for each column of a wide table that is no place of the locality."""
    return [
        Fault(f"not a place of locality '{locality.id}'; {locality.hint(column.name)}", column=column.name)
        for column in of.columns
        if column.name not in of.key and column.name not in locality.places
    ]


def _future_faults(frame: pd.DataFrame, of: Contract, first_row: int) -> list[Fault]:
    """Return one fault for each future month of what has been counted: the first row that names it."""
    now = f"{datetime.now(UTC):%Y-%m}"
    faults = []
    for column in of.columns:
        if not column.past or column.name not in frame:
            continue
        cells = texts(frame[column.name])
        late = cells[cells.gt(now).fillna(False).astype(bool) & column.valid(frame[column.name])]
        for at, value in late.drop_duplicates().items():
            what = f"the month lies in the future; it is {now} now"
            faults.append(Fault(what, int(str(at)) + first_row, column.name, value))
    return faults


def _row_faults(frame: pd.DataFrame, of: Contract, first_row: int) -> list[Fault]:
    """Return one fault for each part above its total and each day before the one that it follows."""
    faults = []
    for part, total in of.parts:
        if part in frame and total in frame:
            one, whole = numbers(frame[part]), numbers(frame[total])
            # Publishers round each figure for itself, so that a part may end one step above its total.
            rounded = one.mod(ROUNDED_TO).eq(0) & whole.mod(ROUNDED_TO).eq(0) & one.le(whole + ROUNDED_TO)
            above = one.gt(whole) & ~rounded
            for at in np.flatnonzero(above).tolist():
                what, row = f"'{part}' is a part of '{total}' and above it", int(frame.index[at]) + first_row
                faults.append(Fault(what, row, part, str(frame[part].iloc[at]), f"at most {frame[total].iloc[at]}"))
    for early, late in of.order:
        if early in frame and late in frame:
            days = [KINDS["date"].read(frame[name]) for name in (early, late)]
            for at in np.flatnonzero(days[1] < days[0]).tolist():
                what, row = f"'{late}' lies before '{early}'", int(frame.index[at]) + first_row
                first, second = (days[each].iloc[at].date() for each in (0, 1))
                faults.append(Fault(what, row, late, str(second), f"{first} or later"))
    return faults


def _column_faults(frame: pd.DataFrame, of: Contract) -> list[Fault]:
    names = list(frame.columns)
    repeated = sorted(name for name, often in Counter(names).items() if often > 1)
    faults = [Fault("the column stands twice", column=name) for name in repeated]
    wanted = [c.name for c in of.columns]
    missing = [c.name for c in of.columns if c.required and c.name not in names]
    told = ""
    for name in missing:
        hint = get_close_matches(name, [n for n in names if n not in wanted], n=1, cutoff=0.7)
        said = f"; is '{hint[0]}' it?" if hint else ""
        if not hint and not told:
            told = f"; columns found: {', '.join(names[:NAMED])}" + (
                f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            )
            said = told
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
    cells = pd.DataFrame({name: frame[name] for name in known}, index=frame.index, copy=False)
    try:
        # Several rows of a wide table stand on one line of its file, and pandera wants one row for each index.
        # It changes nothing here, and would copy a large table first.
        numbered = cells.copy(deep=False)
        numbered.index = pd.RangeIndex(len(cells))
        _schema(of, tuple(known)).validate(numbered, lazy=True, inplace=True)
    except pe.SchemaErrors as error:
        found = error.failure_cases
        lines = {at: line for at, line in enumerate(cells.index)}
        return _translate(found.assign(index=found["index"].map(lines)), cells, of, first_row)
    return []


def _case_faults(frame: pd.DataFrame, of: Contract, first_row: int) -> list[Fault]:
    """Return one fault for each cell that its row's kind needs and lacks, or has and does not speak of."""
    if of.kind not in frame or frame.columns.duplicated().any():
        return []
    cases = {case.value: case for case in of.cases}
    spoken = dict.fromkeys(name for case in of.cases for name in (*case.needs, *case.may))
    cells = {name: texts(frame[name]) for name in spoken if name in frame}
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
            faults.append(Fault(EMPTY, row, name, allowed=column.allowed))
        else:
            value = _plain(case["failure_case"])
            what = "negative value" if _is_negative(value, column) else "value not allowed"
            if column.kind == "count" and re.fullmatch(GROUPED_OR_NOT, str(value)):
                what = "three digits after the mark may be thousands or decimals: write the number without a mark"
            faults.append(Fault(what, row, name, value, column.allowed))
    return faults + (_repeats_or_persons(cells, of, first_row) if repeated else [])


def _repeats_or_persons(cells: pd.DataFrame, of: Contract, first_row: int) -> list[Fault]:
    """Return one fault for each repeated key, or a single one where a form gave a row to each person."""
    repeats = _repeats(cells, of, first_row)
    if of.name != "households" or len(repeats) < max(2, PERSONS_FORM * len(cells)):
        return repeats
    homes = cells["household"].nunique()
    what = (
        f"a row stands here for each person: {len(cells)} rows of {homes} households. Give one row for each household, "
        "with its persons counted in adults, children and seniors, and its languages, needs and ties joined by ';'"
    )
    return [Fault(what, repeats[0].row, "household")]


def _repeats(cells: pd.DataFrame, of: Contract, first_row: int) -> list[Fault]:
    key = [name for name in of.key if name in cells.columns]
    must = [c.name for c in of.columns if c.name in key and c.required and not c.empty]
    cells = cells[cells[must].notna().all(axis=1)]  # a key without its cell is a fault already
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
        known = {*locality.places, *locality.wholes} if column.whole else set(locality.places)
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
