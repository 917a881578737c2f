"""Letters as PDF: accessible, archivable, each in the language of the household, none half-written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from workbench.core.geography.places import Locality
from workbench.core.storage.files import replacing
from workbench.core.storage.outputs import empty_folder
from workbench.presentation.drawing import theme
from workbench.presentation.rounds.letters import decision as words
from workbench.presentation.rounds.letters import municipality as municipal
from workbench.reporting.formats.pdf import compiled
from workbench.studies.rounds.letters.municipality import Letter
from workbench.studies.rounds.sending import Told


def write(told: Sequence[Told], locality: Locality, folder: Path) -> list[Path]:
    """Write a letter for each household into a folder that its owner alone may read; return the files."""
    said = words.wordings(locality)
    files = {"theme.typ": theme.typst_variables().encode()}
    empty_folder(folder)
    with replacing(folder) as partial:
        partial.mkdir(mode=0o700)
        for each in told:
            letter = words.decision(
                said,
                language=each.language,
                names=each.names,
                persons=each.persons,
                place=locality.place_name(each.place),
                day=each.day,
                reasons=each.reasons,
                reference=each.reference,
            )
            pdf = compiled(words.typst(letter), files, _time(each.day))
            (partial / f"{each.reference}.pdf").write_bytes(pdf)
    return [folder / f"{each.reference}.pdf" for each in told]


def ready(locality: Locality, folder: Path, language: str) -> None:
    """Refuse what could not be written before anything is noted: a folder that holds something, words that lack."""
    empty_folder(folder)
    said = municipal.wordings(locality)
    if language and language not in said:
        raise municipal.no_words(language, said)


def write_to_municipalities(
    letters: Sequence[Letter], locality: Locality, folder: Path, *, language: str = ""
) -> list[Path]:
    """Write each letter to a municipality as PDF and as text; return the files.

    ``language`` is one of the words' languages; '' for the locality's own.
    """
    said = municipal.wordings(locality)
    chosen = language or next((each for each in locality.languages if each in said), "en")
    files, written = {"theme.typ": theme.typst_variables().encode()}, []
    empty_folder(folder)
    with replacing(folder) as partial:
        partial.mkdir(mode=0o700)
        for each in letters:
            shown = municipal.shown(said, each, name=locality.place_name(each.place), language=chosen)
            name = f"{each.kind}-{each.place}"
            (partial / f"{name}.pdf").write_bytes(compiled(words.typst(shown), files, _time(each.written)))
            (partial / f"{name}.txt").write_text(municipal.text(shown), encoding="utf-8")
            written += [folder / f"{name}.pdf", folder / f"{name}.txt"]
    return written


def _time(day: date) -> str:
    return f"{day.isoformat()}T12:00:00+00:00"
