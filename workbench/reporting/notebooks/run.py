"""Run a report notebook with its parameters, in the interpreter and with the program that asks for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import papermill
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from papermill.exceptions import PapermillExecutionError

import workbench
from workbench.core.errors import ReportError, WorkbenchError
from workbench.reporting.formats.prose import in_language
from workbench.reporting.notebooks.catalogue import read_notebook


def _family(kind: type[WorkbenchError]) -> set[str]:
    return {kind.__name__}.union(*(_family(each) for each in kind.__subclasses__()))


OURS = _family(WorkbenchError) - {ReportError.__name__}
"""Errors that say themselves what is wrong with what was asked for; those of a report itself are faults of its page."""


class Refused(ReportError):
    """A value that the report's study does not take: nothing is left behind."""


class SameInterpreter(AsyncKernelManager):
    """Starts a kernel in the interpreter that runs now, whatever kernels a user has registered as ``python3``."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernel: this interpreter, with this copy of the program first on its path."""
        program = str(Path(workbench.__file__).parent.parent)
        path = os.pathsep.join([program, *filter(None, [os.environ.get("PYTHONPATH")])])
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=CRITICAL"],
            env={"PYTHONPATH": path},
            display_name="Python 3",
            language="python",
        )


def run(notebook: Path, parameters: Mapping[str, Any], executed: Path, *, folder: Path | None = None) -> None:
    """Execute a report notebook and write it, with its outputs, to ``executed``.

    Parameters
    ----------
    folder
        Where relative paths among the parameters start; default the current folder.

    Raises
    ------
    ReportError
        If a cell fails; the notebook up to the failure then stands at ``executed``.
    """
    try:
        papermill.execute_notebook(
            in_language(read_notebook(notebook), str(parameters.get("language", "en"))),
            str(executed).replace("{", "{{").replace("}", "}}"),
            parameters=dict(parameters),
            kernel_name="python3",
            cwd=str(folder or Path.cwd()),
            progress_bar=False,
            request_save_on_cell_execute=False,
            kernel_manager_class=SameInterpreter,
        )
    except RuntimeError as error:
        raise ReportError(
            "the notebook's kernel did not start",
            where=notebook.name,
            why=str(error),
            do="see that HOME is a folder you may use and that this machine can talk to itself (loopback)",
        ) from error
    except PapermillExecutionError as error:
        told = error.evalue.split("\n  do:")
        if error.ename in OURS:  # a value that the study refuses, said in the study's own words
            raise Refused(told[0], where=notebook.name, do=told[1].strip() if len(told) > 1 else "") from error
        raise ReportError(
            f"the report stopped in its cell {error.cell_index}: {error.ename}: {told[0]}",
            where=notebook.name,
            do=told[1].strip() if len(told) > 1 else "open the executed notebook and see the cell that failed",
        ) from error
