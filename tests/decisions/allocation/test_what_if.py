"""What-if: each change is kept, the session before stays as it was, and who moved is told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import DataError, DecisionError
from workbench.decisions.allocation import Session, problem_from_tables, solve
from workbench.decisions.allocation.problem.arrays import instance_of
from workbench.decisions.allocation.search.primal_dual import search
from workbench.decisions.allocation.search.stopping import Limit

pytestmark = pytest.mark.quick


@pytest.fixture
def session():
    homes = pd.DataFrame({"household": list("abcd"), "adults": [1, 2, 1, 1], "children": 0, "seniors": 0})
    rooms = pd.DataFrame({"place": list("xyz"), "capacity": [2, 2, 2]})
    scores = pd.DataFrame({"household": list("abcd"), "x": [0.9, 0.8, 0.7, 0.1], "y": 0.3, "z": [0.2, 0.4, 0.5, 0.6]})
    return Session.begin(homes, rooms, scores, gap=0.0)


def test_a_pin_is_kept_and_costs_what_a_fresh_solve_says(session):
    pinned = session.pin("d", "x", "kin")
    assert pinned.plan.assignment.set_index("household")["place"]["d"] == "x"
    fresh = solve(problem_from_tables(session.households, session.places, session.scores, pinned.rules), gap=0.0)
    assert pinned.plan.value == pytest.approx(fresh.value)
    assert pinned.cost(session) == pytest.approx(session.plan.value - fresh.value)
    assert "d" in set(pinned.changes(session)["household"]) and session.rules.empty


def test_ban_capacity_and_a_further_household(session):
    at = session.plan.assignment.set_index("household")["place"]
    banned = session.ban("b", at["b"], "a threat")
    assert banned.plan.assignment.set_index("household")["place"]["b"] != at["b"]
    larger = session.with_capacity("x", 5)
    assert larger.plan.value >= session.plan.value and larger.cost(session) <= 0
    more = session.with_household(
        pd.DataFrame([{"household": "e", "adults": 1, "children": 0, "seniors": 0}]),
        pd.DataFrame([{"household": "e", "x": 0.0, "y": 1.0, "z": 0.0}]),
    )
    assert more.plan.persons_placed == 6 and "e" in set(more.changes(session)["household"])
    assert more.changes(more).empty
    keyed = Session.begin(
        *(
            table.set_index(key)
            for table, key in (
                (session.households, "household"),
                (session.places, "place"),
                (session.scores, "household"),
            )
        ),
        gap=0.0,
    )
    assert keyed.with_capacity("x", 5).plan.value == pytest.approx(larger.plan.value)


def test_what_cannot_be_is_refused(session):
    with pytest.raises(DecisionError, match="reason"):
        session.pin("a", "x", " ")
    with pytest.raises(DecisionError, match="no place 'q'"):
        session.with_capacity("q", 3)
    for reason in (None, float("nan")):
        with pytest.raises(DecisionError, match="a pin needs a reason"):
            session.pin("a", "x", reason)
    with pytest.raises(DecisionError, match="cannot become '5'"):
        session.with_capacity("x", "5")
    for capacity in (-1, float("nan"), float("inf"), 1.5, None, True):
        with pytest.raises(DecisionError, match=f"cannot become {capacity}"):
            session.with_capacity("x", capacity)
    with pytest.raises(DecisionError, match="no capacity 'name'"):
        session.with_capacity("x", 3, "name")


@pytest.mark.parametrize(
    ("table", "column", "value", "said"),
    [
        ("places", "capacity", [2, -3, 2], "places: row 2, column 'capacity': negative value"),
        ("places", "capacity", [2, None, 2], "places: row 2, column 'capacity': the cell is empty"),
        ("places", "capacity", [2, 2.5, 2], "places: row 2, column 'capacity': value not allowed"),
        ("places", "capacity", None, "places: column 'capacity': required column is missing"),
        ("households", "adults", [1, 2, -1, 1], "households: row 3, column 'adults': negative value"),
        ("households", "adults", [1, 2, 1.5, 1], "households: row 3, column 'adults': value not allowed"),
        (
            "households",
            "deadline",
            ["", "31.12.2026", "", ""],
            "households: row 2, column 'deadline': value not allowed",
        ),
        ("rules", "by", ["31.12.2026"], "rules: row 1, column 'by': value not allowed"),
    ],
)
def test_a_table_that_breaks_its_contract_is_refused_by_row_and_column(session, table, column, value, said):
    tables = {name: getattr(session, name) for name in ("households", "places", "scores")}
    tables["rules"] = pd.DataFrame({"rule": ["deadlines"], "reason": "time is up"})
    tables[table] = tables[table].drop(columns=column) if value is None else tables[table].assign(**{column: value})
    with pytest.raises(DataError) as caught:
        Session.begin(**tables)
    assert said in str(caught.value) and len(caught.value.faults) == 1


def test_a_further_household_is_checked_too_and_tables_stay_as_they_were_given(session):
    scores = pd.DataFrame([{"household": "e", "x": 0.5}])
    for adults, said in ((-1, "negative value"), (1.5, "value not allowed")):
        further = pd.DataFrame([{"household": "e", "adults": adults, "children": 0, "seniors": 0}])
        with pytest.raises(DataError, match=f"households: row 1, column 'adults': {said}"):
            session.with_household(further, scores)
    lists = session.households.set_axis(list("pqrs")).assign(own="kept")
    begun = Session.begin(lists, session.places, session.scores)
    assert begun.households is lists


def test_what_a_change_brings_is_told_in_persons_and_in_score(session):
    wider = session.with_capacity("x", 0)
    assert wider.fewer_placed(session) == 1 and session.fewer_placed(wider) == -1
    assert session.fewer_placed(session) == 0


def test_a_pin_that_cannot_hold_is_refused_as_in_the_tables(session):
    with pytest.raises(DecisionError) as caught:
        session.with_capacity("x", 1).pin("b", "x", "kin")
    assert "b is pinned to x, but may not go there: too large for x" in str(caught.value)
    rooms = session.places.assign(capacity=[1, 2, 2])
    pinned = pd.DataFrame([{"household": "b", "place": "x", "rule": "pin", "reason": "kin"}])
    with pytest.raises(DecisionError) as stated:
        problem_from_tables(session.households, rooms, session.scores, pinned)
    assert caught.value.faults == stated.value.faults


def test_a_further_household_without_a_score_is_refused_by_name(session):
    further = pd.DataFrame([{"household": name, "adults": 1, "children": 0, "seniors": 0} for name in ("e", "f")])
    scores = pd.DataFrame([{"household": "e", "x": 0.5}, {"household": "f", "x": None}])
    with pytest.raises(DecisionError, match="no score for any place: f"):
        session.with_household(further, scores)
    with pytest.raises(DecisionError, match="no score for any place: e, f"):
        session.with_household(further, scores.iloc[:0])


def test_the_time_limit_is_kept_from_session_to_session(session, monkeypatch):
    given = []

    def recorded(problem, **settings):
        given.append(settings["time_limit"])
        return solve(problem, **settings)

    monkeypatch.setattr("workbench.decisions.allocation.what_if.solve", recorded)
    begun = Session.begin(session.households, session.places, session.scores, time_limit=30)
    assert begun.ban("a", "x", "a threat").with_capacity("y", 3).time_limit == 30 and given == [30, 30, 30]


def test_a_search_that_starts_from_an_earlier_one_has_its_bound_at_once_and_a_valid_one_when_a_row_changed():
    draw = np.random.default_rng(5)
    homes = pd.DataFrame({"household": [f"h{i:02}" for i in range(60)], "adults": draw.integers(1, 5, 60)})
    homes["children"] = homes["seniors"] = 0
    rooms = pd.DataFrame({"place": [f"p{j:02}" for j in range(20)], "capacity": -(-homes["adults"].sum() * 11 // 200)})
    scores = pd.DataFrame(draw.random((60, 20)), columns=rooms["place"])
    scores.insert(0, "household", homes["household"])
    problem = problem_from_tables(homes, rooms, scores)
    total = int(homes["adults"].sum())
    first = search(instance_of(problem, at_least=total), gap=0.0, limit=Limit(), shaken=False)
    again = search(instance_of(problem, at_least=total), gap=0.0, limit=Limit(stopped=True), start=first)
    assert again.bound == pytest.approx(first.bound) and again.value == pytest.approx(first.value)
    pinned = pd.DataFrame({"household": ["h00"], "place": ["p07"], "rule": ["pin"], "reason": ["kin"]})
    changed = instance_of(problem_from_tables(homes, rooms, scores, pinned), at_least=total)
    warm = search(changed, gap=0.0, limit=Limit(stopped=True), start=first)
    best = search(changed, gap=0.0, limit=Limit(), start=first)
    assert best.value <= warm.bound + 1e-9 and warm.bound <= first.bound + 1e-9


def test_what_a_capacity_counts_is_kept_from_session_to_session_and_told_by_place():
    homes = pd.DataFrame({"household": ["a"], "adults": 1, "children": 2, "seniors": 0, "needs": "school"})
    rooms = pd.DataFrame({"place": ["x", "y"], "capacity": [4, 9], "capacity_school": [2, 9]})
    scores = pd.DataFrame({"household": ["a"], "x": [0.9], "y": [0.1]})
    assert Session.begin(homes, rooms, scores).plan.assignment["place"].tolist() == ["y"]
    session = Session.begin(homes, rooms, scores, counts={"school": "children"})
    told = session.plan.by_place.set_index("place")
    assert told["placed_school"].to_dict() == {"x": 2, "y": 0} and told["placed"]["x"] == 3
    assert told["capacity_school"].to_dict() == {"x": 2, "y": 9} and "shadow_price_school" in told
    assert session.with_capacity("y", 1).plan.assignment["place"].tolist() == ["x"]
    assert session.with_capacity("x", 1, "capacity_school").plan.assignment["place"].tolist() == ["y"]
