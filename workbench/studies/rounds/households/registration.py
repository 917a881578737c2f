"""Who was granted a permit and has to be settled: from the authority's file into the register."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from workbench.core.errors import DataError, Fault, StoreError
from workbench.core.parameters import Parameters
from workbench.store.database import Store
from workbench.store.households import records
from workbench.studies.rounds.interview.intake import submissions

COLUMNS = ("household", "case_number", "born", "population", "permit")
FURTHER = ("given_name", "family_name", "language", "deadline")


def register_file(store: Store, path: Path, parameters: Parameters, *, who: str) -> int:
    """Enter every household of a file, a row for each person; return how many.

    The deadline follows from the permit and the population where the file does not name it.

    Raises
    ------
    DataError
        With every fault by row and column, without the cells; nothing is written.
    """
    rows = list(submissions(path))
    faults = [Fault("the file has no rows")] if not rows else []
    faults += [Fault("required column is missing", column=name) for name in COLUMNS if rows and name not in rows[0][1]]
    if not faults:
        faults = [Fault(what, row, column) for row, raw in rows for column, what in _wrong(raw)]
    homes: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for row, raw in rows if not faults else []:
        homes.setdefault(str(raw["household"]).strip(), []).append((row, raw))
    faults += _twice(homes)
    for held in homes.values():
        for column in ("population", "permit"):
            if len({str(raw[column]).strip() for _, raw in held}) > 1:
                faults.append(Fault("differs among the members of the household", held[0][0], column))
    if not faults:
        with store.writing() as connection:
            for held in homes.values():
                try:
                    _enter(connection, [raw for _, raw in held], parameters, who)
                except StoreError as error:
                    faults.append(Fault(error.what, held[0][0]))
            if faults:
                raise _refused(path, faults)  # inside the transaction: nothing of it is kept
    if faults:
        raise _refused(path, faults)
    return len(homes)


def _twice(homes: Mapping[str, list[tuple[int, Mapping[str, Any]]]]) -> list[Fault]:
    """Return a fault for each person who stands twice in the file, in one household or in two."""
    first: dict[str, tuple[int, str]] = {}
    faults = []
    for name, held in homes.items():
        for row, raw in held:
            number = str(raw["case_number"]).strip()
            if number in first:
                before, home = first[number]
                where = "this household" if home == name else "another household"
                faults.append(Fault(f"the person stands in row {before} already, in {where}", row, "case_number"))
            first.setdefault(number, (row, name))
    return sorted(faults, key=lambda each: each.row or 0)


def deadline(population: str, permit: date, parameters: Parameters) -> date:
    """Return the day by which a household is to be settled."""
    months = int(parameters.numbers("settlement_deadline", permit)[population])
    year, month = divmod(permit.year * 12 + permit.month - 1 + months, 12)
    return date(year, month + 1, min(permit.day, calendar.monthrange(year, month + 1)[1]))


def _enter(connection: Any, held: list[Mapping[str, Any]], parameters: Parameters, who: str) -> None:
    first = {name: str(value or "").strip() for name, value in held[0].items()}
    permit = date.fromisoformat(first["permit"])
    due = first.get("deadline", "")
    members = tuple(
        records.Member(
            str(raw["case_number"]).strip(),
            date.fromisoformat(str(raw["born"]).strip()) if str(raw["born"] or "").strip() else None,
            str(raw.get("given_name") or "").strip() or None,
            str(raw.get("family_name") or "").strip() or None,
        )
        for raw in held
    )
    records.register(
        connection,
        members,
        who=who,
        population=first["population"],
        permit=permit,
        deadline=date.fromisoformat(due) if due else deadline(first["population"], permit, parameters),
        language=first.get("language") or None,
    )


def _wrong(raw: Mapping[str, Any]) -> list[tuple[str, str]]:
    told = [(name, "is empty") for name in COLUMNS if name != "born" and not str(raw.get(name) or "").strip()]
    for name in ("born", "permit", "deadline"):
        text = str(raw.get(name) or "").strip()
        try:
            date.fromisoformat(text or "2000-01-01")
        except ValueError:
            told.append((name, "is no day; write YYYY-MM-DD"))
    population = str(raw.get("population") or "").strip()
    if population and population not in records.POPULATIONS:
        told.append(("population", "is unknown; one of " + ", ".join(records.POPULATIONS)))
    texts = [(name, str(raw.get(name) or "")) for name in (*COLUMNS, *FURTHER)]
    return told + [(name, "is too long or no text") for name, text in texts if len(text) > 80 or "\x00" in text]


def _refused(path: Path, faults: list[Fault]) -> DataError:
    return DataError(
        "the households cannot be registered",
        where=str(path),
        why="nothing was written",
        do=f"a row for each person: {', '.join(COLUMNS)}, and if known {', '.join(FURTHER)}",
        faults=faults,
    )
