"""On hundreds of small cases with every kind of rule: bound ≥ best plan of all ≥ plan found, and the rules hold."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.core.errors import DataError, DecisionError
from workbench.decisions.allocation import problem_from_tables, solve, standard_rules
from workbench.decisions.allocation.proof.lagrangian_bound import Multipliers, certified_bound
from workbench.decisions.allocation.search import large_scale
from workbench.decisions.allocation.search.stopping import Limit

pytestmark = pytest.mark.whole
CASES = 300


def test_bound_best_and_value_stand_in_order(made_up, road):
    solved = impossible = 0
    for seed in range(CASES):
        tables = made_up.small(seed)
        objective = ("place-first", "score")[seed % 2]
        try:
            problem = problem_from_tables(*tables.args())
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
        assert plan.reaches(0.0), seed
        assert plan.persons_placed_bound >= plan.persons_placed, seed
        if objective == "place-first":
            assert plan.persons_placed == most == plan.persons_placed_bound, seed
        assert all(rule.holds(problem, plan.assignment) for rule in standard_rules(problem)), seed
        solved += 1
    assert solved > 0.5 * CASES
    assert impossible > 5


@pytest.mark.parametrize("largest", [150, 3, -1])
def test_any_multipliers_give_a_valid_bound(made_up, largest):
    draw = np.random.default_rng(4)
    tried = 0
    for seed in range(120):
        tables = made_up.small(seed)
        try:
            problem = problem_from_tables(*tables.args())
        except (DataError, DecisionError):
            continue
        every = [made_up.worth(tables, plan) for plan in made_up.every_plan(tables)]
        if not every or not len(problem.columns):
            continue
        rows = {rule.title: rule.rows(problem, problem.columns) for rule in standard_rules(problem)}
        most = max(persons for persons, _ in every)
        places, dims = len(problem.place_names) + 1, len(problem.dimensions)
        small = problem.capacity <= largest
        whole = np.vstack([small * draw.integers(0, 2, small.shape), np.zeros((1, dims))]).astype(np.int64)
        for scale in (0.0, 0.1, 1.0):
            price = scale * draw.random((places, dims))
            price[:-1, 0] -= scale * draw.random(places - 1) * (problem.minimum > 0)
            price[:-1][~np.isfinite(problem.capacity) & (price[:-1] > 0)] = 0
            price[-1, 1:] = 0
            apart = {"kept apart": scale * draw.random(len(rows["kept apart"]))}
            for at_least, best in (
                (None, max(value for _, value in every)),
                (most, max(value for persons, value in every if persons == most)),
            ):
                price[-1, 0] = 0.0 if at_least is None else scale * draw.random()
                item_price = scale * draw.normal(size=problem.items)
                given = Multipliers(price, item_price, whole, at_least, apart)
                assert certified_bound(problem, given, rows) >= best, seed
        tried += 1
    assert tried > 50


def test_the_national_route_stands_in_the_same_order_on_its_own(made_up):
    solved = best_found = 0
    for seed in range(CASES):
        tables = made_up.small(seed, households=6, places=4)
        objective = ("place-first", "score")[seed % 2]
        try:
            problem = problem_from_tables(*tables.args())
        except (DataError, DecisionError):
            continue
        every = [made_up.worth(tables, plan) for plan in made_up.every_plan(tables)]
        if not len(problem.columns) or not every:
            continue
        outcome = large_scale.best(problem, objective=objective, gap=0.0, limit=Limit(), say=str, few=True)
        if outcome is None:
            continue
        most = max(persons for persons, _ in every)
        placed = outcome.place_of >= 0
        persons = int(problem.size[placed, 0].sum())
        value = float(problem.value[placed, outcome.place_of[placed]].sum())
        assert most <= outcome.persons_bound, seed
        assert persons <= most or objective == "score", seed
        best = max(value for n, value in every if objective == "score" or n >= persons)
        assert value <= best + 1e-9, seed
        assert outcome.bound >= best - 1e-9, seed
        assert certified_bound(problem, outcome.multipliers, {}) == outcome.bound
        solved += 1
        best_found += abs(value - best) < 1e-9
    assert solved > 0.5 * CASES
    assert best_found > 0.8 * solved
