"""Functions that the engine's tests map; a module of their own, so that another process can import them."""

from __future__ import annotations

import os
import time
from pathlib import Path

from distributed import get_worker

from workbench.core.errors import DataError
from workbench.core.runs.tasks import Task


def draw(task: Task) -> list[int]:
    return task.rng().integers(0, 1_000_000, 5).tolist()


def draw_and_mark(task: Task) -> list[int]:
    """Leave a mark that says which process began; the task 'held' waits until it may end."""
    folder = Path(task.inputs)
    (folder / f"{task.key} {os.getpid()}").touch()
    while task.key == "held" and not (folder / "go").exists():
        time.sleep(0.05)
    return draw(task)


def draw_slowly_again(task: Task) -> list[int]:
    """Leave a mark; take three seconds where another process has left one before."""
    folder = Path(task.inputs)
    again = any(folder.glob(f"{task.key} *"))
    (folder / f"{task.key} {os.getpid()}").touch()
    if again:
        time.sleep(3)
    return draw(task)


def count(task: Task) -> int:
    """Fail where there is a file 'stop', else leave one more line."""
    folder = Path(task.inputs)
    if task.key == "c" and (folder / "stop").exists():
        raise DataError("no such month", where="my.csv")
    with (folder / f"{task.key}.log").open("a") as log:
        log.write("done\n")
    return len(task.key)


def fail(task: Task) -> None:
    raise ValueError(f"{task.inputs} is not a number")


def die(task: Task) -> None:
    os._exit(1)


def describe(task: Task) -> tuple[int, bool, str, int]:
    """Wait until as many processes are at work as asked; tell process, whether it may spill, address, threads."""
    folder, processes = task.inputs
    (Path(folder) / f"at work {os.getpid()}").touch()
    while len(list(Path(folder).glob("at work *"))) < processes:
        time.sleep(0.05)
    worker = get_worker()
    memory = worker.memory_manager
    spills = bool(memory.memory_target_fraction or memory.memory_spill_fraction)
    return os.getpid(), spills, worker.address, worker.state.nthreads
