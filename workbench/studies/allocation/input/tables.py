"""Which tables of one's own are to be placed, and what is wrong in any of them or between them?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core.contracts.checking import contract
from workbench.core.errors import DataError, DecisionError, nearest
from workbench.core.geography.places import Locality
from workbench.decisions.allocation.problem.input_tables import Ints
from workbench.decisions.allocation.problem.room import COUNTED
from workbench.studies.allocation.input.faults import TABLES, at_home, in_order, look, refusal


@dataclass(frozen=True)
class Tables:
    """Tables of one's own, checked against their contracts and against each other's names by the solver."""

    households: pd.DataFrame
    places: pd.DataFrame
    scores: pd.DataFrame | None = None
    rules: pd.DataFrame | None = None
    practice: pd.DataFrame | None = None
    paths: Mapping[str, Path] = field(default_factory=dict)
    rows: Mapping[str, Ints] = field(default_factory=dict)
    counts: Mapping[str, str] = field(default_factory=dict)
    """What a service's own capacity counts, e.g. ``{"school": "children"}``; by default every person who needs it."""

    def located(self, error: DataError | DecisionError) -> DataError | DecisionError:
        """Return an error of the solver in which every fault names file and row, where the table was read from one."""
        faults = in_order([at_home(fault, self.paths, self.rows) for fault in error.faults], self.paths)
        return type(error)(error.what, where=error.where, why=error.why, do=error.do, faults=faults)

    @property
    def given(self) -> dict[str, pd.DataFrame]:
        """The tables that are there, by name."""
        each = {name: getattr(self, name) for name in TABLES}
        return {name: table for name, table in each.items() if table is not None}

    @property
    def stated(self) -> list[dict[str, Any]]:
        """The rules as their rows state them, with reason and source; empty cells are left out."""
        rows = [] if self.rules is None else self.rules.to_dict(orient="records")
        return [
            {
                str(name): cell.date().isoformat() if isinstance(cell, pd.Timestamp) else cell
                for name, cell in row.items()
                if not pd.isna(cell)
            }
            for row in rows
        ]

    @property
    def unknown_ties(self) -> list[str]:
        """Codes of ties that are no place of the table: a misspelling, or a place that takes nobody."""
        if "ties" not in self.households:
            return []
        cells = self.households["ties"].dropna()
        named = {code.strip() for cell in cells for code in str(cell).split(";") if code.strip()}
        return sorted(named - set(self.places["place"]))

    @property
    def unknown_languages(self) -> dict[str, str]:
        """Languages of households that no place offers, each with the nearest code that one does, or nothing.

        A name or a code of three letters points to the code of two ("Arabic", "ara": ``ar``). Empty where no place
        names any language, since nothing is compared then.
        """
        asked, offered = (input_codes(table) for table in (self.households, self.places))
        return {code: nearest_language(code, offered) for code in sorted(asked - offered)} if offered else {}

    @property
    def services_by_capacity(self) -> list[str]:
        """Services that places offer by a capacity above 0 alone, without listing them: service and how many places."""
        listed = self.places["services"].fillna("") if "services" in self.places else [""] * len(self.places)
        lists = [{code.strip() for code in str(cell).split(";")} for cell in listed]
        found = []
        for column in (str(name) for name in self.places if str(name).startswith("capacity_")):
            service = column.removeprefix("capacity_")
            rooms = pd.to_numeric(self.places[column], errors="coerce").fillna(0) > 0
            if count := sum(has and service not in codes for has, codes in zip(rooms, lists, strict=True)):
                found.append(f"{service} ({count} of {len(self.places)} places)")
        return found

    @property
    def unused(self) -> dict[str, list[str]]:
        """Columns of one's own that no part of a plan reads, by table."""
        told = {
            name: [str(each) for each in table.columns if contract(name).column(str(each)) is None]
            for name, table in self.given.items()
            if name != "scores" or "place" in table
        }
        return {name: columns for name, columns in told.items() if columns}


def read_tables(
    households: Path,
    places: Path,
    scores: Path | None = None,
    rules: Path | None = None,
    practice: Path | None = None,
    *,
    locality: Locality | None = None,
    counts: Mapping[str, str] | None = None,
) -> Tables:
    """Read one's own tables; scores may be long, or wide with one column per place.

    ``counts`` says what a service's own capacity counts, as :func:`counts_of` reads it.

    Raises
    ------
    DataError
        With the faults of all files, each by file and row, and those between them as far as they can be read.
    """
    given = zip(TABLES, (households, places, scores, rules, practice), strict=True)
    paths = {name: path for name, path in given if path is not None}
    seen = {name: look(name, path, locality) for name, path in paths.items()}
    rows = {name: each.rows for name, each in seen.items()}
    if any(each.faults for each in seen.values()):
        raise refusal(seen, paths, counts)
    read = {name: each.table for name, each in seen.items()}
    scores_, rules_, practice_ = (read.get(name) for name in ("scores", "rules", "practice"))
    return Tables(read["households"], read["places"], scores_, rules_, practice_, paths, rows, dict(counts or {}))


def counts_of(stated: Sequence[str]) -> dict[str, str]:
    """Return what the capacity of each service counts, from words such as ``school=children``.

    >>> counts_of(["school=children"])
    {'school': 'children'}
    """
    counts: dict[str, str] = {}
    for each in stated:
        service, _, what = (part.strip() for part in each.partition("="))
        if not service or not what:
            told = "this says of no service what its capacity counts"
        elif what not in COUNTED:
            told = f"what the capacity of '{service}' is to count is unknown: '{what}'"
        elif counts.setdefault(service, what) != what:
            told = f"the capacity of '{service}' is to count both {counts[service]} and {what}"
        else:
            continue
        close = f"; {hint}" if what and (hint := nearest(what, COUNTED)).startswith("did") else ""
        raise DataError(
            told,
            where=f"--count {each}",
            why="a place is filled by what is counted",
            do=f"write SERVICE=WHAT, e.g. school=children; what is counted: {', '.join(COUNTED)}{close}",
        )
    return counts


def named(by_place: pd.DataFrame, tables: Tables, locality: Locality | None = None) -> list[dict[str, Any]]:
    """Return one row per place with its name, where the table of places or the locality knows it."""
    names: dict[str, str] = {}
    if locality is not None:
        names = {code: locality.place_name(code) for code in by_place["place"] if code in locality.places}
    if "name" in tables.places:
        said = tables.places.dropna(subset="name")
        names |= dict(zip(said["place"].astype(str), said["name"].astype(str), strict=True))
    rows = by_place.to_dict(orient="records")
    return [{"name": names.get(str(row["place"]), ""), **{str(k): v for k, v in row.items()}} for row in rows]


def input_codes(table: pd.DataFrame) -> set[str]:
    """Return the languages that a table names, in lower case."""
    cells = table["languages"].dropna() if "languages" in table else ()
    return {code.strip().casefold() for cell in cells for code in str(cell).split(";") if code.strip()}


def nearest_language(code: str, offered: set[str]) -> str:
    """Return the offered code that a language's name or longer code means, else the most similar one, else nothing."""
    from babel import Locale  # here: only when a language is not found
    from babel.core import get_global

    names = {name.casefold(): short for short, name in Locale("en").languages.items()}
    meant = str(get_global("language_aliases").get(code, names.get(code, "")))
    similar = get_close_matches(code, sorted(offered), n=1)
    return meant if meant in offered else similar[0] if similar else ""
