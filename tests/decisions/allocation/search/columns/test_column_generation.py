"""Patterns of places: a bound between the best plan and the linear one, and plans that keep every limit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.decisions.allocation import Problem, problem_from_tables, solve
from workbench.decisions.allocation.problem.arrays import instance_of
from workbench.decisions.allocation.proof.lagrangian_bound import Multipliers, certified_bound
from workbench.decisions.allocation.proof.rooms import whole_rooms
from workbench.decisions.allocation.search.columns.column_generation import sharpen
from workbench.decisions.allocation.search.columns.primal_heuristics import choose, dive
from workbench.decisions.allocation.search.columns.restricted_master import RestrictedMaster
from workbench.decisions.allocation.search.multipliers import prices
from workbench.decisions.allocation.search.multipliers.soft_assignment import best_at

pytestmark = pytest.mark.quick


def case(seed: int, *, services: bool) -> Problem:
    """Fourteen households, four of them alike, for five places with as much room as all need."""
    draw = np.random.default_rng(seed)
    homes = pd.DataFrame({"household": [f"h{i:02d}" for i in range(14)], "adults": draw.integers(1, 3, 14)})
    homes["children"], homes["seniors"] = draw.integers(0, 3, 14), 0
    score = draw.random((14, 5))
    homes.loc[:3, ["adults", "children"]] = [1, 1]
    score[:4] = score[0]
    persons = int(homes[["adults", "children"]].to_numpy().sum())
    rooms = pd.DataFrame({"place": list("abcde"), "capacity": -(-persons // 5) + 1})
    if services:
        homes["needs"] = ["school" if child else "" for child in homes["children"]]
        rooms["capacity_school"] = [persons, persons, 3, 3, 3]
        rooms["minimum"] = [0, 0, 2, 0, 0]
    scores = pd.DataFrame(score, columns=rooms["place"])
    scores.insert(0, "household", homes["household"])
    return problem_from_tables(homes, rooms, scores)


@pytest.mark.parametrize("services", [False, True])
@pytest.mark.parametrize("pairs", [70, 1_000_000])
@pytest.mark.parametrize("seed", range(4))
def test_the_bound_lies_between_the_best_plan_and_the_linear_bound(seed, services, pairs):
    problem = case(seed, services=services)
    best = solve(problem, objective="score", gap=0.0)
    instance = instance_of(problem, at_least=None)
    whole = whole_rooms(instance.upper[:-1], pairs)
    assert whole[:-1, 0].all() and whole[:-1, 1:].any() == (services and pairs < 1e6)
    price = prices.find(instance)
    alone, _, _ = best_at(instance.value, instance.size, price)
    master = RestrictedMaster(instance, whole)
    assert len(master.many) <= 11 and master.many.sum() == 14
    proof = sharpen(master, price, alone, -np.inf, 1e-5, lambda: True)
    assert best.value - 1e-9 <= proof.bound <= prices.linear_bound(instance, price) + 1e-6
    item_price = np.zeros(problem.items)
    item_price[instance.who] = proof.item_price
    given = Multipliers(proof.price, item_price, whole)
    assert certified_bound(problem, given, {}) == pytest.approx(proof.bound)
    chosen = choose(master, 0.0, np.inf, lambda: True)
    if services and chosen is None:
        return  # the patterns that prove a bound need not contain a plan that meets every minimum
    assert chosen is not None
    load = instance.loads(chosen)
    assert (load <= instance.upper).all() and instance.worth(chosen) <= best.value + 1e-9


def test_a_dive_puts_each_item_into_one_place_within_its_room():
    problem = case(7, services=False)
    instance = instance_of(problem, at_least=int(problem.persons.sum()))
    master = RestrictedMaster(instance, whole_rooms(instance.upper[:-1], 70))
    price = prices.find(instance)
    sharpen(master, price, best_at(instance.value, instance.size, price)[0], -np.inf, 1e-5, lambda: True)
    at = dive(master, lambda: True)
    held = instance.loads(at)[: instance.nowhere]
    assert (held <= instance.upper[: instance.nowhere]).all() and (at < instance.nowhere).sum() >= 10


def test_one_that_may_not_go_on_still_has_a_valid_bound():
    problem = case(3, services=False)
    instance = instance_of(problem, at_least=None)
    price = prices.find(instance)
    alone, _, _ = best_at(instance.value, instance.size, price)
    master = RestrictedMaster(instance, whole_rooms(instance.upper[:-1], 70))
    assert (
        sharpen(master, price, alone, -np.inf, 1e-5, lambda: False).bound
        >= solve(problem, objective="score", gap=0.0).value - 1e-9
    )
