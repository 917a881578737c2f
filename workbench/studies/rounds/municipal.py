"""What does a municipality see and do: its offers, a folder once it accepted, its weeks and quota?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from workbench.core.geography.places import Locality
from workbench.store import visibility
from workbench.store.database import Store
from workbench.store.rounds import answers, offered, settling
from workbench.studies.rounds import registers


@dataclass(frozen=True)
class Offer:
    """One offer as a municipality may see it; what it may not see yet is ''."""

    round: str
    household: str
    state: str
    size: str
    needs: tuple[str, ...]
    population: str
    deadline: str
    answer_by: str
    settled: bool = False

    @property
    def short(self) -> str:
        """The household's code, short enough to be read aloud; in so short a list no two are alike."""
        return self.household[:7]


def offers(store: Store, locality: Locality, place: str, *, who: str) -> list[Offer]:
    """Return a municipality's offers, the unanswered first; the audit tells that the list was read."""
    register = registers.field_register(locality)
    with store.writing() as connection:
        rows = offered.to(connection, place, who=who)
    return [_offer(row, register) for row in rows]


def answer(
    store: Store,
    key: str,
    household: str,
    accept: bool,
    *,
    place: str,
    who: str,
    reason: str = "",
) -> None:
    """Note a municipality's answer of today."""
    today = datetime.now(UTC).date()
    with store.writing() as connection:
        answers.respond(connection, key, household, accept, place=place, today=today, who=who, reason=reason)


def settle(store: Store, household: str, day: date, *, place: str, who: str, case_number: str = "") -> int:
    """Note the day on which the members moved in, or one of them; return how many have not moved in yet."""
    today = datetime.now(UTC).date()
    with store.writing() as connection:
        return settling.settle(connection, household, day, place=place, case_number=case_number, today=today, who=who)


def folder(store: Store, locality: Locality, household: str, place: str, *, who: str) -> list[tuple[str, str]]:
    """Return what a municipality may see of a household's folder, name and value; the reading is in the audit."""
    seen = registers.view(store, locality, household, role="municipality", place=place, who=who, why="case")
    return list(flat(seen))


def flat(seen: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield the names and values of a folder, one after another.

    >>> list(flat({"household": {"state": "ready"}, "needs": ["school"], "person": [{"born": None}]}))
    [('household.state', 'ready'), ('needs', 'school'), ('person 1.born', '–')]
    """
    for name, value in seen.items():
        here = f"{before}{name}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{here}.")
        elif isinstance(value, list | tuple) and value and all(isinstance(each, Mapping) for each in value):
            for at, each in enumerate(value, start=1):
                yield from flat(each, f"{here} {at}.")
        elif isinstance(value, list | tuple):
            yield here, ", ".join(map(str, value)) or "–"
        else:
            yield here, "–" if value is None else str(value)


def _offer(row: Mapping[str, Any], register: visibility.FieldRegister) -> Offer:
    live = row["state"] in ("sent", "accepted", "decided")
    shown = visibility.seen(register, row["brief"], role="municipality", state=row["household_state"], concerned=live)
    facts = shown.get("household", {})
    return Offer(
        row["round"],
        row["household"],
        row["state"],
        " ".join(shown.get("size", [])),
        tuple(shown.get("needs", [])),
        str(facts.get("population", "")),
        str(facts.get("deadline") or ""),
        row["answer_by"].isoformat(),
        row["household_state"] == "settled",
    )
