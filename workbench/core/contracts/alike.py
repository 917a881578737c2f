"""Does a table speak of one thing under two names? What counts twice is a fault, what only may is a remark."""

from __future__ import annotations

import re

import pandas as pd

from workbench.core.contracts.cells import texts
from workbench.core.contracts.sums import SUMMED
from workbench.core.errors import Fault
from workbench.core.geography.countries import alpha3


def twin_faults(frame: pd.DataFrame, name: str, first_row: int) -> list[Fault]:
    """Return one fault for each country that is a destination under two names or codes, at the first row of the second.

    Destinations may be anything, so that their names are not read as codes, as origins are.
    """
    if name != "arrivals" or "destination" not in frame:
        return []
    cells = texts(frame["destination"])
    first: dict[str, str] = {}
    faults = []
    for text in map(str, cells.dropna().unique()):
        if (code := alpha3(text)) is None:
            continue
        if (other := first.setdefault(code, text)) != text:
            row = int(str(cells.index[cells == text][0])) + first_row
            what = f"'{text}' and '{other}' are one country under two names, and would be two destinations: write one"
            faults.append(Fault(what, row, "destination", text))
    return faults


def odd_rows(frame: pd.DataFrame, name: str, first_row: int) -> list[str]:
    """Return remarks on rows that are possible and unlikely.

    One's own country as origin; names alike but for capitals; codes that may have lost a leading zero.
    """
    notes = []
    if name == "arrivals" and {"origin", "destination"} <= set(frame.columns):
        # Destinations and origins may stand under different codes of one country.
        own = {text: alpha3(str(text)) or text for text in texts(frame["destination"]).dropna().unique()}
        origin, destination = texts(frame["origin"]), texts(frame["destination"])
        same = ((origin == destination) | (origin == destination.map(own))).fillna(False)
        if count := int(same.sum()):
            row = int(str(frame.index[same][0])) + first_row
            rows = "1 row has" if count == 1 else f"{count:,} rows have"
            notes.append(f"{rows} the destination as origin, the first in row {row}: is that meant?")
    named = {"households": "household", "places": "place"}
    parts = [named[name]] if name in named else [each.part for each in SUMMED.get(name, ())]
    for part in parts:
        if part in frame:
            notes += [*_alike(texts(frame[part]), part, first_row), *_short(texts(frame[part]), part)]
    return notes


def _alike(cells: pd.Series, part: str, first_row: int) -> list[str]:
    """Return a remark for names that differ only in capitals."""
    at = cells.dropna().drop_duplicates()
    return [
        f"{' and '.join(alike)} (rows {', '.join(str(int(str(row)) + first_row) for row in alike.index)}) "
        f"differ only in capitals: one {part} twice?"
        for _, alike in at.groupby(at.str.casefold())
        if len(alike) > 1
    ]


def _short(cells: pd.Series, part: str) -> list[str]:
    """Return a remark on numbers one digit shorter than all others: spreadsheets take a leading zero off."""
    codes = [str(text) for text in cells.dropna().unique()]
    sizes = sorted({len(code) for code in codes})
    if part not in ("area", "municipality", "place") or len(sizes) != 2 or sizes[1] - sizes[0] != 1 or sizes[0] < 3:
        return []
    if not all(re.fullmatch("[0-9]+", code) for code in codes):
        return []
    short = [code for code in codes if len(code) == sizes[0]]
    return [
        f"{len(short)} of {len(codes)} codes in '{part}' are a digit shorter ('{short[0]}'): "
        "a spreadsheet may have taken a leading zero off"
    ]
