"""In which words does a municipality read a letter? They are data in a locality (``letters/municipality.toml``)."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from workbench.core.errors import DataError, nearest
from workbench.core.geography.places import Locality
from workbench.presentation.rounds.letters.decision import Letter as Shown
from workbench.presentation.rounds.letters.decision import day_said

if TYPE_CHECKING:
    from workbench.studies.rounds.letters.municipality import Letter

KINDS = ("year", "offers", "reminder", "overdue")


def wordings(locality: Locality) -> dict[str, dict[str, Any]]:
    """Return the words of the letters in each language.

    Raises
    ------
    DataError
        If the file is missing, or lacks a part in a language.
    """
    path = locality.folder / "letters" / "municipality.toml"
    try:
        words: dict[str, dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError("cannot read the words of the letters", where=str(path), why=str(error)) from error
    lacking = [
        f"'{part}' in '{language}'"
        for language, said in words.items()
        for part in ("to", "reference", "numbers", *KINDS)
        if not said.get(part) or (part in KINDS and not all(said[part].get(p) for p in ("title", "lead", "parts")))
    ]
    if lacking or not words:
        raise DataError("the words of the letters lack " + ", ".join(lacking or ["a language"]), where=str(path))
    return words


def shown(words: dict[str, dict[str, Any]], letter: Letter, *, name: str, language: str) -> Shown:
    """Return a letter to a municipality in a language.

    Raises
    ------
    DataError
        If there are no words in that language.
    """
    if language not in words:
        raise no_words(language, words)
    said, kind = words[language], words[language][letter.kind]
    told = {**vars(letter), "place": name, "day": day_said(letter.day, language)}
    numbers = () if letter.kind == "year" else (said["numbers"].format(**told),)
    body = (
        said["to"].format(**told),
        kind["lead"].format(**told),
        *numbers,
        *(p.format(**told) for p in kind["parts"]),
    )
    return Shown(language, kind["title"].format(**told), (("", body), ("", (said["reference"].format(**told),))))


def no_words(language: str, words: dict[str, dict[str, Any]]) -> DataError:
    """Return the refusal of a language that has no words."""
    return DataError(f"no letter to municipalities is written in '{language}'", do=nearest(language, list(words)))


def text(letter: Shown) -> str:
    """Return a letter as plain text, for a mail."""
    paragraphs = [letter.title, *(each for _, part in letter.paragraphs for each in part)]
    return "\n\n".join(paragraphs) + "\n"
