"""What is one question of an interview?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BASIS = "assumption: public task under the Integration Act; counsel confirms"


@dataclass(frozen=True)
class Question:
    """One question.

    ``choices`` names its list of choices; ``relevant`` is another question with the answers for which this one is
    asked; ``column`` is what matching reads from it: ``languages``, ``ties``, ``bedrooms`` (a whole number),
    ``needs:<service>`` or ``consent:<purpose>``. For earlier versions of the form see
    :mod:`workbench.studies.rounds.interview.versions`.
    """

    name: str
    kind: str
    label: Mapping[str, str]
    section: str
    choices: str = ""
    required: bool = False
    relevant: tuple[str, tuple[str, ...]] | None = None
    column: str = ""
    low: int | None = None
    high: int | None = None
    purpose: str = ""
    basis: str = BASIS
    retention: str = "interview"
    sees: Mapping[str, str] | None = None
    since: str = ""
    until: str = ""
    was: Mapping[str, str] = field(default_factory=dict)
    answers_were: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def asked(self, answers: Mapping[str, Any]) -> bool:
        """Say whether the question is asked, given the other answers."""
        if self.relevant is None:
            return True
        given = answers.get(self.relevant[0])
        return bool(set(given if isinstance(given, list) else [given]) & set(self.relevant[1]))
