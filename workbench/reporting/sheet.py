"""What is on a page as a PDF: findings and tables in the reports' look, for one reader, with nothing attached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from workbench import __version__
from workbench.presentation import markup as m
from workbench.presentation.drawing import theme
from workbench.presentation.findings import Finding
from workbench.presentation.languages import say
from workbench.presentation.tables import Table
from workbench.reporting.formats import document
from workbench.reporting.formats.pdf import compiled
from workbench.reporting.notebooks.catalogue import style_folder

TEMPLATE = "report.typ"


def sheet(
    title: str,
    subtitle: str,
    parts: Sequence[Finding | Table],
    *,
    edition: str,
    language: str,
    synthetic: str,
    warning: str = "",
    made: datetime | None = None,
) -> bytes:
    """Return the PDF of a title and what was found; it keeps the reports' standards."""
    when = (made or datetime.now(UTC)).replace(microsecond=0)
    version = say("version {version}", language, version=__version__)
    named = {
        "title": m.typst(title),
        "description": m.typst(subtitle),
        "head": m.typst(f"{when:%Y-%m-%d} · {version}"),
        "foot": m.typst(" · ".join(document.whose(edition, language, synthetic))),
        "language": m.typst(language),
    }
    head = (
        f'#import "{TEMPLATE}": *\n#show: report.with(\n' + "".join(f"  {k}: {v},\n" for k, v in named.items()) + ")\n"
    )
    block = m.typst_call("title-block", m.typst(title), m.typst(subtitle), warning=m.typst(warning))
    files = {"theme.typ": theme.typst_variables().encode(), TEMPLATE: (style_folder() / TEMPLATE).read_bytes()}
    return compiled(head + block + "".join(part.typst() for part in parts), files, when.isoformat())
