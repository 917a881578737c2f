"""Which kinds of cell are there? How each is tested, how it is read, and what is allowed, in words."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

MONTH = r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])"
QUARTER = r"(19|20)[0-9]{2}-Q[1-4]"
YEAR = r"(19|20)[0-9]{2}"
SPAN = r"(19|20)[0-9]{2}(-?[Qq][1-4]|(-|[Mm])(0[1-9]|1[0-2]))"
REFERENCE = rf"{YEAR}(/[0-9]{{2}})?(-{YEAR}(/[0-9]{{2}})?)?|{QUARTER}|{MONTH}"
DATE = r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"
EXACT = 2.0**53  # beyond it a float no longer holds every whole number
WHOLE = r"[+-]?[0-9]+(\.|\.0{1,2}|\.0{4,})?([eE]\+?[0-9]{1,2})?"
"""A dot and exactly three digits may be thousands: such a number is not read here."""
NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"
FORMULA = r"(?s)(?:[=@]|[+-](?![0-9.]+$)).*"
"""What a spreadsheet would run as a formula, were it written to a table."""
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
"""Characters without width: two names that differ by them look the same."""
_SPACES = str.maketrans({**dict.fromkeys("\u00a0\u2007\u202f\u2009\u3000", " "), **dict.fromkeys(UNSEEN, None)})


@dataclass(frozen=True)
class Kind:
    """One kind of cell: how it is tested, how it is read and what is allowed, in words."""

    allowed: str
    valid: Callable[[pd.Series], pd.Series]
    read: Callable[[pd.Series], pd.Series]


def composed(text: str) -> str:
    """Return a text in the one form in which texts are compared: composed letters, plain spaces, none around it.

    >>> composed(" A\u030alesund\u00a0")
    'Ålesund'
    """
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFC", text.translate(_SPACES)).strip()


def texts(cells: pd.Series) -> pd.Series:
    """Return cells as text in one normal form (see :func:`composed`); each distinct text is looked at once."""
    if pd.api.types.is_datetime64_any_dtype(cells):
        return cells.astype("string")
    codes, distinct = pd.factorize(cells.astype("string"))
    said = [composed(str(text)) for text in distinct]
    if isinstance(cells.dtype, pd.StringDtype) and said == list(distinct):
        return cells  # a large table is not copied for each check that looks at it
    return pd.Series(np.array([*said, None], dtype=object)[codes], index=cells.index, dtype="string", name=cells.name)


def numbers(cells: pd.Series) -> pd.Series:
    """Return cells as numbers, missing where they are none; a truth value, a date or a duration is none."""
    if pd.api.types.is_bool_dtype(cells) or cells.dtype.kind in "mM" or isinstance(cells.dtype, pd.DatetimeTZDtype):
        return pd.Series(np.nan, index=cells.index, dtype="float64")
    if pd.api.types.is_numeric_dtype(cells):
        return pd.to_numeric(cells, errors="coerce").astype("float64")
    codes, distinct = pd.factorize(texts(cells))
    said = pd.Series(distinct, dtype="string")
    read = pd.to_numeric(said.where(said.str.fullmatch(NUMBER).fillna(False).astype(bool)), errors="coerce")
    return pd.Series(np.append(read.to_numpy("float64", na_value=np.nan), np.nan)[codes], index=cells.index)


def _matches(pattern: str) -> Callable[[pd.Series], pd.Series]:
    """Match a whole cell; each distinct text is looked at once, and a missing cell does not match."""

    def matches(cells: pd.Series) -> pd.Series:
        codes, distinct = pd.factorize(texts(cells))
        found = pd.Series(distinct, dtype="string").str.fullmatch(pattern).to_numpy(bool, na_value=False)
        return pd.Series(np.append(found, False)[codes], index=cells.index, name=cells.name)

    return matches


def _names(pattern: str) -> Callable[[pd.Series], pd.Series]:
    """Match codes and names, none of which may be run as a formula where it is written."""
    return lambda cells: _matches(pattern)(cells) & ~_matches(FORMULA)(cells)


def _dates(cells: pd.Series) -> pd.Series:
    if isinstance(cells.dtype, pd.DatetimeTZDtype):
        return pd.Series(pd.NaT, index=cells.index)
    if pd.api.types.is_datetime64_any_dtype(cells):
        return cells.where(cells.dt.normalize().eq(cells) & cells.dt.year.between(1900, 2099))
    said = texts(cells)
    said = said.where(said.str.fullmatch(DATE).fillna(False).astype(bool))
    return pd.to_datetime(said, errors="coerce", format="%Y-%m-%d")


def _is_whole(cells: pd.Series) -> pd.Series:
    found = numbers(cells)
    good = found.mod(1).eq(0) & found.abs().lt(EXACT)
    return good if pd.api.types.is_numeric_dtype(cells) else good & _matches(WHOLE)(cells)


def _flags(cells: pd.Series) -> pd.Series:
    return texts(cells).str.lower().map({"true": True, "false": False, "1": True, "0": False})


def _spans(cells: pd.Series) -> pd.Series:
    """Read years as numbers where all are years, else quarters or months as texts."""
    return numbers(cells).astype("Int64") if _matches(f"{YEAR}(\\.0)?")(cells).all() else texts(cells)


_ONE = r"[^\s;]+"
_PHRASE = r"[^\s;]+( +[^\s;]+)*"
KINDS: Mapping[str, Kind] = {
    "text": Kind("any text", lambda c: texts(c).str.len().fillna(0).gt(0), texts),
    "code": Kind("a code without spaces or ';' that does not begin like a formula (=, +, -, @)", _names(_ONE), texts),
    "name": Kind("a code or name without ';' that does not begin like a formula (=, +, -, @)", _names(_PHRASE), texts),
    "codes": Kind("codes separated by ';'", _names(rf"{_ONE}(\s*;\s*{_ONE})*\s*;?"), texts),
    "names": Kind("codes or names separated by ';'", _names(rf"{_PHRASE}(\s*;\s*{_PHRASE})*\s*;?"), texts),
    "month": Kind("a month as YYYY-MM, e.g. 2019-09", _matches(MONTH), texts),
    "period": Kind("a month as 2020-03 or a quarter as 2020-Q1", _matches(f"{MONTH}|{QUARTER}"), texts),
    "reference": Kind(
        "a year as 2021, several as 2019-2021, a school year as 2020/21, a quarter as 2020-Q1 or a month as 2020-03",
        _matches(REFERENCE),
        texts,
    ),
    "year": Kind("a year, e.g. 2021", _matches(YEAR), lambda c: numbers(c).astype("Int64")),
    "span": Kind(
        "a year as 2021, a quarter as 2021-Q1 or a month as 2021-03", _matches(f"{YEAR}(\\.0)?|{SPAN}"), _spans
    ),
    "date": Kind("a date as YYYY-MM-DD", lambda c: _dates(c).notna(), _dates),
    "count": Kind("a whole number", _is_whole, lambda c: numbers(c).astype("Int64")),
    "number": Kind("a number with a decimal point", lambda c: numbers(c).abs().lt(float("inf")), numbers),
    "flag": Kind("True or False", lambda c: _flags(c).notna(), lambda c: _flags(c).astype("boolean")),
}
TEXTS = ("text", "code", "codes", "name", "names")
"""The kinds that can be read whatever stands there."""
