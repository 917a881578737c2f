"""What does a household read about where it will live, why there, what comes next and how to object?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.geography.places import Locality
from workbench.presentation.rounds.letters import wordings
from workbench.presentation.rounds.paper import Paper

if TYPE_CHECKING:
    from workbench.studies.rounds.letters.decision import Letter

FALLBACK = "en"
"""For a household in whose language there are no words."""
PARTS = (
    "title", "sender", "synthetic", "greeting", "decided", "why", "relatives", "language", "needs", "dwelling", "room",
    "next_title", "next", "object_title", "object", "reference",
)  # fmt: skip
FIELDS = ("names", "persons", "place", "day", "reference", "written", "until")


def words(locality: Locality) -> wordings.Words:
    """Return the words of the letter by language; see :func:`workbench.presentation.rounds.letters.wordings.read`."""
    return wordings.read(locality, "decision", PARTS, FIELDS, languages=[FALLBACK])


def shown(words: wordings.Words, letter: Letter, *, name: str) -> Paper:
    """Return the letter in the household's language; ``name`` is the municipality's."""
    language = letter.language if letter.language in words else FALLBACK
    told = {
        "names": ", ".join(dict.fromkeys(letter.names)),
        "persons": letter.persons,
        "place": name,
        "day": wordings.day_said(letter.day, language),
        "reference": letter.reference,
        "written": wordings.day_said(letter.written, language),
        "until": wordings.day_said(letter.until, language),
    }
    said = {part: words[language][part].format(**told) for part in PARTS}
    made_up = (said["synthetic"],) if letter.synthetic else ()
    return Paper(
        language,
        said["title"],
        (
            ("", (*made_up, said["sender"], said["greeting"], said["decided"])),
            (said["why"], tuple(said[reason] for reason in letter.reasons)),
            (said["next_title"], (said["next"],)),
            (said["object_title"], (said["object"],)),
            ("", (said["reference"],)),
        ),
    )
