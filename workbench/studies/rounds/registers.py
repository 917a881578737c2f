"""Which register is worked with, and what does its locality say about fields, retention and places?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.core.errors import DataError, StoreError
from workbench.core.geography.places import Locality
from workbench.store import visibility
from workbench.store.database import Store
from workbench.store.households import records
from workbench.store.rounds import proposals
from workbench.store.visibility import FieldRegister, read
from workbench.studies.rounds.interview import versions
from workbench.studies.rounds.interview.form import Form, with_form
from workbench.studies.rounds.interview.form import load as load_form

FIELDS = "register/fields.toml"


def field_register(locality: Locality) -> FieldRegister:
    """Return who may see which field, and for how long it is kept, as a locality states it."""
    path = locality.folder / FIELDS
    if not path.is_file():
        raise DataError(
            f"locality '{locality.id}' has no field register",
            where=str(path),
            why="without one nobody may see anything",
            do="write one as the shipped locality 'norway' has it",
        )
    return read(path)


def view(
    store: Store, locality: Locality, household: str, *, role: str, place: str, who: str, why: str
) -> dict[str, Any]:
    """Return what a role may see of a household's folder; the reading is in the audit.

    Parameters
    ----------
    place
        The municipality that asks, for the role of one: it sees only households with a live offer to it.
    """
    register = with_form(field_register(locality), load_form(locality))
    with store.writing() as connection:
        held = records.folder(connection, household, who=who, why=why)
        concerned = role != "municipality" or proposals.offered(connection, household, place)
    return visibility.seen(register, held, role=role, state=held["household"]["state"], concerned=concerned)


def own_answers(
    store: Store, locality: Locality, household: str, form: Form, *, who: str
) -> tuple[dict[str, Any], str]:
    """Return what a person may read of the newest interview by a form, and its version; the reading is in the audit.

    Answers to an earlier version stand under the names of today.

    Raises
    ------
    StoreError
        If there is no such household, or no interview by this form.
    DataError
        If the form does not know the version.
    """
    seen = view(store, locality, household, role="person", place="", who=who, why="read_back")
    held = [each for each in seen.get("interview", ()) if each.get("form") == form.id]
    if not held:
        raise StoreError(
            f"no interview by the form '{form.id}' is kept", where=household, do="hold the interview first"
        )
    newest = held[-1]  # the newest stands last
    version = str(newest.get("form_version") or form.version)
    return versions.current(form, newest.get("answers", {}), version), version


def known_place(locality: Locality, code: str) -> str:
    """Return a municipality's code; one that the locality does not have is refused with the nearest."""
    if code not in locality.places:
        raise DataError(f"'{code}' is no place of locality '{locality.id}'", do=locality.hint(code))
    return code


def read_key(path: Path) -> bytes:
    """Return the key of an extract from its file."""
    try:
        return path.read_bytes().strip()
    except OSError as error:
        raise DataError("cannot read the key", where=str(path), why=str(error.strerror)) from None
