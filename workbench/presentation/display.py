"""What displays itself as HTML, Markdown, Typst and plain text, whichever a notebook front end or report asks for."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.core.errors import ReportError
from workbench.core.runs.provenance import Source
from workbench.presentation import markup as m
from workbench.presentation.languages import say
from workbench.presentation.sourced import source_name

if TYPE_CHECKING:
    import pandas as pd

_NAME = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


class Shown(ABC):
    """Something that displays itself as HTML, Markdown and Typst in any notebook front end."""

    @abstractmethod
    def plain(self) -> str:
        """Return the text for a terminal."""

    @abstractmethod
    def html(self) -> str:
        """Return the HTML fragment for a page."""

    @abstractmethod
    def markdown(self) -> str:
        """Return the Markdown text."""

    @abstractmethod
    def typst(self) -> str:
        """Return the Typst markup that calls the functions of the report template."""

    def extra(self) -> dict[str, Any]:
        """Return further entries of the mimetype bundle."""
        return {}

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        parts = {m.PLAIN: self.plain(), m.HTML: self.html(), m.MARKDOWN: self.markdown(), m.TYPST: self.typst()}
        return m.bundle({**parts, **self.extra()}, include, exclude)


def source_line(sources: Sequence[Source], language: str = "en") -> str:
    """Return the sources as one line under a figure or table."""
    told = "; ".join(dict.fromkeys(source_name(source, language) for source in sources))
    return say("Source: {sources}", language, sources=told) if told else ""


def check_name(name: str) -> None:
    """Refuse a name that cannot be the name of an attached file."""
    if not _NAME.match(name):
        raise ReportError(f"'{name}' cannot name a file", do="use lower-case letters, digits and hyphens")


def attachment(name: str, description: str, table: pd.DataFrame) -> dict[str, Any]:
    """Return the bundle entry that carries an exact table, so that a report can attach it as CSV."""
    check_name(name)
    text = table.to_csv(index=False, lineterminator="\n")
    return {
        m.DATA: {
            "name": f"{name}.csv",
            "description": description,
            "columns": [str(c) for c in table.columns],
            "csv": text,
        }
    }
