"""Where do unfinished files lie, and how do those of a process that was killed go away?

A temporary folder is locked as long as its process lives; the system lets go of the lock however the process ends. So
a later run can tell a left-over folder (not locked) from one in use, and removes it.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

MARK = "workbench-unfinished-"
_NAME = re.compile(rf"\.?{MARK}[a-z0-9_]{{8}}")
EARLIER, NEW = "earlier", "new"
"""In a temporary folder: what stood at the target before, and what is to stand there."""


@contextmanager
def locked_folder(parent: Path, *, hidden: bool = True) -> Iterator[Path]:
    """Yield a new temporary folder in ``parent``, locked until the block ends, and remove it then.

    Left-over folders of dead processes in ``parent`` are removed first.
    """
    clear(parent)
    folder, lock = _made(parent, "." * hidden + MARK)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


@contextmanager
def own_folder() -> Iterator[None]:
    """Keep all temporary files of this process, and of those that it starts, in one folder that goes away with it.

    Libraries put much into the temporary folder that a killed process cannot take away: keys of kernels, folders of
    workers, generated code. A later run removes the whole folder. Where none can be made, all stays as it was.
    """
    before = tempfile.tempdir, os.environ.get("TMPDIR")
    with ExitStack() as stack:
        with suppress(OSError):  # no room, no permission: who needs a file there will say so
            folder = stack.enter_context(locked_folder(Path(tempfile.gettempdir()), hidden=False))
            tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
        try:
            yield
        finally:
            tempfile.tempdir = before[0]
            if before[1] is None:
                os.environ.pop("TMPDIR", None)
            else:
                os.environ["TMPDIR"] = before[1]


def clear(parent: Path) -> None:
    """Remove what processes that were killed left in a folder; a good earlier result among it is put back."""
    with suppress(OSError):
        for entry in list(os.scandir(parent)):
            if _NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                _clear(Path(entry.path))


def _clear(folder: Path) -> None:
    with suppress(OSError):
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails while its process lives
            for earlier in (folder / EARLIER).glob("*"):
                if not os.path.lexists(folder.parent / earlier.name):
                    os.rename(earlier, folder.parent / earlier.name)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _made(parent: Path, prefix: str) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.stat(folder).st_ino == os.fstat(lock).st_ino:
                    return folder, lock
            os.close(lock)
        except FileNotFoundError:  # another process took it for a left-over before it was locked
            continue
        except BaseException:  # told to end just here
            shutil.rmtree(folder, ignore_errors=True)
            raise
