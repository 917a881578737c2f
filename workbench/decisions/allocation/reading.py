"""What do the input tables say? Codes, links, scores and orders as arrays, every fault collected and none raised."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.core.errors import Fault, nearest

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Names = tuple[str, ...]


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
    """Return the table sorted by its key as text, so that the order of the rows cannot matter."""
    if key not in table and table.index.name == key:
        table = table.reset_index()
    if key not in table:
        faults.append(Fault("the column is missing", column=key))
        return pd.DataFrame({key: pd.Series(dtype=object)})
    table = table.assign(**{key: texts(table, key)})
    faults += [
        Fault(f"this {key} stands on more than one row", column=key, value=name)
        for name in sorted(set(table.loc[table[key].duplicated(), key]))
    ]
    return table.drop_duplicates(key).sort_values(key, kind="stable").reset_index(drop=True)


def partners(table: pd.DataFrame, column: str, known: dict[str, int], faults: list[Fault]) -> list[tuple[int, int]]:
    """Return the pairs of households that a column such as ``linked_with`` names, smaller index first."""
    pairs: set[tuple[int, int]] = set()
    for own, others in enumerate(code_lists(table, column)):
        for other in others:
            if other not in known:
                faults.append(
                    Fault("no such household", column=column, value=other, allowed=nearest(other, list(known)))
                )
            elif known[other] == own:
                faults.append(Fault("a household is named as its own partner", column=column, value=other))
            else:
                pairs.add((min(own, known[other]), max(own, known[other])))
    return sorted(pairs)


def merged(count: int, links: list[tuple[int, int]]) -> Ints:
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
        faults.append(Fault("the column is missing", column="household"))
        return np.full((len(households), len(places)), np.nan)
    if not {"place", "score"} <= set(scores.columns):
        return _wide_matrix(scores, row, column, faults)
    who, where = texts(scores, "household"), texts(scores, "place")
    for given, known, label in ((who, row, "household"), (where, column, "place")):
        for name in sorted(set(given) - set(known)):
            faults.append(
                Fault(f"no such {label} in the scores", column=label, value=name, allowed=nearest(name, list(known)))
            )
    value = pd.to_numeric(scores["score"]).to_numpy(dtype=np.float64)
    left = np.array([row.get(name, -1) for name in who], dtype=np.int64)
    right = np.array([column.get(name, -1) for name in where], dtype=np.int64)
    for index in np.flatnonzero((value < 0) | (value > 1)):
        pair = f"{who[index]} at {where[index]}: {value[index]:g}"
        faults.append(Fault("a score lies outside its range", column="score", value=pair, allowed="0 to 1"))
    known_pair = (left >= 0) & (right >= 0)
    cell = (left * max(1, len(places)) + right)[known_pair]
    _, first, count = np.unique(cell, return_index=True, return_counts=True)
    for index in first[count > 1]:
        at = np.flatnonzero(known_pair)[index]
        faults.append(Fault("the pair has more than one score", column="score", value=f"{who[at]} at {where[at]}"))
    matrix = np.full((len(households), len(places)), np.nan)
    matrix[left[known_pair], right[known_pair]] = value[known_pair]
    return matrix


def _wide_matrix(scores: pd.DataFrame, row: dict[str, int], column: dict[str, int], faults: list[Fault]) -> Floats:
    """Return wide scores (one column per place) as an array; a national table has millions of cells."""
    who = texts(scores, "household")
    given = [str(name) for name in scores.columns if name != "household"]
    for names, known, label in ((who, row, "household"), (given, column, "place")):
        for name in sorted(set(names) - set(known)):
            faults.append(
                Fault(f"no such {label} in the scores", column=label, value=name, allowed=nearest(name, list(known)))
            )
    for name in sorted({name for name in who if who.count(name) > 1}) if len(set(who)) < len(who) else []:
        faults.append(Fault("this household stands on more than one row", column="household", value=name))
    cells = scores.drop(columns="household").apply(pd.to_numeric).to_numpy(dtype=np.float64)
    for at, place in zip(*np.nonzero((cells < 0) | (cells > 1)), strict=True):
        pair = f"{who[at]} at {given[place]}: {cells[at, place]:g}"
        faults.append(Fault("a score lies outside its range", column="score", value=pair, allowed="0 to 1"))
    rows = np.array([row.get(name, -1) for name in who], dtype=np.int64)
    columns = np.array([column.get(name, -1) for name in given], dtype=np.int64)
    matrix = np.full((len(row), len(column)), np.nan)
    matrix[np.ix_(rows[rows >= 0], columns[columns >= 0])] = cells[np.ix_(rows >= 0, columns >= 0)]
    return matrix
