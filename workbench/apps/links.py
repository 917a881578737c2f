"""Links to what a reader may keep of a page: its tables as files, and the published report as a PDF."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from workbench.apps import notices
from workbench.core.runs.archive import archive_of
from workbench.core.runs.provenance import RunRecord
from workbench.presentation import markup as m
from workbench.presentation.downloads import Download
from workbench.presentation.languages import say

REPORTS = "reports"
"""Under this path the server gives out the PDFs of what was published."""


def button(file: Download, label: str) -> str:
    """Return a link that downloads a file, without asking the server again."""
    data = base64.b64encode(file.content).decode()
    href = f"data:{m.html(file.media)};base64,{data}"
    return f'<a class="mw-button" download="{m.html(file.name)}" href="{href}">{m.html(label)}</a>'


def downloads(
    files: Iterable[tuple[Download, str]], language: str, *, record: RunRecord | None = None, heading: str = "h3"
) -> str:
    """Return a list of links under its heading.

    Parameters
    ----------
    files
        Files with what each is called.
    record
        Of the run that is shown; if its report was published with it, the PDF stands at the end.
    """
    links = [button(file, label) for file, label in files]
    if record is not None:
        links += report(record, language)
    items = "".join(f"<li>{each}</li>" for each in links)
    return notices.tag(heading, say("Download", language)) + f'<ul class="mw-downloads">{items}</ul>\n'


def report(record: RunRecord, language: str) -> list[str]:
    """Return a link to the PDF that was published with a run, in one language; none if there is none."""
    archive = archive_of()
    publication = archive.of_run(record.key, "public")
    path = None if publication is None else archive.readable_report(publication, language)
    if path is None:
        return []
    label = m.html(say("The report (PDF)", language))
    return [f'<a class="mw-button" href="{REPORTS}/{path.name}" download="{path.name}">{label}</a>']
