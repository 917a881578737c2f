"""Say on the error stream what is being done, how far it is and how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from workbench import STARTED
from workbench.core.storage.outputs import OVERWRITE

Overwrite = Annotated[bool, typer.Option("--overwrite", help=OVERWRITE)]
NO_RESULT = 3
"""Exit code where nothing can be said."""
WARNING = 4
"""Exit code of a result that carries a warning."""

_since = [STARTED]
"""Since when a reader has been waiting: the start of the program, or the end of the last step."""


@contextmanager
def step(title: str, of: str = "") -> Iterator[Callable[[int, int], None]]:
    """Announce a step and its end; yields a function (done, total) that shows progress on a terminal.

    The time said is what the reader waited: loading, and what came between two steps, is in it.

    Parameters
    ----------
    of
        What is counted, for a step of minutes and more: progress is given in counts, and without a terminal too, as a
        line for each tenth.
    """
    started, _since[:] = _since[0], [time.monotonic()]
    live = sys.stderr.isatty()
    typer.echo(f"{title} …", err=True, nl=not live)
    shown = -1

    def progress(done: int, total: int) -> None:
        nonlocal shown
        percent = 100 * done // max(total, 1)
        now = done if live and of else percent if live else percent // 10
        if now == shown or not (live or of):
            return
        shown = now
        told = f"{done} of {total} {of}" if of else f"{percent:3d} %"
        typer.echo(f"\r{title} … {told}" if live else f"  {told}", err=True, nl=not live)

    try:
        yield progress
    except BaseException:
        if live:
            typer.echo(err=True)
        raise
    _since[:] = [time.monotonic()]
    seconds = _since[0] - started
    head = f"\r{title} … " if live else f"{title}: "
    typer.echo(f"{head}done in {seconds:.0f} s" + " " * 4, err=True)
