"""What do the input tables say? Codes, links, scores and orders as arrays, every fault collected and none raised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.core.errors import Fault, nearest

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Names = tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """Where is something stated? In a table of this name, row (counted from 1) and column."""

    table: str
    row: int
    column: str

    def fault(self, what: str, value: object = None, allowed: str = "") -> Fault:
        """Return a fault that stands here."""
        return Fault(what, self.row, self.column, value, allowed, self.table)


Ties = dict[tuple[int, int], Cell]
"""Pairs of indices, each with the cell that states it."""


def text(value: object) -> str:
    """Return a cell as a code: '' when empty, whole numbers without a decimal point (12.0 is '12')."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def codes(value: object) -> Names:
    """Return the codes of a ``;``-separated cell, sorted and each once.

    >>> codes("school; clinic;school")
    ('clinic', 'school')
    """
    return tuple(sorted({part for piece in text(value).split(";") if (part := piece.strip())}))


def texts(table: pd.DataFrame, column: str) -> list[str]:
    """Return a column as codes; a column that is absent is empty."""
    return [text(value) for value in table[column]] if column in table else [""] * len(table)


def code_lists(table: pd.DataFrame, column: str) -> list[Names]:
    """Return a ``;``-separated column as tuples of codes; a column that is absent is empty."""
    return [codes(value) for value in table[column]] if column in table else [()] * len(table)


def numbers(table: pd.DataFrame, column: str, empty: float = 0.0) -> Floats:
    """Return a column as numbers, ``empty`` where a cell or the column is absent."""
    if column not in table:
        return np.full(len(table), empty)
    return np.asarray(pd.to_numeric(table[column]).astype("float64").fillna(empty), dtype=np.float64)


def keyed(table: pd.DataFrame, key: str, faults: list[Fault]) -> pd.DataFrame:
    """Return the table sorted by its key as text, so that the order of the rows cannot matter; its index counts them.

    Every key stands once; the table's name is the key's plural.
    """
    if key not in table and table.index.name == key:
        table = table.reset_index()
    if key not in table:
        faults.append(Fault("the column is missing", column=key, where=f"{key}s"))
        return pd.DataFrame({key: pd.Series(dtype=object)})
    table = table.assign(**{key: texts(table, key)}).reset_index(drop=True)
    again = table[key].duplicated()
    faults += [
        Cell(f"{key}s", int(row) + 1, key).fault(f"this {key} stands on more than one row", table[key].iloc[row])
        for row in np.flatnonzero(again)
    ]
    return table[~again].sort_values(key, kind="stable")


def cell_of(table: pd.DataFrame, name: str, at: int, column: str) -> Cell:
    """Return where the cell of a keyed table stands."""
    return Cell(name, int(table.index.to_numpy()[at]) + 1, column)


def partners(homes: pd.DataFrame, column: str, known: Mapping[str, int], faults: list[Fault]) -> Ties:
    """Return the pairs of households that a column such as ``linked_with`` names, smaller index first."""
    pairs: Ties = {}
    for own, others in enumerate(code_lists(homes, column)):
        for other in others:
            cell = cell_of(homes, "households", own, column)
            if other not in known:
                faults.append(cell.fault("no such household", other, nearest(other, list(known))))
            elif known[other] == own:
                faults.append(cell.fault("a household is named as its own partner", other))
            else:
                pairs.setdefault((min(own, known[other]), max(own, known[other])), cell)
    return pairs


def services_asked(
    homes: pd.DataFrame, offers: Sequence[Names], services: Sequence[str], faults: list[Fault]
) -> list[Names]:
    """Return what each household needs of what places offer or count room for; any other need is a fault."""
    known = sorted({*services, *(code for offer in offers for code in offer)})
    needs = code_lists(homes, "needs")
    asking: dict[str, list[int]] = {}
    for own, codes_ in enumerate(needs):
        for code in codes_:
            if code not in known:
                asking.setdefault(code, []).append(own)
    told = "(a service is one that a place lists in 'services' or has a column 'capacity_<service>' for)"
    for code, rows in asking.items():
        cell = cell_of(homes, "households", min(rows, key=homes.index.to_numpy().__getitem__), "needs")
        hint = f"{nearest(code, known) or 'no place offers any'} {told}"
        faults.append(cell.fault(f"no place offers this service{_many(len(rows))}", code, hint))
    return [tuple(code for code in codes_ if code in known) for codes_ in needs]


def merged(count: int, links: Sequence[tuple[int, int]]) -> Ints:
    """Return for each household the item it belongs to; linked households share one (union-find)."""
    parent = list(range(count))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for left, right in links:
        low, high = sorted((root(left), root(right)))
        parent[high] = low
    roots = [root(node) for node in range(count)]
    order = {top: item for item, top in enumerate(sorted(set(roots)))}
    return np.array([order[top] for top in roots], dtype=np.int64)


def score_matrix(scores: pd.DataFrame, households: Names, places: Names, faults: list[Fault]) -> Floats:
    """Return scores as an array: index household, columns place, 0–1, NaN where the pair has none."""
    row = {name: index for index, name in enumerate(households)}
    column = {name: index for index, name in enumerate(places)}
    if "household" not in scores and scores.index.name == "household":
        scores = scores.reset_index()
    if "household" not in scores:
        faults.append(Fault("the column is missing", column="household", where="scores"))
        return np.full((len(households), len(places)), np.nan)
    if not {"place", "score"} <= set(scores.columns):
        return _wide_matrix(scores, row, column, faults)
    who, where = texts(scores, "household"), texts(scores, "place")
    _strange(who, row, "household", faults)
    _strange(where, column, "place", faults)
    value = pd.to_numeric(scores["score"]).to_numpy(dtype=np.float64)
    left = np.array([row.get(name, -1) for name in who], dtype=np.int64)
    right = np.array([column.get(name, -1) for name in where], dtype=np.int64)
    for index in np.flatnonzero((value < 0) | (value > 1)):
        what = f"the score of {who[index]} at {where[index]} lies outside its range"
        faults.append(Cell("scores", int(index) + 1, "score").fault(what, float(value[index]), "0 to 1"))
    known_pair = (left >= 0) & (right >= 0)
    cell = (left * max(1, len(places)) + right)[known_pair]
    for index in np.flatnonzero(known_pair)[pd.Series(cell).duplicated().to_numpy()]:
        what = f"{who[index]} at {where[index]} has more than one score"
        faults.append(Cell("scores", int(index) + 1, "score").fault(what, float(value[index])))
    matrix = np.full((len(households), len(places)), np.nan)
    matrix[left[known_pair], right[known_pair]] = value[known_pair]
    return matrix


def _wide_matrix(scores: pd.DataFrame, row: dict[str, int], column: dict[str, int], faults: list[Fault]) -> Floats:
    """Return wide scores (one column per place) as an array; a national table has millions of cells."""
    who = texts(scores, "household")
    given = [str(name) for name in scores.columns if name != "household"]
    _strange(who, row, "household", faults)
    for name in given:
        if name not in column:
            what = "no such place in the scores"
            faults.append(Fault(what, column=name, allowed=nearest(name, list(column)), where="scores"))
    for again in np.flatnonzero(pd.Series(who, dtype=object).duplicated()):
        what = "this household stands on more than one row"
        faults.append(Cell("scores", int(again) + 1, "household").fault(what, who[again]))
    cells = scores.drop(columns="household").apply(pd.to_numeric).to_numpy(dtype=np.float64)
    for at, place in zip(*np.nonzero((cells < 0) | (cells > 1)), strict=True):
        what = f"the score of {who[at]} lies outside its range"
        faults.append(Cell("scores", int(at) + 1, given[place]).fault(what, float(cells[at, place]), "0 to 1"))
    rows = np.array([row.get(name, -1) for name in who], dtype=np.int64)
    columns = np.array([column.get(name, -1) for name in given], dtype=np.int64)
    matrix = np.full((len(row), len(column)), np.nan)
    matrix[np.ix_(rows[rows >= 0], columns[columns >= 0])] = cells[np.ix_(rows >= 0, columns >= 0)]
    return matrix


def _strange(given: list[str], known: Mapping[str, int], label: str, faults: list[Fault]) -> None:
    """Name each code of the scores that is not known, once, where it first stands."""
    counts = pd.Series(given, dtype=object).value_counts()
    for name in sorted(set(given) - set(known)):
        what = f"no such {label} in the scores{_many(int(counts[name]))}"
        faults.append(Cell("scores", given.index(name) + 1, label).fault(what, name, nearest(name, list(known))))


def _many(rows: int) -> str:
    return f", in {rows} rows" if rows > 1 else ""
