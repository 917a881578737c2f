"""Which register is worked with, and what does its locality say about fields, retention and places?"""

from __future__ import annotations

from pathlib import Path

from workbench.core.errors import DataError
from workbench.core.places import Locality
from workbench.store.visibility import FieldRegister, read

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


def read_key(path: Path) -> bytes:
    """Return the key of an extract from its file."""
    try:
        return path.read_bytes().strip()
    except OSError as error:
        raise DataError("cannot read the key", where=str(path), why=str(error.strerror)) from None
