"""What happens when a command is asked to end (SIGTERM, SIGHUP), and to its temporary files however it ends?"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from workbench.core.storage.temporary import own_folder


@contextmanager
def orderly() -> Iterator[None]:
    """Run a command so that a request to end unwinds it, and nothing of it stays in the temporary folder.

    What a command was writing is taken away as after an error, and an earlier result stays. A program that was started
    to go on after its terminal closes (``nohup``) does so.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)
    with own_folder():
        yield


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    print("Ended as asked; nothing half-written was left behind.", file=sys.stderr)
    raise SystemExit(128 + number)
