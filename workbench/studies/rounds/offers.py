"""Who should be offered where this week?"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core.contracts.checking import check
from workbench.core.errors import StoreError
from workbench.core.geography.places import Locality
from workbench.decisions.allocation import PRACTICES, MatchingWeights
from workbench.sources import localities
from workbench.store import dwellings
from workbench.store.database import Store
from workbench.store.rounds import answers, proposals
from workbench.studies.allocation import placement
from workbench.studies.allocation.input.tables import Tables
from workbench.studies.rounds import housing

GAP = 0.001
"""How far from the best possible a round's plan may be, as a share of its score."""
AGES = ("adults", "children", "seniors")
KINDS = {"all": "others", "minors": "unaccompanied minors"}
RULES = {"pin": "pin", "ban": "ban", "swap": "pin"}
"""Which rule an entry of the ledger is; a decline is a ban in this round and every later one."""


@dataclass(frozen=True)
class Solved:
    """A round's plan: the pairs, the certified gap, and the persons placed."""

    pairs: tuple[tuple[str, str], ...]
    rows: tuple[dict[str, Any], ...]
    value: float
    gap: float
    persons: int
    persons_placed: int


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
        ledger = max((each["number"] for each in proposals.overrides(connection, key)), default=0)
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


def solve(
    given: Mapping[str, Any],
    rows: Mapping[str, Mapping[str, Any]],
    places: list[dict[str, Any]],
    weights: MatchingWeights,
    *,
    practice: str = "",
    progress: Callable[[str], None] | None = None,
) -> Solved:
    """Solve a round's input; unaccompanied minors have places of their own, and so are solved apart.

    The gap of a simple practice is not known: it proves no bound.
    """
    parts = [_solve(kind, given, rows, places, weights, practice, progress) for kind in KINDS]
    value, bound = sum(part[1] for part in parts), sum(part[2] for part in parts)
    told = tuple(row for part in parts for row in part[0])
    return Solved(
        tuple((row["household"], row["place"]) for row in told),
        told,
        value,
        (bound - value) / max(1.0, abs(bound)),
        sum(part[3] for part in parts),
        sum(part[4] for part in parts),
    )


def _solve(
    kind: str,
    given: Mapping[str, Any],
    rows: Mapping[str, Mapping[str, Any]],
    places: list[dict[str, Any]],
    weights: MatchingWeights,
    practice: str,
    progress: Callable[[str], None] | None,
) -> tuple[list[dict[str, Any]], float, float, int, int]:
    waiting = [
        dict(rows[household])
        for household in given["households"]
        if (rows[household]["population"] == proposals.MINORS) == (kind == "minors")
    ]
    persons = sum(row["adults"] + row["children"] + row["seniors"] for row in waiting)
    room = given["capacity"].get(kind, {})
    open_ = [{**row, "capacity": room[row["place"]]} for row in places if row["kind"] == kind and row["place"] in room]
    listed = given.get("dwellings", {}) if kind == "all" else {}
    told_homes, open_, counted = housing.limited(waiting, open_, listed)
    mine = _served(told_homes, open_)
    if not mine or not open_:
        return [], 0.0, 0.0, persons, 0
    weeks = {row["place"]: row["weekly_places"] for row in open_}
    homes = pd.DataFrame(mine).drop(columns="bedrooms", errors="ignore")
    names = {row["household"] for row in mine}
    for column in ("linked_with", "apart_from"):
        homes[column] = homes[column].where(homes[column].isin(names), "")
    table = pd.DataFrame(open_).drop(columns=["kind", "weekly_places"])
    orders = [r for r in given["rules"] if r["household"] in names and (r["place"] in weeks or r["rule"] == "pin")]
    rules = check(pd.DataFrame(orders), "rules", where="overrides") if orders else None
    tables = Tables(
        check(homes, "households"), check(table, "places"), rules=rules, counts=dict.fromkeys(counted, "households")
    )
    if practice:
        rows_of_plan, value, bound = _follow(practice, tables, weights)
        size = dict(zip(homes["household"], homes[list(AGES)].sum(axis=1), strict=True))
        placed = sum(int(size[row["household"]]) for row in rows_of_plan)
    else:
        plan = placement.allocate(tables, gap=GAP, weights=weights, progress=progress)
        rows_of_plan, value, bound = plan.assignment.to_dict("records"), plan.value, plan.bound
        placed = plan.persons_placed
    own, place_rows = {row["household"]: row for row in waiting}, {row["place"]: row for row in open_}
    told = [
        {
            "household": row["household"],
            "place": row["place"],
            "weekly_places": weeks[row["place"]],
            "told": {
                "score": float(row["score"]),
                "runner_up": row["runner_up"],
                "reasons": reasons(own[row["household"]], place_rows[row["place"]], dwelling=row["place"] in listed),
            },
        }
        for row in rows_of_plan
    ]
    return told, value, bound, persons, int(placed)


def _served(homes: list[dict[str, Any]], places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the households whose every need some open place serves; the others, and whom they go with, wait on.

    >>> one, other = {"household": "a", "needs": "school"}, {"household": "b", "needs": ""}
    >>> homes = [{**one, "linked_with": ""}, {**other, "linked_with": "a"}]
    >>> _served(homes, [{"services": "clinic"}]), len(_served(homes, [{"services": "clinic;school"}]))
    ([], 2)
    """
    offered = {service for row in places for service in str(row.get("services") or "").split(";")} | {""}
    return housing.without(
        homes, {row["household"] for row in homes if not set(str(row["needs"] or "").split(";")) <= offered}
    )


def _follow(practice: str, tables: Tables, weights: MatchingWeights) -> tuple[list[dict[Any, Any]], float, float]:
    """Return what a simple practice proposes, and its score; it has no bound."""
    problem = placement.problem_of(tables, weights)
    at = PRACTICES[practice](problem)
    rows = [
        {
            "household": name,
            "place": problem.place_names[place],
            "score": problem.score[home, place],
            "runner_up": "",
        }
        for home, (name, place) in enumerate(zip(problem.household_names, at, strict=True))
        if place >= 0
    ]
    value = sum(float(problem.score[home, place] * problem.weight[home]) for home, place in enumerate(at) if place >= 0)
    return rows, value, math.nan


def reasons(household: Mapping[str, Any], place: Mapping[str, Any], *, dwelling: bool = False) -> list[str]:
    """Return why a household is offered this place, as codes that letters say in words.

    >>> reasons({"ties": "0301", "languages": "ar", "needs": ""}, {"place": "0301", "languages": "ar;so"})
    ['relatives', 'language', 'room']
    """
    here = set(str(place.get("languages") or "").split(";")) & set(str(household["languages"] or "").split(";")) - {""}
    told = {
        "relatives": place["place"] in str(household["ties"] or "").split(";"),
        "language": bool(here),
        "needs": bool(household["needs"]),
        "dwelling": dwelling,
        "room": True,
    }
    return [name for name, holds in told.items() if holds]


def current_input(connection: Any, key: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """Return what a round is solved from now: who waits, what is free, which orders hold; and its rows."""
    row = proposals.get(connection, key, "open", "proposed", "sent")
    waiting = [each["household"] for each in proposals.waiting(connection, key)]
    if not waiting:
        raise StoreError(
            "nobody waits in this round",
            where=key,
            do="open the next one; `workbench round lists` writes the lists of those sent",
        )
    room: dict[str, dict[str, int]] = {}
    for at in proposals.free(connection, row.year, row.week):
        room.setdefault(at.kind, {})[at.place] = at.free
    refused = proposals.declined(connection)
    ledger = orders(proposals.overrides(connection, key), waiting, refused)
    known = {(each["household"], each["place"]) for each in ledger if each["rule"] == "ban"}
    bans = [
        {"rule": "ban", "household": household, "place": place, "reason": "declined"}
        for household, place in sorted(refused - known)
        if household in waiting
    ]
    given = {"households": waiting, "capacity": room, "rules": [*ledger, *bans]}
    if homes := proposals.dwellings(connection, dwellings.last_day(row.year, row.week)):
        given["dwellings"] = homes
    return given, proposals.rows_of(connection, key), proposals.places(connection, key)


def orders(
    ledger: list[dict[str, Any]], waiting: Collection[str], refused: set[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Return the rules of those who wait that a ledger orders; a decline ends an earlier lock to that place."""
    return [
        {"rule": RULES[each["kind"]], "household": each["household"], "place": each["place"], "reason": each["reason"]}
        for each in ledger
        if each["household"] in waiting
        and each["kind"] in RULES
        and not (RULES[each["kind"]] == "pin" and (each["household"], each["place"]) in refused)
    ]


def _described(locality: Locality, year: int) -> dict[str, dict[str, Any]]:
    """Return what the locality says of each place: name, position, languages, services (assumed by its size)."""
    key = (locality.folder, year)
    if key not in _KNOWN:
        newest = int(localities.table(locality, "settlement")["year"].max())
        table = placement.accepted_places(locality, localities.parameters(locality), year=min(year, newest), quarter=1)
        rows = table.drop(columns="capacity").astype(object).where(table.drop(columns="capacity").notna(), "")
        _KNOWN[key] = {str(row["place"]): {str(k): v for k, v in row.items()} for row in rows.to_dict("records")}
    return _KNOWN[key]


_KNOWN: dict[tuple[Path, int], dict[str, dict[str, Any]]] = {}
"""What localities say of their places, by folder and year: it takes seconds to read, and a year asks 52 times."""


def weights(locality: Locality) -> MatchingWeights:
    """Return the weights of matching that a locality states, else Norway's."""
    return placement.weights_of(locality) or placement.norwegian_weights()
