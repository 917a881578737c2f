"""Which household reads in a letter where it will live, and why there?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from workbench.core.errors import StoreError
from workbench.core.geography.places import Locality
from workbench.sources import localities
from workbench.store.database import Store
from workbench.store.households import records
from workbench.store.rounds import answers, facts, letters, proposals


@dataclass(frozen=True)
class Letter:
    """One letter's facts; ``day`` is that of the decision, ``reference`` the household's identifier.

    ``written``: the letter's own day; ``until``: the last day to object; ``synthetic``: the household is made up.
    """

    reference: str
    names: tuple[str, ...]
    persons: int
    language: str
    place: str
    day: date
    reasons: tuple[str, ...]
    written: date
    until: date
    synthetic: bool = False


def of_round(store: Store, locality: Locality, key: str, *, today: date, who: str) -> list[Letter]:
    """Return what the letters of a round's decided households say; each reading and each letter is noted.

    Raises
    ------
    StoreError
        If the round is not out, or nobody is decided in it.
    """
    written = []
    until = today + timedelta(days=int(localities.parameters(locality).number("objection_days", today)))
    with store.writing() as connection:
        proposals.get(connection, key, "sent", "closed")
        decided = answers.listed(connection, key, "decided")
        if not decided:
            raise StoreError(
                "no household of the round is decided",
                where=key,
                why="a letter tells a decision",
                do="decide accepted households first: `workbench round decide`",
            )
        made_up = facts.synthetic(connection)
        for each in decided:
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
                    today,
                    until,
                    made_up,
                )
            )
    return written
