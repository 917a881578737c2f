"""A round gives each household a dwelling of its own where dwellings are listed, and asks nothing where none are."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.store import scenes
from workbench.store.dwellings import STEP_FREE, Dwelling, fitted
from workbench.studies.rounds.plan import housing
from workbench.studies.rounds.plan import solve as plan

pytestmark = pytest.mark.quick

NEED = some.tuples(some.integers(1, 4), some.booleans())


def home(name: str, bedrooms: int, step_free: bool = False, **more: Any) -> dict[str, Any]:
    row = {"household": name, "adults": 1, "children": 0, "seniors": 0, "languages": "", "ties": "", "deadline": ""}
    fixed = {"population": "asylum", "arrived": "2026-01-01", "linked_with": "", "apart_from": ""}
    return {**row, **fixed, "needs": STEP_FREE if step_free else "", "bedrooms": bedrooms, **more}


def place(code: str, services: str = "") -> dict[str, Any]:
    return {"place": code, "kind": "all", "weekly_places": f"W{code}", "services": services, "languages": ""}


@settings(max_examples=300, deadline=None)
@given(some.lists(NEED, max_size=6), some.lists(NEED, max_size=6), some.lists(NEED, max_size=3))
def test_the_counts_hold_exactly_if_each_household_gets_a_dwelling(
    wants: list[tuple[int, bool]], free: list[tuple[int, bool]], held: list[tuple[int, bool]]
) -> None:
    dwellings = [Dwelling(f"d{at}", *each) for at, each in enumerate(free)]
    needs = {f"h{at}": each for at, each in enumerate([*held, *wants])}
    given_: dict[str, str] | None = {}
    for at, name in enumerate(needs):
        given_ = (
            fitted(dwellings, given_ or {}, name, needs, dict.fromkeys(needs, date.max)) if given_ is not None else None
        )
        if given_ is None and at < len(held):
            return  # what is held has no room already: nothing more is asked
    rows = [home(f"w{at}", *each) for at, each in enumerate(wants)]
    told, (there, _), counted = housing.limited(
        rows, [place("p"), place("q")], {"p": {"free": [[*e] for e in free], "held": [[*e] for e in held]}}
    )
    asked = {name: sum(name in row["needs"].split(";") for row in told) for name in counted}
    assert all(asked[name] <= there[f"capacity_{name}"] for name in counted) == (given_ is not None)


def solved(rows: list[dict[str, Any]], places: list[dict[str, Any]], listed: dict[str, Any]) -> dict[str, str]:
    room = {each["place"]: 9 for each in places}
    given_ = {"households": [row["household"] for row in rows], "capacity": {"all": room}, "rules": []}
    found = plan.solve(
        {**given_, "dwellings": listed}, {row["household"]: row for row in rows}, places, plan.weights(scenes.HOME)
    )
    return dict(found.pairs)


def test_a_household_goes_only_where_a_dwelling_fits() -> None:
    rows = [home("large", 4), home("steps", 1, True), home("small", 1)]
    listed = {"0301": {"free": [[4, False], [2, True]], "held": []}}
    assert set(solved(rows, [place("0301")], listed)) in ({"large", "steps"}, {"large", "small"}, {"steps", "small"})
    both = solved(rows, [place("0301"), place("1103")], listed)
    assert len(both) == 3 and both["steps"] == "0301"  # the other offers no step-free dwelling, listed or as a service


def test_a_place_without_a_list_takes_any_number_of_bedrooms_and_its_service_stands() -> None:
    rows = [home("large", 9), home("steps", 1, True)]
    assert solved(rows, [place("0301", STEP_FREE)], {}) == {"large": "0301", "steps": "0301"}
    full = {"0301": {"free": [[1, True]], "held": [[1, False]]}}
    assert solved(rows, [place("0301", STEP_FREE)], full) == {}
    assert (
        solved(
            [home("a", 1, linked_with="b"), home("b", 5)], [place("0301")], {"0301": {"free": [[1, True]], "held": []}}
        )
        == {}
    )
