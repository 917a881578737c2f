"""Tables as readers meet them: headings with units, rounded cells, a caption, and the exact figures behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.core.errors import ReportError
from workbench.core.runs.provenance import Source
from workbench.presentation import markup as m
from workbench.presentation.display import Shown, attachment, check_name, source_line
from workbench.presentation.languages import say

if TYPE_CHECKING:
    import pandas as pd


LONG = 26
"""Characters from which a text may be broken over lines on paper."""
HEADING = 20
"""Characters up to which a heading over short figures stays on one line on paper."""
WHOLE = 800
"""Characters of the longest text up to which a row is not parted over two pages."""
ROWS_ON_A_PAGE = 28
"""Rows up to which a table stays in one piece on paper."""


@dataclass(frozen=True)
class Column:
    """One column as it is shown: its heading with the unit, a text per row, and how it is aligned."""

    heading: str
    cells: tuple[str, ...]
    right: bool = True


def _in_two(column: Column) -> str:
    """Return a heading on two lines where it is long and its column's figures are short, so that others have room."""
    heading = column.heading
    if not column.right or len(heading) <= max(HEADING, *map(len, column.cells)) or " " not in heading:
        return heading
    gaps = [at for at, letter in enumerate(heading) if letter == " "]
    middle = min(gaps, key=lambda at: abs(2 * at - len(heading)))
    return f"{heading[:middle]}\n{heading[middle + 1 :]}"


@dataclass(frozen=True)
class Table(Shown):
    """A table as readers see it, with the exact figures behind it.

    Parameters
    ----------
    name
        Short name in lower case with hyphens; the attached file is called after it.
    caption
        What to see in the table.
    columns
        Columns as shown; the first one names the rows.
    data
        The exact figures behind the table; attached as CSV.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    data: pd.DataFrame = field(compare=False)
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()
    total_last: bool = False
    language: str = "en"

    def __post_init__(self) -> None:
        check_name(self.name)
        if not self.caption.strip():
            raise ReportError(f"the table '{self.name}' has no caption", do="say in one sentence what to see in it")
        if len({len(c.cells) for c in self.columns}) > 1:
            raise ReportError(f"the columns of the table '{self.name}' differ in length")

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The shown cells, row by row."""
        return list(zip(*(c.cells for c in self.columns), strict=True))

    def _foot(self) -> list[str]:
        empty = "" if self.rows else say("The table has no rows.", self.language)
        return [text for text in (empty, *self.notes, source_line(self.sources, self.language)) if text]

    def _shares(self) -> list[int]:
        """Return how the columns share the room left on paper: 0 is as wide as needed, long texts share by length."""
        sizes = [0 if c.right else max([len(c.heading), *map(len, c.cells)]) for c in self.columns]
        longest = max(sizes, default=0)
        return [min(size, 60) if size and (size > LONG or size == longest) else 0 for size in sizes]

    def _longest(self) -> int:
        return max((len(x) for row in self.rows for x in row), default=0)

    def plain(self) -> str:
        """Return the table in columns of equal width."""
        widths = [max(len(c.heading), *map(len, c.cells), 0) for c in self.columns]

        def line(cells: Sequence[str]) -> str:
            set_ = (x.rjust(w) if c.right else x.ljust(w) for x, w, c in zip(cells, widths, self.columns, strict=True))
            return "  ".join(set_).rstrip()

        heads = line([c.heading for c in self.columns])
        body = [line(row) for row in self.rows]
        return "\n".join([self.caption, heads, "-" * len(heads), *body, *self._foot()])

    def markdown(self) -> str:
        """Return a pipe table below its caption."""
        head = "| " + " | ".join(m.markdown(c.heading) for c in self.columns) + " |"
        rule = "|" + "|".join("---:" if c.right else ":---" for c in self.columns) + "|"
        body = ["| " + " | ".join(m.markdown(x) for x in row) + " |" for row in self.rows]
        foot = [f"*{m.prose_markdown(text)}*" for text in self._foot()]
        return "\n\n".join([f"**{m.markdown(self.caption)}**", "\n".join([head, rule, *body]), *foot])

    def html(self) -> str:
        """Return a table with caption and header cells that assistive technology reads."""

        def cell(tag: str, text: str, column: Column, scope: str = "") -> str:
            kind = ' class="mw-right"' if column.right else ""
            return f"<{tag}{scope}{kind}>{m.html(text)}</{tag}>"

        heads = "".join(cell("th", c.heading, c, ' scope="col"') for c in self.columns)
        total = len(self.rows) - 1 if self.total_last else None
        body = "".join(
            ('<tr class="mw-total">' if at == total else "<tr>")
            + cell("th", row[0], self.columns[0], ' scope="row"')
            + "".join(cell("td", x, c) for x, c in zip(row[1:], self.columns[1:], strict=True))
            + "</tr>\n"
            for at, row in enumerate(self.rows)
        )
        foot = "".join(f'<p class="mw-source">{m.prose_html(text)}</p>\n' for text in self._foot())
        return (
            f'<div class="mw-scroll"><table><caption>{m.html(self.caption)}</caption>\n'
            f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n{foot}"
        )

    def typst(self) -> str:
        """Return the call of the template's table."""
        rows = m.typst_array(m.typst_array(m.typst(x) for x in row) for row in self.rows)
        return m.typst_call(
            "data-table",
            m.typst_array(m.typst(_in_two(c)) for c in self.columns),
            rows,
            caption=m.typst(self.caption),
            right_aligned=m.typst_array(str(c.right).lower() for c in self.columns),
            notes=m.typst_array(m.prose_typst(text) for text in self._foot()),
            breakable=str(len(self.rows) > ROWS_ON_A_PAGE or self._longest() > 2 * LONG).lower(),
            shares=m.typst_array(map(str, self._shares())),
            whole_rows=str(self._longest() < WHOLE).lower(),
            total_last=str(self.total_last).lower(),
        )

    def extra(self) -> dict[str, Any]:
        """Return the exact figures as an attachment."""
        return attachment(self.name, self.caption, self.data)
