from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from workbench.core.errors import DataError, DecisionError
from workbench.decisions.allocation import problem_from_tables, solve, standard_rules

pytestmark = pytest.mark.quick
FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SEEDS = st.integers(1000, 100_000)


def stated(tables):
    try:
        return problem_from_tables(*tables.args())
    except (DataError, DecisionError):
        assume(False)


def simple(capacity, sizes, scores, **columns):
    homes = pd.DataFrame(
        {"household": [f"h{i}" for i in range(len(sizes))], "adults": sizes, "children": 0, "seniors": 0}
    )
    rooms = pd.DataFrame({"place": [f"p{j}" for j in range(len(capacity))], "capacity": capacity})
    table = pd.DataFrame(np.asarray(scores, dtype=float), columns=list(rooms["place"]))
    table.insert(0, "household", homes["household"])
    for name, values in columns.items():
        (rooms if name in ("services", "minimum") or name.startswith("capacity_") else homes)[name] = values
    return homes, rooms, table


@FEW
@given(SEEDS, st.sampled_from(["place-first", "score"]))
def test_every_plan_keeps_the_rules_and_conserves_persons(made_up, road, seed, objective):
    tables = made_up.small(seed, households=7, places=4, floors=False)
    problem = stated(tables)
    plan = solve(problem, objective=objective)
    for rule in standard_rules(problem):
        assert rule.holds(problem, plan.assignment), rule.title
    together = [*plan.assignment["household"], *plan.unplaced["household"]]
    assert sorted(together) == sorted(tables.households["household"])
    assert plan.persons_placed + plan.unplaced["persons"].sum() == plan.persons == plan.by_group["persons"].sum()
    assert plan.by_place["placed"].sum() == plan.persons_placed == plan.by_group["placed_persons"].sum()
    assert plan.value <= plan.bound
    assert plan.persons_placed <= plan.persons_placed_bound
    assert (plan.unplaced["why"].str.len() > 10).all()
    assert plan.assignment["household"].is_monotonic_increasing
    assert (plan.assignment["runner_up"] != plan.assignment["place"]).all()


@FEW
@given(SEEDS)
def test_the_order_of_rows_does_not_matter(made_up, seed):
    tables = made_up.small(seed, floors=False)
    plan = solve(stated(tables))
    mixed = (table.sample(frac=1.0, random_state=seed) for table in tables.args())
    again = solve(stated(made_up.Tables(*mixed)))
    pd.testing.assert_frame_equal(plan.assignment, again.assignment)
    pd.testing.assert_frame_equal(plan.by_place, again.by_place)
    assert (plan.value, plan.bound) == (again.value, again.bound)


@FEW
@given(SEEDS, st.integers(0, 3), st.integers(1, 5))
def test_more_capacity_never_lowers_the_optimum(made_up, seed, place, more):
    tables = made_up.small(seed, places=4, floors=False)
    # A pin that lacked room becomes binding with more of it, and then may cost value: bans only.
    bans = tables.rules[tables.rules["rule"] == "ban"]
    before = solve(
        stated(made_up.Tables(tables.households, tables.places, tables.scores, bans)), objective="score", gap=0
    )
    places = tables.places.copy()
    places.loc[place, "capacity"] += more
    after = solve(stated(made_up.Tables(tables.households, places, tables.scores, bans)), objective="score", gap=0)
    assert after.value >= before.value - 1e-6


def test_place_first_prefers_ten_persons_at_a_tenth_to_nine_at_nine_tenths():
    problem = problem_from_tables(*simple([10], [9, 10], [[0.9], [0.1]]))
    first = solve(problem)
    assert first.assignment["household"].tolist() == ["h1"]
    assert (first.persons_placed, first.persons_placed_bound) == (10, 10)
    assert first.value == pytest.approx(1.0) and first.bound >= first.value
    by_score = solve(problem, objective="score")
    assert by_score.assignment["household"].tolist() == ["h0"]
    assert by_score.value == pytest.approx(8.1)


def test_prices_runner_up_and_shadow_price_at_a_case_worked_by_hand():
    # Two households of two want p0, which holds one of them; h1 loses .6 · 2 by p1, h0 only .2 · 2.
    plan = solve(problem_from_tables(*simple([2, 4], [2, 2], [[0.5, 0.3], [0.9, 0.3]])))
    assert plan.assignment["place"].tolist() == ["p1", "p0"]
    assert plan.assignment["runner_up"].tolist() == ["p0", "p1"]
    # One more person-place at p0 is worth what the other household gains per person; its own price is at least that.
    shadow = plan.by_place.set_index("place")["shadow_price"]
    assert 0.2 - 1e-6 <= shadow["p0"] <= 0.6 + 1e-6
    assert shadow["p1"] == pytest.approx(0.0, abs=1e-6)
    assert plan.assignment["price"].tolist() == pytest.approx([0.0, 2 * shadow["p0"]], abs=1e-6)


def test_unplaced_households_are_named_with_the_reason():
    homes, rooms, scores = simple(
        [3, 2], [2, 4, 1, 1, 2, 2], np.full((6, 2), 0.5),
        needs=["dialysis", "", "", "school", "", ""], linked_with=["", "", "", "", "h5", ""],
        capacity_dialysis=[0, 0], capacity_school=[0, 0],
    )  # fmt: skip
    homes.loc[4, "adults"] = 5
    scores.loc[2, ["p0", "p1"]] = np.nan
    plan = solve(problem_from_tables(homes, rooms, scores))
    why = plan.unplaced.set_index("household")["why"]
    assert "needs dialysis, which no place offers" in why["h0"]
    assert "no place has room for its 4 persons" in why["h1"]
    assert "2 without a score" in why["h2"]
    assert "linked with h5 (7 persons together)" in why["h4"] and "linked with h4" in why["h5"]
    assert plan.persons_placed == plan.persons_placed_bound == 0
    assert "see why" in plan.status


def test_the_kind_of_room_that_lacks_is_named():
    homes = pd.DataFrame({"household": ["h0"], "adults": [3], "children": 0, "seniors": 0, "needs": "lift"})
    rooms = pd.DataFrame({"place": ["p0", "p1"], "capacity": [20, 4], "capacity_lift": [1, 1]})
    scores = pd.DataFrame({"household": ["h0"], "p0": 0.5, "p1": 0.5})
    why = solve(problem_from_tables(homes, rooms, scores)).unplaced["why"].item()
    assert why == "no place has more than 1 in lift, of which it needs 3"
    rooms = pd.DataFrame({"place": ["p0", "p1"], "capacity": [20, 2], "capacity_lift": [1, 5]})
    why = solve(problem_from_tables(homes, rooms, scores)).unplaced["why"].item()
    assert why == "too large for each of the 2 places: 1 in persons, 1 in lift"


def test_full_places_are_the_reason_when_others_took_the_room():
    plan = solve(problem_from_tables(*simple([2], [2, 2], [[0.9], [0.1]])))
    assert plan.unplaced["household"].tolist() == ["h1"]
    assert "the only place that may take its 2 persons: 1 without room in persons" in plan.unplaced["why"].iloc[0]


def test_all_capacity_zero_gives_a_plan_with_everyone_named():
    plan = solve(problem_from_tables(*simple([0, 0], [1, 2], np.full((2, 2), 0.5))))
    assert plan.assignment.empty and len(plan.unplaced) == 2
    assert (plan.value, plan.gap, plan.households_placed) == (0.0, 0.0, 0)


def test_no_household_gives_an_empty_plan():
    homes, rooms, scores = simple([3], [1], [[0.5]])
    plan = solve(problem_from_tables(homes.iloc[:0], rooms, scores.iloc[:0]))
    assert plan.assignment.empty and plan.unplaced.empty and plan.worst_off == ""
    assert plan.status == "There is no household to place."
    assert plan.by_place["placed"].tolist() == [0]


def test_floors_that_cannot_be_met_name_the_smallest_easing():
    tables = simple([6, 6], [2, 3], np.full((2, 2), 0.5), minimum=[4, 2])
    with pytest.raises(DecisionError) as caught:
        solve(problem_from_tables(*tables))
    # 3 + 2 persons for floors of 4 and 2: one person is missing.
    assert "at least 1 person is missing" in caught.value.why
    assert "p0 from 4 to 3" in caught.value.do


def test_floors_are_met_when_they_can_be_although_a_score_is_lost():
    tables = simple([6, 6], [2, 3], [[0.9, 0.1], [0.9, 0.1]], minimum=[0, 2])
    plan = solve(problem_from_tables(*tables), objective="score")
    assert plan.assignment.set_index("household")["place"].to_dict() == {"h0": "p1", "h1": "p0"}
    assert plan.bound >= plan.value


def test_groups_count_the_unplaced_as_nothing():
    plan = solve(problem_from_tables(*simple([2], [2, 2], [[0.8], [0.6]], group=["a", "b"])))
    table = plan.by_group.set_index("group")
    assert table["mean_score"].to_dict() == pytest.approx({"a": 0.8, "b": 0.0})
    assert plan.worst_off == "b"


def test_the_plan_becomes_plain_values():
    plan = solve(problem_from_tables(*simple([2, 3], [1, 2], np.full((2, 2), 0.5)), score_name="made-up score"))
    plain = json.loads(json.dumps(plan.to_json_dict(), allow_nan=False))
    assert plain["score_name"] == "made-up score"
    assert [row["household"] for row in plain["assignment"]] == ["h0", "h1"]
    assert plain["value"] == plan.value and plain["persons"] == 3


def test_bad_settings_are_refused():
    problem = problem_from_tables(*simple([2], [1], [[0.5]]))
    with pytest.raises(DecisionError, match="place-frist"):
        solve(problem, objective="place-frist")
    with pytest.raises(DecisionError, match="columns"):
        solve(problem, columns=0)


def test_each_step_is_told():
    said: list[str] = []
    solve(problem_from_tables(*simple([2, 3], [1, 2], np.full((2, 2), 0.5))), progress=said.append)
    assert any("2 households, 2 places, 4 allowed pairs" in line for line in said)
    assert any("certified" in line for line in said)


def test_who_is_unplaced_past_a_deadline_is_told_so():
    homes = pd.DataFrame({"household": ["a", "b"], "adults": [9, 2], "children": 0, "seniors": 0})
    homes["deadline"] = ["2026-12-01", ""]
    scores = pd.DataFrame({"household": ["a", "b"], "x": 0.5})
    told = solve(problem_from_tables(homes, pd.DataFrame({"place": ["x"], "capacity": [1]}), scores)).unplaced["why"]
    assert told[0].endswith("its deadline of 2026-12-01 is missed") and "deadline" not in told[1]
