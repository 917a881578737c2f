"""Which of a publisher's dimensions is which column of a contract, and what is to be asked about the others?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from workbench.core.contracts.columns import Contract
from workbench.core.errors import DataError
from workbench.sources.publishers.cube import Cube
from workbench.sources.publishers.figures import KEPT
from workbench.sources.publishers.times import period
from workbench.sources.publishers.words import TIME, VALUE, is_total, main_measure, measures, rank, same, time_column

EACH, SUM = "each", "sum"
"""Choices that are no value: every value apart from the totals; all values added up."""
SHOWN = 10


@dataclass
class Choices:
    """What the user chose, which of it was of use, and for which of the contract's columns it names the file's."""

    given: Mapping[str, str]
    used: set[str] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)

    def of(self, *names: str) -> str | None:
        """Return what was chosen for something that may be called by any of these names."""
        wanted = {same(name) for name in names if name}
        for name, value in self.given.items():
            if same(name) in wanted:
                self.used.add(name)
                return value
        return None

    def refuse_unused(self, cube: Cube, where: str) -> None:
        """Refuse a choice about something that the file does not have."""
        unused = [name for name in self.given if name not in self.used]
        if unused:
            raise DataError(
                f"nothing is called '{unused[0]}' here", where=where, why=f"the file is read as {cube.format}",
                do=f"what can be chosen: {', '.join(cube.dimensions[:SHOWN])}",
            )  # fmt: skip


def mapped(cube: Cube, of: Contract, choices: Choices) -> dict[str, str]:
    """Return for each key column of the contract, but its time, the dimension that it is; the best name wins.

    A choice that names a column of the file comes first: ``destination=Country``.
    """
    found: dict[str, str] = {}
    time = time_column(of)
    for column in of.columns:
        if column.name == time or column.kind in ("count", "number", "flag"):
            continue
        wish = same(choices.given.get(column.name, ""))
        if wish and (meant := [name for name in cube.dimensions if same(name) == wish]):
            found[column.name] = meant[0]
            choices.used.add(column.name)
            choices.columns.add(column.name)
            continue
        ranked = [
            (best, at, name)
            for at, name in enumerate(cube.dimensions)
            if name not in found.values() and (best := _rank(cube, name, column.name)) is not None
        ]
        if ranked:
            found[column.name] = min(ranked)[2]
    return found


def _rank(cube: Cube, name: str, column: str) -> int | None:
    ranks = [each for word in (name, cube.titles.get(name, "")) if word and (each := rank(word, column)) is not None]
    return min(ranks) if ranks else None


def timed(cube: Cube, taken: Sequence[str]) -> tuple[pd.Series | None, list[str]]:
    """Return the period of each observation as its publisher writes it, and the dimensions that it was read from.

    A year beside a month or a quarter is joined with it.
    """
    words = [same(word) for word in TIME]
    names = [
        name
        for name in cube.dimensions
        if name not in taken and {same(name), same(cube.titles.get(name, ""))} & {*words}
    ]
    if not names:
        return None, []
    by = {name: cube.frame[name].fillna("").astype(str) for name in names}
    for cells in by.values():
        distinct = [text for text in cells.unique() if text]
        if distinct and all((found := period(text)) and ("-" in found or len(names) == 1) for text in distinct):
            return cells, names
    years = [name for name, cells in by.items() if cells.map(lambda text: period(text) is not None).all()]
    rest = [name for name in names if name not in years]
    if len(years) == 1 and len(rest) == 1:
        part = by[rest[0]]
        part = part.where(~part.str.fullmatch("0?[1-9]|1[0-2]"), "M" + part.str.zfill(2))
        whole = by[years[0]] + part.where(part.str.fullmatch("M[0-9]{2}"), " " + part)
        return whole, names
    return by[names[0]], names


def label(cube: Cube, name: str, code: str) -> str:
    """Return the name of a code of a dimension, empty where the file has none."""
    return cube.labels.get(name, {}).get(code, "")


def values(cube: Cube, name: str) -> list[str]:
    """Return the values of a dimension in the order in which they stand."""
    return [str(value) for value in cube.frame[name].fillna("").unique()]


def one_spelling(cube: Cube) -> tuple[Cube, list[str]]:
    """Return the cube with values that differ in letters' case or spaces alone written as most rows write them.

    Two spellings of one route would each hold a part of its figures. Codes that have names of their own stay.
    """
    frame, notes = cube.frame, []
    for name in cube.dimensions:
        many = frame[name].dropna().value_counts()
        if name in cube.labels or len(many) == len({same(str(value)) for value in many.index}):
            continue
        usual: dict[str, str] = {}
        for value in map(str, many.index):
            usual.setdefault(same(value), value)
        other = {value: usual[same(value)] for value in map(str, many.index) if usual[same(value)] != value}
        frame = frame.assign(**{name: frame[name].replace(other).astype("string")})
        first, taken = next(iter(other.items()))
        notes.append(f"'{name}': {len(other)} spelling(s) are read as another one: '{first}' as '{taken}'")
    return (replace(cube, frame=frame) if notes else cube), notes


def chosen(cube: Cube, name: str, choice: str, where: str) -> str:
    """Return the value of a dimension that a choice names by code or by label."""
    found = [v for v in values(cube, name) if v == choice]
    found = found or [v for v in values(cube, name) if same(choice) in (same(v), same(label(cube, name, v)))]
    if len(found) != 1:
        raise DataError(
            f"'{name}' has no value '{choice}'" if not found else f"'{choice}' names several values of '{name}'",
            where=where, do=f"values: {shown(cube, name)}",
        )  # fmt: skip
    return found[0]


def shown(cube: Cube, name: str) -> str:
    """Return the values of a dimension as a message lists them: at most ten."""
    found = values(cube, name)
    told = [f"{v} ({label(cube, name, v)})" if label(cube, name, v) not in ("", v) else v or "(blank)" for v in found]
    return ", ".join(told[:SHOWN]) + (f" and {len(told) - SHOWN} more" if len(told) > SHOWN else "")


def totals(cube: Cube, name: str) -> list[str]:
    """Return the values of a dimension that stand for sums of others by their name."""
    return [v for v in values(cube, name) if is_total(v, label(cube, name, v))]


def follows(frame: pd.DataFrame, name: str, keys: Sequence[str]) -> str | None:
    """Return the key whose value alone decides that of a column, so that the column says nothing more."""
    cells = frame[name].fillna("")
    return next((key for key in keys if cells.groupby(frame[key].fillna("")).nunique().max() == 1), None)


def is_figure(cube: Cube, name: str) -> bool:
    """Return whether a column holds numbers that no row needs to be told from another: a share, a rate, a rank."""
    plain = cube.frame[name].dropna().str.replace(r"[\s%]", "", regex=True)
    others = [other for other in cube.dimensions if other != name]
    numeric = plain.str.fullmatch(r"[+-]?[0-9]+([.,][0-9]+)*").fillna(False).all()
    return bool(numeric) and not cube.frame.duplicated(others).any()


def measured(cube: Cube, of: Contract, choices: Choices, where: str) -> tuple[Cube, dict[str, str]]:
    """Return the cube with its columns of figures, and which of the contract's each of them is."""
    main = main_measure(of)
    named: dict[str, str] = {}
    for column in measures(of):
        ranked = sorted(
            (best, name) for name in map(str, cube.frame.columns) if (best := rank(name, column)) is not None
        )
        ranked = [each for each in ranked if each[1] not in named and (not cube.measures or each[1] in cube.measures)]
        wish = (
            choices.of(column)
            if any(same(choices.given.get(column, "\0")) == same(n) for n in map(str, cube.frame))
            else None
        )
        if wish is not None:
            named[next(name for name in map(str, cube.frame) if same(name) == same(wish))] = column
        elif ranked:
            named[ranked[0][1]] = column
    if not set(measures(of)) & set(named.values()):
        plain = list(cube.measures) or [name for name in map(str, cube.frame) if same(name) in VALUE]
        if not plain and cube.format.startswith("PxWeb"):
            plain = [str(cube.frame.columns[-1])]
        if len(plain) == 1:
            wish = choices.of("value", plain[0])
            if wish is not None and wish not in measures(of):
                raise DataError(f"'{of.name}' has no figure '{wish}'", where=where, do=", ".join(measures(of)))
            named = {plain[0]: wish or main or ""}
    if not named:
        raise DataError(
            f"no column of figures is recognised in this {cube.format}", where=where,
            why=f"'{of.name}' needs {', '.join(measures(of)[:3])}; it has {', '.join([*map(str, cube.frame)][:9])}",
            do=f"say which it is: --choose {main or measures(of)[0]}=COLUMN",
        )  # fmt: skip
    return replace(cube, measures=tuple(named)), named


def main_or_any(of: Contract) -> set[str]:
    """Return the figures of which a dimension must name one to be the dimension of measures."""
    main = main_measure(of)
    return {main} if main else set(measures(of))


def names_measure(cube: Cube, name: str, value: str, measure: str) -> bool:
    """Return whether a value of a dimension, by code or label, is the name of a measure."""
    return rank(value, measure) is not None or rank(label(cube, name, value) or value, measure) is not None


def by_measure(cube: Cube, of: Contract, split: str) -> dict[str, str | None]:
    """Return which of the contract's figures each value of a dimension is; each figure is taken once."""
    found: dict[str, str | None] = {}
    for value in values(cube, split):
        taken = set(found.values())
        named = (m for m in measures(of) if m not in taken and names_measure(cube, split, value, m))
        found[value] = next(named, None)
    return found


def rivals(cube: Cube, of: Contract, split: str) -> list[str]:
    """Return two values of a dimension that name the same figure, so that the one would be taken for the other."""
    found = by_measure(cube, of, split)
    for value, measure in found.items():
        if measure is None:
            for m in measures(of):
                if names_measure(cube, split, value, m):
                    return [next(other for other, taken in found.items() if taken == m), value]
    return []


def pivoted(
    cube: Cube, frame: pd.DataFrame, of: Contract, split: str, keys: list[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Return one row for each key, with a column for each measure that a dimension names."""
    out: pd.DataFrame | None = None
    notes: list[str] = []
    for value, measure in by_measure(cube, of, split).items():
        here = frame[frame[split].fillna("").eq(value)]
        if measure is None:
            notes.append(f"'{value}' of '{split}' is left out")
            continue
        notes.append(f"{split}={value} is read as '{measure}'")
        here = here[[*keys, cube.measures[0], KEPT]].rename(columns={cube.measures[0]: measure})
        here = here.rename_axis("\0line").reset_index()
        if out is None:
            out = here
        else:
            out = out.merge(here, "outer", keys, suffixes=("", "\0other"))
            out["\0line"] = out["\0line"].fillna(out.pop("\0line\0other")).astype("int64")
            out[KEPT] = out[KEPT].eq(True) | out.pop(f"{KEPT}\0other").eq(True)
    assert out is not None
    return out.set_index("\0line").rename_axis(None), notes


def without_blanks(frame: pd.DataFrame, of: Contract) -> tuple[pd.DataFrame, list[str]]:
    """Return the table with the contract's own columns on what was withheld, without rows that lack a figure."""
    notes: list[str] = []
    withheld = frame.pop(KEPT).eq(True)
    if withheld.any() and of.column("any_withheld") is not None:
        frame["any_withheld"] = withheld.map({True: "True", False: "False"})
    if withheld.any() and of.column("suppressed_cells") is not None:
        frame["suppressed_cells"] = withheld.astype(int).astype(str)
    for name in measures(of):
        column = of.column(name)
        if name in frame and column is not None and not column.empty and frame[name].isna().any():
            notes.append(
                f"{int(frame[name].isna().sum()):,} rows without '{name}' are left out: not published is not zero"
            )
            frame = frame[frame[name].notna()]
    return frame, notes
