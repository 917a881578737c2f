"""Build a report: run its notebook, print the PDF, write the page; an earlier good report stays until all is well."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.core.errors import ReportError
from workbench.core.files import replacing
from workbench.reporting import html
from workbench.reporting.catalogue import Report, read_notebook, report
from workbench.reporting.document import Attachment
from workbench.reporting.parameters import checked
from workbench.reporting.pdf import compiled
from workbench.reporting.run import Refused, run
from workbench.reporting.typst import TypstExporter

PRIVATE = ("runs",)
"""Parameters that say where files lie on one machine; they are not carried in a report."""


@dataclass(frozen=True)
class BuiltReport:
    """Where a report was written, and why its result carries a warning (empty if it carries none)."""

    name: str
    pdf: Path
    html: Path
    notebook: Path
    parameters: Mapping[str, Any]
    attention: str = ""


def build(
    name: str,
    parameters: Mapping[str, Any] | None = None,
    out: Path | str = "output/reports",
    *,
    folder: Path | None = None,
) -> BuiltReport:
    """Build the report ``name`` into the folder ``out`` as PDF, HTML and executed notebook.

    Parameters
    ----------
    parameters
        Values by name, typed or as text; what is not given keeps its default.
    folder
        Folder of report notebooks; default those that ship.

    Raises
    ------
    ReportError
        If a parameter is unknown or does not fit (before anything runs), if a cell fails, or if the result would not
        be accessible. The three files are replaced only when all of them are whole; the notebook that failed is kept
        as ``<name>.failed.ipynb``.
    """
    chosen = report(name, folder)
    values = checked(name, chosen.parameters, parameters or {})
    target = Path(out)
    try:
        target.mkdir(parents=True, exist_ok=True)
        holder = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=target))
    except OSError as error:
        raise ReportError(
            "cannot write reports here", where=str(target), why=error.strerror or str(error), do="choose another folder"
        ) from error
    failed = target / f"{name}.failed.ipynb"
    notebook = holder / f"{name}.ipynb"
    try:
        run(chosen.path, values, notebook)
        attention = print_notebook(chosen, values, notebook, holder)
        for suffix in (".ipynb", ".html", ".pdf"):
            os.replace(holder / (name + suffix), target / (name + suffix))
        failed.unlink(missing_ok=True)
    except Refused:
        raise
    except ReportError:
        if notebook.exists():
            with replacing(failed) as partial:
                shutil.copyfile(notebook, partial)
        raise
    finally:
        shutil.rmtree(holder, ignore_errors=True)
    pdf, page, executed = (target / (name + suffix) for suffix in (".pdf", ".html", ".ipynb"))
    return BuiltReport(name, pdf, page, executed, values, attention)


def print_notebook(chosen: Report, values: Mapping[str, Any], executed: Path, out: Path) -> str:
    """Write the PDF and the page of an executed report notebook beside each other; return what its front warns of."""
    node = read_notebook(executed)
    public = {key: value for key, value in values.items() if key not in PRIVATE}
    asked = (
        json.dumps({"report": chosen.name, "parameters": public}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    )
    carried = [
        Attachment("report.json", "Report and parameters, to build it again", "application/json", asked.encode()),
        Attachment(f"{chosen.name}.ipynb", "Report notebook", "application/x-ipynb+json", chosen.path.read_bytes()),
    ]
    source, resources = TypstExporter().from_notebook_node(node, {"attachments": carried})  # type: ignore[no-untyped-call]  # nbconvert is untyped
    pdf = compiled(source, resources["outputs"], resources["facts"].record.created)
    (out / f"{chosen.name}.pdf").write_bytes(pdf)
    (out / f"{chosen.name}.html").write_text(html.page(node), encoding="utf-8")
    return str(resources["facts"].attention)
