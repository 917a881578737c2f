"""Small made-up tables with every kind of rule, and a second route to the best plan: try them all, in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest


@dataclass(frozen=True)
class Tables:
    households: pd.DataFrame
    places: pd.DataFrame
    scores: pd.DataFrame
    rules: pd.DataFrame

    def args(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        return self.households, self.places, self.scores, self.rules


def small(seed: int, *, households: int = 5, places: int = 3, floors: bool = True) -> Tables:
    draw = np.random.default_rng(seed)
    homes = [f"h{i}" for i in range(households)]
    towns = [f"p{j}" for j in range(places)]

    def other(own: int, share: float) -> str:
        return homes[draw.choice([i for i in range(households) if i != own])] if draw.random() < share else ""

    table = pd.DataFrame(
        {
            "household": homes,
            "adults": draw.integers(1, 3, households),
            "children": draw.choice([0, 0, 1, 2, 3], households),
            "seniors": draw.choice([0, 0, 0, 1], households),
            "needs": draw.choice(["", "", "", "school", "clinic", "clinic;school"], households),
            "linked_with": [other(i, 0.15) for i in range(households)],
            "apart_from": [other(i, 0.15) for i in range(households)],
            "group": draw.choice(["a", "b"], households),
        }
    )
    rooms = pd.DataFrame(
        {
            "place": towns,
            "capacity": draw.integers(0, 8, places),
            "services": draw.choice(["clinic;school", "school", "clinic;school"], places),
            "capacity_school": draw.choice([0.0, 2.0, 5.0, np.nan], places),
        }
    )
    least = np.minimum(draw.integers(1, 4, places), rooms["capacity"]) if floors else 0
    rooms["minimum"] = np.where(draw.random(places) < 0.2, least, 0)
    scores = pd.DataFrame(
        [(h, p, draw.random()) for h in homes for p in towns], columns=["household", "place", "score"]
    )
    scores = scores[draw.random(len(scores)) < 0.9]
    ordered = pd.DataFrame({"household": homes, "place": draw.choice(towns, households)})
    ordered["rule"] = draw.choice(["pin", "ban"], households)
    ordered = ordered[draw.random(households) < 0.2].assign(reason="made up")
    return _possible(Tables(table, rooms, scores, ordered))


def _possible(tables: Tables) -> Tables:
    """The tables without links and pins that no plan could keep: they are refused."""
    homes, orders = tables.households.copy(), tables.rules
    towns = list(tables.places["place"])
    may = allowed(tables)
    family = {h: {h} for h in homes["household"]}
    for at, (own, other) in enumerate(zip(homes["household"], homes["linked_with"], strict=True)):
        joined = family[own] | family.get(other, set())
        alone = all(any(may({h}, place) for place in towns) for h in joined)
        if alone and not any(may(joined, place) for place in towns):
            homes.loc[at, "linked_with"] = ""
        else:
            family |= dict.fromkeys(joined, joined)
    kept = [bool(r.rule == "ban" or may(family[r.household], r.place)) for r in orders.itertuples()]
    return Tables(homes, tables.places, tables.scores, orders[np.array(kept, dtype=bool)])


def allowed(tables: Tables) -> Callable[[set[str], str], bool]:
    """Whether households together may go to a place: bans, needs, scores and room, from the tables alone."""
    homes = {row["household"]: row for row in tables.households.to_dict("records")}
    rooms = {row["place"]: row for row in tables.places.to_dict("records")}
    known = {(row.household, row.place) for row in tables.scores.itertuples()}
    bans = {(r.household, r.place) for r in tables.rules.itertuples() if r.rule == "ban"}
    needs = {h: {c for c in r["needs"].split(";") if c} for h, r in homes.items()}
    offers = {
        p: {*r["services"].split(";"), *(["school"] if r["capacity_school"] > 0 else [])} for p, r in rooms.items()
    }

    def may(members: set[str], place: str) -> bool:
        fits = sum(size(homes[h]) for h in members) <= rooms[place]["capacity"]
        school = sum(size(homes[h]) for h in members if "school" in needs[h])
        seats = not school > rooms[place]["capacity_school"]
        each = ((h, place) not in bans and needs[h] <= offers[place] and (h, place) in known for h in members)
        return fits and seats and all(each)

    return may


def size(row: dict[str, Any]) -> int:
    return int(row["adults"] + row["children"] + row["seniors"])


def every_plan(tables: Tables) -> Iterator[dict[str, str]]:
    """Every assignment (household to place, '' for none) that keeps the rules, from the tables alone."""
    homes = {row["household"]: row for row in tables.households.to_dict("records")}
    rooms = {row["place"]: row for row in tables.places.to_dict("records")}
    may = allowed(tables)
    schooled = {h: "school" in r["needs"].split(";") for h, r in homes.items()}
    links = [(h, r["linked_with"]) for h, r in homes.items() if r["linked_with"]]
    apart = [(h, r["apart_from"]) for h, r in homes.items() if r["apart_from"]]
    pins = {r.household: r.place for r in tables.rules.itertuples() if r.rule == "pin"}
    family = {h: {h} for h in homes}
    for left, right in links:
        joined = family[left] | family[right]
        for member in joined:
            family[member] = joined

    options = {}
    for home in homes:
        pinned = [pins[h] for h in family[home] if h in pins]
        options[home] = pinned[:1] or [*(place for place in rooms if may(family[home], place)), ""]

    def extend(plan: dict[str, str], left: list[str]) -> Iterator[dict[str, str]]:
        if left:
            for place in options[left[0]]:
                yield from extend({**plan, left[0]: place}, left[1:])
            return
        for place, room in rooms.items():
            here = {h for h, p in plan.items() if p == place}
            persons = sum(size(homes[h]) for h in here)
            school = sum(size(homes[h]) for h in here if schooled[h])
            if not room["minimum"] <= persons <= room["capacity"] or school > room["capacity_school"]:
                return
        if any(plan[a] != plan[b] for a, b in links) or any(plan[a] and plan[a] == plan[b] for a, b in apart):
            return
        yield plan

    yield from extend({}, list(homes))


def worth(tables: Tables, plan: dict[str, str]) -> tuple[int, float]:
    """Persons placed and total score of a plan."""
    score = {(row.household, row.place): row.score for row in tables.scores.itertuples()}
    rows = {row["household"]: row for row in tables.households.to_dict("records") if plan[row["household"]]}
    persons = sum(int(row["adults"] + row["children"] + row["seniors"]) for row in rows.values())
    return persons, float(sum(score[h, plan[h]] * row["adults"] for h, row in rows.items()))


@dataclass(frozen=True)
class MadeUp:
    Tables = Tables
    small = staticmethod(small)
    every_plan = staticmethod(every_plan)
    worth = staticmethod(worth)


@pytest.fixture(scope="session")
def made_up() -> MadeUp:
    return MadeUp()


@pytest.fixture(params=["direct", "search"])
def road(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Solve small cases directly, as users' are, or by the search, which they would else not reach."""
    if request.param == "search":
        monkeypatch.setattr("workbench.decisions.allocation.exact.direct.FEW", 0)
    return str(request.param)
