"""Build a report: run its notebook, print the PDF, write the page; an earlier good report stays until all is well."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.core.errors import ReportError
from workbench.core.runs import archive
from workbench.core.runs.archive import Archive, archive_of
from workbench.core.storage.files import made, replacing, storing
from workbench.core.storage.temporary import locked_folder
from workbench.presentation.publishing import release
from workbench.reporting import contents, file_names
from workbench.reporting.formats import document, html
from workbench.reporting.formats.document import Attachment
from workbench.reporting.formats.pdf import compiled
from workbench.reporting.formats.typst import TypstExporter
from workbench.reporting.notebooks.catalogue import Report, read_notebook, report
from workbench.reporting.notebooks.parameters import checked
from workbench.reporting.notebooks.run import Refused, run
from workbench.studies import publishing

Runner = Callable[[Path, Mapping[str, Any], Path], None]
"""Executes a notebook with parameters and writes it, with its outputs, to a path."""
PRIVATE = ("runs",)
"""Parameters that say where files lie on one machine; they are not carried in a report."""


@dataclass(frozen=True)
class BuiltReport:
    """Where a report was written, why its result carries a warning, and what it replaced (empty if nothing of these).

    ``replaced`` names a report that stood there, made with other parameters; ``left_out`` the files given as parameters
    that the edition does not carry, so that a rerun must be given them again.
    """

    name: str
    pdf: Path
    html: Path
    notebook: Path
    parameters: Mapping[str, Any]
    attention: str = ""
    replaced: str = ""
    left_out: tuple[str, ...] = ()


def build(
    name: str,
    parameters: Mapping[str, Any] | None = None,
    out: Path | str = "output/reports",
    *,
    folder: Path | None = None,
    runner: Runner = run,
    overwrite: bool = False,
) -> BuiltReport:
    """Build the report ``name`` into the folder ``out`` as PDF, HTML and executed notebook.

    Parameters
    ----------
    parameters
        Values by name, typed or as text; what is not given keeps its default.
    folder
        Folder of report notebooks; default those that ship.
    runner
        What executes the notebook: a kernel of its own, or a process that is warm already.
    overwrite
        Replace a report of this name that was made with other parameters. One of the same parameters always gives way.

    Raises
    ------
    ReportError
        If a parameter is unknown or does not fit (before anything runs), if a report made with other parameters lies
        there, if a cell fails, or if the result would not be accessible. The three files are replaced only when all of
        them are whole; the notebook that failed is kept as ``<name>.failed.ipynb``.
    StorageError
        If the disk is full.
    """
    chosen = report(name, folder)
    values = checked(name, chosen.parameters, parameters or {})
    if values.get("run"):
        values = checked(name, chosen.parameters, _as_published(name, values))
    target = Path(out)
    try:
        with storing(target), made(target), locked_folder(target) as holder:
            return _built(chosen, values, target, holder, runner, overwrite)
    except OSError as error:
        raise ReportError(
            "cannot write reports here", where=str(target), why=error.strerror or str(error), do="choose another folder"
        ) from error


def _built(
    chosen: Report,
    values: Mapping[str, Any],
    target: Path,
    holder: Path,
    runner: Runner,
    overwrite: bool,
) -> BuiltReport:
    name = chosen.name
    expected = file_names.stem(name, values)
    _keep(target / f"{expected}.ipynb", values, overwrite)
    failed = target / f"{expected}.failed.ipynb"
    notebook = holder / f"{name}.ipynb"
    try:
        runner(chosen.path, values, notebook)
        public = _without_paths(notebook, values)
        facts = document.facts(read_notebook(notebook))
        files = file_names.stem(name, values, facts.record)
        _keep(target / f"{files}.ipynb", values, overwrite)
        inputs, left_out = contents.inputs(values, facts.edition)
        attention = print_notebook(chosen, public, notebook, holder, archive_of(values.get("runs") or None), inputs)
        replaced = _replaced(target / f"{files}.ipynb", notebook)
        for suffix in (".ipynb", ".html", ".pdf"):
            os.replace(holder / (name + suffix), target / (files + suffix))
        failed.unlink(missing_ok=True)
    except Refused:
        raise
    except ReportError:
        if notebook.exists():
            with replacing(failed) as partial:
                shutil.copyfile(notebook, partial)
        raise
    pdf, page, executed = (target / (files + suffix) for suffix in (".pdf", ".html", ".ipynb"))
    return BuiltReport(name, pdf, page, executed, values, attention, replaced, tuple(left_out))


def published(name: str, given: Mapping[str, Any], folder: Path | None = None) -> str:
    """Return the publication shown where nothing but a language is asked for; empty if there is none."""
    if set(given) - {"language", "runs"} or not any(p.name == "run" for p in report(name, folder).parameters):
        return ""
    shown = archive_of(given.get("runs") or None).shown(name)
    return shown.id if shown else ""


def _as_published(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters with those of the published run, so that a rerun makes the same."""
    publication = archive.chosen(name, str(values["run"]), values.get("runs") or None)
    told = {key: value for key, value in publishing.parameters(publication).items() if key in values}
    return {**values, **told, "run": publication.id}


def _without_paths(executed: Path, values: Mapping[str, Any]) -> dict[str, Any]:
    """Take the folders of this machine out of an executed notebook; return the parameters without them."""
    shown = {str(folder): name for folder, name in _folders(executed, values)}
    by_length = "|".join(re.escape(folder) for folder in sorted(shown, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w.])(?:{by_length})(?![\w-])")

    def cleaned(text: str) -> str:
        return pattern.sub(lambda found: shown[found[0]], text)

    executed.write_text(cleaned(executed.read_text(encoding="utf-8")), encoding="utf-8")
    return {key: cleaned(value) if isinstance(value, str) else value for key, value in values.items()}


def _folders(executed: Path, values: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield the folders whose names a notebook may hold, each with what is shown in its place."""
    machine = {Path.home(): "~", Path(tempfile.gettempdir()): "TEMPORARY", Path(sys.prefix): "PYTHON", Path.cwd(): "."}
    machine |= {executed.parent.absolute(): ".", executed.parent.parent.absolute(): "."}
    for value in values.values():
        if isinstance(value, str) and os.sep in value:
            machine |= {Path(value).absolute(): Path(value).name, Path(value).resolve(): Path(value).name}
    return ((folder, name) for folder, name in machine.items() if folder != Path(folder.anchor))


def _keep(earlier: Path, values: Mapping[str, Any], overwrite: bool) -> None:
    """Refuse to replace a report that was made with other parameters, unless that is wanted."""
    told = [] if overwrite else _other(_parameters(earlier), values)
    if told:
        raise Refused(
            "a report of this name was made with other parameters",
            where=str(earlier.with_suffix(".pdf")),
            why="it was made with " + ", ".join(told),
            do="choose another folder with --out, or replace it with --overwrite",
        )


def _parameters(executed: Path) -> dict[str, Any]:
    """Return the parameters an executed notebook was made with; none if there is none."""
    try:
        return dict(read_notebook(executed).metadata["papermill"]["parameters"])
    except (ReportError, OSError, KeyError, TypeError, ValueError):
        return {}


def _other(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return which parameters of two reports differ; a file or folder is known by its name."""
    if not before:
        return []
    both = {key: (_name(before.get(key)), _name(now.get(key))) for key in {**before, **now} if key not in PRIVATE}
    return [f"{key}={one} (now {two})" for key, (one, two) in both.items() if one != two]


def _name(value: Any) -> Any:
    return Path(value).name if isinstance(value, str) and os.sep in value else value


def _replaced(earlier: Path, notebook: Path) -> str:
    """Return in a sentence what an earlier report at this place was made with, where parameters or run differ."""
    before, now = _parameters(earlier), _parameters(notebook)
    if told := _other(before, now):
        return f"An earlier report was replaced; it was made with {', '.join(told)}."
    try:
        was, is_ = (document.facts(read_notebook(path)).record for path in (earlier, notebook))
    except (ReportError, OSError, KeyError, TypeError, ValueError):
        return ""
    return "" if was.key == is_.key else f"An earlier report was replaced; its figures came from run {was.short_key}."


def print_notebook(
    chosen: Report,
    values: Mapping[str, Any],
    executed: Path,
    out: Path,
    kept: Archive | None = None,
    inputs: Sequence[Attachment] = (),
) -> str:
    """Write the PDF and the page of an executed report notebook beside each other; return what its front warns of.

    ``kept`` is asked whether the run was published; if not, each page says that it is a draft.
    """
    node = read_notebook(executed)
    facts = document.facts(node)
    publication = None if kept is None else kept.of_run(facts.record.key) or kept.taken(facts.record.key)
    standing = release.standing(publication, facts.language)
    foot = standing.line or release.draft(facts.language)
    mark = release.watermark(publication, facts.language) if publication is not None else ""
    public = {key: value for key, value in values.items() if key not in PRIVATE}
    asked = (
        json.dumps({"report": chosen.name, "parameters": public}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    )
    carried = [
        Attachment("report.json", "Report and parameters, to build it again", "application/json", asked.encode()),
        Attachment(f"{chosen.name}.ipynb", "Report notebook", "application/x-ipynb+json", chosen.path.read_bytes()),
        *inputs,
    ]
    told = {"standing": foot, "watermark": mark, "warned": standing.warning if mark else ""}
    source, resources = TypstExporter().from_notebook_node(node, {"attachments": carried, **told})  # type: ignore[no-untyped-call]  # nbconvert is untyped
    pdf = compiled(source, resources["outputs"], resources["facts"].record.created)
    (out / f"{chosen.name}.pdf").write_bytes(pdf)
    (out / f"{chosen.name}.html").write_text(html.page(node, foot, standing.warning if mark else ""), encoding="utf-8")
    return str(resources["facts"].attention)
