"""What a report says: the prose and outputs of an executed notebook, without code, ready for paper or page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypandoc
from nbformat import NotebookNode

from workbench.core.errors import ReportError
from workbench.core.runs.provenance import RunRecord
from workbench.presentation import markup as m
from workbench.presentation.languages import say

READER = "markdown-auto_identifiers-citations-smart-tex_math_dollars"
HOUSEHOLD = "household"


@dataclass(frozen=True)
class Attachment:
    """A file that a document carries."""

    name: str
    description: str
    mimetype: str
    content: bytes


@dataclass(frozen=True)
class Facts:
    """What the whole document needs to know, from its :class:`~workbench.presentation.title_block.Front`."""

    title: str
    description: str
    vintage: str
    edition: str
    language: str
    synthetic: str
    record: RunRecord
    attention: str = ""


def facts(notebook: NotebookNode) -> Facts:
    """Return what the report's front says about the document."""
    for _, output in _outputs(notebook):
        if m.FRONT in output.get("data", {}):
            known = dict(output["data"][m.FRONT])
            known["record"] = RunRecord.from_json(json.dumps(known["record"]))
            return Facts(**known)
    raise ReportError(
        "this report has no front",
        why="title, edition and run stand on every page",
        do="show the front of a presentation module in its first output cell",
    )


def running_head(facts: Facts) -> list[str]:
    """Return what stands at the head of each page: how recent the data are, and the version."""
    version = facts.record.versions.get("migration-workbench", "")
    return [facts.vintage, say("version {version}", facts.language, version=version)]


def running_foot(facts: Facts) -> list[str]:
    """Return what stands at the foot of each page: the edition, what is made up, the run."""
    run = say("run {key}", facts.language, key=facts.record.short_key)
    return [*whose(facts.edition, facts.language, facts.synthetic), run]


def whose(edition: str, language: str, synthetic: str) -> list[str]:
    """Return for whom a document is, and what in it is made up."""
    editions = {
        "public": say("Public edition", language),
        "municipal": say("Municipal edition", language),
        "case": say("Case edition", language),
    }
    return [editions[edition], *([synthetic] if synthetic else [])]


def text(notebook: NotebookNode, mimetype: str, raw: str) -> str:
    """Return the report as one Markdown text in which the outputs stand as raw blocks.

    Parameters
    ----------
    mimetype
        The form in which outputs are taken, HTML or Typst.
    raw
        Pandoc's name of that form.
    """
    blocks = []
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            blocks.append(cell.source)
        elif cell.cell_type == "code":
            for output in cell.outputs:
                blocks += _shown(output, index, mimetype, raw)
    return "\n\n".join(blocks) + "\n"


def converted(markdown: str, to: str, *options: str) -> str:
    """Return Markdown in another form, through pandoc, which may read no file and ask no host."""
    wanted = ["--wrap=none", "--sandbox", *options]
    # Both forms are ours and known: asking pandoc for its list of forms would start it twice more for each report.
    result: str = pypandoc.convert_text(markdown, to, format=READER, extra_args=wanted, verify_format=False)
    return result


def drawings(notebook: NotebookNode) -> dict[str, bytes]:
    """Return the vector drawings by the file name under which the document shows them."""
    found: dict[str, bytes] = {}
    for _, output in _outputs(notebook):
        data = output.get("data", {})
        if m.SVG in data and m.DATA in data:
            found[data[m.DATA]["name"].removesuffix(".csv") + ".svg"] = data[m.SVG].encode()
    return found


def attachments(notebook: NotebookNode, edition: str) -> tuple[Attachment, ...]:
    """Return the exact tables behind the figures, as far as the edition allows.

    Raises
    ------
    ReportError
        If a public edition would carry a table of single households, or two tables have one name.
    """
    found: dict[str, Attachment] = {}
    for index, output in _outputs(notebook):
        table = output.get("data", {}).get(m.DATA)
        if table is None:
            continue
        if edition == "public" and HOUSEHOLD in table["columns"]:
            raise ReportError(
                f"the table '{table['name']}' lists single households",
                where=f"cell {index}",
                why="a public edition carries no table of households",
                do="show counts, or build the case edition",
            )
        if table["name"] in found and found[table["name"]].content != table["csv"].encode():
            raise ReportError(f"two tables of this report are called '{table['name']}'", do="give each its own name")
        found[table["name"]] = Attachment(table["name"], table["description"], "text/csv", table["csv"].encode())
    return tuple(found.values())


def _outputs(notebook: NotebookNode) -> Iterator[tuple[int, Any]]:
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            for output in cell.outputs:
                yield index, output


def _shown(output: Any, index: int, mimetype: str, raw: str) -> list[str]:
    if output.output_type == "error":
        raise ReportError(
            f"the report failed: {output.ename}: {output.evalue}",
            where=f"cell {index}",
            why="a report with a failed cell is not printed",
            do="mend the cell and build again",
        )
    if output.output_type == "stream":
        return []  # what a program prints while it works is for the one who runs it, not for the reader
    data = output.data
    if mimetype in data and m.TYPST in data:
        body = data[mimetype]
        fence = "`" * (max([2, *(len(run) for run in re.findall("`+", body))]) + 1)
        return [f"{fence}{{={raw}}}\n{body.rstrip()}\n{fence}"]
    if m.MARKDOWN in data:
        return [str(data[m.MARKDOWN])]
    raise ReportError(
        "this output cannot be printed so that every reader can use it",
        where=f"cell {index}",
        why=f"it is only {', '.join(sorted(data))}; a figure needs alternative text, a table needs a caption",
        do="show a Finding, Table or Figure of workbench.presentation instead",
    )
