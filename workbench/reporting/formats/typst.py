"""An nbconvert exporter that writes a report notebook as Typst: prose and findings, no code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from workbench.presentation import markup as m
from workbench.presentation.drawing import theme
from workbench.presentation.languages import say
from workbench.reporting.contents import listed
from workbench.reporting.formats import document
from workbench.reporting.formats.document import Attachment
from workbench.reporting.formats.pdf import TEMPLATE
from workbench.reporting.notebooks.catalogue import style_folder


class TypstExporter(Exporter):
    """Turns an executed report notebook into a Typst document with its files.

    ``resources["outputs"]`` holds what must lie beside the document: template, theme, drawings, attachments. Further
    attachments can be given as ``resources["attachments"]``.
    """

    export_from_notebook = "Typst"

    def _file_extension_default(self) -> str:
        return ".typ"

    def from_notebook_node(  # type: ignore[override]  # exporters of text return text, whatever the base class says
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the Typst source and the resources with every file it needs."""
        notebook, resources = super().from_notebook_node(nb, resources, **kwargs)
        facts = document.facts(notebook)
        given: list[Attachment] = list(resources.get("attachments", []))
        record = Attachment("run-record.json", "Run record", "application/json", facts.record.to_json().encode())
        carried = [record, *document.attachments(notebook, facts.edition), *given]
        contents, seal = listed(carried)
        carried.append(contents)
        files = {"theme.typ": theme.typst_variables().encode(), TEMPLATE: (style_folder() / TEMPLATE).read_bytes()}
        files |= document.drawings(notebook) | {f"attached/{a.name}": a.content for a in carried}
        resources["outputs"] = {**resources.get("outputs", {}), **files}
        resources["facts"] = facts
        markdown = document.text(notebook, m.TYPST, "typst")
        body = document.converted(markdown, "typst", "--shift-heading-level-by=-1")
        return _head(facts, resources) + "".join(map(_attach, carried)) + "\n" + body + _seal(
            seal, facts.language
        ), resources


def _head(facts: document.Facts, resources: dict[str, Any]) -> str:
    named = {
        "watermark": m.typst(resources.get("watermark", "")),
        "warned": m.typst(resources.get("warned", "")),
        "title": m.typst(facts.title),
        "description": m.typst(facts.description),
        "head": m.typst(" · ".join(document.running_head(facts))),
        "foot": m.typst(" · ".join(filter(None, [*document.running_foot(facts), resources.get("standing", "")]))),
        "language": m.typst(facts.language),
    }
    given = "".join(f"  {key}: {value},\n" for key, value in named.items())
    return f'#import "{TEMPLATE}": *\n#show: report.with(\n{given})\n'


def _seal(seal: str, language: str) -> str:
    """Return the line by which a reader finds out whether what the document carries was changed."""
    text = say("Fingerprint of the files that this document carries:", language)
    return "\n" + m.typst_call("note-lines", m.typst_array([m.typst(f"{text} contents {seal}")]))


def _attach(attachment: Attachment) -> str:
    kind = "data" if attachment.mimetype == "text/csv" else "supplement"
    name = m.typst(f"attached/{Path(attachment.name).name}")
    return m.typst_call(
        "pdf.attach",
        name,
        relationship=m.typst(kind),
        mime_type=m.typst(attachment.mimetype),
        description=m.typst(attachment.description),
    )
