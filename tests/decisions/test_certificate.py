"""On hundreds of small cases with every kind of rule: bound ≥ best plan of all ≥ plan found, and the rules hold."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

from workbench.core.errors import DataError, DecisionError
from workbench.decisions.allocation import Problem, bound, solve, standard_rules

pytestmark = pytest.mark.whole
CASES = 300
SOLVE = import_module("workbench.decisions.allocation.solve")  # The package's name 'solve' is the function.


def test_bound_best_and_value_stand_in_order(made_up):
    solved = impossible = 0
    for seed in range(CASES):
        tables = made_up.small(seed)
        objective = ("place-first", "score")[seed % 2]
        try:
            problem = Problem.from_tables(*tables.args())
        except (DataError, DecisionError):
            continue
        every = [made_up.worth(tables, plan) for plan in made_up.every_plan(tables)]
        if not every:
            with pytest.raises(DecisionError, match="minimum intakes"):
                solve(problem, objective=objective)
            impossible += 1
            continue
        plan = solve(problem, objective=objective, gap=0.0)
        most = max(persons for persons, _ in every)
        best = max(value for persons, value in every if objective == "score" or persons == most)
        assert plan.bound >= best - 1e-9, seed
        assert plan.value == pytest.approx(best, abs=1e-6), seed
        assert plan.persons_placed_bound >= plan.persons_placed, seed
        if objective == "place-first":
            assert plan.persons_placed == most, seed
            assert plan.persons_placed_bound >= most, seed
        assert all(rule.holds(problem, plan.assignment) for rule in standard_rules(problem)), seed
        solved += 1
    assert solved > 0.5 * CASES
    assert impossible > 5


@pytest.mark.parametrize("largest", [100, 3])
def test_any_multipliers_give_a_valid_bound(made_up, monkeypatch, largest):
    monkeypatch.setattr(bound, "LARGEST_KNAPSACK", largest)
    draw = np.random.default_rng(4)
    tried = 0
    for seed in range(120):
        tables = made_up.small(seed)
        try:
            problem = Problem.from_tables(*tables.args())
        except (DataError, DecisionError):
            continue
        values = [value for _, value in map(lambda plan: made_up.worth(tables, plan), made_up.every_plan(tables))]
        if not values or not len(problem.columns):
            continue
        rows = {rule.title: rule.rows(problem, problem.columns) for rule in standard_rules(problem)}
        worth = problem.value[problem.columns.item, problem.columns.place]
        for scale in (0.0, 0.1, 1.0):
            prices = {name: scale * draw.random(len(each)) for name, each in rows.items()}
            assert bound.lagrangian_bound(problem, worth, rows, prices) >= max(values)
            assert bound.knapsack_bound(problem, worth, rows, prices, steps=5) >= max(values)
        tried += 1
    assert tried > 50


def test_the_bound_covers_pairs_that_the_search_did_not_try(made_up, monkeypatch):
    monkeypatch.setattr(SOLVE, "FEW", 0)
    solved = narrow = 0
    for seed in range(60):
        tables = made_up.small(seed, places=4)
        try:
            problem = Problem.from_tables(*tables.args())
            plan = solve(problem, objective="score", gap=0.0, columns=1)
        except (DataError, DecisionError):
            continue
        best = max(value for _, value in map(lambda each: made_up.worth(tables, each), made_up.every_plan(tables)))
        assert plan.value <= best + 1e-6, seed
        assert best <= plan.bound + 1e-9, seed
        assert all(rule.holds(problem, plan.assignment) for rule in standard_rules(problem)), seed
        solved += 1
        narrow += plan.value < best - 1e-6
    assert solved > 25
    assert narrow > 0, "no case was made harder by trying fewer pairs: the test cannot fail"
