"""The report of a publication as a PDF in each language, beside it in the archive, so that its page can offer it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from workbench.core.errors import ReportError
from workbench.core.runs.archive import archive_of
from workbench.core.runs.publication import Publication
from workbench.core.storage.files import replacing
from workbench.core.storage.temporary import locked_folder
from workbench.presentation.languages import LANGUAGES
from workbench.reporting.build import build
from workbench.reporting.notebooks.catalogue import reports


def check(study: str) -> None:
    """Refuse a study whose report cannot show a publication as it was frozen.

    Raises
    ------
    ReportError
        If there is no report of this name, or it takes no publication.
    """
    able = [each.name for each in reports() if any(p.name == "run" for p in each.parameters)]
    if study not in able:
        raise ReportError(
            f"no report shows a publication of '{study}'",
            do=f"leave --report out; reports that show one: {', '.join(able)}",
        )


def build_all(
    publication: Publication, *, runs: str | Path | None = None, progress: Callable[[int, int], None] | None = None
) -> Iterator[Path]:
    """Build the report of a publication in each language and yield where each PDF lies; each is whole or not there."""
    archive = archive_of(runs)
    with locked_folder(Path(tempfile.gettempdir()), hidden=False) as folder:
        for at, language in enumerate(LANGUAGES):
            if progress is not None:
                progress(at, len(LANGUAGES))
            asked = {"run": publication.id, "language": language, "runs": str(runs or "")}
            made = build(publication.study, asked, folder)
            target = archive.report(publication, language)
            target.parent.mkdir(exist_ok=True)
            with replacing(target) as partial:
                shutil.copyfile(made.pdf, partial)
            yield target
