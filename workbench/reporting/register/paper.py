"""What the register puts on paper beside letters: the interview read back, the form to fill in, the field register."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from workbench.core.errors import ReportError
from workbench.core.storage.files import replacing
from workbench.presentation.drawing import theme
from workbench.presentation.rounds import fields as shown
from workbench.presentation.rounds.paper import Paper, typst
from workbench.reporting.formats import html
from workbench.reporting.formats.pdf import compiled
from workbench.store.visibility import FieldRegister


def printed(paper: Paper, created: str) -> bytes:
    """Return a paper as PDF; ``created`` is the ISO time that it carries."""
    return compiled(typst(paper), {"theme.typ": theme.typst_variables().encode()}, created)


def write(paper: Paper, target: Path) -> None:
    """Write a paper as a PDF that its owner alone may read; an earlier file stays if this one fails."""
    pdf = printed(paper, datetime.now(UTC).replace(microsecond=0).isoformat())
    with replacing(target) as partial:
        partial.touch(mode=0o600)
        partial.write_bytes(pdf)


def fields(register: FieldRegister, target: Path, language: str = "en") -> None:
    """Write the field register as a table (``.csv``) or as a page (``.html``)."""
    table = shown.table(register, language)
    if target.suffix not in (".csv", ".html"):
        raise ReportError(f"'{target.suffix}' cannot be written", do="name a file that ends in .csv or .html")
    text = table.data.to_csv(index=False) if target.suffix == ".csv" else html.alone(table)
    with replacing(target) as partial:
        partial.write_text(text, encoding="utf-8")
