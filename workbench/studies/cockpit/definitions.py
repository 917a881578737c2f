"""What is each indicator of a locality? Read from its ``indicators.toml``; every fault at once.

An indicator is data: an area, a kind, labels in several languages, and where its figures stand. They stand in the table
``indicators`` (one row for each indicator, place, period and group) or in columns of any other table of the locality.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.core.contracts.checking import contract
from workbench.core.errors import DataError, nearest
from workbench.core.geography.places import Locality
from workbench.sources import localities

FILE = "indicators.toml"
TABLE = "indicators"
AREAS = ("arrival", "housing", "education", "health", "labour")
KINDS = {
    "share": "persons of whom it is true among persons in all: counts, from 0 to 1",
    "ratio": "one count for each of another; may exceed one",
    "percent": "a published share without counts, 0 to 100",
    "rate": "a published figure in a unit of its own, without counts",
    "count": "a number of things or persons",
}
BETTER = ("higher", "lower", "neither")
WITH_COUNTS = ("share", "ratio")
PARTS = (
    *("area", "kind", "better", "group", "compare", "unit", "label", "explanation"),
    *("table", "place", "period", "by", "until", "where", "denominator_where"),
    *("numerator", "denominator", "value", "absent_is_zero"),
)


@dataclass(frozen=True)
class Definition:
    """One indicator.

    Attributes
    ----------
    area, kind, better
        One of :data:`AREAS`, :data:`KINDS` and :data:`BETTER`.
    label, explanation, unit
        Texts by language, English at least.
    group, compare
        Group of persons it is about, and the group it is set beside; empty where figures have no groups.
    table, place, period
        Table of the locality, and its columns of place and period.
    by
        ``year``: months or quarters are added up to whole years.
    until
        Last year that is whole; None: all are.
    where, denominator_where
        Values that rows of the table (of the denominator's) must have, by column.
    numerator, denominator, value
        Columns; a denominator may stand in another table, as ``population.total``.
    absent_is_zero
        Whether a place that the table does not list has a count of 0, because its source says so.
    guest
        The package that brought it, with its version; empty for the locality's own.
    """

    id: str
    area: str
    kind: str
    better: str
    label: Mapping[str, str]
    explanation: Mapping[str, str]
    unit: Mapping[str, str] = field(default_factory=dict)
    group: str = ""
    compare: str = ""
    table: str = TABLE
    place: str = "place"
    period: str = "period"
    by: str = ""
    until: int | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    denominator_where: Mapping[str, str] = field(default_factory=dict)
    numerator: str = ""
    denominator: str = ""
    value: str = ""
    absent_is_zero: bool = False
    guest: str = ""

    def text(self, part: str, language: str) -> str:
        """Return the label, explanation or unit in a language, in English where it is not there."""
        texts: Mapping[str, str] = getattr(self, part)
        return texts.get(language) or texts.get("en", "")

    @property
    def other_table(self) -> str:
        """The table of the denominator, where it is another one."""
        return self.denominator.partition(".")[0] if "." in self.denominator else ""

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the locality's tables that it is made of."""
        return tuple(dict.fromkeys(filter(None, (self.table, self.other_table))))


def has_cockpit(locality: Locality) -> bool:
    """Return whether the locality brings indicators."""
    return (locality.folder / FILE).exists()


def read(locality: Locality) -> tuple[Definition, ...]:
    """Return a locality's indicators in the order of its file; none if it has no file of them.

    Raises
    ------
    DataError
        With every fault of the file, a sentence each.
    """
    path = locality.folder / FILE
    if not path.exists():
        return ()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError("cannot read the indicators", where=str(path), why=str(error), do="mend the file") from error
    faults: list[str] = []
    found = [_definition(name, body, locality, faults) for name, body in raw.items()]
    refuse(faults, str(path))
    return tuple(definition for definition in found if definition is not None)


def made(name: str, body: object, locality: Locality) -> Definition:
    """Return one indicator that a class brings, written as in ``indicators.toml``."""
    faults: list[str] = []
    found = _definition(name, body, locality, faults)
    refuse(faults, f"indicator '{name}'")
    assert found is not None
    return found


def refuse(faults: list[str], where: str) -> None:
    """Raise one error with every fault, if there is any."""
    if faults:
        lines = "".join(f"\n  - {fault}" for fault in faults)
        raise DataError(
            f"the indicators cannot be used: {len(faults)} fault{'s' * (len(faults) > 1)}{lines}",
            where=where,
            why="a figure whose meaning is not stated misleads",
            do="mend what is named; CONTRIBUTING has an indicator written out",
        )


def _definition(name: str, body: object, locality: Locality, faults: list[str]) -> Definition | None:
    if not isinstance(body, Mapping):
        faults.append(f"'{name}' is no table; write [{name}] and its parts below")
        return None
    own = [
        f"'{name}': unknown part '{part}'; {nearest(str(part), sorted(PARTS))}" for part in body if part not in PARTS
    ]
    for part, allowed in (("area", AREAS), ("kind", tuple(KINDS)), ("better", BETTER)):
        if body.get(part) not in allowed:
            said = f"'{body[part]}' is not" if part in body else "is missing; it must be"
            own.append(f"'{name}': {part} {said} one of {', '.join(allowed)}")
    for part in ("label", "explanation", "unit"):
        texts = body.get(part, {})
        if not isinstance(texts, Mapping) or not all(isinstance(text, str) and text.strip() for text in texts.values()):
            own.append(f"'{name}': {part} is a text for each language, as {{ en = \"…\" }}")
        elif part != "unit" and not texts.get("en"):
            own.append(f"'{name}': no {part} in English")
    kind = body.get("kind")
    if kind in WITH_COUNTS:
        own += [
            f"'{name}': a {kind} needs a {part}: name its column"
            for part in ("numerator", "denominator")
            if not body.get(part)
        ]
    if kind in ("rate", "count") and not body.get("unit"):
        own.append(f"'{name}': a {kind} needs a unit")
    if not own:
        own += _column_faults(name, body, locality)
    faults += own
    return None if own else Definition(name, **_with_defaults(body))


def _with_defaults(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts as the definition takes them; a figure without counts is a value."""
    parts = dict(body)
    if parts["kind"] not in WITH_COUNTS and not parts.get("numerator"):
        parts.setdefault("value", "value")
    for name in ("where", "denominator_where"):
        parts[name] = {str(column): str(value) for column, value in parts.get(name, {}).items()}
    return parts


def _column_faults(name: str, body: Mapping[str, Any], locality: Locality) -> list[str]:
    """Return which tables and columns the locality does not have."""
    faults = []
    table = body.get("table", TABLE)
    wanted = [(table, body.get(part, usual)) for part, usual in (("place", "place"), ("period", "period"))]
    wanted += [(table, column) for column in body.get("where", {})]
    for part in ("numerator", "denominator", "value"):
        column = str(body.get(part, ""))
        if column:
            other, dot, rest = column.partition(".")
            wanted.append((other, rest) if dot else (table, column))
    for of, column in dict.fromkeys(wanted):
        if of not in locality.tables:
            said = f"'{name}': the locality has no table '{of}'; {nearest(of, list(locality.tables))}"
            faults += [said] if said not in faults else []
            continue
        kept = contract(locality.tables[of].contract)
        if kept.column(column) is None:
            known = list(localities.table(locality, of).columns)  # a table may have columns beyond its contract
            if column in known:
                continue
            faults.append(f"'{name}': table '{of}' has no column '{column}'; {nearest(column, known)}")
    return faults


def path(locality: Locality) -> Path:
    """Return the file in which a locality's indicators stand."""
    return locality.folder / FILE
