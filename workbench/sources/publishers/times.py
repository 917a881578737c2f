"""Which month, quarter or year does a publisher's label name? Columns of a wide table are found by it."""

from __future__ import annotations

import re

from workbench.core.contracts.cells import composed
from workbench.core.dates.periods import MONTHS

YEAR = r"(?:19|20)[0-9]{2}"
QUARTERS = (
    re.compile(rf"({YEAR})[\s\-–]*(?:Q|K|kv|kvartal|quarter)\.?\s*([1-4])", re.I),
    re.compile(rf"(?:Q|K)([1-4])[\s\-]*({YEAR})", re.I),
)
PART = re.compile(rf"({YEAR})\s*(\(.+\)|\*+|ytd|hittil.*|so far.*|til og med.*|t\.?o\.?m\.?.*|to date)", re.I)
"""A year of which only a part is over, as publishers mark it."""


def period(label: str) -> str | None:
    """Return a month as 2016-01, a quarter as 2016-Q1, a year as 2016; None where the label is none of them.

    >>> period("2016M01"), period("2020K1"), period("2010 Q3"), period("JAN2009"), period("2021"), period("2021*")
    ('2016-01', '2020-Q1', '2010-Q3', '2009-01', '2021', None)
    """
    text = composed(str(label))
    if re.fullmatch(YEAR, text) or re.fullmatch(rf"{YEAR}-(0[1-9]|1[0-2])", text):
        return text
    for at, pattern in enumerate(QUARTERS):
        if found := pattern.fullmatch(text):
            year, quarter = (found[1], found[2]) if at == 0 else (found[2], found[1])
            return f"{year}-Q{quarter}"
    if found := re.fullmatch(rf"({YEAR})[\s\-]+([^\W\d_]+)\.?", text):
        text = f"{found[2]} {found[1]}"
    for form, read in MONTHS.items():
        if form != "spreadsheet day numbers" and (month := read(text)):
            return month
    return None


def is_part(label: str) -> bool:
    """Return whether a label names a year that its publisher marks as unfinished."""
    return bool(PART.fullmatch(composed(str(label))))


def split(label: str) -> tuple[str, str] | None:
    """Return what a heading speaks of and its period, as ``('Persons', '2020')`` of ``Persons 2020``; None: no period.

    A part year keeps its own label, so that it can be left out by name.
    """
    text = composed(str(label))
    if whole := period(text):
        return "", whole
    if is_part(text):
        return "", text
    if (found := re.search(rf"\s({PART.pattern})$", text, re.I)) and text[: found.start()].strip():
        return text[: found.start()].strip(" ,;:-–"), found[1]
    words = text.split(" ")
    for many in (1, 2):
        if len(words) > many:
            for rest, end in ((words[:-many], words[-many:]), (words[many:], words[:many])):
                if when := period(" ".join(end)):
                    return " ".join(rest).strip(" ,;:-–"), when
    return None


def kind(label: str) -> str:
    """Return whether a period is a ``month``, a ``quarter`` or a ``year``."""
    return "quarter" if "Q" in label else "month" if "-" in label else "year"
