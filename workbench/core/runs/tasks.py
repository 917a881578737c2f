"""What is one piece of a long run, which random numbers are its own, and where is it kept once it is finished?"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from workbench.core.errors import EngineError
from workbench.core.runs.provenance import RunStore, digest
from workbench.core.storage.files import write_text

R = TypeVar("R")
R_in = TypeVar("R_in", contravariant=True)
S_out = TypeVar("S_out", covariant=True)


@dataclass(frozen=True)
class Task:
    """One piece of a map: what the function is given.

    Attributes
    ----------
    key
        Name of the piece, unique in its map; also what tells its random numbers from those of the others.
    inputs
        Whatever the function needs.
    run_seed
        Seed of the whole run.
    address
        SHA-256 of function, key, inputs and seed; empty if the map keeps nothing.
    """

    key: str
    inputs: Any
    run_seed: int
    address: str = ""

    @property
    def seed(self) -> np.random.SeedSequence:
        """The piece's own seed: made of the run's seed and the key, so neither order nor worker matters."""
        words = np.frombuffer(bytes.fromhex(digest(self.key)), dtype="<u4")
        return np.random.SeedSequence(self.run_seed, spawn_key=tuple(map(int, words)))

    def rng(self) -> np.random.Generator:
        """Return the piece's own random numbers, from their start at each call."""
        return np.random.default_rng(self.seed)


class Kept(Protocol[R_in, S_out]):
    """Where a map keeps finished pieces, and finds them when it is run again."""

    def find(self, task: Task) -> S_out:
        """Return what was kept of a finished task; LookupError if it is not finished."""
        ...

    def save(self, task: Task, result: R_in, seconds: float) -> S_out:
        """Keep a result, whole or not at all, and return what :meth:`find` will return."""
        ...


def write_json(result: Any, path: Path) -> None:
    """Write a result of numbers, texts, lists and dictionaries."""
    try:
        text = json.dumps(result, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise EngineError(
            "a result cannot be kept as JSON",
            why=str(error),
            do="return numbers, texts, lists and dictionaries, or give TaskStore a `write` and a `read` of your own",
        ) from error
    write_text(path, text)


def read_json(path: Path) -> Any:
    """Read what :func:`write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class TaskStore(Generic[R]):
    """Finished tasks in a folder, found again by their content.

    The address of a task holds its function, key, inputs and seed, the library versions and the source of the program;
    its record on disk holds only digests. Results are written by ``write`` and may be personal data: choose the folder
    accordingly.
    """

    root: Path
    write: Callable[[R, Path], object] = write_json
    read: Callable[[Path], R] = read_json

    def find(self, task: Task) -> R:
        """Return the result of a finished task; LookupError if it is not finished."""
        run = self._runs.find(self._study, {"task": task.address}, ())
        if run is None:
            raise LookupError(task.key)
        return self.read(run.folder / "result")

    def save(self, task: Task, result: R, seconds: float) -> R:
        """Keep a result, whole or not at all."""
        write = partial(self._write, result)
        self._runs.get_or_run(self._study, {"task": task.address}, (), write, seconds_before=seconds)
        return result

    @property
    def _runs(self) -> RunStore:
        return RunStore(self.root)

    _study = "task"

    def _write(self, result: R, folder: Path) -> dict[str, Any]:
        self.write(result, folder / "result")
        return {}


def function_digest(function: Callable[..., Any]) -> str:
    """Return a SHA-256 of a function's name and of the source of its module (of itself in a notebook).

    A function made inside another one, or a lambda, is refused: its source does not tell what it computes.
    """
    name = f"{getattr(function, '__module__', '?')}.{getattr(function, '__qualname__', '?')}"
    if inspect.isfunction(function) and "<" not in name:
        for told in (inspect.getmodule(function), function):
            try:
                return digest([name, inspect.getsource(told)])  # type: ignore[arg-type]
            except (OSError, TypeError):
                continue
    raise EngineError(
        f"finished tasks of '{name}' could not be told from those of another function",
        why="results are found again by the source of the function that made them",
        do="write it as a function of its own in a module or a notebook cell, and hand it all it needs as inputs",
    )
