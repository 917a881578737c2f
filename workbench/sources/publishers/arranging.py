"""What does a publisher's file say in the columns of a contract? What was kept and dropped is said, two readings asked.

The order: choices, dimensions that the contract does not have, marks, sums, figures in their columns, keys in the
codes that the contract takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workbench.core.contracts.columns import Contract
from workbench.core.errors import DataError
from workbench.sources.containers import Cells
from workbench.sources.publishers import columns as at
from workbench.sources.publishers.columns import main_or_any, measured, names_measure, pivoted, without_blanks
from workbench.sources.publishers.cube import Cube
from workbench.sources.publishers.figures import KEPT, MEANINGS, added, unmarked
from workbench.sources.publishers.keys import coded
from workbench.sources.publishers.times import is_part, kind, period
from workbench.sources.publishers.words import is_one_sex, is_total, main_measure, measures, time_column

TIMES = {"month": ("month",), "period": ("month", "quarter"), "year": ("year",), "span": ("year",)}


def arranged(cube: Cube, of: Contract, where: str, choose: Mapping[str, str]) -> Cells:
    """Return a publisher's observations in the columns of a contract.

    Parameters
    ----------
    choose
        What to take where the file allows two readings: a dimension's value (``citizen: TOTAL``), ``each`` or ``sum``;
        a mark's meaning (``-: 0``); a column for a measure (``persons: Claims``); a value for a column that the file
        does not have (``destination: SE``).

    Raises
    ------
    DataError
        With the choices that are open, or what the contract needs and the file lacks.
    """
    choices = at.Choices(choose)
    notes = [f"recognised as {cube.format}", *cube.notes]
    if cube.frame.empty:
        raise DataError(f"this {cube.format} holds no figures", where=where, do="get the file again, or name another")
    cube, named = measured(cube, of, choices, where)
    cube, said = at.one_spelling(cube)
    notes += said
    cube, keys, said = _keyed(cube, of, choices, where)
    notes += said
    _refuse_repeated(cube, where)
    cube, split, parts, said = _narrowed(cube, of, keys, named, choices, where)
    notes += said
    marks = {mark: MEANINGS.get((choices.of(mark) or "").lower(), meaning) for mark, meaning in cube.marks.items()}
    frame, said = unmarked(cube.frame, cube.measures, marks, where)
    notes += said
    choices.refuse_unused(cube, where)
    columns = [*keys, *([split] if split else [])]
    if parts:
        frame = added(frame[[*columns, *cube.measures, KEPT]], columns, cube.measures, cube.comma, where)
    if split:
        frame, said = pivoted(cube, frame, of, split, [*keys])
        notes += said
    else:
        frame = frame.rename(columns=named)
    frame = frame[[*keys, *(name for name in measures(of) if name in frame), KEPT]]
    frame, said = coded(frame, of, cube, where)
    notes += said
    frame, said = without_blanks(frame, of)
    notes += said
    if frame.empty:
        raise DataError(f"no figure of this {cube.format} is left", where=where, why="; ".join(notes)[:400])
    return Cells(frame.astype("string"), 0, cube.comma, tuple(notes))


def _refuse_repeated(cube: Cube, where: str) -> None:
    """Refuse a row that speaks of the same as another one: added up, its persons would count twice."""
    again = cube.frame.duplicated(cube.dimensions).to_numpy()
    if again.any():
        key = cube.frame[cube.dimensions].fillna("")
        at = int(again.argmax())
        first = int(key.eq(key.iloc[at]).all(axis=1).to_numpy().argmax())
        told = ", ".join(f"{name} {value}" for name, value in key.iloc[at].items())
        raise DataError(
            f"row {cube.frame.index[at]} speaks of the same as row {cube.frame.index[first]}: {told[:300]}",
            where=where, why="one of the two figures would be lost, or persons counted twice", do="take one out",
        )  # fmt: skip


def _keyed(cube: Cube, of: Contract, choices: at.Choices, where: str) -> tuple[Cube, list[str], list[str]]:
    """Return the cube with the contract's own names for keys and time; what it lacks is taken from the choices."""
    notes: list[str] = []
    found = at.mapped(cube, of, choices)
    period_of = time_column(of)
    time, used = at.timed(cube, list(found.values()))
    frame, titles, labels = cube.frame, dict(cube.titles), dict(cube.labels)
    for column, name in found.items():
        if name != column:
            notes.append(f"'{name}' is read as '{column}'")
        labels[column], titles[column] = labels.get(name, {}), titles.get(name, name) if name == column else name
    frame = frame.rename(columns={name: column for column, name in found.items()})
    if period_of and time is not None:
        frame = frame.drop(columns=[name for name in used if name in frame])
        frame[period_of] = time.astype("string")
    for each in of.columns:
        needed = each.required and each.kind not in ("count", "number", "flag")
        if needed and each.name not in frame:
            wish = choices.of(each.name)
            if wish is None:
                raise DataError(
                    f"nothing in this {cube.format} is the column '{each.name}' of '{of.name}'",
                    where=where, why=f"{each.description}; it has: {', '.join(cube.dimensions[:10])}",
                    do=f"name the column that holds it, --choose {each.name}=COLUMN, or the one that all rows have, "
                    f"--choose {each.name}=VALUE",
                )  # fmt: skip
            frame[each.name] = wish
            notes.append(f"'{each.name}' is {wish} in all rows, as chosen")
    keys = [
        c.name for c in of.columns if c.name in frame and c.name not in cube.measures and c.name not in measures(of)
    ]
    cube = replace(cube, frame=frame, titles=titles, labels=labels)
    if period_of:
        cube, said = _periods(cube, of, period_of, where)
        notes += said
    return cube, keys, notes


def _periods(cube: Cube, of: Contract, name: str, where: str) -> tuple[Cube, list[str]]:
    """Return the cube with its periods as the contract writes them; part years and sums of periods are left out."""
    column = of.column(name)
    assert column is not None
    distinct = at.values(cube, name)
    read = {label: period(label) for label in distinct}
    parts = [label for label in distinct if read[label] is None and is_part(label)]
    sums = [label for label in distinct if read[label] is None and is_total(label)]
    lost = [label for label in distinct if read[label] is None and label not in parts and label not in sums]
    if lost:
        line = cube.frame.index[int(cube.frame[name].fillna("").eq(lost[0]).to_numpy().argmax())]
        raise DataError(f"row {line}: '{lost[0]}' is no period", where=where, why=column.allowed, do="mend the row")
    wanted = TIMES[column.kind]
    wrong = [label for label, found in read.items() if found and kind(found) not in wanted]
    if wrong:
        raise DataError(
            f"this {cube.format} has figures by {kind(str(read[wrong[0]]))} ('{wrong[0]}'), "
            f"and '{of.name}' takes a {' or a '.join(wanted)}",
            where=where, why="they would be read as something else", do="get the table for the period that is needed",
        )  # fmt: skip
    frame = cube.frame[~cube.frame[name].fillna("").isin([*parts, *sums])]
    notes = [f"part year '{label}' is left out" for label in parts]
    notes += [f"'{label}' is a sum of periods and left out" for label in sums]
    return replace(cube, frame=frame.assign(**{name: frame[name].map(read).astype("string")})), notes


def _narrowed(
    cube: Cube, of: Contract, keys: list[str], named: Mapping[str, str], choices: at.Choices, where: str
) -> tuple[Cube, str, bool, list[str]]:
    """Return the cube with one figure for each key; the dimension of measures, if any; and whether to add up."""
    notes: list[str] = []
    asks: list[tuple[str, str]] = []
    split, parts = "", False
    for name in list(cube.dimensions):
        title = cube.titles.get(name, "")
        here = at.values(cube, name)
        column = of.column(name) if name in keys else None
        wish = None if name in choices.columns else choices.of(name, title)
        if wish is not None and wish.lower() in (at.EACH, at.SUM):
            totals = at.totals(cube, name)
            cube = _only(cube, name, [v for v in here if v not in totals])
            parts |= wish.lower() == at.SUM
            notes.append(f"'{title or name}': {len(here) - len(totals)} values, totals left out, as chosen")
            if wish.lower() == at.SUM and column is not None:
                keys.remove(name)
            continue
        if wish is not None and not (column is not None and here == [wish]):
            value = at.chosen(cube, name, wish, where)
            cube = _only(cube, name, [value])
            notes.append(f"{title or name}={value}, as chosen")
            if column is not None and not column.required and is_total(value, at.label(cube, name, value)):
                keys.remove(name)
            if column is not None or not named.get(cube.measures[0]):
                continue
            continue
        if name == time_column(of):
            continue
        totals = at.totals(cube, name)
        if column is not None:
            if not totals:
                continue
            told = title or name
            if len(totals) == len(here) and not column.required:
                keys.remove(name)
                notes.append(f"{told}={here[0]}" if len(here) == 1 else f"'{told}' holds only totals")
                if len(here) > 1:
                    asks.append((f"'{told}' holds several totals: {at.shown(cube, name)}", f"{told}={totals[0]}"))
            elif len(totals) < len(here) and not column.required:
                asks.append(
                    (f"'{told}' holds the total ({totals[0]}) beside {len(here) - len(totals)} others",
                     f"{told}={totals[0]} or --choose {told}={at.EACH}")
                )  # fmt: skip
            elif len(totals) < len(here):
                cube = _only(cube, name, [v for v in here if v not in totals])
                notes.append(f"'{told}': {', '.join(totals[:5])} left out, a sum of others")
            continue
        figures = {v: m for v in here for m in measures(of) if names_measure(cube, name, v, m)}
        if len(cube.measures) == 1 and len(here) > 1 and main_or_any(of) & set(figures.values()):
            if split:
                asks.append((f"both '{split}' and '{name}' say which figure it is", f"{name}=VALUE"))
            if twice := at.rivals(cube, of, name):
                told = " and ".join(f"{v} ({at.label(cube, name, v) or v})" for v in twice)
                asks.append((f"'{title or name}' holds {told}, which may be the same figure", f"{name}={twice[0]}"))
            split = name
            continue
        if len(here) == 1:
            if figures.get(here[0], main_measure(of)) not in (main_measure(of), None):
                asks.append((f"the file holds only {title or name}={here[0]}, a part", f"{title or name}={here[0]}"))
            told = at.label(cube, name, here[0])
            if is_one_sex(name, here[0], told):
                asks.append((f"the file holds only {title or name}={here[0]}, a part", f"{title or name}={here[0]}"))
            notes.append(f"{title or name}={here[0]}" + (f" ({told})" if told not in ("", here[0]) else ""))
            continue
        if name in cube.parts:
            parts = True
            odd = [v for v in here if v.casefold() not in cube.parts[name]]
            if odd:
                line = cube.frame.index[int(cube.frame[name].fillna("").eq(odd[0]).to_numpy().argmax())]
                raise DataError(
                    f"row {line}: '{odd[0]}' is no value of '{name}'", where=where,
                    why=f"its values are added up: {', '.join(cube.parts[name])}", do="mend the row",
                )  # fmt: skip
            notes.append(f"'{title or name}' is added up: {at.shown(cube, name)}")
            within = [key for key in keys if key != time_column(of)]
            many = cube.frame.groupby([cube.frame[key].fillna("") for key in within])[name].nunique()
            if less := int(many.lt(len(here)).sum()):
                notes.append(
                    f"{less} of {len(many)} {' and '.join(within)} have not all of them: the absent are no figure"
                )
        elif (key := at.follows(cube.frame, name, keys)) is not None:
            notes.append(f"'{title or name}' goes with '{key}' and is left out")
            if 0 < len(totals) < len(here):
                cube = _only(cube, name, [v for v in here if v not in totals])
                notes.append(f"rows of {', '.join(totals[:5])} are left out, a sum of others")
        elif at.is_figure(cube, name):
            notes.append(f"'{title or name}' holds other figures and is left out")
            cube = replace(cube, frame=cube.frame.drop(columns=name))
        elif len(totals) == 1:
            cube = _only(cube, name, totals)
            notes.append(f"{title or name}={totals[0]} is kept, of {len(here)} values")
        else:
            free = [c.name for c in of.columns if c.name in of.key and c.name not in cube.frame]
            own = f"; if it is the {' or '.join(free)}: --choose {free[0]}={name}" if free else ""
            asks.append(
                (f"'{title or name}' has {len(here)} values, and '{of.name}' has no column for it: "
                 f"{at.shown(cube, name)}",
                 f"{title or name}={here[0]} (or another value; `{at.SUM}` adds all up{own})")
            )  # fmt: skip
    if asks:
        raise DataError(
            f"this {cube.format} can be read in more than one way: {'; '.join(what for what, _ in asks)}", where=where,
            why="each reading gives other figures",
            do="choose: " + "; ".join(f"--choose {do}" for _, do in asks),
        )  # fmt: skip
    return cube, split, parts, notes


def _only(cube: Cube, name: str, kept: list[str]) -> Cube:
    return replace(cube, frame=cube.frame[cube.frame[name].fillna("").isin(kept)])
