"""What does the site itself say beside its pages, in each language?

One file for each language in ``words/``; a locality brings further languages as ``guide/<language>/site.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from workbench.core.errors import DataError
from workbench.sources.guide.pages import Guide

FOLDER = Path(__file__).parent / "words"


@cache
def shipped(language: str) -> Mapping[str, str]:
    """Return the words that come with the program; empty for a language that it does not know."""
    path = FOLDER / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def words(guide: Guide, language: str) -> Mapping[str, str]:
    """Return the site's words in a language, those of the locality first.

    Raises
    ------
    DataError
        If some are missing, naming them.
    """
    path = guide.folder / language / "site.toml"
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError("the file cannot be read", where=str(path), why=str(error)) from error
    found = {**shipped(language), **own}
    lacking = [name for name in shipped("en") if name not in found]
    if lacking:
        raise DataError(
            f"the site has no words in '{language}' for: {', '.join(lacking[:8])}",
            where=str(path),
            why="buttons and notices of the pages are made of them",
            do=f"translate {FOLDER / 'en.toml'} and save it there",
        )
    return found
