"""Which kinds of cell are there? How each is tested, how it is read, and what is allowed, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

MONTH = r"\d{4}-(0[1-9]|1[0-2])"
YEAR = r"(19|20)\d{2}"
EXACT = 2.0**53  # beyond it a float no longer holds every whole number
DATE = r"\d{4}-\d{2}-\d{2}"


@dataclass(frozen=True)
class Kind:
    """One kind of cell: how it is tested, how it is read and what is allowed, in words."""

    allowed: str
    valid: Callable[[pd.Series], pd.Series]
    read: Callable[[pd.Series], pd.Series]


def texts(cells: pd.Series) -> pd.Series:
    """Return cells as text without blanks around it."""
    return cells.astype("string").str.strip()


def numbers(cells: pd.Series) -> pd.Series:
    """Return cells as numbers, missing where they are none."""
    return pd.to_numeric(cells, errors="coerce").astype("float64")


def _matches(pattern: str) -> Callable[[pd.Series], pd.Series]:
    return lambda cells: texts(cells).str.fullmatch(pattern).fillna(False).astype(bool)


def _dates(cells: pd.Series) -> pd.Series:
    return pd.to_datetime(texts(cells), errors="coerce", format="ISO8601")


def _is_whole(cells: pd.Series) -> pd.Series:
    found = numbers(cells)
    return found.mod(1).eq(0) & found.abs().lt(EXACT)


def _flags(cells: pd.Series) -> pd.Series:
    return texts(cells).str.lower().map({"true": True, "false": False, "1": True, "0": False})


KINDS: Mapping[str, Kind] = {
    "text": Kind("any text", lambda c: texts(c).str.len().fillna(0).gt(0), texts),
    "code": Kind("a code without spaces or ';'", _matches(r"[^\s;]+"), texts),
    "codes": Kind("codes separated by ';'", _matches(r"[^\s;]+(\s*;\s*[^\s;]+)*;?"), texts),
    "month": Kind("a month as YYYY-MM, e.g. 2019-09", _matches(MONTH), texts),
    "year": Kind("a year, e.g. 2021", _matches(YEAR), lambda c: numbers(c).astype("Int64")),
    "date": Kind("a date as YYYY-MM-DD", lambda c: _dates(c).notna(), _dates),
    "count": Kind("a whole number, below 9 quadrillion", _is_whole, lambda c: numbers(c).astype("Int64")),
    "number": Kind("a number with a decimal point", lambda c: numbers(c).abs().lt(float("inf")), numbers),
    "flag": Kind("True or False", lambda c: _flags(c).notna(), lambda c: _flags(c).astype("boolean")),
}
TEXTS = ("text", "code", "codes")
"""The kinds that can be read whatever stands there."""
