"""What is wrong in the tables of one's own, all of it at once: in each file, and between them as far as they are read.

What cannot be read has the benefit of the doubt, so that no fault is reported that follows from another one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.contracts.checking import Look, contract
from workbench.core.contracts.checking import look as look_at
from workbench.core.errors import DataError, DecisionError, Fault
from workbench.core.geography.places import Locality
from workbench.decisions.allocation import problem_from_tables
from workbench.decisions.allocation.problem.input_tables import Ints, code_lists
from workbench.sources import files

TABLES = ("households", "places", "scores", "rules", "practice")
LARGE = 10**9
PLAUSIBLE: Mapping[str, float] = {"adults": 1, "children": 0, "seniors": 0, "capacity": LARGE, "score": 0.5}
"""What stands for a number that cannot be read, so that nothing follows from it."""
SIZED = ("adults", "children", "seniors", "capacity")
"""Columns in which a number of the wrong sign is taken by its size."""


def look(name: str, path: Path, locality: Locality | None = None) -> Look:
    """Return a table of one's own as far as it can be read; a file that is none has one fault and no rows."""
    try:
        cells = files.opened(path, name)
    except DataError as error:
        told = ": ".join(part for part in (error.what, error.why, error.do) if part)
        return Look(pd.DataFrame(), np.zeros(0, dtype=np.int64), (Fault(told),))
    with files.enough_memory(path):
        seen = look_at(cells.frame, name, locality=locality, first_row=cells.first_row, comma=cells.comma)
    files.tell(path, (*cells.notes, *seen.notes))
    return seen


def at_home(fault: Fault, paths: Mapping[str, Path], rows: Mapping[str, Ints]) -> Fault:
    """Return a fault that the solver found in a table with the file and the row on which it stands."""
    if fault.where not in paths:
        return fault
    row = fault.row if fault.row is None else int(rows[fault.where][fault.row - 1])
    return replace(fault, where=str(paths[fault.where]), row=row)


def in_order(faults: Sequence[Fault], paths: Mapping[str, Path]) -> list[Fault]:
    """Return faults by file and row; what is said of a whole column stands for its cells."""
    order = [*(str(path) for path in paths.values()), *TABLES]
    columns = {(fault.where, fault.column) for fault in faults if fault.row is None and fault.column is not None}
    told = [fault for fault in faults if fault.row is None or (fault.where, fault.column) not in columns]
    return sorted(told, key=lambda f: (order.index(f.where) if f.where in order else len(order), f.row or 0))


def refusal(seen: Mapping[str, Look], paths: Mapping[str, Path], counts: Mapping[str, str] | None = None) -> DataError:
    """Return one error with the faults of all files and those between them, no cell at fault in both ways."""
    own = [replace(fault, where=str(paths[name])) for name, each in seen.items() for fault in each.faults]
    cells = {(fault.where, fault.row, fault.column) for fault in own}
    between = [fault for fault in _between(seen, paths, counts) if (fault.where, fault.row, fault.column) not in cells]
    faults = in_order([*own, *between], paths)
    count = len({fault.where for fault in faults})
    return DataError(
        f"the tables cannot be used: {len(faults)} fault{'s' if len(faults) > 1 else ''}"
        + (f" in {count} files" if count > 1 else ""),
        why="a household or place that is misread would be placed wrongly; nothing was written",
        do="mend what is named and run again; `workbench data list` says what each column may hold",
        faults=faults,
    )


def _between(seen: Mapping[str, Look], paths: Mapping[str, Path], counts: Mapping[str, str] | None) -> list[Fault]:
    """Return what contradicts between the tables, as far as they can be read."""
    usable = {name: _doubted(name, each) for name, each in seen.items()}
    tables = {name: each.table for name, each in usable.items() if len(each.table)}
    homes = tables.get("households", _named("household", tables)).copy()
    rooms = tables.get("places", _named("place", tables)).copy()
    if homes.empty or rooms.empty:
        return []
    if "places" not in tables or _misread(seen["places"], "services"):
        rooms["services"] = ";".join(sorted({code for codes in code_lists(homes, "needs") for code in codes}))
    anywhere = pd.DataFrame(0.5, index=range(len(homes)), columns=list(rooms["place"]))
    anywhere.insert(0, "household", homes["household"].to_numpy())
    today = pd.DataFrame({"household": homes["household"].iloc[:1], "place": rooms["place"].iloc[0]})
    practice = tables.get("practice", today if "practice" in seen else None)
    try:
        problem_from_tables(
            homes, rooms, tables.get("scores", anywhere), tables.get("rules"), practice=practice, counts=counts
        )
    except (DataError, DecisionError) as error:
        rows = {name: each.rows for name, each in usable.items()}
        found = [fault for fault in error.faults if fault.column != "group" or "households" in tables]
        return [at_home(fault, paths, rows) for fault in found if fault.where in tables]
    return []


def _named(key: str, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what stands for households or places that cannot be read: all that other tables name, with ample room."""
    names = {str(name) for table in tables.values() if key in table for name in table[key].dropna()}
    if key == "place" and "scores" in tables and key not in tables["scores"]:
        names |= {str(name) for name in tables["scores"].columns if name != "household"}
    partners = ("linked_with", "apart_from", "other") if key == "household" else ()
    names |= {
        str(name) for table in tables.values() for each in partners if each in table for name in table[each].dropna()
    }
    stands = {name: value for name, value in PLAUSIBLE.items() if name != "score"}
    return pd.DataFrame({key: sorted(names)}).assign(**stands)


def _doubted(name: str, seen: Look) -> Look:
    """Return a table without repeated rows, a plausible number for each that is at fault; empty without its key."""
    spec, wide = contract(name), name == "scores" and "place" not in seen.table
    key = ["household"] if wide else [] if name == "rules" else list(spec.key)
    if not {*key, *(["rule"] if name == "rules" else [])} <= set(seen.table.columns):
        return Look(pd.DataFrame(), seen.rows)
    lacking = [] if wide else [c.name for c in spec.columns if c.required and c.name not in seen.table]
    table = seen.table.assign(**{column: PLAUSIBLE.get(column) for column in lacking})
    for fault in seen.faults:
        if fault.row is None or fault.column is None:
            continue
        stands = _plausible(fault.column, wide=wide)
        if stands is not None:
            at = int(np.searchsorted(seen.rows, fault.row))
            numbers = table[fault.column].astype("float64")
            read = abs(numbers[at])
            numbers[at] = read if fault.column.startswith(SIZED) and not np.isnan(read) else stands
            table[fault.column] = numbers
    keep = pd.Series(True, index=table.index)
    if key:
        keep = ~table.duplicated(key) & table[key].notna().all(axis=1)
    return Look(table[keep].reset_index(drop=True), seen.rows[keep.to_numpy()])


def _plausible(column: str, *, wide: bool) -> float | None:
    if wide and column != "household":
        return PLAUSIBLE["score"]
    return PLAUSIBLE.get("capacity" if column.startswith("capacity_") else column)


def _misread(seen: Look, column: str) -> bool:
    """Say whether a column, or which columns there are, is at fault."""
    return any(fault.column == column or fault.row is None for fault in seen.faults)
