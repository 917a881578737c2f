"""Write a file or a folder whole or not at all: a temporary name first, then a rename."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.core.errors import DataError


@contextmanager
def replacing(target: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside ``target``; rename it onto ``target`` only if the block ends well.

    The block may make the temporary path a file or a folder. Whatever stood at ``target`` stays untouched when the
    block fails or is interrupted.
    """
    target = Path(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        holder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise DataError(
            "cannot write here",
            where=str(target),
            why=error.strerror or str(error),
            do="choose a folder you may write to",
        ) from error
    partial = holder / target.name
    try:
        yield partial
        earlier = holder / "earlier"
        if target.is_dir() and partial.is_dir():
            os.replace(target, earlier)
        try:
            os.replace(partial, target)
        except BaseException:
            if earlier.exists():
                os.replace(earlier, target)
            raise
    finally:
        shutil.rmtree(holder, ignore_errors=True)


def write_text(target: Path | str, text: str) -> Path:
    """Write text whole or not at all."""
    with replacing(target) as partial:
        partial.write_text(text, encoding="utf-8")
    return Path(target)
