"""May a command write here? One guard for all: no result overwrites an input, or silently another result."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

from workbench.core.errors import DataError

OVERWRITE = "Replace result files that are there already; without it they are refused. Inputs are never replaced."
"""What ``--overwrite`` says in every command."""
OWNED = ("locality.toml", "record.json")
"""What marks a folder whose files are inputs of later runs: a locality, a saved run."""


def guard(
    writes: Iterable[Path], *, reads: Collection[Path | None] = (), overwrite: bool = False, mine: Collection[Path] = ()
) -> None:
    """Refuse, before any work, to write onto an input, twice onto one file, or onto an earlier result.

    Parameters
    ----------
    writes
        Files that the command is going to write.
    reads
        Files that it reads (None: not given).
    overwrite
        Whether earlier results may be replaced.
    mine
        Files among ``writes`` that are known to be this very run's own earlier output.

    Raises
    ------
    DataError
        Naming the file; nothing was written. Links, other spellings of a path and of a name's case are seen through.
    """
    earlier: list[Path] = []
    for path in map(Path, writes):
        if path.is_dir():
            raise DataError("this is a folder, a file is to be written", where=str(path), do="name a file in it")
        if any(read is not None and same(path, Path(read)) for read in reads):
            raise DataError(
                "this file is one of the inputs",
                where=str(path),
                why="the result would overwrite it",
                do="name another file",
            )
        if any(same(path, other) for other in earlier):
            raise DataError(
                "two results would be written to this file",
                where=str(path),
                why="the second would overwrite the first",
                do="give each a name of its own",
            )
        earlier.append(path)
        _room(path)
        if not os.path.lexists(path):
            continue
        if owner := next((name for name in OWNED if (path.resolve().parent / name).exists()), ""):
            raise DataError(
                "this file belongs to a saved run or a locality",
                where=str(path),
                why=f"{owner} beside it says so; other runs read it",
                do="name a file in another folder",
            )
        if not overwrite and path not in mine:
            raise DataError(
                "there is a file already",
                where=str(path),
                why="it may be the result of another run",
                do="name another file, or give --overwrite to replace it",
            )


def empty_folder(folder: Path) -> None:
    """Refuse a folder that holds something: what is written as a whole folder would replace all of it.

    Raises
    ------
    DataError
        Naming the folder.
    """
    if os.path.lexists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        raise DataError(
            "there is something here already",
            where=str(folder),
            why="the whole folder would be replaced",
            do="name a new folder",
        )


def same(one: Path, other: Path) -> bool:
    """Return whether two paths lead to one file, through links, ``..``, hard links or another case of the name."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return str(one.resolve()).casefold() == str(other.resolve()).casefold()


def _room(path: Path) -> None:
    there = next(above for above in path.absolute().parents if above.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise DataError(
            "cannot write here",
            where=str(path),
            why=f"{there} is a file" if not there.is_dir() else f"{there} may not be written to",
            do="choose a folder you may write to",
        )
