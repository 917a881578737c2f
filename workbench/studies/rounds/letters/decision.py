"""Which household reads in a letter where it will live, and why there?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workbench.store.database import Store
from workbench.store.households import records
from workbench.store.rounds import answers, letters, proposals


@dataclass(frozen=True)
class Letter:
    """One letter's facts; ``day`` is that of the decision, ``reference`` the household's identifier."""

    reference: str
    names: tuple[str, ...]
    persons: int
    language: str
    place: str
    day: date
    reasons: tuple[str, ...]


def of_round(store: Store, key: str, *, today: date, who: str) -> list[Letter]:
    """Return what the letters of a round's decided households say; each reading and each letter is noted."""
    written = []
    with store.writing() as connection:
        proposals.get(connection, key, "sent", "closed")
        for each in answers.listed(connection, key, "decided"):
            letters.note(connection, "decision", day=today, who=who, round_=key, household=each["household"])
            held = records.folder(connection, each["household"], who=who, why="letter")
            names = [" ".join(filter(None, (p["given_name"], p["family_name"]))) for p in held["person"]]
            written.append(
                Letter(
                    each["household"],
                    tuple(name for name in names if name),
                    len(held["person"]),
                    held["household"]["language"] or "en",
                    each["place"],
                    each["decided"],
                    tuple(each["told"]["reasons"]),
                )
            )
    return written
