"""Each rule at plans that must pass and plans that must fail, without a solver; and its rows against its truth test."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import DataError, DecisionError
from workbench.decisions.allocation import problem_from_tables, standard_rules
from workbench.decisions.allocation.rules.standard import (
    Bans,
    Capacity,
    EveryonePlaced,
    IntakeFloor,
    KeptApart,
    LinkedTogether,
    NeedsMet,
    OnePlace,
    PersonsPlaced,
    Pins,
)

pytestmark = pytest.mark.quick


@pytest.fixture
def problem():
    homes = pd.DataFrame(
        {
            "household": list("abcd"), "adults": [1, 2, 3, 1], "children": [0, 1, 0, 0], "seniors": 0,
            "needs": ["", "school", "", ""], "linked_with": ["d", "", "", ""], "apart_from": ["", "c", "", ""],
        }
    )  # fmt: skip
    rooms = pd.DataFrame(
        {
            "place": list("xy"),
            "capacity": [5, 4],
            "minimum": [0, 2],
            "services": ["school", ""],
            "capacity_school": [3, 0],
        }
    )
    scores = pd.DataFrame({"household": list("abcd"), "x": 0.5, "y": 0.5})
    ordered = pd.DataFrame([("c", "y", "pin"), ("a", "y", "ban")], columns=["household", "place", "rule"])
    return problem_from_tables(homes, rooms, scores, ordered)


def plan(text):
    """'ax by' means a goes to x and b to y."""
    return pd.DataFrame([tuple(pair) for pair in text.split()], columns=["household", "place"])


@pytest.mark.parametrize(
    ("rule", "good", "bad", "distance"),
    [
        (OnePlace(), "ax bx cy dx", "ax ay bx", 1),
        (Capacity("persons"), "ax dx bx", "ax dx bx cx", 3),
        (Capacity("persons"), "cy dy", "cy dy by", 3),
        (Capacity("school"), "bx", "by", 3),
        (NeedsMet(), "bx ay", "by", 1),
        (Pins(), "cy", "cx", 1),
        (Pins(), "cy ax", "ax", 1),
        (Bans(), "ax", "ay", 1),
        (LinkedTogether(), "ax dx", "ax dy", 1),
        (LinkedTogether(), "bx", "ax", 1),
        (KeptApart(), "bx cy", "by cy", 1),
        (IntakeFloor(), "cy", "dy", 1),
        (PersonsPlaced(at_least=5), "bx cy", "bx", 2),
        (EveryonePlaced(), "ax bx cy dx", "ax bx dx", 1),
    ],
    ids=lambda value: value.title if hasattr(value, "title") and not isinstance(value, str) else str(value),
)
def test_truth_at_given_plans(problem, rule, good, bad, distance):
    assert rule.holds(problem, plan(good))
    assert not rule.holds(problem, plan(bad))
    assert rule.distance(problem, plan(bad)) == distance


def test_a_plan_with_unknown_names_is_refused(problem):
    with pytest.raises(DataError, match="q"):
        OnePlace().distance(problem, plan("qx"))


def test_every_rule_has_a_name_a_reason_and_a_source(problem):
    rules = standard_rules(problem)
    assert len({rule.title for rule in rules}) == len(rules)
    assert all(rule.name and rule.reason.endswith(".") and rule.source for rule in rules)


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 5, 7, 8, 9, 10])
def test_rows_and_truth_test_agree_on_every_choice_of_pairs(made_up, seed):
    tables = made_up.small(seed, households=4, places=2)
    try:
        problem = problem_from_tables(*tables.args())
    except (DataError, DecisionError):
        pytest.fail("choose a seed whose tables do not contradict each other")
    rules = (*standard_rules(problem), PersonsPlaced(at_least=4), EveryonePlaced())
    pairs = problem.columns
    rows = {rule.title: rule.rows(problem, pairs) for rule in rules}
    for bits in itertools.islice(itertools.product((0.0, 1.0), repeat=len(pairs)), 256):
        x = np.array(bits)
        chosen = {int(pairs.item[k]): int(pairs.place[k]) for k in np.flatnonzero(x)}
        if len(chosen) < x.sum():
            continue
        at = [
            (name, chosen.get(int(item))) for name, item in zip(problem.household_names, problem.item_of, strict=True)
        ]
        where = [(name, problem.place_names[place]) for name, place in at if place is not None]
        table = pd.DataFrame(where, columns=["household", "place"])
        for rule in rules:
            each = rows[rule.title]
            kept = bool((each.matrix @ x <= each.limit + 1e-9).all())
            assert kept == rule.holds(problem, table), (rule.title, where)
