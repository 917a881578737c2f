"""Bounds rounded down to totals that whole households can reach: never below the best plan, found by trying all."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.decisions.allocation import Problem, problem_from_tables, solve
from workbench.decisions.allocation.proof.grid import fullest, on_grid
from workbench.decisions.allocation.proof.lagrangian_bound import certified_bound, persons_bound, without_prices

pytestmark = pytest.mark.quick


def _problem(adults: list[int], children: list[int], capacity: list[int], score: list[list[float]]) -> Problem:
    names, towns = [f"H{i}" for i in range(len(adults))], [f"P{j}" for j in range(len(capacity))]
    homes = pd.DataFrame({"household": names, "adults": adults, "children": children, "seniors": 0})
    scores = pd.DataFrame(score, columns=towns).assign(household=names)
    return problem_from_tables(homes, pd.DataFrame({"place": towns, "capacity": capacity}), scores)


def _best(problem: Problem) -> tuple[float, int]:
    """Return the highest worth and the most persons of all plans, by trying each."""
    places = len(problem.place_names)
    worth, persons = 0.0, 0
    for at in product(range(-1, places), repeat=problem.items):
        placed = [(i, j) for i, j in enumerate(at) if j >= 0]
        load = np.zeros(places)
        for i, j in placed:
            load[j] += problem.size[i, 0]
        if (load <= problem.capacity[:, 0]).all() and all(problem.why[i, j] == 0 for i, j in placed):
            worth = max(worth, sum(problem.value[i, j] for i, j in placed))
            persons = max(persons, int(load.sum()))
    return worth, persons


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_bound_lies_below_the_best_of_all_plans(data: st.DataObject) -> None:
    count, places = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 3))
    adults = data.draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
    children = data.draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    capacity = data.draw(st.lists(st.integers(0, 9), min_size=places, max_size=places))
    cell = data.draw(st.sampled_from([[0.5], [0.0, 0.25, 0.5], [0.1, 0.2, 0.7], [1 / 3, 2 / 3], [0.123, 0.377, 1.0]]))
    score = [[data.draw(st.sampled_from(cell)) for _ in range(places)] for _ in range(count)]
    problem = _problem(adults, children, capacity, score)
    worth, persons = _best(problem)
    multipliers = without_prices(problem)
    item_price = np.array(data.draw(st.lists(st.floats(0, 3), min_size=count, max_size=count)))
    multipliers = type(multipliers)(multipliers.price, item_price, np.ones_like(multipliers.whole))
    assert certified_bound(problem, multipliers, {}) >= worth
    assert persons <= persons_bound(problem) <= problem.capacity[:, 0].sum()


@given(st.lists(st.integers(1, 9), max_size=8), st.integers(0, 30))
def test_the_fullest_room_is_that_of_all_choices(size: list[int], room: int) -> None:
    sums = {0}
    for each in size:
        sums |= {each + total for total in sums}
    assert fullest(np.array(size, dtype=np.int64), room) == max(total for total in sums if total <= room)


def test_worths_without_a_common_step_leave_the_bound_as_it_is() -> None:
    grid = on_grid(np.array([[0.5, np.pi / 4], [np.e / 4, 0.1]]))
    assert grid.step == 0 and grid.down(1.234) == 1.234


def test_thirds_are_a_common_step() -> None:
    grid = on_grid(np.array([[1 / 3, 2 / 3], [0.0, 1 / 3 + 2 / 3]]))
    assert grid.step == pytest.approx(1 / 3)
    assert grid.down(1.3) == pytest.approx(1.0)
    assert grid.down(1.0 - 1e-15) >= 1.0 - 1e-15


def test_rooms_that_even_households_cannot_fill_bound_the_persons() -> None:
    assert persons_bound(_problem([2, 2, 2], [0, 0, 0], [3, 3], [[0.5, 0.5]] * 3)) == 4


@pytest.mark.parametrize("capacity, households", [([12, 10], 9), ([12, 10, 22], 16)])
def test_a_beginners_overfull_table_is_proven(capacity: list[int], households: int) -> None:
    children = [k % 3 for k in range(20)]
    plan = solve(_problem([2] * 20, children, capacity, [[0.5] * len(capacity)] * 20))
    assert plan.reaches(0.0005)
    assert plan.households_placed == households
    assert plan.persons_placed == plan.persons_placed_bound == sum(capacity)
