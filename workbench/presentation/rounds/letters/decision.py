"""What does a household read about where it will live, why there, what comes next and how to object?

The words are data in a locality (``letters/decision.toml``), so that an authority can have them changed and translated.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from babel.dates import format_date

from workbench.core.errors import DataError
from workbench.core.geography.places import Locality
from workbench.presentation import markup as m

PARTS = (
    "title", "greeting", "decided", "why", "relatives", "language", "needs", "dwelling", "room", "next_title", "next",
    "object_title", "object", "reference",
)  # fmt: skip
RIGHT_TO_LEFT = ("ar", "fa", "prs", "ps", "ur", "ku")


@dataclass(frozen=True)
class Letter:
    """A letter in one language: its title and its paragraphs, each with its heading ('' for none)."""

    language: str
    title: str
    paragraphs: tuple[tuple[str, tuple[str, ...]], ...]


def wordings(locality: Locality) -> dict[str, dict[str, str]]:
    """Return the words of the letter in each language.

    Raises
    ------
    DataError
        If the file is missing, or lacks a part in a language.
    """
    path: Path = locality.folder / "letters" / "decision.toml"
    try:
        words: dict[str, dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError("cannot read the words of the letter", where=str(path), why=str(error)) from error
    lacking = [f"'{part}' in '{language}'" for language, said in words.items() for part in PARTS if not said.get(part)]
    if lacking or "en" not in words:
        raise DataError("the words of the letter lack " + ", ".join(lacking or ["English"]), where=str(path))
    return words


def day_said(day: date, language: str) -> str:
    """Return a day as a letter in a language says it, the month in words."""
    return format_date(day, "long", locale="en_GB" if language == "en" else language)


def decision(
    words: Mapping[str, Mapping[str, str]],
    *,
    language: str,
    names: Sequence[str],
    persons: int,
    place: str,
    day: date,
    reasons: Sequence[str],
    reference: str,
) -> Letter:
    """Return the letter in a person's language; one that has no words is written in English."""
    language = language if language in words else "en"
    said = words[language]
    told = {
        "names": ", ".join(dict.fromkeys(names)),
        "persons": persons,
        "place": place,
        "day": day_said(day, language),
        "reference": reference,
    }
    return Letter(
        language,
        said["title"],
        (
            ("", (said["greeting"].format(**told), said["decided"].format(**told))),
            (said["why"], tuple(said[reason] for reason in reasons)),
            (said["next_title"], (said["next"],)),
            (said["object_title"], (said["object"],)),
            ("", (said["reference"].format(**told),)),
        ),
    )


def typst(letter: Letter) -> str:
    """Return the letter as a Typst document; nothing that a person wrote can act as markup."""
    direction = "rtl" if letter.language in RIGHT_TO_LEFT else "ltr"
    lines = [
        '#import "theme.typ": *',
        f"#set document(title: {m.typst(letter.title)})",
        f"#set text(font: fonts, size: 11.5pt, fill: ink, lang: {m.typst(letter.language)}, dir: {direction})",
        "#set par(leading: 0.7em, spacing: 1.1em)",
        '#set page(paper: "a4", margin: (x: 28mm, y: 30mm))',
        '#show std.title: set text(size: 22pt, weight: "semibold")',
        '#show heading: set text(size: 13pt, weight: "semibold")',
        "#std.title()",
    ]
    for heading, paragraphs in letter.paragraphs:
        if heading:
            lines.append(f"#heading(level: 1, {m.typst(heading)})")
        lines += [f"#par({m.typst(text)})" for text in paragraphs]
    return "\n".join(lines) + "\n"
