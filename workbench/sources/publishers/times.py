"""Which month, quarter or year does a publisher's label name? Columns of a wide table are found by it."""

from __future__ import annotations

import re

from workbench.core.contracts.cells import composed
from workbench.core.dates.periods import MONTHS, month_named

YEAR = r"(?:19|20)[0-9]{2}"
QUARTERS = (
    re.compile(rf"({YEAR})[\s\-–]*(?:Q|K|T|KW|kv|kvartal|quarter|quartal|kwartaal|trimestre)\.?\s*0?([1-4])", re.I),
    re.compile(rf"(?:Q|K|T|kvartal|quarter)\s?([1-4])[\s\-/]*({YEAR})", re.I),
    re.compile(
        rf"([1-4])\s?(?:\.|st|nd|rd|th|e|er|º)?\s*(?:kvartal|quarter|quartal|kwartaal|trimestre|neljännes)\s*({YEAR})",
        re.I,
    ),
)
HALVES = (
    re.compile(rf"({YEAR})[\s\-]*(?:H|S|HJ|halvår|halvaar|half)\s*([12])", re.I),
    re.compile(rf"H([12])[\s\-]*({YEAR})|([12])\.?\s*(?:halvår|halbjahr|puolivuosi|semestre)\s*({YEAR})", re.I),
)
WEEK = re.compile(rf"({YEAR})[\s\-]*(?:W|U|V|uke|uge|vecka|week)\s*([0-5]?[0-9])", re.I)
RUNNING = re.compile(
    r"year ending|year to\b|(12|twelve) months|rolling|ytd|year-to-date|(c|k|akk|ack)umul\w*|hittils?|hittills|so far|"
    r"seit jahresbeginn|glidende|löpande",
    re.I,
)
"""Words for a sum over the months up to the one that is named."""
PARTLY = re.compile(r"halv|half|halb|kvartal|quarter|quartal|trimest|semest|neljännes|månad|måned|monat|month", re.I)
"""Words beside a year that say that it is not the whole of it."""
UNTIL = ("to", "til", "till", "bis", "à", "tot", "-", "–")
RANGE = re.compile(
    rf"([^\W\d_]+)\.?\s*({YEAR})?(?:\s*[-–/]\s*|\s+(?:{'|'.join(UNTIL)})\s+)([^\W\d_]+)\.?\s*({YEAR})", re.I
)
"""Months from one to another, ``Jan-Mar 2023`` or ``April 2024 to June 2024``."""
PART = re.compile(rf"({YEAR})\s*(\(.+\)|\*+|ytd|hittil.*|so far.*|til og med.*|t\.?o\.?m\.?.*|to date)", re.I)
"""A year of which only a part is over, as publishers mark it."""


def period(label: str) -> str | None:
    """Return a month as 2016-01, a quarter as 2016-Q1, a year as 2016 (a half-year as 2016-H1, a week as 2016-W05).

    None where the label is none of them.

    >>> period("2016M01"), period("2020K1"), period("2010 Q3"), period("JAN2009"), period("2021"), period("2021*")
    ('2016-01', '2020-Q1', '2010-Q3', '2009-01', '2021', None)
    """
    text = composed(str(label))
    if re.fullmatch(rf"{YEAR}(-[0-9]{{2}})?\+", text):
        return text
    if re.fullmatch(YEAR, text) or re.fullmatch(rf"{YEAR}-(0[1-9]|1[0-2])", text):
        return text
    for at, pattern in enumerate(QUARTERS):
        if found := pattern.fullmatch(text):
            year, quarter = (found[1], found[2]) if at == 0 else (found[2], found[1])
            return f"{year}-Q{quarter}"
    for at, pattern in enumerate(HALVES):
        if found := pattern.fullmatch(text):
            told = [part for part in found.groups() if part]
            return f"{told[at]}-H{told[1 - at]}"
    if found := WEEK.fullmatch(text):
        return f"{found[1]}-W{int(found[2]):02}"
    if (found := RANGE.fullmatch(text)) and (first := month_named(found[1])) and (last := month_named(found[3])):
        return _months(first, last, found[2] or found[4], found[4])
    if found := re.fullmatch(rf"({YEAR})[\s\-]+([^\W\d_]+)\.?", text):
        text = f"{found[2]} {found[1]}"
    return next((month for read in MONTHS.values() if (month := read(text))), None)


def _months(first: int, last: int, began: str, year: str) -> str:
    """Return the year, half-year or quarter that goes from one month to another; any other sum as ``2022+``."""
    many = last - first + 1 + 12 * (int(year) - int(began))
    if many == last == 12:
        return year
    if many in (3, 6) and last % many == 0:
        return f"{year}-{'Q' if many == 3 else 'H'}{last // many}"
    return f"{year}+"


def is_part(label: str) -> bool:
    """Return whether a label names a year that its publisher marks as unfinished."""
    return bool(PART.fullmatch(composed(str(label))))


def split(label: str) -> tuple[str, str] | None:
    """Return what a heading speaks of and its period, as ``('Persons', '2020')`` of ``Persons 2020``; None: no period.

    A part year keeps its own label, so that it can be left out by name. A sum over the months up to one is marked by a
    plus, so that it is never read as that month.
    """
    text = composed(str(label))
    if whole := period(text):
        return "", whole
    if is_part(text):
        return "", text
    if (found := re.search(rf"\s({PART.pattern})$", text, re.I)) and text[: found.start()].strip():
        return text[: found.start()].strip(" ,;:-–"), found[1]
    if found := RUNNING.search(text):
        rest = f"{text[: found.start()]} {text[found.end() :]}"
        inner = split(" ".join(rest.split()).strip(" ,;:-–()"))
        return (found[0], f"{inner[1].rstrip('+')}+") if inner else None
    words = text.split(" ")
    # The longest first, `April 2024 to June 2024` with its five words: `Claims Q1 2010` speaks of a quarter.
    for many in (5, 4, 3, 2, 1):
        if len(words) > many:
            for others, end in ((words[:-many], words[-many:]), (words[many:], words[:many])):
                if when := period(" ".join(end)):
                    until = others[-1].lower() in UNTIL and split(" ".join(others[:-1]))
                    partly = until or (kind(when) == "year" and PARTLY.search(" ".join(others)))
                    return " ".join(others).strip(" ,;:-–"), f"{when}+" if partly else when
    return None


def kind(label: str) -> str:
    """Return whether a period is a ``month``, ``quarter``, ``half-year``, ``week``, ``year`` or a sum of months."""
    named = {"+": "sums of several months", "Q": "quarter", "H": "half-year", "W": "week"}
    return next((told for sign, told in named.items() if sign in label), "month" if "-" in label else "year")
