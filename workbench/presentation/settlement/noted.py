"""What a study notes of a table, in each language: a saved result keeps the notes in English, as they were made."""

from __future__ import annotations

from workbench.presentation.languages import marked, retold

NOTES = (
    marked("{year} is a part year: its settled persons are not used."),
    marked("{number} count was withheld by the publisher: it is taken as 1 to 4 persons."),
    marked("{number} counts were withheld by the publisher: each is taken as 1 to 4 persons."),
    marked("{number} empty count without such a mark is taken as 0 to 4 persons."),
    marked("{number} empty counts without such a mark are taken as 0 to 4 persons."),
    marked(
        "In {number} cases an area has no row for a year, which counts as nobody settled there: by year {years}; the "
        "first are {first}. Where that is not so, add the row with its number, or with an empty cell (0 to 4 persons)."
    ),
    marked("The table's rows of {first} to {last} lie after {year}: the forecast did not learn from them."),
    marked("The table's rows of {first} lie after {year}: the forecast did not learn from them."),
)


def told(note: str, language: str = "en") -> str:
    """Return a note in a language; one that is not among `NOTES` stays as it is."""
    return retold(note, NOTES, language)
