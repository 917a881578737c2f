"""How is a function mapped over many tasks, so that neither workers nor order change the result?"""

from __future__ import annotations

import atexit
import os
import queue
import time
import uuid
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from functools import cache, partial
from itertools import count
from types import TracebackType
from typing import Any, Self, TypeVar, overload

from dask.system import CPU_COUNT
from dask.tokenize import TokenizationError, tokenize
from distributed import Future

from workbench.core.engine.connection import ENVIRONMENT, Connection, join, start_local, without_chatter
from workbench.core.engine.work import Outcome, identity_digest, outcome, packed, work
from workbench.core.errors import EngineError
from workbench.core.runs.provenance import digest
from workbench.core.runs.tasks import Kept, Task, function_digest

R = TypeVar("R")
S = TypeVar("S")
Progress = Callable[[int, int], None]
TIMEOUT = 5.0
"""Seconds that a scheduler has to answer, and to have a worker."""
PATIENCE = 60.0
"""Seconds that a map waits without any worker."""
LOOK_SECONDS = 1.0


class Engine:
    """Maps functions over tasks, on processes of this machine or on a cluster.

    Nothing starts before the first task does; what has started stays warm until :meth:`close`, or the end of the
    ``with`` block.

    Parameters
    ----------
    scheduler
        Address of a Dask scheduler (``tcp://host:port``, or ``tls://`` with Dask's own certificate settings). By
        default ``WORKBENCH_SCHEDULER``, and if that is not set, processes of this machine.
    workers
        Processes of this machine at most; by default one for each processor.
    timeout
        Seconds that the scheduler has to answer.
    """

    def __init__(self, scheduler: str | None = None, *, workers: int | None = None, timeout: float = TIMEOUT) -> None:
        self.scheduler = scheduler or os.environ.get(ENVIRONMENT) or None
        self.workers = workers
        self.timeout = timeout
        self._connection: Connection | None = None
        self._news: queue.SimpleQueue[int | None] = queue.SimpleQueue()

    @overload
    def map(
        self,
        function: Callable[[Task], R],
        tasks: Mapping[str, Any],
        *,
        seed: int,
        kept: None = None,
        progress: Progress | None = None,
    ) -> dict[str, R]: ...

    @overload
    def map(
        self,
        function: Callable[[Task], R],
        tasks: Mapping[str, Any],
        *,
        seed: int,
        kept: Kept[R, S],
        progress: Progress | None = None,
    ) -> dict[str, S]: ...

    def map(
        self,
        function: Callable[[Task], Any],
        tasks: Mapping[str, Any],
        *,
        seed: int,
        kept: Kept[Any, Any] | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Return what ``function`` makes of every task, by key and in the order of ``tasks``.

        Parameters
        ----------
        function
            Is given a :class:`Task` and returns its result; it runs in another process, so it changes nothing here.
        tasks
            Inputs by key. The key and ``seed`` fix the random numbers of a task.
        seed
            Seed of the run.
        kept
            Where finished tasks are kept and found again, e.g. a :class:`~workbench.core.runs.tasks.TaskStore`.
        progress
            Called with (tasks done, tasks in all), those found again included.

        Raises
        ------
        WorkbenchError
            The fault of the first task that fails, with its key. What had finished is kept, the rest is stopped.
        KeyboardInterrupt
            On Ctrl-C, likewise. What a cluster is in the middle of ends there, and its result is dropped.

        Notes
        -----
        A task whose worker dies is given to another one, up to three times.
        """
        todo = [_task(function, key, inputs, seed, addressed=kept is not None) for key, inputs in tasks.items()]
        done = {} if kept is None else _found(kept, todo)
        missing = [task for task in todo if task.key not in done]
        tell = progress or (lambda done, total: None)
        tell(len(done), len(todo))
        with closing(self._run(function, missing)) as finished:
            for task, came in finished:
                result = came.take(task.key)
                done[task.key] = result if kept is None else kept.save(task, result, came.seconds)
                tell(len(done), len(todo))
        return {key: done[key] for key in tasks}

    def cancel(self) -> None:
        """Stop the map that another thread is waiting for; there it raises EngineError."""
        self._news.put(None)

    def close(self) -> None:
        """Let go of the workers; those of this machine end, and leave nothing behind."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, function: Callable[[Task], Any], tasks: list[Task]) -> Generator[tuple[Task, Outcome], None, None]:
        """Yield tasks with their outcomes as they finish; whatever ends the loop early stops the rest."""
        if not tasks:
            return
        wanted = min(len(tasks), self.workers or CPU_COUNT)
        connection = self._connect(wanted)
        news: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._news = news
        run = uuid.uuid4().hex  # keys on the scheduler are random: those of the caller may name a person
        waiting: dict[int, Future] = {}
        lost = False
        submitted = count()

        def submit(number: int) -> None:
            payload, key = packed(function, tasks[number]), f"workbench-{run}-{next(submitted)}"
            waiting[number] = connection.client.submit(work, payload, identity_digest(), key=key, pure=False)
            waiting[number].add_done_callback(partial(_tell, news, number))

        try:
            for number in range(len(tasks)):
                submit(number)
            alive = time.monotonic()
            while waiting:
                try:
                    finished = news.get(timeout=LOOK_SECONDS)
                except queue.Empty:
                    connection.staff(wanted)
                    alive = self._last_alive(connection, alive)
                    continue
                if finished is None:
                    raise EngineError(
                        "the run was cancelled", do="run it again; what had finished and was kept is reused"
                    )
                future = waiting.pop(finished)
                if future.status == "lost":  # finished, and then the worker that held the result died
                    future.release()
                    submit(finished)
                    continue
                came = outcome(future)
                lost = lost or came.lost
                yield tasks[finished], came
        finally:
            if waiting:
                with without_chatter():
                    connection.client.cancel(list(waiting.values()), force=True)
            # A process of ours in the middle of a task hears nothing else, and Dask may not replace one that died.
            if connection.cluster is not None and (waiting or lost):
                self.close()

    def _connect(self, wanted: int) -> Connection:
        """Return a connection that works, the earlier one if it still does."""
        if self._connection is not None and not self._connection.open:
            self.close()
        if self._connection is None:
            self._connection = start_local(wanted) if self.scheduler is None else join(self.scheduler, self.timeout)
        self._connection.staff(wanted)
        return self._connection

    def _last_alive(self, connection: Connection, alive: float) -> float:
        """Return when somebody was last there to work; give up if that is too long ago."""
        now = time.monotonic()
        if connection.has_workers():
            return now
        if now - alive > PATIENCE:
            raise EngineError(
                "nobody is left to work" if connection.open else "the scheduler is gone",
                where=self.scheduler or "this machine",
                why=f"waited {PATIENCE:g} s",
                do="start it again, then run the same command; what had finished and was kept is reused",
            )
        return alive


@cache
def session(scheduler: str | None = None) -> Engine:
    """Return the engine of this session: one for each scheduler, warm until the session ends."""
    engine = Engine(scheduler)
    atexit.register(engine.close)
    return engine


def _task(function: Callable[..., Any], key: str, inputs: Any, seed: int, *, addressed: bool) -> Task:
    if not addressed:
        return Task(key, inputs, seed)
    try:
        content = tokenize(inputs, ensure_deterministic=True)
    except TokenizationError as error:
        raise EngineError(
            f"the inputs of task '{key}' have no fingerprint",
            why="a finished task is found again by its inputs",
            do="hand it tables, arrays, numbers, texts or frozen dataclasses of them",
        ) from error
    return Task(key, inputs, seed, digest([function_digest(function), key, content, seed]))


def _found(kept: Kept[Any, S], tasks: list[Task]) -> dict[str, S]:
    found = {}
    for task in tasks:
        try:
            found[task.key] = kept.find(task)
        except LookupError:
            continue
    return found


def _tell(news: queue.SimpleQueue[int | None], number: int, _: Future) -> None:
    news.put(number)
