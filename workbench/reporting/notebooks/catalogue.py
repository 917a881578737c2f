"""Which reports there are, for whom, and with which parameters: read from the notebooks themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from papermill import inspect_notebook

from workbench.core.errors import ReportError, nearest
from workbench.core.storage import shipped
from workbench.reporting.notebooks.parameters import Parameter


@dataclass(frozen=True)
class Report:
    """One parameterised report notebook.

    Attributes
    ----------
    title, reader
        What it says and for whom, from the notebook's metadata ``workbench``.
    """

    name: str
    path: Path
    title: str
    reader: str
    parameters: tuple[Parameter, ...]


def reports(folder: Path | None = None) -> tuple[Report, ...]:
    """Return every report of a folder (default: those that ship), by name."""
    return tuple(_read(path) for path in sorted(_folder(folder).glob("*.ipynb")))


def report(name: str, folder: Path | None = None) -> Report:
    """Return one report by its name; an unknown one is refused with the nearest name."""
    paths = {path.stem: path for path in sorted(_folder(folder).glob("*.ipynb"))}
    if name not in paths:
        raise ReportError(f"there is no report '{name}'", do=nearest(name, list(paths)))
    return _read(paths[name])


def read_notebook(path: Path) -> NotebookNode:
    """Return a notebook as it stands in its file."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # nbformat is untyped
    return notebook


def style_folder() -> Path:
    """Return the folder of the report template."""
    return shipped.path("reports") / "style"


def _folder(folder: Path | None) -> Path:
    return shipped.path("reports") if folder is None else Path(folder)


def _read(path: Path) -> Report:
    try:
        notebook = read_notebook(path)
        about = notebook.metadata.get("workbench", {})
        # A node, not the path: papermill would take braces in a folder's name for parameters.
        found = inspect_notebook(notebook)
        parameters = tuple(Parameter.read(name, p["default"], p["help"]) for name, p in found.items())
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, OSError) as error:
        raise ReportError("this report notebook cannot be read", where=str(path), why=str(error)) from error
    return Report(path.stem, path, str(about.get("title", path.stem)), str(about.get("reader", "")), parameters)
