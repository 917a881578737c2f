"""Is the file that was named a PDF at all? Checked at once, before anything that takes long is loaded."""

from __future__ import annotations

from pathlib import Path

from workbench.core.errors import ReportError

START = b"%PDF-"
WITHIN = 1024
"""Bytes at the beginning within which readers of PDF look for its mark."""


def checked(path: Path) -> Path:
    """Return the path if a PDF is there.

    Raises
    ------
    ReportError
        If there is nothing, a folder, or a file that is no PDF; says what to name instead.
    """
    if path.is_dir():
        do = f"name one PDF in it, or check all of them with `workbench report rerun-all {path} --no-rerun`"
        raise ReportError("this is a folder, and one PDF is checked at a time", where=str(path), do=do)
    try:
        with path.open("rb") as file:
            start = file.read(WITHIN)
    except FileNotFoundError as error:
        do = "see how the file is called and in which folder it lies; a name counts from the folder you are in"
        raise ReportError("there is no such file", where=str(path), do=do) from error
    except OSError as error:
        why = error.strerror or str(error)
        raise ReportError(
            "this file cannot be read", where=str(path), why=why, do="see that you may read it"
        ) from error
    if START not in start:
        do = "name a PDF that `workbench report build` wrote"
        raise ReportError("this is no PDF" if start else "this file is empty", where=str(path), do=do)
    return path
