"""The words of letters: data in a locality (``letters/<name>.toml``), which an authority changes and translates."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from string import Formatter
from typing import Any

from babel.dates import format_date

from workbench.core.errors import DataError
from workbench.core.geography.places import Locality

Words = dict[str, dict[str, Any]]
"""By language, the parts of a letter."""


def read(
    locality: Locality, name: str, parts: Iterable[str], fields: Collection[str], *, languages: Iterable[str] = ()
) -> Words:
    """Return the words of a locality's letters in each language.

    Parameters
    ----------
    parts
        What each language must say; a dot stands before a part of a part.
    fields
        What may stand in braces.
    languages
        In which there must be words.

    Raises
    ------
    DataError
        If the file is missing, lacks a part or a language, or has braces that the program cannot fill in.
    """
    path, parts = locality.folder / "letters" / f"{name}.toml", tuple(parts)
    try:
        words: Words = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError("cannot read the words of the letters", where=str(path), why=str(error)) from error
    lacking = [f"'{part}' in '{each}'" for each, said in words.items() for part in parts if not _part(said, part)]
    lacking += [f"the language '{each}'" for each in languages if each not in words]
    if lacking or not words:
        raise DataError("the words of the letters lack " + ", ".join(lacking or ["a language"]), where=str(path))
    wrong = [
        f"'{part}' in '{each}'" for each in words for part in parts if not _fields(_part(words[each], part), fields)
    ]
    if wrong:
        raise DataError(
            "nothing fills in what stands in braces: " + ", ".join(wrong),
            where=str(path),
            do=f"use only {', '.join(f'{{{each}}}' for each in fields)}; to print a brace, write it twice",
        )
    return words


def day_said(day: date, language: str) -> str:
    """Return a day as a letter in a language says it, the month in words."""
    return format_date(day, "long", locale="en_GB" if language == "en" else language)


def _part(said: Any, name: str) -> Any:
    for each in name.split("."):
        said = said.get(each) if isinstance(said, Mapping) else None
    return said


def _fields(text: str | list[str], fields: Collection[str]) -> bool:
    """Say whether all braces of a part can be filled in."""
    try:
        named = {name for _, name, *_ in Formatter().parse(text if isinstance(text, str) else " ".join(text))}
    except ValueError:  # a brace without its other half
        return False
    return named <= {*fields, None}
