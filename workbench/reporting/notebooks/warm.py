"""Run a report notebook in this very process, which has everything loaded already: for many reports of one kind."""

from __future__ import annotations

import gc
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from workbench.core.errors import ReportError, WorkbenchError
from workbench.core.storage.files import replacing
from workbench.reporting.notebooks.catalogue import read_notebook
from workbench.reporting.notebooks.run import Refused


def run_here(notebook: Path, parameters: Mapping[str, Any], executed: Path) -> None:
    """Execute a report notebook in a fresh name space of this process and write it, with its outputs, to ``executed``.

    The same cells in the same order as in a kernel; what studies keep in memory stays there for the next report.

    Raises
    ------
    ReportError
        If a cell fails; the notebook up to the failure then stands at ``executed``.
    """
    node = read_notebook(notebook)
    shell = InteractiveShell.instance()
    gc.freeze()  # resetting collects garbage: not among the hundred thousands of objects of libraries that stay
    shell.reset(new_session=False)  # type: ignore[no-untyped-call]  # IPython is untyped
    shell.showtraceback = lambda *_, **__: None  # type: ignore[method-assign]  # told by the error itself
    node.metadata["papermill"] = {"parameters": dict(parameters)}
    failure: BaseException | None = None
    for index, cell in enumerate(node.cells):
        if cell.cell_type != "code":
            continue
        source = cell.source
        if "parameters" in cell.metadata.get("tags", []):
            source += "\n" + "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
        with capture_output() as got:
            ran = shell.run_cell(source, store_history=False)  # type: ignore[no-untyped-call]
        failure = ran.error_before_exec or ran.error_in_exec
        cell.execution_count = index + 1
        cell.outputs = [
            nbformat.v4.new_output("display_data", data=_plain(shown.data), metadata=shown.metadata or {})  # type: ignore[no-untyped-call]
            for shown in got.outputs
        ]
        if failure is not None:
            break
        if ran.result is not None and shell.display_formatter is not None:  # what the cell ends with
            data, metadata = shell.display_formatter.format(ran.result)  # type: ignore[no-untyped-call]
            cell.outputs.append(nbformat.v4.new_output("display_data", data=_plain(data), metadata=metadata))  # type: ignore[no-untyped-call]
    with replacing(executed) as partial:
        nbformat.write(node, partial)  # type: ignore[no-untyped-call]
    if isinstance(failure, WorkbenchError) and not isinstance(failure, ReportError):
        told = str(failure).split("\n  do:")
        raise Refused(told[0], where=notebook.name, do=told[1].strip() if len(told) > 1 else "") from failure
    if failure is not None:
        raise ReportError(
            f"the report stopped in its cell {index}: {type(failure).__name__}: {failure}",
            where=notebook.name,
            do="open the executed notebook and see the cell that failed",
        ) from failure


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a display's forms as a notebook file holds them."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(data)))
    return plain
