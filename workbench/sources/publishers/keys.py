"""In which codes do countries and municipalities stand in a contract, and which rows are counties among them?"""

from __future__ import annotations

import re

import pandas as pd

from workbench.core.contracts.columns import Contract
from workbench.core.geography.countries import EUROSTAT, alpha3, eurostat, recoded
from workbench.sources.publishers.cube import Cube
from workbench.sources.publishers.figures import added
from workbench.sources.publishers.words import measures

MARKED = re.compile(r"(?:[A-Z]{1,2}[-_ ])?([0-9]{2,4})(?:[ \-:]+\D.*)?")
"""A municipality as ``0301 Oslo``, ``K-0301 Oslo`` or ``K_0301``."""
REST = "OTH"


def coded(frame: pd.DataFrame, of: Contract, cube: Cube, where: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the table with codes in place of names, where each is known; sums by code are left out and said."""
    notes: list[str] = []
    for name, read in (("destination", _destination), ("origin", alpha3), ("nationality", alpha3)):
        if name not in frame or (name == "destination" and of.name != "arrivals"):
            continue
        distinct = [str(text) for text in frame[name].dropna().unique()]
        changed, said = recoded(distinct, name, read)
        notes += said
        frame = frame.assign(**{name: frame[name].replace(changed)})
        rest = [text for text, code in changed.items() if code == REST]
        if len(rest) > 1:
            keys = [key for key in of.key if key in frame]
            have = [measure for measure in measures(of) if measure in frame]
            own, other = frame[frame[name] != REST], frame[frame[name] == REST]
            frame = pd.concat([own, added(other, keys, have, cube.comma, where)[[*frame.columns]]])
            notes.append(f"column '{name}': {', '.join(rest[:5])} are added up as {REST}")
    for column in of.columns:
        if column.name in frame and column.place and column.name in ("municipality", "area"):
            frame, said = _municipalities(frame, column.name)
            notes += said
    return frame, notes


def _destination(text: str) -> str | None:
    """Return Eurostat's code; two letters are one already, as the contract takes them."""
    return EUROSTAT.get(text, text) if re.fullmatch("[A-Z]{2}", text) else eurostat(text)


def _municipalities(frame: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the table with municipalities by number and without the counties whose municipalities stand there too."""
    notes: list[str] = []
    distinct = [str(text) for text in frame[name].dropna().unique()]
    found = {text: match[1] for text in distinct if (match := MARKED.fullmatch(text))}
    if len(found) == len(distinct) and any(code != text for text, code in found.items()):
        first = next(text for text, code in found.items() if code != text)
        notes.append(f"column '{name}': numbers are read as codes: '{first}' as {found[first]}")
        frame = frame.assign(**{name: frame[name].map(found).astype("string")})
    codes = {str(code) for code in frame[name].dropna()}
    if codes and all(re.fullmatch("[0-9]{2}|[0-9]{4}", code) for code in codes):
        counties = sorted(code for code in codes if len(code) == 2) if {len(code) for code in codes} == {2, 4} else []
        if counties:
            frame = frame[~frame[name].isin(counties)]
            notes.append(
                f"column '{name}': {len(counties)} counties among municipalities are left out ({counties[0]} …)"
            )
    return frame, notes
