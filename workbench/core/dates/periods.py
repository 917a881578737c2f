"""In which form does a column write its months or days, and which months are they?"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache

import pandas as pd

from workbench.core.contracts.cells import DATE, MONTH, texts

SERIAL = (20_000, 60_000)
"""Day numbers of a spreadsheet from 1954 to 2064; day 1 is 1900-01-01, and 1900 counts as a leap year."""
ORIGIN = date(1899, 12, 30)
NAMES = (
    ("jan", "january", "januar", "januari"),
    ("feb", "february", "februar", "februari"),
    ("mar", "march", "mars"),
    ("apr", "april"),
    ("may", "mai", "maj"),
    ("jun", "june", "juni"),
    ("jul", "july", "juli"),
    ("aug", "august", "augusti"),
    ("sep", "sept", "september"),
    ("oct", "okt", "october", "oktober"),
    ("nov", "november"),
    ("dec", "des", "december", "desember"),
)
NUMBER = {name: at for at, names in enumerate(NAMES, start=1) for name in names}
MIDNIGHT = r"(?:[ T]00:00(?::00(?:\.0+)?)?)?"
LANGUAGES = ("fi", "da", "nn", "de", "fr", "nl", "es", "it", "pl", "cs", "pt")
"""Languages whose names of months are read besides; none of them calls two months alike."""
NAMED = re.compile(r"([^\W\d_]+)\.?(?:\s+(?:de|del|of))?[\s\-/]*((?:19|20)?[0-9]{2})")


def _label(year: int, month: int) -> str | None:
    return f"{year:04d}-{month:02d}" if 1900 <= year <= 2099 and 1 <= month <= 12 else None


def _parts(pattern: str, year: int = 1, month: int = 2) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        found = re.fullmatch(pattern, text)
        return _label(int(found[year]), int(found[month])) if found else None

    return read


def _named(text: str) -> str | None:
    found = NAMED.fullmatch(text)
    if not found or (month := month_named(found[1])) is None:
        return None
    year = int(found[2])
    return _label(year if year > 99 else 2000 + year if year < 70 else 1900 + year, month)


def month_named(word: str) -> int | None:
    """Return which month a name is, in full or short, in any of the languages that are read; None: no month.

    >>> month_named("Mrz"), month_named("joulukuu"), month_named("Montag")
    (3, 12, None)
    """
    name = word.casefold().rstrip(".")
    return NUMBER[name] if name in NUMBER else _foreign().get(name)


@cache
def _foreign() -> Mapping[str, int]:
    from babel import Locale  # only where a name is none of the usual ones

    names = {"mrz": 3}
    for language in LANGUAGES:
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in Locale(language).months[context][width].items():
                    names[name.casefold().rstrip(".")] = number
    return names


def _month_end(pattern: str, year: int, month: int, day: int) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        found = re.fullmatch(pattern, text)
        label = _label(int(found[year]), int(found[month])) if found else None
        whole = (
            found is not None and label is not None and int(found[day]) == monthrange(*map(int, label.split("-")))[1]
        )
        return label if whole else None

    return read


def _day(text: str) -> date | None:
    if not re.fullmatch(r"[0-9]{5}(\.0)?", text) or not SERIAL[0] <= int(text[:5]) <= SERIAL[1]:
        return None
    return ORIGIN + timedelta(days=int(text[:5]))


def _serial_month(text: str) -> str | None:
    day = _day(text)
    return day.isoformat()[:7] if day and day.day == 1 else None


def _serial_date(text: str) -> str | None:
    day = _day(text)
    return day.isoformat() if day else None


MONTHS: Mapping[str, Callable[[str], str | None]] = {
    "spreadsheet day numbers": _serial_month,
    "first days of months": _parts(rf"([0-9]{{4}})-([0-9]{{2}})-01{MIDNIGHT}"),
    "last days of months": _month_end(rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}}){MIDNIGHT}", 1, 2, 3),
    "first days of months, 01.02.2016": _parts(r"0?1\.([0-9]{1,2})\.([0-9]{4})", 2, 1),
    "last days of months, 29.02.2016": _month_end(r"([0-9]{2})\.([0-9]{1,2})\.([0-9]{4})", 3, 2, 1),
    "months as 2016M01": _parts(r"([0-9]{4})[\s-]?[Mm]{1,2}([0-9]{1,2})"),
    "months as 201601": _parts(r"([0-9]{4})([0-9]{2})"),
    "months as 2016/01": _parts(r"([0-9]{4})[/.]([0-9]{1,2})"),
    "months as 01/2016": _parts(r"([0-9]{1,2})[/.]([0-9]{4})", 2, 1),
    "names of months": _named,
}
DATES: Mapping[str, Callable[[str], str | None]] = {"spreadsheet day numbers": _serial_date}
READ = {"month": (MONTH, MONTHS), "date": (DATE, DATES)}


def months_of(cells: pd.Series, name: str, kind: str) -> tuple[pd.Series, str]:
    """Return a column of months (or dates) as the contract writes them, and a sentence if it wrote them otherwise.

    Only a form that every filled cell keeps is read: where two are mixed, each cell is left to be refused.
    """
    pattern, forms = READ[kind]
    if kind == "date" and pd.api.types.is_datetime64_any_dtype(cells):
        return cells, ""
    said = texts(cells)
    distinct = [str(text) for text in said.dropna().unique()]
    if not distinct or any(re.fullmatch(pattern, text) for text in distinct):
        return cells, ""
    for form, read in forms.items():
        if read(distinct[0]) is None:
            continue
        found = {text: read(text) for text in distinct}
        if None not in found.values():
            first = f"'{distinct[0]}' as {found[distinct[0]]}"
            note = f"column '{name}' holds {form} in all {said.count():,} rows: {first}"
            return said.map(found).astype("string"), note
    return cells, ""


def joined(frame: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return a table whose year and month (1 to 12) stand apart with one month, and a sentence on it."""
    names = [str(name) for name in frame.columns]
    years = [name for name in names if name.casefold() == "year"]
    if len(years) != 1 or names.count("month") != 1:
        return frame, ""
    year, month = texts(frame[years[0]]), texts(frame["month"])
    distinct = {said: month_named(str(said)) for said in month.dropna().unique()}
    named = month.map({said: f"{number:02}" for said, number in distinct.items() if number})
    number = month.where(month.str.fullmatch("0?[1-9]|1[0-2]").fillna(False).astype(bool)).str.zfill(2).fillna(named)
    good = year.str.fullmatch("(19|20)[0-9]{2}").fillna(False).astype(bool) & number.notna()
    if not len(frame) or not good.all():
        return frame, ""
    told = f"columns '{years[0]}' and 'month' are read together as the month"
    return frame.assign(month=year + "-" + number.astype("string")), told
