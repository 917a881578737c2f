"""Say on the error stream what is being done, how far it is and how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

WARNING = 4
"""Exit code of a result that carries a warning."""


@contextmanager
def step(title: str) -> Iterator[Callable[[int, int], None]]:
    """Announce a step and its end; yields a function (done, total) that shows progress on a terminal."""
    started = time.monotonic()
    live = sys.stderr.isatty()
    typer.echo(f"{title} …", err=True, nl=not live)
    shown = -1

    def progress(done: int, total: int) -> None:
        nonlocal shown
        percent = 100 * done // max(total, 1)
        if live and percent != shown:
            shown = percent
            typer.echo(f"\r{title} … {percent:3d} %", err=True, nl=False)

    try:
        yield progress
    except BaseException:
        if live:
            typer.echo(err=True)
        raise
    seconds = time.monotonic() - started
    head = f"\r{title} … " if live else f"{title}: "
    typer.echo(f"{head}done in {seconds:.0f} s" + " " * 4, err=True)
