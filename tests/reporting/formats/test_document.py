"""A tiny executed notebook, made without a kernel, through both exporters."""

import io

import pandas as pd
import pytest
from matplotlib.figure import Figure as Drawing
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from workbench.core.errors import ReportError
from workbench.core.runs.provenance import RunRecord
from workbench.presentation.findings import Figure, Finding
from workbench.presentation.tables import Column, Table
from workbench.presentation.title_block import Front
from workbench.reporting.formats import document, html
from workbench.reporting.formats.pdf import compiled
from workbench.reporting.formats.typst import TypstExporter

pytestmark = pytest.mark.quick

RECORD = RunRecord("tiny", "ab" * 32, {}, (), {"migration-workbench": "0.1.0"}, "2026-11-20T10:11:12+00:00")
FRONT = Front("Title & more", "Somewhere · 2026", "Data to May 2026", RECORD, "What it says.")


def drawn(name: str = "a-line") -> Figure:
    made = Drawing(figsize=(3, 1))
    made.add_subplot().plot([1, 2])
    return Figure(name, made, "It rises", "A line from 1 to 2", "Source: us", pd.DataFrame({"y": [1, 2]}))


def table(column: str = "place", name: str = "a-table", value: str = "x") -> Table:
    return Table(
        name, "See", (Column("Place", ("x",), right=False), Column("n", ("1",))), pd.DataFrame({column: [value]})
    )


def shown(*parts, front: Front | None = FRONT):
    cells = []
    for part in ([front] if front else []) + list(parts):
        if isinstance(part, str):
            cells.append(new_markdown_cell(part))
            continue
        output = (
            part
            if isinstance(part, dict)
            else new_output("execute_result", part._repr_mimebundle_(), execution_count=1)
        )
        cells.append(new_code_cell("secret_code = 1", outputs=[output]))
    return new_notebook(cells=cells)


def printed(notebook) -> bytes:
    source, resources = TypstExporter().from_notebook_node(notebook, {})
    return compiled(source, resources["outputs"], RECORD.created)


def test_code_stays_out_and_findings_come_in():
    notebook = shown("## Part\n\nProse & $5 #x @y.", Finding("About 2,100.", headline=True), drawn(), table())
    source, resources = TypstExporter().from_notebook_node(notebook, {})
    page = html.page(notebook)
    for text in (source, page):
        assert "About 2,100." in text and "secret_code" not in text and "A line from 1 to 2" in text
    assert '#title-block("Title & more"' in source and "= Part" in source
    assert {"a-line.svg", "theme.typ", "report.typ", "attached/a-line.csv", "attached/a-table.csv"} <= resources[
        "outputs"
    ].keys()
    assert resources["output_extension"] == ".typ"
    assert printed(notebook).startswith(b"%PDF")


def test_printing_twice_gives_the_same_bytes():
    notebook = shown("## Part", drawn(), table())
    assert printed(notebook) == printed(notebook)


def test_the_page_is_whole_and_asks_no_other_host():
    page = html.page(shown("## Part", drawn(), table()))
    assert page.startswith("<!DOCTYPE html>") and '<html lang="en">' in page and "<script" not in page
    for link in ("src=", "href=", "url("):
        for rest in page.split(link)[1:]:
            assert rest.lstrip("\"'").startswith(("data:", "#"))
    assert "Public edition" in page


def test_a_failed_cell_is_not_printed():
    error = new_output("error", ename="ValueError", evalue="no", traceback=[])
    with pytest.raises(ReportError, match="the report failed: ValueError: no"):
        printed(shown(error))


def test_an_output_that_not_all_can_read_is_refused():
    picture = new_output("display_data", {"image/png": "aGVsbG8=", "text/plain": "<Figure>"})
    with pytest.raises(ReportError, match="cannot be printed so that every reader can use it"):
        printed(shown(picture))


def test_progress_and_warnings_are_left_out():
    stream = new_output("stream", name="stderr", text="sampling …")
    assert "sampling" not in TypstExporter().from_notebook_node(shown(stream), {})[0]


def test_a_picture_without_words_in_prose_is_refused():
    with pytest.raises(ReportError, match="cannot be printed"):
        printed(shown("![](nowhere.svg)"))


def test_a_report_without_front_is_refused():
    with pytest.raises(ReportError, match="no front"):
        printed(shown(table(), front=None))


def test_a_public_edition_carries_no_table_of_households():
    with pytest.raises(ReportError, match="lists single households"):
        printed(shown(table("household")))
    assert document.attachments(shown(table("household")), "case")


def test_two_tables_of_one_name_are_refused():
    with pytest.raises(ReportError, match="two tables"):
        printed(shown(table(value="x"), table(value="y")))
    assert len(document.attachments(shown(table(), table()), "public")) == 1


def test_backticks_in_a_finding_do_not_end_it():
    notebook = shown(Finding("Odd ```` ticks ``` and ```{=typst} #panic()"))
    assert "#panic()" in TypstExporter().from_notebook_node(notebook, {})[0]
    assert printed(notebook).startswith(b"%PDF")


def test_code_in_a_sentence_is_set_as_code_without_its_backticks():
    notebook = shown(Finding("See `a b`.", caveats=("The table (`workbench settlement backtest`) says more.",)))
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(printed(notebook))).pages).split())
    assert "workbench settlement backtest" in words and "See a b." in words and "`" not in words
    assert "<code>workbench settlement backtest</code>" in html.page(notebook)


def test_other_scripts_have_a_font():
    words = "اللجوء · Убежище · Tråante · Hammerfest/Hámmárfeasta · ▲ ▼ ≤ −"
    pages = PdfReader(io.BytesIO(printed(shown(Finding(words))))).pages
    text = "".join(page.extract_text() for page in pages)
    assert all(word in text for word in ("Убежище", "Tråante", "Hámmárfeasta", "▲ ▼ ≤ −"))


@pytest.mark.parametrize("rows", range(46, 56))
def test_no_row_of_a_long_table_stands_alone_on_the_last_page(rows: int) -> None:
    names = tuple(f"row{at}." for at in range(rows))
    columns = (Column("Place", names, right=False), Column("n", ("1",) * rows))
    long = Table("a-table", "See", columns, pd.DataFrame({"n": [1] * rows}), notes=("A note.",))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(printed(shown(long)))).pages]
    there = [sum(name in page for name in names) for page in pages]
    assert sum(there) == rows and min(count for count in there if count) >= 4, there
