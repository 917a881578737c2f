"""Which households are proposed to which places, at what score, how near the best possible, and for what reasons?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.core.contracts.checking import check
from workbench.core.geography.places import Locality
from workbench.decisions.allocation import PRACTICES, MatchingWeights
from workbench.store.reservation import KINDS
from workbench.store.rounds import proposals
from workbench.studies.allocation import placement
from workbench.studies.allocation.input.tables import Tables
from workbench.studies.rounds.plan import housing

GAP = 0.001
"""How far from the best possible a round's plan may be, as a share of its score."""
AGES = ("adults", "children", "seniors")


@dataclass(frozen=True)
class Solved:
    """A round's plan: the pairs, the certified gap, and the persons placed."""

    pairs: tuple[tuple[str, str], ...]
    rows: tuple[dict[str, Any], ...]
    value: float
    gap: float
    persons: int
    persons_placed: int


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


def weights(locality: Locality) -> MatchingWeights:
    """Return the weights of matching that a locality states, else Norway's."""
    return placement.weights_of(locality) or placement.norwegian_weights()
