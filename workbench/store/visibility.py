"""Who may see which field of a folder, in which state of the case?

The field register is data: each field has its purpose, its basis, how long it is kept and, for each role, the state
from which on it is seen. What no row names is shown to nobody.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.core.errors import DataError, nearest
from workbench.store.households.states import OPEN, STATES

ROLES = ("interviewer", "directorate", "municipality", "statistician", "auditor", "person")
OWN_ONLY = ("interviewer", "municipality", "person")
"""Roles that see only what concerns them: their own interviews, what was proposed to them, their own folder."""
ORDER = (*OPEN, "settled")
NEVER_BEYOND_DIRECTORATE = ("household.confidential_address", "household.apart_from")
PURPOSES = ("names", "interview", "case")


@dataclass(frozen=True)
class Field:
    """One row of the field register; ``sees`` names for each role the state from which on it sees the field."""

    name: str
    purpose: str
    basis: str
    retention: str
    sees: Mapping[str, str]

    def shown(self, role: str, state: str) -> bool:
        """Say whether a role sees the field in a state of the case.

        A role that sees it from registration on sees it always; another only while the case goes forward, so that a
        municipality loses sight of a household that is paused, withdrawn or gone elsewhere.
        """
        since = self.sees.get(role)
        if since is None:
            return False
        return since == ORDER[0] or (state in ORDER and ORDER.index(state) >= ORDER.index(since))


@dataclass(frozen=True)
class FieldRegister:
    """All fields by name, and for how many days after the case is closed each kind is kept."""

    fields: Mapping[str, Field]
    days: Mapping[str, int]


def read(path: Path) -> FieldRegister:
    """Read a field register.

    Raises
    ------
    DataError
        With every row that lacks a part, names an unknown role, state or retention, or shows what must stay inside.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError("cannot read the field register", where=str(path), why=str(error)) from error
    days = raw.get("retention_days", {})
    faults = [f"retention_days has no number for '{name}'" for name in PURPOSES if not isinstance(days.get(name), int)]
    fields: dict[str, Field] = {}
    for at, row in enumerate(raw.get("field", []), start=1):
        missing = [part for part in ("name", "purpose", "basis", "retention", "sees") if not row.get(part)]
        if missing:
            faults.append(f"field {at} has no '{missing[0]}'")
            continue
        field = Field(row["name"], row["purpose"], row["basis"], row["retention"], dict(row["sees"]))
        faults += _faults(field, field.name in fields)
        fields[field.name] = field
    if faults or not fields:
        raise DataError(
            "the field register cannot be used: " + "; ".join(faults or ["it names no field"]),
            where=str(path),
            why="nobody would know who may see what",
            do="correct the rows named",
        )
    return FieldRegister(fields, days)


def seen(
    register: FieldRegister, folder: Mapping[str, Any], *, role: str, state: str, concerned: bool
) -> dict[str, Any]:
    """Return what a role may see of a folder; everything else is absent, not blank.

    Parameters
    ----------
    folder
        As :func:`workbench.store.households.records.folder` returns it: a section is a record, several, or a list of
        codes. What a record holds under names of its own, such as answers, is shown name by name.
    concerned
        Whether the case concerns the one who asks: proposed to this municipality, interviewed by this interviewer,
        the person's own. Some roles see nothing else.
    """
    if role not in ROLES or state not in STATES:
        raise DataError("there is no such role or state", do=nearest(role, list(ROLES)))
    if role in OWN_ONLY and not concerned:
        return {}

    def cut(section: str, row: Mapping[str, Any]) -> dict[str, Any]:
        plain = {name: value for name, value in row.items() if not isinstance(value, Mapping)}
        inner = {name: cut(f"{section}.{name}", value) for name, value in row.items() if isinstance(value, Mapping)}
        shown = {name: value for name, value in plain.items() if may(f"{section}.{name}")}
        return shown | {name: value for name, value in inner.items() if value}

    def may(name: str) -> bool:
        field = register.fields.get(name)
        return field is not None and field.shown(role, state)

    shown: dict[str, Any] = {}
    for section, held in folder.items():
        if isinstance(held, Mapping):
            shown[section] = cut(section, held)
        elif _records(held):
            shown[section] = [cut(section, row) for row in held]
        elif may(section):
            shown[section] = list(held)
    return {section: held for section, held in shown.items() if held and held != [{}] * len(held)}


def _records(held: Sequence[Any]) -> bool:
    return bool(held) and all(isinstance(row, Mapping) for row in held)


def _faults(field: Field, twice: bool) -> list[str]:
    told = [f"'{field.name}' stands twice"] if twice else []
    if field.retention not in PURPOSES:
        told.append(f"'{field.name}': retention '{field.retention}' is unknown")
    told += [f"'{field.name}': there is no role '{role}'" for role in field.sees if role not in ROLES]
    told += [f"'{field.name}': there is no state '{state}'" for state in field.sees.values() if state not in ORDER]
    if field.name in NEVER_BEYOND_DIRECTORATE and set(field.sees) - {"directorate"}:
        told.append(f"'{field.name}' must stay with the directorate")
    return told
