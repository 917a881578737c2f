"""Who should be offered where this week?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core.errors import StoreError
from workbench.core.geography.places import Locality
from workbench.sources import localities
from workbench.store.database import Store
from workbench.store.rounds import answers, proposals
from workbench.store.rounds.ledger import last
from workbench.studies.allocation import placement
from workbench.studies.rounds.plan import housing
from workbench.studies.rounds.plan.given import current_input
from workbench.studies.rounds.plan.solve import Solved, solve, weights

PLACE = ("name", "county", "lon", "lat")
"""What a round keeps of a municipality, as far as its locality has it."""
_KNOWN: dict[tuple[Path, int], dict[str, dict[str, Any]]] = {}
"""What localities say of their places, by folder and year: it takes seconds to read, and a year asks 52 times."""


def open_round(
    store: Store, locality: Locality, *, year: int, week: int, today: date, deadline: date, who: str, deciders: int = 1
) -> str:
    """Open the round of a week with everybody who is ready and every place that is free; return its identifier."""
    known = _described(locality, year)
    per_bedroom = localities.parameters(locality).number("persons_per_bedroom", today)
    with store.writing() as connection:
        stated = proposals.services(connection)
        rows: list[tuple[proposals.Week, Mapping[str, Any]]] = []
        for at in proposals.free(connection, year, week):
            if at.place not in known:
                raise StoreError(f"'{at.place}' is no place of locality '{locality.id}'", do="correct the places")
            told = {**known[at.place], "place": at.place, "capacity": at.free}
            if at.place in stated:
                told["services"] = ";".join(stated[at.place])
            rows.append((at, told))
        return proposals.begin(
            connection,
            year=year,
            week=week,
            opened=today,
            deadline=deadline,
            deciders=deciders,
            households=housing.with_bedrooms(proposals.ready(connection, today), per_bedroom),
            places=rows,
            who=who,
        )


def propose(
    store: Store,
    key: str,
    locality: Locality,
    *,
    who: str,
    practice: str = "",
    progress: Callable[[str], None] | None = None,
) -> Solved:
    """Solve a round for those who wait, with what is free, and keep the proposals as drafts.

    A place that declined a household is not proposed to it again. The overrides of the ledger hold.
    ``practice`` names a simple practice to follow in place of the best plan, for a comparison.
    """
    with store.reading() as connection:
        given, rows, places = current_input(connection, key)
    solved = solve(given, rows, places, weights(locality), practice=practice, progress=progress)
    with store.writing() as connection:
        again, *_ = current_input(connection, key)
        if again != given:
            raise StoreError("the round changed while it was solved", where=key, do="propose again")
        ledger = last(connection, key)
        told = {"value": solved.value, "gap": solved.gap, "persons_placed": solved.persons_placed, "ledger": ledger}
        proposals.keep_solution(connection, key, given, list(solved.rows), told, who=who)
    return solved


def send_list(store: Store, key: str, *, who: str) -> int:
    """Hand out a round's drafts, which municipalities then read on their page; return how many.

    Raises
    ------
    StoreError
        If an override was made, or places changed, since the drafts were solved.
    """
    with store.writing() as connection:
        return len(hand_out(connection, key, who=who))


def hand_out(connection: Any, key: str, *, who: str) -> list[dict[str, Any]]:
    """Hand out a round's drafts in the caller's transaction and return them; see :func:`send_list`."""
    given, *_ = current_input(connection, key)
    kept = proposals.last_solution(connection, key)
    if kept is None or kept["input"] != given:
        raise StoreError("the drafts are not of what stands now", where=key, do="run `workbench round propose` again")
    return answers.send(connection, key, who=who)


def _described(locality: Locality, year: int) -> dict[str, dict[str, Any]]:
    """Return what the locality says of each place: name, position, languages, services (assumed by its size).

    Of a locality without published settlement the languages and services are those that its municipalities state.
    """
    key = (locality.folder, year)
    if key not in _KNOWN:
        table = _settled(locality, year) if "settlement" in locality.tables else _listed(locality)
        rows = table.astype(object).where(table.notna(), "")
        _KNOWN[key] = {str(row["place"]): {str(k): v for k, v in row.items()} for row in rows.to_dict("records")}
    return _KNOWN[key]


def _settled(locality: Locality, year: int) -> pd.DataFrame:
    newest = int(localities.table(locality, "settlement")["year"].max())
    table = placement.accepted_places(locality, localities.parameters(locality), year=min(year, newest), quarter=1)
    return table.drop(columns="capacity")


def _listed(locality: Locality) -> pd.DataFrame:
    towns = localities.table(locality, "municipalities").rename(columns={"municipality": "place"})
    return towns[["place", *(name for name in PLACE if name in towns)]].assign(services="", languages="")
