"""What does a table from Eurostat say? TSV (first cell ``freq,unit,geo`` and the period) and SDMX-CSV, with flags.

References
----------
Eurostat, "Data browser: TSV format" and "SDMX-CSV 1.0 and 2.0"; flags in the code list ``OBS_STATUS``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import pandas as pd

from workbench.core.errors import DataError
from workbench.sources.publishers.cube import EUROSTAT, WITHHELD, Cube, Grid
from workbench.sources.publishers.times import period

TSV, SDMX = "Eurostat TSV", "Eurostat SDMX-CSV"
FLAGS = {
    "b": "break in series", "c": "confidential", "d": "definition differs", "e": "estimated", "f": "forecast",
    "i": "see metadata", "n": "not significant", "p": "provisional", "r": "revised", "s": "Eurostat's estimate",
    "u": "low reliability", "z": "not applicable",
}  # fmt: skip
CORNER = re.compile(r"([\w]+(,[\w]+)*)\\(TIME_PERIOD|time)", re.I)
FIGURE = re.compile(r"\s*(?P<figure>:|[+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)?\s*(?P<flags>[a-z]{0,6})\s*")
ATTRIBUTES = (
    *("dataflow", "last update", "structure", "structure_id", "structure_name", "obs_flag", "conf_status", "action"),
    *("observation status (flag) v2 structure", "confidentiality status (flag)", "observation value", "time"),
)
"""Columns of SDMX-CSV that say nothing of which figure it is."""


def is_tsv(head: Sequence[str]) -> bool:
    """Return whether the first line is the head of a Eurostat TSV."""
    return bool(head) and bool(CORNER.fullmatch(head[0].strip()))


def is_sdmx(head: Sequence[str]) -> bool:
    """Return whether the first line is the head of an SDMX-CSV."""
    names = {name.strip().split(":")[0].upper() for name in head}
    return {"TIME_PERIOD", "OBS_VALUE"} <= names or {"TIME", "OBSERVATION VALUE"} <= names


def from_tsv(grid: Grid, where: str) -> Cube:
    """Return the observations of a Eurostat TSV; a cell without figure and flag is not published."""
    (_, head), *rows = grid.rows
    dimensions = head[0].strip().rpartition("\\")[0].split(",")
    times = [name.strip() for name in head[1:]]
    unread = [name for name in times if period(name) is None]
    if unread or len(set(times)) < len(times):
        raise DataError(
            f"a column is headed '{(unread or times)[0]}', which is no period, or stands twice",
            where=where, why="each column of a Eurostat TSV is one period", do="download the file again",
        )  # fmt: skip
    body = []
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        keys = cells[0].strip().split(",")
        if len(keys) != len(dimensions) or len(cells) != len(head) or not all(key.strip() for key in keys):
            raise DataError(
                f"row {line} has {len(keys)} codes and {len(cells) - 1} figures, "
                f"the header has {len(dimensions)} and {len(times)}",
                where=where, why="the download may have been cut off", do="download the file again",
            )  # fmt: skip
        body.append((line, [key.strip() for key in keys] + cells[1:]))
    wide = pd.DataFrame([cells for _, cells in body], columns=[*dimensions, *times], dtype="string")
    wide.index = pd.Index([line for line, _ in body], dtype="int64")
    long = wide.melt(dimensions, times, "time", "value", ignore_index=False)
    figures, notes = _figures(long["value"], None, where)
    frame = long.assign(value=figures).astype("string")
    return Cube(TSV, frame, ("value",), marks={**EUROSTAT, ": c": WITHHELD}, notes=(*grid.notes, *notes))


def from_sdmx(grid: Grid, where: str) -> Cube:
    """Return the observations of an SDMX-CSV: its dimensions and ``OBS_VALUE``, flags told and taken off."""
    (_, head), *rows = grid.rows
    names = [name.strip().split(":")[0].strip() for name in head]
    body = [(line, cells) for line, cells in rows if any(cell.strip() for cell in cells)]
    for line, cells in body:
        if len(cells) != len(names):
            raise DataError(
                f"row {line} has {len(cells)} cells, the header has {len(names)}",
                where=where, why="the download may have been cut off", do="download the file again",
            )  # fmt: skip
    frame = pd.DataFrame([cells for _, cells in body], columns=names, dtype="string")
    frame.index = pd.Index([line for line, _ in body], dtype="int64")
    if frame.columns.duplicated().any():
        raise DataError("a column stands twice", where=where, do="download the file again")
    frame = frame.apply(lambda column: column.str.strip())
    frame, labels = _labelled(frame)
    names = list(frame.columns)
    upper = {name.upper(): name for name in names}
    flags = frame[upper["OBS_FLAG"]].fillna("").str.partition(":")[0] if "OBS_FLAG" in upper else None
    secret = frame[upper["CONF_STATUS"]].fillna("").str.partition(":")[0] if "CONF_STATUS" in upper else None
    if flags is not None and secret is not None:
        flags = flags.fillna("") + secret.str.lower().where(secret.str.lower().isin(["c", "n"]), "")
    figures, notes = _figures(frame[upper["OBS_VALUE"]], flags, where)
    read: dict[str, pd.Series] = {}
    for name in names:
        if name.lower() in ATTRIBUTES or name in (upper["OBS_VALUE"], upper["TIME_PERIOD"]):
            continue
        column = frame[name]
        if len(column) and column.str.fullmatch(r"[A-Za-z0-9_\-]+: ?\S.*").all():  # the browser's "codes and labels"
            parts = column.str.partition(":")
            labels[name] = dict(zip(parts[0], parts[2].str.strip(), strict=True))
            column = parts[0]
        read[name] = column
    tidy = pd.DataFrame(read, index=frame.index).assign(time=frame[upper["TIME_PERIOD"]], value=figures)
    return Cube(
        SDMX, tidy.astype("string"), ("value",), labels=labels,
        marks={**EUROSTAT, ": c": WITHHELD}, notes=(*grid.notes, *notes),
    )  # fmt: skip


def _labelled(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, dict[str, str]]]:
    """Return the columns under their codes alone, and the names of codes that stood in columns of their own.

    The browser writes codes, names, or both: then each code's name stands in the column to its right.
    """
    names = list(frame.columns)
    if "OBS_VALUE" not in names:  # names alone
        flag = next((name for name in names if name.startswith("Observation status")), "")
        secret = next((name for name in names if name.startswith("Confidentiality")), "")
        frame = frame.rename(
            columns={"Time": "TIME_PERIOD", "Observation value": "OBS_VALUE", flag: "OBS_FLAG", secret: "CONF_STATUS"}
        )
        letters = {told: letter for letter, told in FLAGS.items()}
        for name in {"OBS_FLAG", "CONF_STATUS"} & set(frame.columns):
            frame[name] = frame[name].map(lambda told: ",".join(letters.get(t.strip(), t) for t in told.split(",")))
        return frame, {}
    if "Observation value" not in names:
        return frame, {}
    labels: dict[str, dict[str, str]] = {}
    told = [name for at, name in enumerate(names) if at and names[at - 1] in ("OBS_VALUE", "TIME_PERIOD", "OBS_FLAG")]
    told += [name for name in names if name.startswith("Confidentiality")]
    for code, name in pairwise(names):
        if code.lower() in ATTRIBUTES or name in (*told, "TIME_PERIOD", "OBS_VALUE") or code in told:
            continue
        if code not in labels and code not in [*told, "TIME_PERIOD"] and frame.groupby(code)[name].nunique().max() == 1:
            labels[code] = dict(zip(frame[code], frame[name], strict=True))
            told.append(name)
    return frame.drop(columns=[name for name in told if name in frame]), labels


def _plain(figure: str) -> str:
    """Return a figure written with a power of ten without it, ``1.2E3`` as 1200."""
    return f"{Decimal(figure):f}"


def _figures(cells: pd.Series, flags: pd.Series | None, where: str) -> tuple[pd.Series, list[str]]:
    """Return figures without flags (``: c`` where one was withheld), and a sentence on the flags."""
    parts = cells.fillna("").str.extract(f"^{FIGURE.pattern}$")
    wrong = parts["flags"].isna()
    beside = flags.fillna("").str.replace(r"[\s,]", "", regex=True).str.lower() if flags is not None else ""
    said = parts["flags"].fillna("") + beside
    odd = wrong | said.map(lambda text: bool(set(text) - set(FLAGS)))
    if odd.any():
        at = int(odd.to_numpy().argmax())
        raise DataError(
            f"row {cells.index[at]}: '{cells.iloc[at]}' is neither a figure with flags nor ':'"
            + (f" (flag '{said.iloc[at]}')" if not wrong.iloc[at] else ""),
            where=where, why=f"flags are {', '.join(FLAGS)}", do="mend the cell, or download the file again",
        )  # fmt: skip
    figures = parts["figure"].fillna(":")
    powers = figures.str.contains("[eE]", regex=True)
    figures = figures.mask(powers, figures.where(powers).map(_plain, na_action="ignore"))
    figures = figures.mask(figures.eq(":") & said.str.contains("c"), ": c")
    found = {flag: int(said.str.contains(flag).sum()) for flag in FLAGS}
    told = ", ".join(f"{many:,} {FLAGS[flag]} ({flag})" for flag, many in found.items() if many)
    return figures.astype("string"), [f"flags are taken off the figures: {told}"] if told else []
