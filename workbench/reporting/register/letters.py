"""Letters as PDF: accessible, archivable, none half-written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from workbench.core.geography.places import Locality
from workbench.core.storage.files import replacing
from workbench.core.storage.outputs import empty_folder
from workbench.presentation.rounds.letters import decision, municipality
from workbench.presentation.rounds.paper import Paper, plain
from workbench.reporting.register.paper import printed
from workbench.studies.rounds.letters import decision as to_households
from workbench.studies.rounds.letters import municipality as to_municipalities


def ready(locality: Locality, folder: Path, kind: str, language: str = "") -> None:
    """Refuse what could not be written before anything is noted: a folder that holds something, missing words."""
    empty_folder(folder)
    if kind == "decision":
        decision.words(locality)
    else:
        municipality.chosen(municipality.words(locality), locality, language)


def write_decisions(letters: Sequence[to_households.Letter], locality: Locality, folder: Path) -> None:
    """Write the letter to each household, in its language, as PDF."""
    words = decision.words(locality)
    _write(
        {
            each.reference: (decision.shown(words, each, name=locality.place_name(each.place)), each.day)
            for each in letters
        },
        folder,
    )


def write_to_municipalities(
    letters: Sequence[to_municipalities.Letter], locality: Locality, folder: Path, *, language: str = ""
) -> None:
    """Write each letter to a municipality as PDF and as text.

    ``language`` is one of the words' languages; '' for the locality's own.
    """
    words = municipality.words(locality)
    language = municipality.chosen(words, locality, language)
    _write(
        {
            f"{each.kind}-{each.place}": (
                municipality.shown(words, each, name=locality.place_name(each.place), language=language),
                each.written,
            )
            for each in letters
        },
        folder,
        text=True,
    )


def _write(papers: Mapping[str, tuple[Paper, date]], folder: Path, *, text: bool = False) -> None:
    """Write papers by name, each with its day, into a folder that its owner alone may read."""
    empty_folder(folder)
    with replacing(folder) as partial:
        partial.mkdir(mode=0o700)
        for name, (paper, day) in papers.items():
            (partial / f"{name}.pdf").write_bytes(printed(paper, f"{day.isoformat()}T12:00:00+00:00"))
            if text:
                (partial / f"{name}.txt").write_text(plain(paper), encoding="utf-8")
