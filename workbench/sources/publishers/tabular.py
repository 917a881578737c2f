"""What does a table of a publisher say that has lines above its header, other names, or a column for each period?"""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from workbench.core.contracts.cells import NUMBER, composed
from workbench.core.dates.periods import month_named
from workbench.core.errors import DataError
from workbench.sources.publishers.cube import Cube, Grid
from workbench.sources.publishers.times import kind, period, split
from workbench.sources.publishers.words import TIME, is_total, same

ABOVE = 60
"""The most lines above a header that are looked at."""
NOTED = re.compile(
    r"(\s*[\[(](foot)?(note|merknad|fotnot|anm)s?\.?\s*[^\])]*[\])]|[¹²³⁴-⁹]|\s[0-9]\)|"
    r"\s*\((number|antall|antal|aantal|anzahl|lukumäärä|nombre|persons|personer|personen)\))+$",
    re.I,
)
"""Marks of notes behind a heading, and its unit where that is a number of persons."""
CONTENTS = "contents"
"""Name of the dimension that the headings of a wide table speak of, beside their period."""


def header_of(grid: Grid, wanted: int = 0) -> int | None:
    """Return which row is the header: the first one that is filled as wide as the rows below it; None: no such row.

    Parameters
    ----------
    wanted
        Line of the file that the user named as header; 0: none named.
    """
    if wanted:
        return next((at for at, (line, _) in enumerate(grid.rows) if line == wanted), None)
    for at, (_, row) in enumerate(grid.rows[:ABOVE]):
        names = [composed(cell) for cell in row]
        filled = [name for name in names if name]
        if len(filled) < 2 or len(set(filled)) < len(filled) or "" in names[: len(filled)]:
            continue
        if sum(re.fullmatch(NUMBER, name) is not None and not split(name) for name in filled) > len(filled) / 2:
            continue
        below = [cells for _, cells in grid.rows[at + 1 : at + 4] if any(cell.strip() for cell in cells)]
        if below and all(_filled(cells) <= len(filled) for cells in below) and _filled(below[0]) >= len(filled) - 1:
            return at
    return None


def headings_of(cells: list[str]) -> list[str]:
    """Return the headings of a row without marks of notes, unless two would then be the same."""
    plain = [without_notes(cell) for cell in cells]
    filled = [name for name in plain if name]
    return plain if len(set(filled)) == len(filled) else [composed(cell) for cell in cells]


def without_notes(heading: str) -> str:
    """Return a heading without the marks of notes behind it.

    >>> without_notes("Claims [note 1, note 2]"), without_notes("Persons (note 3)"), without_notes("Asylsøkere¹")
    ('Claims', 'Persons', 'Asylsøkere')
    """
    return NOTED.sub("", composed(heading)).strip() or composed(heading)


def _filled(cells: list[str]) -> int:
    return max((at for at, cell in enumerate(cells, start=1) if cell.strip()), default=0)


def tidy(grid: Grid, at: int, where: str, **more: object) -> Cube:
    """Return the observations of a table whose header is row ``at``; columns of periods become rows.

    Further arguments are those of :class:`Cube`.
    """
    head = headings_of(grid.rows[at][1])
    while head and not head[-1]:
        head.pop()
    notes = list(grid.notes)
    above = [" ".join(cell.strip() for cell in row if cell.strip()) for _, row in grid.rows[:at]]
    if above := [line for line in above if line]:
        notes.append(f"{len(above)} line(s) above the header are left out: {'; '.join(above)[:160]}")
    body, below = _body(grid.rows[at + 1 :], len(head), where)
    if below:
        notes.append(f"{len(below)} line(s) below the table are left out: {'; '.join(below)[:160]}")
    frame = pd.DataFrame([cells for _, cells in body], columns=head, dtype="string")
    frame.index = pd.Index([line for line, _ in body], dtype="int64")
    frame = frame.apply(lambda column: column.str.strip())
    frame, said = by_year_and_month(frame)
    notes += said
    head = [str(name) for name in frame.columns]
    columns = {name: found for name in head if (found := split(name))}
    rest = [name for name in head if name not in columns]
    if len(columns) > 1 and (sums := [name for name in rest if is_total(name)]):
        frame, rest = frame.drop(columns=sums), [name for name in rest if name not in sums]
        notes.append(f"column '{sums[0]}' is a sum of the periods and left out")
    finer = any(kind(found[1]) != "year" for found in columns.values())
    if sums := [n for n, found in columns.items() if finer and is_total(found[0]) and kind(found[1]) == "year"]:
        frame, columns = frame.drop(columns=sums), {n: found for n, found in columns.items() if n not in sums}
        notes.append(f"{len(sums)} column(s) that are sums of the periods of a year are left out ('{sums[0]}')")
    if not columns or {same(name) for name in rest} & {same(word) for word in TIME}:
        return Cube(frame=frame, measures=(), notes=tuple(notes), **more)  # type: ignore[arg-type]
    _refuse_unread_periods(frame, rest, next(iter(columns)), where)
    long = frame.melt(rest, list(columns), "heading", "value", ignore_index=False)
    long.insert(len(rest), "time", long["heading"].map({name: found[1] for name, found in columns.items()}))
    if any(found[0] for found in columns.values()):
        long.insert(len(rest), CONTENTS, long["heading"].map({name: found[0] for name, found in columns.items()}))
    long = long.drop(columns="heading").astype("string")
    notes.append(f"{len(columns)} columns stand for periods ('{next(iter(columns))}' …); each cell is read as a row")
    return Cube(frame=long, measures=("value",), notes=tuple(notes), **more)  # type: ignore[arg-type]


def _refuse_unread_periods(frame: pd.DataFrame, rest: list[str], read: str, where: str) -> None:
    """Refuse a column of figures whose heading seems to name a period and is none that is known: it would be lost."""
    for name in rest:
        cells = frame[name].dropna().str.replace(r"\s", "", regex=True)
        numeric = cells.str.fullmatch(r"[+-]?[0-9]+([.,][0-9]+)*").mean() > 0.5 if len(cells) else False
        told = re.search(r"(?<![0-9])(19|20)[0-9]{2}(?![0-9])", name) or any(
            month_named(word) for word in re.findall(r"[^\W\d_]{3,}", name)
        )
        if numeric and told:
            raise DataError(
                f"column '{name}' holds figures, and its heading is no period that is known",
                where=where, why=f"other columns are periods ('{read}'); its figures would be lost",
                do="write its heading as the others, or take the column out",
            )  # fmt: skip


def one_header(grid: Grid) -> Grid:
    """Return a table whose headings are one row: years, or contents, above the months are joined with them.

    A first column without a heading is called ``column 1`` where all others are periods.
    """
    for at, (line, row) in enumerate(grid.rows[:ABOVE]):
        below = [composed(cell) for cell in row]
        while below and not below[-1]:
            below.pop()
        if len(below) < 3:
            continue
        top = [composed(cell) for cell in grid.rows[at - 1][1]] if at else []
        first = next((n for n, name in enumerate(below) if month_named(name) or period(name)), 0)
        if first and (head := _joined(top[:first], below[:first], top[first:], below[first:])) is not None:
            return _with_header(grid, at - 1, at, head, line, f"two rows of headings are joined: '{head[first]}'")
        if not below[0] and len(set(below)) == len(below) and all(split(name) for name in below[1:]):
            return _with_header(grid, at, at, ["column 1", *below[1:]], line, "the first column is called 'column 1'")
    return grid


def _joined(keys: list[str], names: list[str], above: list[str], below: list[str]) -> list[str] | None:
    """Return one row of headings for years above months, or contents above periods; None where it is neither."""
    told = [cell for cell in above if cell]
    if not above or not above[0] or any(above[len(below) :]):
        return None
    years = all(period(cell) and kind(str(period(cell))) == "year" for cell in told)
    months = all(month_named(name) or is_total(name) for name in below)
    contents = not any(re.search("[0-9]", cell) for cell in told) and len(set(below)) < len(below)
    if not (years and months) and not (contents and all(period(name) for name in below)):
        return None
    head = [one or other or f"column {at}" for at, (one, other) in enumerate(zip(names, keys, strict=False), start=1)]
    said = ""
    for cell, name in zip([*above, *[""] * len(below)], below, strict=False):
        said = cell or said
        head.append(f"{name} {said}" if years else f"{said} {name}")
    return head if len(set(head)) == len(head) and all(head) else None


def _with_header(grid: Grid, first: int, last: int, head: list[str], line: int, note: str) -> Grid:
    rows = [*grid.rows[:first], (line, head), *grid.rows[last + 1 :]]
    return replace(grid, rows=rows, notes=(*grid.notes, note))


def by_year_and_month(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return a table of years down and months across, or months down and years across, with a column for each month."""
    names = [str(name) for name in frame.columns]
    across = {name: number for name in names if (number := month_named(name))}
    years = [name for name in names if split(name) and kind(str(period(name) or "-")) == "year"]
    down = [name for name in names if same(name) in {same(word) for word in TIME}]
    if len(down) != 1 or not len(frame):
        return frame, []
    said = frame[down[0]].fillna("").astype(str)
    if len(across) >= 3 and len(set(across.values())) == len(across) and said.str.fullmatch("(19|20)[0-9]{2}").all():
        pairs = {name: f"{number:02}" for name, number in across.items()}
        label = {(year, name): f"{year}-{month}" for year in said.unique() for name, month in pairs.items()}
        which = list(across)
    elif len(years) >= 2 and said.map(lambda text: month_named(text) is not None).all():
        label = {(text, name): f"{period(name)}-{month_named(text):02}" for text in said.unique() for name in years}
        which = years
    else:
        return frame, []
    keys = [name for name in names if name not in (*which, down[0]) and not is_total(name)]
    long = frame.assign(**{down[0]: said})[[*keys, down[0], *which]].melt([*keys, down[0]], which, ignore_index=False)
    pairs_of = zip(long.pop(down[0]), long.pop("variable"), strict=True)
    long.insert(len(keys), "month", pd.Series([label[pair] for pair in pairs_of], index=long.index, dtype="string"))
    note = f"'{down[0]}' and {len(which)} columns ('{which[0]}' …) are read together as the month"
    return long.astype("string"), [note]


def _body(rows: list[tuple[int, list[str]]], width: int, where: str) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """Return the rows of a table, all of one width, and the lines of remarks below it."""
    body = [(line, cells) for line, cells in rows if any(cell.strip() for cell in cells)]
    below: list[str] = []
    while body and width > 1 and _filled(body[-1][1]) <= 1 and body[-1][1][0].strip():
        below.insert(0, body.pop()[1][0].strip())
    for line, cells in body:
        if len(cells) < width or _filled(cells) > width:
            raise DataError(
                f"row {line} has {len(cells)} cells, the header has {width}",
                where=where,
                why="cells would slip into the wrong column; a download that was cut off ends so",
                do="get the file again, or mend the row",
            )
    return [(line, cells[:width]) for line, cells in body], below
