"""Where rules collide: who is named, and that the easing told works and is the smallest."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import DecisionError
from workbench.decisions.allocation import Deadlines, Dispersion, GroupFloor, Problem, problem_from_tables, solve
from workbench.decisions.allocation.rules.standard import IntakeFloor

pytestmark = pytest.mark.quick


def problem_of(minimum: int = 0, rules: pd.DataFrame | None = None) -> Problem:
    homes = pd.DataFrame(
        {
            "household": list("abc"), "adults": [1, 2, 2], "children": [0, 1, 3], "seniors": [1, 0, 0],
            "group": ["g", "h", "g"], "deadline": ["2026-12-01", "", "2027-01-01"],
        }
    )  # fmt: skip
    rooms = pd.DataFrame({"place": list("xy"), "capacity": [9, 9], "minimum": [0, minimum]})
    scores = pd.DataFrame({"household": list("abc"), "x": 0.5, "y": [0.2, 0.4, 0.8]})
    return problem_from_tables(homes, rooms, scores, rules)


def refused(*rules: object, minimum: int = 0) -> str:
    with pytest.raises(DecisionError) as error:
        solve(problem_of(minimum), further=rules)  # type: ignore[arg-type]
    return str(error.value.message())


def test_each_of_two_rules_that_collide_is_named_with_what_it_would_have_to_give() -> None:
    # No place takes the five persons of c: group g is left with one adult of three at .5.
    said = refused(GroupFloor("g", 0.65), Dispersion("g", 4))
    floor, most = GroupFloor("g").title, Dispersion("g").title
    assert f"'{most}' and '{floor}' cannot all be kept together" in said
    assert f"'{most}' from 4 to 5; or '{floor}' from 0.65 to 0.1666" in said
    assert GroupFloor.reason in said and Dispersion.reason in said


@pytest.mark.parametrize(
    "rules", [(GroupFloor("g", 0.1666), Dispersion("g", 4)), (GroupFloor("g", 0.65), Dispersion("g", 5))]
)
def test_the_easing_told_works(rules: tuple[object, ...]) -> None:
    assert solve(problem_of(), further=rules).reaches(5e-4)  # type: ignore[arg-type]


def test_a_little_less_does_not() -> None:
    assert "cannot" in refused(GroupFloor("g", 0.1668), Dispersion("g", 4))


def test_where_no_rule_makes_room_alone_those_are_told_that_must_together() -> None:
    said = refused(GroupFloor("g", 0.9), GroupFloor("h", 0.6))
    first, second = GroupFloor("g").title, GroupFloor("h").title
    assert re.search(f"'{first}' from 0.9 to 0.7 and '{second}' from 0.6 to 0.5", said)


def test_a_minimum_intake_may_be_what_gives_way() -> None:
    said = refused(Dispersion("g", 4), minimum=6)
    assert "from 4 to 5" in said and "lower the minimum intake of y from 6 to 5" in said


def test_a_deadline_gives_way_by_households() -> None:
    said = refused(Deadlines(), Dispersion("g", 4))
    assert f"'{Deadlines.name}' without c" in said and "from 4 to 5" in said


def test_one_limit_of_many_places_is_told_once() -> None:
    # Whoever is due has five or two persons: no place may hold more of group g than that.
    said = refused(Deadlines(), Dispersion("g", 1))
    assert f"'{Dispersion('g').title}' from 1 to 5;" in said and "without a, c" in said


def test_the_fewest_persons_are_missing_however_large_each_minimum_is() -> None:
    # Four persons in y leave ten missing in x; in x, eight in all.
    homes = pd.DataFrame({"household": ["a"], "adults": [4], "children": 0, "seniors": 0})
    rooms = pd.DataFrame({"place": ["x", "y"], "capacity": [20, 20], "minimum": [10, 2]})
    with pytest.raises(DecisionError) as error:
        solve(problem_from_tables(homes, rooms, pd.DataFrame({"household": ["a"], "x": 0.5, "y": 0.5})))
    assert "at least 8 persons are missing" in str(error.value.message())
    assert "x from 10 to 4, y from 2 to 0" in str(error.value.message())


def test_rules_of_the_table_are_told_with_whom_they_speak_of_and_whose_they_are() -> None:
    rules = pd.DataFrame(
        [
            ("deadlines", "", "", np.nan, "nobody waits over winter", "county plan § 4"),
            ("dispersion", "", "g", 4, "agreed with the schools", ""),
        ],
        columns=["rule", "place", "group", "limit", "reason", "source"],
    )
    with pytest.raises(DecisionError) as error:
        solve(problem_of(rules=rules))
    said = str(error.value.message())
    assert f"'{Deadlines.name}' without c" in said and f"'{Dispersion('g').title}' from 4 to 5" in said
    assert "nobody waits over winter (county plan § 4)" in said
    assert "agreed with the schools (no source stated)" in said


def test_a_minimum_of_the_table_of_rules_is_told_with_its_own_reason() -> None:
    # Ten persons cannot be nine in each of two places.
    floors = pd.DataFrame([("intake floor", place, 9, "the school stays open", "council") for place in "xy"])
    floors.columns = ["rule", "place", "limit", "reason", "source"]
    with pytest.raises(DecisionError) as error:
        solve(problem_of(rules=floors))
    said = str(error.value.message())
    assert "rules 'intake floor'" in said and "column 'minimum'" not in said
    assert "the school stays open (council)" in said and IntakeFloor.reason not in said
    with pytest.raises(DecisionError) as error:
        solve(problem_of(minimum=9, rules=floors.iloc[:1]))
    said = str(error.value.message())
    assert "column 'minimum' and rules 'intake floor'" in said
    assert "the school stays open (council)" in said and IntakeFloor.reason in said
    with pytest.raises(DecisionError, match="besides 8 stated elsewhere"):
        solve(problem_of(minimum=8, rules=floors))


def test_a_pin_that_may_be_in_the_way_is_said() -> None:
    homes = pd.DataFrame({"household": ["a", "b"], "adults": [2, 2], "children": 0, "seniors": 0, "group": "g"})
    rooms = pd.DataFrame({"place": ["x", "y"], "capacity": [2, 9]})
    scores = pd.DataFrame({"household": ["a", "b"], "x": [0.9, 0.8], "y": [0.1, 0.1]})
    pins = pd.DataFrame([{"household": "a", "place": "y", "rule": "pin", "reason": "family"}])
    with pytest.raises(DecisionError, match="lift a pin"):
        solve(problem_from_tables(homes, rooms, scores, pins), further=[GroupFloor("g", 0.5)])


def test_pins_and_bans_in_the_way_of_a_minimum_are_named() -> None:
    rules = pd.DataFrame({"rule": ["pin", "ban"], "household": ["b", "c"], "place": ["x", "y"], "reason": ["", ""]})
    with pytest.raises(DecisionError) as error:
        solve(problem_of(minimum=6, rules=rules))
    said = str(error.value.message())
    assert "b pinned to x, c banned from y" in said and "lift a pin or ban" in said and "y from 6 to 2" in said
    with pytest.raises(DecisionError) as error:
        solve(problem_of(minimum=9, rules=rules.iloc[:1]))
    assert "b pinned to x" in str(error.value.message()) and "banned" not in str(error.value.message())
