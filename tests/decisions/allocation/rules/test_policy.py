"""Deadlines, group floors, dispersion, no step back: truth at given plans, and the order of bound, best and value."""

from __future__ import annotations

import sys
from datetime import date

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import DataError, DecisionError
from workbench.decisions.allocation import (
    Deadlines,
    Dispersion,
    GroupFloor,
    NoWorseForGroups,
    NoWorseForPlaces,
    further_rules,
    pairs_of,
    problem_from_tables,
    solve,
    standard_rules,
    stated_rules,
)
from workbench.decisions.allocation.proof.lagrangian_bound import certified_bound, persons_bound
from workbench.decisions.allocation.rules.installed import check_rule
from workbench.decisions.allocation.rules.place_limits import extend

solving = sys.modules["workbench.decisions.allocation.solve"]
PRACTICE = (("a", "y"), ("b", "x"))


def plan(text):
    return pd.DataFrame([tuple(pair) for pair in text.split()], columns=["household", "place"])


@pytest.fixture
def problem():
    homes = pd.DataFrame(
        {
            "household": list("abc"), "adults": [1, 2, 2], "children": [0, 1, 3], "seniors": [1, 0, 0],
            "group": ["g", "h", "g"], "deadline": ["2026-12-01", "", "2027-01-01"],
        }
    )  # fmt: skip
    rooms = pd.DataFrame({"place": list("xy"), "capacity": [9, 9]})
    return problem_from_tables(homes, rooms, pd.DataFrame({"household": list("abc"), "x": 0.5, "y": [0.2, 0.4, 0.8]}))


@pytest.mark.quick
@pytest.mark.parametrize(
    ("rule", "good", "bad", "distance"),
    [
        (Deadlines(), "ax cy", "ax by", 1),
        (Deadlines(date(2026, 12, 24)), "ay", "bx cx", 1),
        # One adult of a at .5 and two of c at .8: 2.1 of 3; with a in y 1.8.
        (GroupFloor("g", 0.65), "ax cy", "ay cy", 0.05),
        (GroupFloor("", 0.5), "ax bx cy", "ay by cx", 0.5 - (0.2 + 0.8 + 1.0) / 5),
        (Dispersion("g", 5), "ax cy bx", "ax cx", 2),
        # Practice: group g .2 of 3 weighted persons, group h .5.
        (NoWorseForGroups(PRACTICE), "ay bx", "ay by", 0.1),
        (NoWorseForPlaces(PRACTICE), "cx cy", "by ax", 0.0),
        (NoWorseForPlaces((("c", "y"),)), "cy", "by", 0.8),
    ],
    ids=lambda value: value.title if hasattr(value, "rows") else str(value),
)
def test_truth_at_given_plans(problem, rule, good, bad, distance):
    check_rule(rule, problem)
    check_rule(rule)
    assert rule.holds(problem, plan(good.replace("cx cy", "cx")))
    assert rule.distance(problem, plan(bad)) == pytest.approx(distance)


@pytest.mark.quick
def test_without_arguments_they_are_installed_by_name():
    names = ["deadlines", "group_floor", "dispersion", "no_worse_for_groups", "no_worse_for_places"]
    assert len(further_rules(names)[0]) == 5


@pytest.mark.quick
def test_a_row_without_source_or_reason_has_none_made_up():
    homes = pd.DataFrame({"household": ["a"], "adults": 1, "children": 0, "seniors": 0, "group": "g"})
    rooms, scores = pd.DataFrame({"place": ["x"], "capacity": 2}), pd.DataFrame({"household": ["a"], "x": 0.5})
    stated = pd.DataFrame({"rule": ["group floor", "dispersion"], "group": "g", "limit": [0.2, 3]})
    stated = stated.assign(reason=["", "so decided"], source=["", "council"])
    problem = problem_from_tables(homes, rooms, scores, stated)
    told = {(rule.reason, rule.source) for rule in stated_rules(problem)}
    assert told == {("no reason stated", "no source stated"), ("so decided", "council")}
    status = solve(problem).status
    assert "(no source stated)" in status and "(council)" in status and "commissioning" not in status


@pytest.mark.quick
def test_what_is_a_limit_of_places_is_built_in_and_the_rest_keeps_its_rows(problem):
    rules = [Deadlines(), Dispersion("g", 5), GroupFloor("g", 0.5), NoWorseForPlaces(PRACTICE)]
    wide = extend(problem, {rule.title: rule.rows(problem, problem.columns) for rule in rules})
    assert wide.problem.must == {0, 2} and set(wide.others) == {"group floor of g", "no worse in any place"}
    assert wide.problem.dimensions == ("persons", "dispersion of g")
    assert wide.problem.capacity[:, 1].tolist() == [5, 5] and wide.problem.size[:, 1].tolist() == [2, 0, 5]


def case(made_up, seed):
    """A small case with deadlines, and rules drawn for it; None where its tables contradict each other."""
    tables = made_up.small(seed, floors=seed % 3 == 0)
    draw = np.random.default_rng([seed, 1])
    tables.households["deadline"] = draw.choice(["", "", "", "2026-12-01"], len(tables.households))
    try:
        problem = problem_from_tables(*tables.args())
    except (DataError, DecisionError):
        return None
    every = [(*made_up.worth(tables, each), each) for each in made_up.every_plan(tables)]
    if not every or not len(problem.columns):
        return None
    practice = pairs_of(
        pd.DataFrame(
            [(h, p) for h, p in every[draw.integers(len(every))][2].items() if p], columns=["household", "place"]
        )
    )
    rules = (
        Deadlines(), GroupFloor("a", float(draw.uniform(0, 0.5))), Dispersion("b", int(draw.integers(1, 6))),
        NoWorseForGroups(practice), NoWorseForPlaces(practice),
    )  # fmt: skip
    chosen = tuple(rules[k] for k in sorted(draw.choice(5, draw.integers(1, 3), replace=False)))
    pairs, item = problem.columns, dict(zip(problem.household_names, problem.item_of.tolist(), strict=True))
    number = {pair: k for k, pair in enumerate(zip(pairs.item.tolist(), pairs.place.tolist(), strict=True))}
    town = {name: j for j, name in enumerate(problem.place_names)}
    rows = {rule.title: rule.rows(problem, pairs) for rule in chosen}
    good = []
    for persons, value, each in every:
        x = np.zeros(len(pairs))
        x[[number[item[h], town[p]] for h, p in each.items() if p]] = 1
        if all((r.matrix @ x <= r.limit + 1e-9).all() for r in rows.values()):
            good.append((persons, value))
    return problem, chosen, good


@pytest.mark.whole
def test_bound_best_and_value_stand_in_order_with_every_further_rule(made_up, road):
    solved, refused, seen = 0, 0, set()
    for seed in range(300):
        stated = case(made_up, seed)
        if stated is None:
            continue
        problem, rules, good = stated
        objective = ("place-first", "score")[seed % 2]
        if not good:
            with pytest.raises(DecisionError):
                solve(problem, objective=objective, further=rules)
            refused += 1
            continue
        found = solve(problem, objective=objective, gap=0.0, further=rules)
        most = max(persons for persons, _ in good)
        best = max(value for persons, value in good if objective == "score" or persons == most)
        assert found.bound >= best - 1e-9 and found.value == pytest.approx(best, abs=1e-6), seed
        if objective == "place-first":
            assert found.persons_placed == most == found.persons_placed_bound, seed
        assert found.reaches(0.0), seed
        assert all(rule.holds(problem, found.assignment) for rule in (*standard_rules(problem), *rules)), seed
        solved += 1
        seen |= {rule.name for rule in rules}
    assert solved > 80 and refused > 5 and len(seen) == 5


@pytest.mark.parametrize(
    ("seeds", "enough"), [pytest.param(20, 8, marks=pytest.mark.whole), pytest.param(100, 41, marks=pytest.mark.slow)]
)
def test_so_they_do_on_the_route_for_real_sizes(made_up, monkeypatch, seeds, enough):
    monkeypatch.setattr(solving, "FINISHED", -1)
    monkeypatch.setattr("workbench.decisions.allocation.exact.direct.FEW", 0)
    solved = best_found = refused = 0
    for seed in range(seeds):
        stated = case(made_up, seed)
        if stated is None or not stated[2]:
            continue
        problem, rules, good = stated
        objective = ("place-first", "score")[seed % 2]
        try:
            found = solve(problem, objective=objective, gap=0.0, further=rules, time_limit=20)
        except DecisionError as error:
            assert "no plan was found" in error.what and "ease a rule" in error.do
            refused += 1
            continue
        best = max(v for persons, v in good if objective == "score" or persons >= found.persons_placed)
        assert found.bound >= best - 1e-9 >= found.value - 1e-8, seed
        assert found.persons_placed_bound >= max(persons for persons, _ in good) or objective == "score", seed
        assert all(rule.holds(problem, found.assignment) for rule in (*standard_rules(problem), *rules)), seed
        kept = found.outcome
        rows = {rule.title: rule.rows(problem, problem.columns) for rule in rules}
        assert certified_bound(problem, kept.multipliers, rows) == found.bound
        assert persons_bound(problem, kept.persons, rows) == found.persons_placed_bound
        solved += 1
        best_found += abs(found.value - best) < 1e-9
    assert solved >= enough and best_found > 0.5 * solved and refused < solved
