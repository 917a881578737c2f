"""Findings: a sentence, its estimate, interval, caveats and sources from one maker, shown alike on screen and paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.core.errors import ReportError
from workbench.core.runs.provenance import Source
from workbench.presentation import markup as m
from workbench.presentation.display import Shown, attachment, check_name, source_line
from workbench.presentation.tables import Table
from workbench.presentation.wording import percent, span

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Drawing


@dataclass(frozen=True)
class Interval:
    """A central predictive interval that holds ``level`` of the draws."""

    level: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (0 < self.level < 1 and self.low <= self.high):
            raise ReportError(f"not an interval: level {self.level}, from {self.low} to {self.high}")

    def words(self) -> str:
        """Return the interval with its level named, e.g. ``80 %: 1,700 to 2,600`` with a dash."""
        return f"{percent(self.level)}: {span(self.low, self.high)}"


@dataclass(frozen=True)
class Finding(Shown):
    """One thing that was found: the sentence and the figures in it.

    Parameters
    ----------
    sentence
        What was found, in words, with rounded figures.
    estimate
        The exact figure behind the sentence, if it has one, in ``unit``.
    intervals
        Predictive intervals of the estimate, each with its level.
    caveats
        What a reader must know before using the figure.
    """

    sentence: str
    estimate: float | None = None
    unit: str = ""
    intervals: tuple[Interval, ...] = ()
    caveats: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    table: Table | None = None
    headline: bool = False
    language: str = "en"

    def __post_init__(self) -> None:
        if not self.sentence.strip():
            raise ReportError("a finding needs its sentence")
        if self.estimate is not None and not self.unit:
            raise ReportError("an estimate needs its unit", where=self.sentence)

    def _foot(self) -> list[str]:
        return [*self.caveats, *([source_line(self.sources, self.language)] if self.sources else [])]

    def plain(self) -> str:
        """Return the sentence, the table if there is one, then caveats and sources."""
        return "\n".join([self.sentence, *([self.table.plain()] if self.table else []), *self._foot()])

    def markdown(self) -> str:
        """Return the sentence (bold as a headline) with what belongs to it."""
        text = m.prose_markdown(self.sentence)
        foot = [f"*{m.prose_markdown(t)}*" for t in self._foot()]
        table = [self.table.markdown()] if self.table else []
        return "\n\n".join([f"**{text}**" if self.headline else text, *table, *foot])

    def html(self) -> str:
        """Return the sentence as a paragraph with what belongs to it."""
        kind = ' class="mw-headline"' if self.headline else ""
        foot = "".join(f'<p class="mw-caveat">{m.prose_html(t)}</p>\n' for t in self._foot())
        return f"<p{kind}>{m.prose_html(self.sentence)}</p>\n{self.table.html() if self.table else ''}{foot}"

    def typst(self) -> str:
        """Return the call of the template's finding."""
        call = m.typst_call(
            "finding",
            m.prose_typst(self.sentence),
            notes=m.typst_array(m.prose_typst(t) for t in self._foot()),
            headline=str(self.headline).lower(),
            leads=str(self.table is not None).lower(),
        )
        return call + (self.table.typst() if self.table else "")

    def extra(self) -> dict[str, Any]:
        """Return the exact figures of the table as an attachment."""
        return self.table.extra() if self.table else {}


@dataclass(frozen=True)
class Figure(Shown):
    """A drawing with all that a reader needs who cannot see it, and the figures behind it.

    Parameters
    ----------
    name
        Short name in lower case with hyphens; the drawing's and the attached table's file are called after it.
    caption
        What to see, not what it is.
    alternative
        The drawing in words, for readers who hear it.
    source
        Where the figures come from and their last month.
    data
        The exact figures drawn; attached as CSV.
    """

    name: str
    drawing: Drawing = field(repr=False, compare=False)
    caption: str
    alternative: str
    source: str
    data: pd.DataFrame = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        for text, what in ((self.caption, "caption"), (self.alternative, "alternative text"), (self.source, "source")):
            if not text.strip():
                raise ReportError(
                    f"the figure '{self.name}' has no {what}",
                    why="not every reader sees it",
                    do="say it in one sentence",
                )

    @cached_property
    def svg(self) -> str:
        """The drawing as SVG; the same figures always give the same text."""
        from workbench.presentation.drawing.charts import (
            svg_text,  # drawing needs matplotlib, showing a sentence does not
        )

        return svg_text(self.drawing, self.name)

    def plain(self) -> str:
        """Return the drawing in words."""
        return f"[Figure: {self.alternative}]\n{self.caption}\n{self.source}"

    def markdown(self) -> str:
        """Return the drawing in words: Markdown has no place for a drawing without a file."""
        return f"**{m.markdown(self.caption)}**\n\n{m.markdown(self.alternative)}\n\n*{m.markdown(self.source)}*"

    def html(self) -> str:
        """Return the drawing inside the page with its caption."""
        start = self.svg.split("<svg", 1)[1]
        return (
            f'<figure><svg role="img" aria-label="{m.html(self.alternative)}"{start}'
            f'<figcaption>{m.html(self.caption)}</figcaption><p class="mw-source">{m.html(self.source)}</p></figure>\n'
        )

    def typst(self) -> str:
        """Return the call of the template's figure; the drawing lies beside the document as ``<name>.svg``."""
        return m.typst_call(
            "drawing",
            m.typst(f"{self.name}.svg"),
            alt=m.typst(self.alternative),
            caption=m.typst(self.caption),
            source=m.typst(self.source),
        )

    def extra(self) -> dict[str, Any]:
        """Return the drawing and the figures behind it."""
        return {m.SVG: self.svg, **attachment(self.name, self.caption, self.data)}


@dataclass(frozen=True)
class Several(Shown):
    """Findings, tables and figures shown one after the other; may be empty."""

    parts: tuple[Finding | Table, ...]

    def plain(self) -> str:
        """Return the parts one below the other."""
        return "\n\n".join(part.plain() for part in self.parts)

    def markdown(self) -> str:
        """Return the parts one below the other."""
        return "\n\n".join(part.markdown() for part in self.parts)

    def html(self) -> str:
        """Return the parts one below the other."""
        return "".join(part.html() for part in self.parts)

    def typst(self) -> str:
        """Return the parts one below the other."""
        return "".join(part.typst() for part in self.parts)

    def extra(self) -> dict[str, Any]:
        """Return the attachment of the one part that has a table."""
        found = [part.extra() for part in self.parts if part.extra()]
        if len(found) > 1:
            raise ReportError("only one of several findings shown together may carry a table", do="show them apart")
        return found[0] if found else {}
