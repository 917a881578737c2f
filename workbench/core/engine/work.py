"""What happens to one task on a worker, and what comes back?"""

from __future__ import annotations

import socket
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from distributed import Future
from distributed.protocol.pickle import dumps, loads

from workbench.core.errors import EngineError, WorkbenchError
from workbench.core.runs.provenance import digest, program_fingerprint, versions
from workbench.core.runs.tasks import Task


@dataclass(frozen=True)
class Outcome:
    """What came of a task: a result, our own fault, somebody else's as text, or the loss of those who worked on it."""

    seconds: float = 0.0
    result: Any = None
    fault: WorkbenchError | None = None
    reason: str = ""
    trace: str = ""
    lost: bool = False

    def take(self, key: str) -> Any:
        """Return the result, or raise the fault with the task's key."""
        if self.fault is not None:
            raise self.fault.within(f"task '{key}'")
        if self.reason:
            error = EngineError(
                f"the task '{key}' failed",
                why=self.reason,
                do="mend its inputs or its function and run again; what had finished and was kept is reused",
            )
            error.add_note(self.trace)
            raise error
        return self.result


def identity() -> dict[str, str]:
    """Return what must be equal for two processes to compute the same numbers."""
    return {**versions(), "program": program_fingerprint()[:12]}


@cache
def identity_digest() -> str:
    """Return :func:`identity` as one word."""
    return digest(identity())


def packed(function: Callable[[Task], Any], task: Task) -> bytes:
    """Return a task as :func:`work` takes it; to Dask, and in its logs, it is only bytes."""
    try:
        return dumps((function, task))
    except Exception as error:
        raise EngineError(
            f"the task '{task.key}' cannot be sent to another process",
            why=reason(error),
            do="hand it tables, arrays, numbers and texts: no open files, connections or locks",
        ) from error


def work(payload: bytes, asked_by: str) -> bytes:
    """Run one task, on a worker.

    Faults come back as values: Dask would write a raised one, and what the function was given, into the worker's log.
    """
    began = time.monotonic()
    try:
        if asked_by != identity_digest():  # a worker that came after the others were checked
            raise EngineError(
                "a worker runs other versions than this program",
                where=socket.gethostname(),
                why="its numbers could differ",
                do="install the same requirements.lock there and start its worker again",
            )
        function, task = loads(payload)
        result = function(task)
        return dumps(Outcome(time.monotonic() - began, result))
    except WorkbenchError as fault:
        return dumps(Outcome(fault=fault))
    except Exception as error:
        return dumps(Outcome(reason=reason(error), trace=traceback.format_exc()))


def outcome(future: Future) -> Outcome:
    """Return what came of a finished task, and free its place on the worker."""
    try:
        if future.status == "finished":
            return loads(future.result())
        if future.status == "error":
            told = reason(future.exception())
            return Outcome(reason=f"its workers died, perhaps for want of memory ({told})", lost=True)
        return Outcome(reason="the scheduler was lost, or dropped it", lost=True)
    finally:
        future.release()


def reason(error: BaseException) -> str:
    """Return what an error of somebody else's says, in one line."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
