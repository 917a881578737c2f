"""Slow work waits until a reader has paused: a further choice begins the wait again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

SECONDS = 0.4
"""Seconds without a further choice before charts are drawn."""


def after_a_pause(earlier: asyncio.TimerHandle | None, work: Callable[[], None]) -> asyncio.TimerHandle | None:
    """Do the work when the reader has paused, in place of what waited earlier; None where no loop runs."""
    if earlier is not None:
        earlier.cancel()
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return None
    return loop.call_later(SECONDS, work)
