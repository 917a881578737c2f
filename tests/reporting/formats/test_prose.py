"""No report that takes a language is left in English: prose cells, and what its findings say."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.core.storage import shipped
from workbench.presentation.languages import say
from workbench.reporting.formats import prose
from workbench.reporting.notebooks import catalogue
from workbench.reporting.notebooks.catalogue import read_notebook

pytestmark = pytest.mark.quick
SPOKEN = [r for r in catalogue.reports() if any(p.name == "language" for p in r.parameters)]


def cells(path: Path) -> list[str]:
    return [cell.source for cell in read_notebook(path).cells if cell.cell_type == "markdown"]


def test_the_catalogue_holds_the_prose_of_every_report_that_takes_a_language() -> None:
    assert {"inflow", "scoreboard"} <= {r.name for r in SPOKEN}
    told = {part for r in SPOKEN for cell in cells(r.path) for part in prose.paragraphs(cell)}
    assert told <= set(prose.PARAGRAPHS)


@pytest.mark.parametrize("language", ["nb", "sv"])
def test_no_paragraph_of_prose_stays_english(language: str) -> None:
    for report in SPOKEN:
        before = read_notebook(report.path)
        after = prose.in_language(read_notebook(report.path), language)
        pairs = [
            (a.source, b.source) for a, b in zip(before.cells, after.cells, strict=True) if a.cell_type == "markdown"
        ]
        assert all(a != b for a, b in pairs), [a for a, b in pairs if a == b]
        assert all(a.count("#") == b.count("#") for a, b in pairs)
    assert all(say(part.replace("{", "{{"), language) for part in prose.PARAGRAPHS)


def test_prose_in_english_is_what_the_notebook_says() -> None:
    path = shipped.path("reports") / "inflow.ipynb"
    assert prose.in_language(read_notebook(path), "en") == read_notebook(path)
