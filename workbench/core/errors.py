"""One family of errors: what is wrong, where, why it matters, what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Self


class WorkbenchError(Exception):
    """Any fault that a user can act on; the command line prints it without a traceback.

    Parameters
    ----------
    what
        One sentence: what is wrong.
    where
        File, row, column, place, month or plug-in that it concerns.
    why
        Why it matters for the result.
    do
        What to do next.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", why: str = "", do: str = "") -> None:
        self.what, self.where, self.why, self.do = what, where, why, do
        super().__init__(self.message())

    def message(self) -> str:
        """Return the whole message, one line for each part that is known."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        lines = [head]
        if self.why:
            lines.append(f"  why: {self.why}")
        if self.do:
            lines.append(f"  do:  {self.do}")
        return "\n".join(lines)

    def within(self, where: str) -> Self:
        """Return the same fault as one part of a larger job tells it: the part is named first."""
        told = copy(self)
        told.where = f"{where}: {self.where}" if self.where else where
        told.args = (told.message(),)
        return told


class TableNotice(UserWarning):
    """What was made of a table that is not written as its contract is, yet can be read in one way only."""


@dataclass(frozen=True)
class Fault:
    """One bad cell, row or column of a table.

    ``row`` is the line of the file as an editor counts it (the header is line 1); None means the whole table. ``where``
    names the table or file, where an error speaks of several.
    """

    what: str
    row: int | None = None
    column: str | None = None
    value: object = None
    allowed: str = ""
    where: str = ""

    def line(self) -> str:
        """Return the fault as one line of a message."""
        at = [f"row {self.row}"] if self.row is not None else []
        if self.column is not None:
            at.append(f"column '{self.column}'")
        place = ": ".join(part for part in (self.where, ", ".join(at)) if part) or "table"
        shown = "" if self.value is None else f" (found {self.value!r})"
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        return f"{place}: {self.what}{shown}{allowed}"


class _Listed(WorkbenchError):
    """A fault of many parts, all of them named at once."""

    shown = 20
    """Parts shown of each table; the rest is counted."""

    def __init__(
        self, what: str, *, where: str = "", why: str = "", do: str = "", faults: Sequence[Fault] = ()
    ) -> None:
        self.faults = tuple(faults)
        super().__init__(what, where=where, why=why, do=do)

    def message(self) -> str:
        """Return the message with the first faults of each table listed and the rest counted."""
        head, *rest = super().message().split("\n")
        lines = [head]
        for where in dict.fromkeys(fault.where for fault in self.faults):
            mine = [fault for fault in self.faults if fault.where == where]
            lines += [f"  - {fault.line()}" for fault in mine[: self.shown]]
            if len(mine) > self.shown:
                lines.append(f"  … and {len(mine) - self.shown} more" + (f" in {where}" if where else ""))
        return "\n".join(lines + rest)


class DataError(_Listed):
    """The data supplied cannot be used; lists every fault of the tables at once."""


class AssumptionError(WorkbenchError):
    """A parameter or scenario is missing, undated, unsourced or out of range."""


class ModelError(WorkbenchError):
    """A model cannot be fitted to these data, or its fit cannot be trusted."""

    exit_code = 3


class DecisionError(_Listed):
    """A decision problem is stated wrongly or cannot be solved; lists every contradiction at once."""

    exit_code = 3


class ContradictionError(DecisionError):
    """The orders given contradict each other or the tables, so that no plan can keep them: the input is refused."""

    exit_code = 2


class StoreError(WorkbenchError):
    """The register refuses what was asked for, or cannot be reached."""


class ConflictError(StoreError):
    """A record changed since it was opened; nothing was overwritten.

    ``both`` holds for each field that differs the value asked for and the value that stands, for those who may see
    them; the message names the fields only.
    """

    def __init__(
        self, what: str, *, where: str = "", why: str = "", do: str = "", both: Mapping[str, tuple[object, object]]
    ) -> None:
        self.both = dict(both)
        super().__init__(what, where=where, why=why, do=do)


class EngineError(WorkbenchError):
    """Work could not be shared out: no scheduler answers, workers differ, or a task failed."""

    exit_code = 3


class StorageError(WorkbenchError):
    """A result cannot be kept: the disk is full, or memory does not suffice."""

    exit_code = 3


class PluginError(WorkbenchError):
    """A part that a package brings does not keep its contract; lists every fault at once."""

    def __init__(self, what: str, *, where: str = "", why: str = "", do: str = "", faults: Sequence[str] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__(what, where=where, why=why, do=do)

    def message(self) -> str:
        """Return the message with every fault listed."""
        head, *rest = super().message().split("\n")
        return "\n".join([head, *("  - " + fault.replace("\n", "\n    ") for fault in self.faults), *rest])


class ReportError(WorkbenchError):
    """A report cannot be run or exported."""


class AppError(WorkbenchError):
    """A page cannot be served as it was asked for."""


def nearest(name: str, known: Sequence[str]) -> str:
    """Return a hint such as ``did you mean 'persons'?``, or the list of what is known."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return "known: " + ", ".join(known) if known else ""


def together(what: str, errors: Sequence[WorkbenchError], *, where: str) -> WorkbenchError:
    """Return one error that says all of several; a single one as it is."""
    if len(errors) == 1:
        return errors[0]
    faults = "".join("\n  - " + error.message().replace("\n", "\n    ") for error in errors)
    return DataError(f"{what}: {len(errors)} faults{faults}", where=where)
