from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import DataError, DecisionError
from workbench.decisions.allocation import problem_from_tables
from workbench.decisions.allocation.problem.input_tables import merged, text

pytestmark = pytest.mark.quick


@pytest.fixture
def homes():
    return pd.DataFrame(
        {
            "household": ["c", "a", "b"], "adults": [1, 2, 0], "children": [2, 0, 2], "seniors": [0, 1, 0],
            "needs": ["school", None, ""], "linked_with": ["", np.nan, ""],
        }
    )  # fmt: skip


@pytest.fixture
def rooms():
    return pd.DataFrame(
        {"place": ["y", "x"], "capacity": [3, 9], "services": ["", "clinic"], "capacity_school": [4.0, np.nan]}
    )


@pytest.fixture
def scores():
    return pd.DataFrame({"household": ["a", "b", "c"], "x": [0.1, 0.2, 0.3], "y": [0.4, 0.5, np.nan]})


def rules(*rows):
    return pd.DataFrame(rows, columns=["household", "place", "rule"])


def test_axes_are_sorted_and_weights_follow_the_contract(homes, rooms, scores):
    problem = problem_from_tables(homes, rooms, scores)
    assert problem.household_names == ("a", "b", "c") and problem.place_names == ("x", "y")
    assert problem.persons.tolist() == [3, 2, 3]
    assert problem.weight.tolist() == [2, 2, 1]
    assert problem.score[2].tolist()[0] == 0.3 and np.isnan(problem.score[2, 1])
    stated = problem_from_tables(homes.assign(weight=[5, np.nan, np.nan]), rooms, scores)
    assert stated.weight.tolist() == [2, 2, 5]


def test_long_and_wide_scores_say_the_same(homes, rooms, scores):
    long = scores.melt(id_vars="household", var_name="place", value_name="score").dropna()
    wide, tall = (problem_from_tables(homes, rooms, table) for table in (scores, long))
    np.testing.assert_array_equal(wide.score, tall.score)
    indexed = problem_from_tables(homes.set_index("household"), rooms, scores.set_index("household"))
    np.testing.assert_array_equal(wide.score, indexed.score)


def test_why_not_names_the_first_reason(homes, rooms, scores):
    problem = problem_from_tables(homes, rooms, scores, rules(("a", "y", "ban"), ("b", "y", "pin")))
    assert problem.why_not("a", "x") == ""
    assert problem.why_not("a", "y") == "banned from y"
    assert problem.why_not("b", "x") == "pinned to y"
    assert problem.why_not("c", "x") == "needs school, which x does not offer"
    assert problem.why_not("c", "y") == "no score for y"
    large = problem_from_tables(homes, rooms.assign(capacity=[2, 9]), scores)
    assert large.why_not("a", "y") == "too large for y: 3 in persons, room for 2"


def test_a_service_counts_persons_unless_told_otherwise(homes, rooms, scores):
    scores = scores.fillna(0.5)
    assert problem_from_tables(homes, rooms, scores).use[:, 1].tolist() == [0, 0, 3]
    seats = problem_from_tables(homes, rooms, scores, counts={"school": "children"})
    assert seats.use[:, 1].tolist() == [0, 0, 2]
    with pytest.raises(DataError, match="pupils"):
        problem_from_tables(homes, rooms, scores, counts={"school": "pupils"})


def test_linked_households_are_one_item(homes, rooms, scores):
    problem = problem_from_tables(homes.assign(linked_with=["a", "", ""]), rooms.assign(services="school"), scores)
    assert problem.items == 2
    assert problem.item_of.tolist() == [0, 1, 0]
    assert problem.size[0].tolist() == [6, 3]
    assert problem.value[0, 0] == pytest.approx(2 * 0.1 + 1 * 0.3)


def test_chains_of_links_merge_whatever_their_order():
    assert merged(5, [(3, 4), (0, 4), (1, 2)]).tolist() == [0, 1, 1, 0, 0]


def test_every_fault_is_named_at_once(homes, rooms, scores):
    bad = scores.assign(household=["a", "b", "zz"], x=[1.4, 0.2, 0.3])
    with pytest.raises(DataError) as caught:
        problem_from_tables(
            homes.assign(linked_with=["a", "", "q"], apart_from=["a", "", ""]),
            rooms.assign(minimum=[5, 0]),
            bad.rename(columns={"y": "elsewhere"}),
            rules(("nobody", "x", "pin"), ("a", "nowhere", "ban"), ("a", "x", "keep")),
        )
    message = str(caught.value)
    for part in ("zz", "elsewhere", "1.4", "'q'", "a and c", "minimum 5, capacity 3", "nobody", "nowhere", "keep"):
        assert part in message, part


def test_contradictory_pins_are_named_at_once(homes, rooms, scores):
    scores = scores.fillna(0.5)
    with pytest.raises(DecisionError) as caught:
        problem_from_tables(
            homes.assign(needs="", apart_from=["", "b", ""]),
            rooms,
            scores,
            rules(("a", "y", "pin"), ("b", "y", "pin"), ("c", "x", "pin"), ("c", "y", "pin"), ("b", "y", "ban")),
        )
    message = str(caught.value)
    assert "c is pinned to y and to x" in message
    assert "b is pinned to y and banned from it" in message
    with pytest.raises(DecisionError) as caught:
        problem_from_tables(
            homes.assign(needs="", apart_from=["", "b", ""]), rooms, scores, rules(("a", "y", "pin"), ("b", "y", "pin"))
        )
    assert "the pins to y need 5 in persons and it has 3 (raise it by 2" in str(caught.value)
    assert "a and b are to be kept apart and both pinned to y" in str(caught.value)


def test_a_need_outside_the_services_of_places_is_refused_with_the_nearest(homes, rooms, scores):
    with pytest.raises(DataError) as caught:
        problem_from_tables(homes.assign(needs=["shcool", "shcool", "clinic"]), rooms, scores)
    (fault,) = caught.value.faults
    assert (fault.where, fault.row, fault.column, fault.value) == ("households", 1, "needs", "shcool")
    assert "in 2 rows" in fault.what and "did you mean 'school'" in fault.allowed
    nowhere = problem_from_tables(homes, rooms.assign(capacity_school=[0, 0]), scores)
    assert (nowhere.why[2] != 0).all()


def test_a_pin_that_cannot_hold_is_refused_by_name(homes, rooms, scores):
    orders = rules(("a", "y", "pin"), ("b", "x", "pin"), ("c", "y", "pin"))
    with pytest.raises(DecisionError) as caught:
        problem_from_tables(
            homes.assign(needs=["", "", "den"]), rooms.assign(capacity=[2, 9], services="den"), scores, orders
        )
    told = {fault.row: fault.what for fault in caught.value.faults}
    assert told[1] == "a is pinned to y, but may not go there: too large for y: 3 in persons, room for 2"
    assert told[3] == "c is pinned to y, but may not go there: no score for y" and len(told) == 2
    with pytest.raises(DecisionError, match="c is pinned to x, but may not go there: needs school, which x does not"):
        problem_from_tables(homes, rooms, scores, rules(("c", "x", "pin")))
    with pytest.raises(DecisionError, match="b is pinned to x, but may not go there together with c, to whom it is"):
        linked = homes.assign(linked_with=["b", "", ""])
        problem_from_tables(linked, rooms.assign(capacity=[9, 9]), scores.fillna(0.5), rules(("b", "x", "pin")))


def test_linked_households_that_fit_only_one_by_one_have_no_place_and_a_pin_among_them_is_refused(homes, rooms, scores):
    linked = homes.assign(linked_with=["a", "", ""])
    problem = problem_from_tables(linked, rooms, scores.fillna(0.5))
    assert (problem.why[problem.item_of[0]] != 0).all()
    with pytest.raises(DecisionError) as caught:
        problem_from_tables(linked, rooms, scores.fillna(0.5), rules(("a", "x", "pin")))
    (fault,) = caught.value.faults
    assert (fault.where, fault.row, fault.column) == ("rules", 1, "place")
    assert "a is pinned to x, but may not go there together with c" in fault.what
    alone = linked.assign(adults=[99, 2, 0])
    assert (problem_from_tables(alone, rooms, scores.fillna(0.5)).why[0] != 0).all()


def test_links_carry_pins_and_name_the_clash(homes, rooms, scores):
    linked = homes.assign(linked_with=["a", "", ""])
    with pytest.raises(DecisionError, match="by way of a, to whom it is linked"):
        problem_from_tables(linked, rooms, scores, rules(("a", "x", "pin"), ("c", "y", "pin")))
    with pytest.raises(DecisionError, match="a is pinned to x and by way of c, to whom it is linked, banned from it"):
        problem_from_tables(
            linked, rooms.assign(services="school"), scores, rules(("a", "x", "pin"), ("c", "x", "ban"))
        )


def test_codes_read_the_same_from_text_and_numbers():
    assert [text(value) for value in (12.0, 12, " 12 ", np.nan, None, "0301")] == ["12", "12", "12", "", "", "0301"]


def test_stating_a_problem_loads_no_solver():
    code = (
        "import sys, workbench.decisions.allocation as a; print([m for m in ('cvxpy', 'highspy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
