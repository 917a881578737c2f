"""Write a file or a folder whole or not at all: a temporary name first, then a rename."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from workbench.core.errors import DataError, StorageError
from workbench.core.storage.temporary import EARLIER, NEW, locked_folder

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SAID = ("No space left on device", "Disk quota exceeded", "File too large", "errno = 28", "errno = 27", "errno = 122")
"""How libraries that write by themselves (HDF5, Arrow) name a full disk."""


@contextmanager
def replacing(target: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside ``target``; rename it onto ``target`` only if the block ends well.

    The block may make the temporary path a file or a folder. Whatever stood at ``target`` stays untouched when the
    block fails or is interrupted.

    Raises
    ------
    DataError
        If nothing can be written here.
    StorageError
        If the disk is full; nothing of the try stays.
    """
    target = Path(target)
    with storing(target), ExitStack() as held:
        try:
            held.enter_context(made(target.parent))
            folder = held.enter_context(locked_folder(target.parent))
        except OSError as error:
            if full(error):
                raise
            raise DataError(
                "cannot write here",
                where=str(target),
                why=error.strerror or str(error),
                do="choose a folder you may write to",
            ) from error
        (folder / NEW).mkdir()
        partial = folder / NEW / target.name
        yield partial
        _rename(partial, target, folder / EARLIER)


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """Make a folder and what is missing above it; if the block fails, what was made and is empty is removed."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for path in missing:
            with suppress(OSError):  # it is not empty, or was never made
                path.rmdir()
        raise


@contextmanager
def storing(target: Path | str) -> Iterator[None]:
    """Turn a full disk within the block into an error of the family that names ``target``."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        if not full(error):
            raise
        raise StorageError(
            "there is no room left to write",
            where=str(target),
            why="nothing of this try was kept, earlier results stay as they were",
            do="free some room on this disk, or name a place on another one",
        ) from error


def full(error: BaseException) -> bool:
    """Return whether an error says that a disk, a quota or a file's largest size is used up."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    return isinstance(error, OSError | RuntimeError) and any(said in str(error) for said in _SAID)


def write_text(target: Path | str, text: str) -> Path:
    """Write text whole or not at all."""
    with replacing(target) as partial:
        partial.write_text(text, encoding="utf-8")
    return Path(target)


def write_bytes(target: Path | str, content: bytes | memoryview) -> Path:
    """Write bytes whole or not at all.

    Archives (workbooks among them) are made in memory and written so: on a full disk their libraries raise errors of
    their own, and once more when they are cleared away.
    """
    with replacing(target) as partial:
        partial.write_bytes(content)
    return Path(target)


def _rename(partial: Path, target: Path, earlier: Path) -> None:
    """Give ``partial`` its final name; a folder there is moved to ``earlier`` first, also if it came a moment ago."""
    if target.is_dir() and not partial.is_dir():
        raise DataError(
            "this is a folder, a file is to be written", where=str(target), do="name a file in it, or another place"
        )
    count = 0
    try:
        while True:
            try:
                os.replace(partial, target)
                return
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
            # What stood here first is put back if all fails; what other writers put here meanwhile is as new as ours.
            away = earlier / target.name if count == 0 else earlier.with_name(f"meanwhile-{count}")
            away.parent.mkdir(exist_ok=True)
            count += 1
            with suppress(FileNotFoundError):  # another writer moved it first
                os.rename(target, away)
    except BaseException:
        if (earlier / target.name).exists() and not os.path.lexists(target):
            os.rename(earlier / target.name, target)
        raise
