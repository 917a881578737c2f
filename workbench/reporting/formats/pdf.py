"""Compile a Typst document to a PDF that every reader can use and that is the same, byte for byte, each time."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

import typst
from pypdf import PdfReader

from workbench.core.errors import ReportError
from workbench.core.storage.temporary import locked_folder
from workbench.presentation.drawing.theme import font_files

STANDARDS: list[Literal["ua-1", "a-3a"]] = ["ua-1", "a-3a"]
"""Accessible (PDF/UA-1) and archivable with attachments (PDF/A-3a); the compiler refuses what does not keep them."""

TEMPLATE = "report.typ"
LAST_SECTION = "last-section"
"""Input of the template: whether the last section begins a page (``apart``) or follows on (``flowing``)."""


def compiled(source: str, files: Mapping[str, bytes], created: str) -> bytes:
    """Return the PDF of a Typst document.

    Parameters
    ----------
    source
        The document.
    files
        What lies beside it, by relative path.
    created
        ISO time that the PDF carries: that of the run, so that building again changes nothing.

    Raises
    ------
    ReportError
        If the document breaks the standards (e.g. a figure without alternative text) or needs a font that is missing.
    """
    with locked_folder(Path(tempfile.gettempdir()), hidden=False) as folder:
        for relative, content in files.items():
            target = folder / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        fonts = folder / "fonts"
        fonts.mkdir()
        for font in font_files():
            shutil.copyfile(font, fonts / font.name)
        (folder / "report-document.typ").write_text(source, encoding="utf-8")
        apart = _printed(folder, created, "apart")
        if TEMPLATE not in files:
            return apart
        flowing = _printed(folder, created, "flowing")
    # The last section has a page of its own, unless that leaves pages nearly empty.
    return flowing if _pages(flowing) < _pages(apart) else apart


def _printed(folder: Path, created: str, last_section: str) -> bytes:
    try:
        pdf, warnings = typst.compile_with_warnings(
            str(folder / "report-document.typ"),
            root=str(folder),
            font_paths=[str(folder / "fonts")],
            ignore_system_fonts=True,
            pdf_standards=list(STANDARDS),
            timestamp=int(datetime.fromisoformat(created).timestamp()),
            sys_inputs={LAST_SECTION: last_section},
        )
    except typst.TypstError as error:
        raise ReportError(
            f"the report cannot be printed: {error.message}",
            why=f"it must keep the standards {' and '.join(STANDARDS)}",
            do="; ".join(error.hints) or "mend the cell whose output it is",
        ) from error
    if warnings:
        raise ReportError(f"the report prints with a fault: {warnings[0].message}", do="; ".join(warnings[0].hints))
    if not isinstance(pdf, bytes):
        raise ReportError("the compiler returned no document")
    return pdf


def _pages(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)
