"""What does a new locality start from? The shipped template, copied into a folder that does not exist yet."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.core.errors import DataError
from workbench.core.storage import shipped
from workbench.core.storage.files import replacing

MARK = "FILL IN"
"""What stands wherever the locality's people put their own."""
FILES = ("locality.toml", "municipalities.csv", "SOURCE.md", "parameters.toml", "examples.toml")


def start(folder: Path | str) -> Path:
    """Write a new locality, named after its folder, with a mark wherever something is to be filled in.

    Raises
    ------
    DataError
        If the folder is there already, or its name cannot be an identifier.
    """
    folder = Path(folder)
    if folder.exists():
        raise DataError("there is something already", where=str(folder), do="name a folder that does not exist yet")
    name = folder.absolute().name
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", name):
        raise DataError(
            f"'{name}' cannot be a locality's identifier",
            where=str(folder),
            why="it stands in commands and saved runs",
            do="use lower-case letters, digits, '-' and '_', e.g. new-haven",
        )
    template = shipped.path("data") / "template"
    with replacing(folder) as partial:
        partial.mkdir()
        for file in FILES:
            text = (template / file).read_text(encoding="utf-8")
            (partial / file).write_text(text.replace("NEW_ID", name), encoding="utf-8")
    return folder
