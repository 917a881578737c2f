"""How are cells read that hold no figure, and how are figures added up? Marks are said, never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from workbench.core.contracts.cells import NUMBER, numbers, texts
from workbench.core.contracts.normal import THOUSANDS
from workbench.core.errors import DataError
from workbench.sources.publishers.cube import ASK, MISSING, WITHHELD, ZERO

MEANINGS = {"0": ZERO, "zero": ZERO, "missing": MISSING, "withheld": WITHHELD}
"""What may be chosen for a mark: ``--choose -=0``, ``--choose .=missing``."""
SPACED = rf"[+-]?[0-9]{{1,3}}({THOUSANDS}[0-9]{{3}})+(,[0-9]+)?"
KEPT = "withheld"


def unmarked(
    frame: pd.DataFrame, measures: Sequence[str], marks: Mapping[str, str], where: str
) -> tuple[pd.DataFrame, list[str]]:
    """Return the figures without marks, a column that says whether any was withheld, and sentences on the marks.

    Raises
    ------
    DataError
        Where a mark may mean zero or not published.
    """
    notes: list[str] = []
    withheld = pd.Series(False, index=range(len(frame)))
    read = {}
    for name in measures:
        cells = texts(frame[name])
        low = cells.str.lower()
        for mark, meaning in marks.items():
            here = low.eq(mark.lower()).fillna(False).astype(bool)
            if not (many := int(here.sum())):
                continue
            if meaning == ASK:
                line = frame.index[int(here.to_numpy().argmax())]
                raise DataError(
                    f"'{mark}' stands in {many:,} cell(s) of '{name}', the first in row {line}", where=where,
                    why="some publishers mean zero by it, others that the figure is not published",
                    do=f"say which: --choose {mark}=0 or --choose {mark}=missing",
                )  # fmt: skip
            cells = cells.mask(here, "0" if meaning == ZERO else pd.NA)
            withheld |= here.reset_index(drop=True) if meaning == WITHHELD else False
            notes.append(f"'{mark}' is read as {meaning} ({many:,} cell{'s' if many > 1 else ''})")
        read[name] = cells.mask(cells.eq("").fillna(False).astype(bool))
    return frame.assign(**read, **{KEPT: withheld.to_numpy()}), notes


def added(frame: pd.DataFrame, keys: Sequence[str], measures: Sequence[str], comma: bool, where: str) -> pd.DataFrame:
    """Return one row for each combination of keys, figures added up; missing where any part is missing."""
    if not frame.duplicated(list(keys)).any():
        return frame
    values = frame.copy()
    for name in measures:
        values[name] = _numbers(frame[name], comma, name, where)
        if (below := values[name].lt(0).fillna(False)).any():
            at = int(below.to_numpy().argmax())
            raise DataError(
                f"row {frame.index[at]}, column '{name}': {frame[name].iloc[at]} is below zero",
                where=where, why="figures of several rows are added up here, and the sum would hide it",
                do="correct the cell, or leave it empty if it is not published",
            )  # fmt: skip
    line = pd.Series(frame.index, index=frame.index)
    grouped = values.assign(**{"\0line": line}).groupby(list(keys), sort=False, dropna=False)
    total = grouped[list(measures)].sum().where(grouped[list(measures)].count().eq(grouped.size(), axis=0))
    total[KEPT] = grouped[KEPT].any()
    total["\0line"] = grouped["\0line"].min()
    out = total.reset_index().set_index("\0line").rename_axis(None)
    for name in measures:
        out[name] = out[name].map(_text, na_action="ignore").astype("string")
    return out


def _numbers(cells: pd.Series, comma: bool, name: str, where: str) -> pd.Series:
    plain = texts(cells)
    spaced = plain.str.fullmatch(SPACED).fillna(False).astype(bool)
    plain = plain.mask(spaced, plain.str.replace(THOUSANDS, "", regex=True))
    if comma:
        plain = plain.mask(
            plain.str.fullmatch(r"[+-]?[0-9]+,[0-9]+").fillna(False).astype(bool), plain.str.replace(",", ".")
        )
    bad = plain.notna() & ~plain.str.fullmatch(NUMBER).fillna(False).astype(bool)
    # 1.234 may be one thousand, or one and a bit: what is added up must be plain.
    bad |= plain.str.fullmatch(r"[+-]?[1-9][0-9]{0,2}([.,][0-9]{3})+").fillna(False).astype(bool)
    if bad.any():
        at = int(bad.to_numpy().argmax())
        raise DataError(
            f"row {cells.index[at]}, column '{name}': '{cells.iloc[at]}' is no plain number",
            where=where, why="figures of several rows are added up here", do="write it without marks",
        )  # fmt: skip
    return numbers(plain)


def _text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
