"""Which place does a name, or a code with something before it, mean? Only one that a single place bears."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from workbench.core.contracts.cells import composed, texts

if TYPE_CHECKING:
    from workbench.core.geography.places import Locality

WITHIN = ("{} ({})", "{}, {}", "{} i {}")
"""How a name that several places bear is written with what the place lies in; the last is Norwegian and Swedish use."""


def codes_for_names(
    cells: pd.Series, locality: Locality, column: str, *, whole: bool = False
) -> tuple[pd.Series, list[str]]:
    """Return a column with the codes of the places that it names, and one sentence on those read so.

    A name that two places bear, and one that none bears, stays as it is and is refused by the check.
    """
    known = {*locality.places, *(locality.wholes if whole else [])}
    by_name: dict[str, list[str]] = {}
    for code, place in locality.places.items():
        for name in (place.name, *(form.format(place.name, place.parent) for form in WITHIN if place.parent)):
            by_name.setdefault(composed(name).casefold(), []).append(code)
    if whole and locality.code:
        by_name.setdefault(composed(locality.name).casefold(), []).append(locality.code)
    for code, name in locality.around.items() if whole else ():
        by_name.setdefault(composed(name).casefold(), []).append(code)
    said = texts(cells)
    found: dict[str, str] = {}
    for text in said.dropna().unique():
        parts = [part.strip() for part in str(text).split(";")]
        meant = [part if part in known else _meant(part, known, by_name) for part in parts]
        if meant != parts:
            found[str(text)] = ";".join(meant)
    if not found:
        return cells, []
    first, code = next(iter(found.items()))
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    said_as = "codes without their leading zero" if first.isdecimal() else "names"
    note = f"column '{column}': {said_as} are read as codes of locality '{locality.id}': '{first}' as {code}{more}"
    return said.replace(found), [note]


def _meant(text: str, known: set[str], by_name: dict[str, list[str]]) -> str:
    """Return the one code that a text means, or the text as it is."""
    named = by_name.get(text.casefold(), [])
    if len(named) == 1:
        return named[0]
    if text.isdecimal():
        # A spreadsheet takes the zero off a code; where all codes are equally long, no other can be meant.
        padded, wide = f"0{text}", {len(code) for code in known if code.isdecimal()}
        return padded if padded in known and wide == {len(padded)} else text
    if marked := re.fullmatch(r"[A-Za-z]{1,2}[-_ ]?([0-9]+)", text):
        return marked[1] if marked[1] in known else text
    for code, name in ((text.partition(" ")[0], text.partition(" ")[2]), _bracketed(text)):
        plain = name.strip(" -:()").casefold()
        if code in known and code in by_name.get(plain, []):
            return code
    return text


def _bracketed(text: str) -> tuple[str, str]:
    found = re.fullmatch(r"(.+) \(([^()]+)\)", text)
    return (found[2], found[1]) if found else ("", "")
