"""A page of text, such as a letter or an interview read back: what it holds, and how it is printed or mailed."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.presentation import markup as m
from workbench.presentation.languages import direction


@dataclass(frozen=True)
class Paper:
    """A paper in one language: its title and its paragraphs, each with its heading ('' for none)."""

    language: str
    title: str
    paragraphs: tuple[tuple[str, tuple[str, ...]], ...]


def typst(paper: Paper) -> str:
    """Return a paper as a Typst document; nothing that a person wrote can act as markup."""
    way = direction(paper.language)
    lines = [
        '#import "theme.typ": *',
        f"#set document(title: {m.typst(paper.title)})",
        f"#set text(font: fonts, size: 11.5pt, fill: ink, lang: {m.typst(paper.language)}, dir: {way})",
        "#set par(leading: 0.7em, spacing: 1.1em)",
        '#set page(paper: "a4", margin: (x: 28mm, y: 30mm))',
        '#show std.title: set text(size: 22pt, weight: "semibold")',
        '#show heading: set text(size: 13pt, weight: "semibold")',
        "#std.title()",
    ]
    for heading, paragraphs in paper.paragraphs:
        if heading:
            lines.append(f"#heading(level: 1, {m.typst(heading)})")
        lines += [f"#par({m.typst(text)})" for text in paragraphs]
    return "\n".join(lines) + "\n"


def plain(paper: Paper) -> str:
    """Return a paper as plain text, for a mail."""
    return "\n\n".join([paper.title, *(each for _, part in paper.paragraphs for each in part)]) + "\n"
