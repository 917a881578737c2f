"""The head of a report: title, locality, period, edition and the run that its figures come from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from workbench.core.errors import ReportError
from workbench.core.runs.provenance import RunRecord
from workbench.core.runs.publication import EDITIONS
from workbench.presentation import markup as m
from workbench.presentation.display import Shown


@dataclass(frozen=True)
class Front(Shown):
    """What stands at the head of a report: title, locality and period; what stands on each of its pages.

    Parameters
    ----------
    vintage
        How recent the data are, e.g. ``data to September 2019``; printed on every page.
    warning
        What must be read before anything else, e.g. that households are synthetic.
    attention
        Why the result carries a warning, such as a fit that failed its checks; printed first, and said where the
        report is built. Empty if it carries none.
    synthetic
        What describes nothing real, e.g. ``synthetic households``; printed on every page. Empty if nothing does.
    edition
        ``public``, ``municipal`` or ``case``: for whom the report is; printed on every page.
    """

    title: str
    subtitle: str
    vintage: str
    record: RunRecord
    description: str
    warning: str = ""
    attention: str = ""
    synthetic: str = ""
    edition: str = "public"
    language: str = "en"

    def __post_init__(self) -> None:
        if self.edition not in EDITIONS:
            raise ReportError(f"no edition '{self.edition}'", do="choose public, municipal or case")

    @property
    def first(self) -> str:
        """What must be read before anything else; empty if nothing must."""
        return " ".join(filter(None, [self.attention, self.warning]))

    def plain(self) -> str:
        """Return title, subtitle and warning."""
        return "\n".join(filter(None, [self.title, self.subtitle, self.first]))

    def markdown(self) -> str:
        """Return the title as first heading."""
        lines = [f"# {m.markdown(self.title)}", m.markdown(self.subtitle)]
        return "\n\n".join([*lines, *([f"> {m.markdown(self.first)}"] if self.first else [])])

    def html(self) -> str:
        """Return the title as first heading."""
        warning = f'<p class="mw-synthetic" role="note">{m.html(self.first)}</p>\n' if self.first else ""
        return f'<h1>{m.html(self.title)}</h1>\n<p class="mw-subtitle">{m.html(self.subtitle)}</p>\n{warning}'

    def typst(self) -> str:
        """Return the call of the template's title block."""
        return m.typst_call("title-block", m.typst(self.title), m.typst(self.subtitle), warning=m.typst(self.first))

    def extra(self) -> dict[str, Any]:
        """Return what the whole document needs to know: title, edition, vintage, run record."""
        facts = {
            "title": self.title,
            "description": self.description,
            "vintage": self.vintage,
            "edition": self.edition,
            "language": self.language,
            "synthetic": self.synthetic,
            "attention": self.attention,
            "record": json.loads(self.record.to_json()),
        }
        return {m.FRONT: facts}


@dataclass(frozen=True)
class Heading(Shown):
    """The heading of a section, in the language of its report."""

    text: str

    def plain(self) -> str:
        """Return the heading as a line."""
        return self.text

    def markdown(self) -> str:
        """Return the heading of the second level."""
        return f"## {m.markdown(self.text)}"

    def html(self) -> str:
        """Return the heading of the second level."""
        return f"<h2>{m.html(self.text)}</h2>\n"

    def typst(self) -> str:
        """Return the heading of the first level below the title."""
        return f"#heading(level: 1, {m.typst(self.text)})\n\n"
