"""What is said where the machine itself refuses: no room, no right to read or write, not enough memory."""

from __future__ import annotations

import os

from workbench.core.errors import DataError, StorageError, WorkbenchError
from workbench.core.storage.files import full


def refused(error: OSError | MemoryError) -> WorkbenchError:
    """Return the fault of a machine as an error of the family; a broken pipe is raised again."""
    if isinstance(error, BrokenPipeError):
        raise error
    if isinstance(error, MemoryError):
        return StorageError(
            "the memory of this machine does not suffice",
            why="nothing was written",
            do="close other programs, or ask for fewer rows, draws or years",
        )
    if full(error):
        return StorageError(
            "there is no room left to write",
            where=os.fspath(error.filename) if isinstance(error.filename, str) else "",
            why="nothing of this try was kept, earlier results stay as they were",
            do="free some room on this disk (TMPDIR names the temporary folder), or name a place on another one",
        )
    return DataError(
        f"a file cannot be used: {error.strerror or error}",
        where=error.filename if isinstance(error.filename, str) else "",
        do="see that it exists and that you may read it and write beside it",
    )
