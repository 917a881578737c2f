"""What does a municipality read: the year's request, a round's offers, a reminder, that the day has passed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.errors import DataError, nearest
from workbench.core.geography.places import Locality
from workbench.presentation.rounds.letters import wordings
from workbench.presentation.rounds.paper import Paper

if TYPE_CHECKING:
    from workbench.studies.rounds.letters.municipality import Letter

KINDS = ("year", "offers", "reminder", "overdue")
PARTS = (
    "sender", "synthetic", "to", "reference", "numbers", "year.alone", "year.minors",
    *(f"{kind}.{part}" for kind in KINDS for part in ("title", "lead", "parts")),
)  # fmt: skip
FIELDS = ("place", "day", "written", "year", "week", "households", "persons", "asked", "minors", "reference")


def words(locality: Locality) -> wordings.Words:
    """Return the words of the letters by language; see :func:`workbench.presentation.rounds.letters.wordings.read`."""
    return wordings.read(locality, "municipality", PARTS, FIELDS)


def chosen(words: wordings.Words, locality: Locality, language: str) -> str:
    """Return the language of a locality's letters: the one that is asked for; '': its own first one with words.

    Raises
    ------
    DataError
        If there are no words in that language.
    """
    language = language or next((each for each in locality.languages if each in words), "en")
    if language not in words:
        raise DataError(f"no letter to municipalities is written in '{language}'", do=nearest(language, list(words)))
    return language


def shown(words: wordings.Words, letter: Letter, *, name: str, language: str) -> Paper:
    """Return a letter in a language; ``name`` is the municipality's."""
    said, kind = words[language], words[language][letter.kind]
    days = {part: wordings.day_said(getattr(letter, part), language) for part in ("day", "written")}
    told = {**vars(letter), "place": name, **days}
    made_up = (said["synthetic"].format(**told),) if letter.synthetic else ()
    numbers = () if letter.kind == "year" else (said["numbers"].format(**told),)
    body = (
        *made_up,
        said["sender"].format(**told),
        said["to"].format(**told),
        kind[_lead(letter)].format(**told),
        *numbers,
        *(p.format(**told) for p in kind["parts"]),
    )
    return Paper(language, kind["title"].format(**told), (("", body), ("", (said["reference"].format(**told),))))


def _lead(letter: Letter) -> str:
    """Return which first sentence a letter has: the year's request names only those who are asked for."""
    if letter.kind != "year" or (letter.asked and letter.minors):
        return "lead"
    return "minors" if letter.minors else "alone"
