"""Groups, fronts, wishes, near-equal plans and draws, on cases small enough to know better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import DataError
from workbench.decisions.allocation import Problem, problem_from_tables, solve
from workbench.decisions.allocation.trade_offs.fairness import group_losses, household_score, pareto_front, worst
from workbench.decisions.allocation.trade_offs.near_equal import near_equal
from workbench.decisions.allocation.trade_offs.wishes import by_wishes, ranked
from workbench.decisions.allocation.uncertainty.stability import stability

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def case() -> tuple:
    rng = np.random.default_rng(3)
    names = [f"H{i:02d}" for i in range(16)]
    homes = pd.DataFrame({"household": names, "adults": rng.integers(1, 3, 16), "children": 0, "seniors": 0,
                          "group": rng.choice(["small", "large", "care"], 16)})  # fmt: skip
    places = pd.DataFrame({"place": [f"p{j}" for j in range(6)], "capacity": [5, 5, 5, 5, 4, 3]})
    scores = pd.DataFrame(rng.random((16, 6)).round(3), columns=places["place"])
    scores.insert(0, "household", names)
    problem = problem_from_tables(homes, places, scores)
    return problem, solve(problem, gap=0.0)


def random_plans(problem: Problem, number: int) -> list[pd.DataFrame]:
    rng, plans = np.random.default_rng(1), []
    while len(plans) < number:
        left, rows = problem.capacity[:, 0].copy(), []
        for home in rng.permutation(len(problem.household_names)):
            fits = np.flatnonzero(left >= problem.persons[home])
            if len(fits):
                place = rng.choice(fits)
                left[place] -= problem.persons[home]
                rows.append((problem.household_names[home], problem.place_names[place]))
        plans.append(pd.DataFrame(rows, columns=["household", "place"]))
    return plans


def test_no_random_plan_is_better_in_both_than_a_plan_of_the_front(case) -> None:
    problem, plan = case
    front = pareto_front(problem, plan)
    assert front["total"].is_monotonic_decreasing and front["worst"].is_monotonic_increasing
    for other in random_plans(problem, 200):
        rows, places = problem.placed(other)
        total = (problem.score[rows, places] * problem.weight[rows]).sum()
        low, _ = worst(problem, other)
        assert not ((total > front["total"] * 1.004) & (low > front["worst"] + 1e-9)).any()


def test_no_group_gets_more_than_its_own_best(case) -> None:
    table = group_losses(*case)
    assert (table["mean_score"] <= table["own_best"] + 1e-9).all() and (table["loss"] > 0).any()


def test_at_least_one_hides_the_second_adult(case) -> None:
    problem, _ = case
    other = household_score(problem, "at_least_one")
    two = int(np.flatnonzero(problem.weight == 2)[0])
    assert other.score[two, 0] == pytest.approx(1 - (1 - problem.score[two, 0]) ** 2) and other.weight[two] == 1
    assert household_score(problem, "sum") is problem


def test_wishes_are_met_as_far_as_the_floor_allows(case) -> None:
    problem, plan = case
    rng = np.random.default_rng(2)
    wishes = {name: list(rng.permutation(problem.place_names)[:3]) for name in problem.household_names}
    had = plan.assignment.set_index("household")["place"]
    before = np.mean([had.get(name, "") in wanted for name, wanted in wishes.items()])
    shares = []
    for keep in (1.0, 0.95, 0.8):
        told = by_wishes(problem, plan, wishes, keep=keep, seed=1)
        assert told.plan.value >= keep * plan.value - 1e-9 and told.plan.persons_placed >= plan.persons_placed
        shares.append(told.share_within(3))
    assert shares[0] >= before - 1e-9 and shares[2] > shares[0]


def test_wishes_for_closed_or_unknown_places_are_refused(case) -> None:
    problem, _ = case
    with pytest.raises(DataError, match="no such place") as caught:
        ranked(problem, pd.DataFrame({"household": ["H02", "H01"], "place": ["p1", "pp"], "rank": [1, 1]}))
    assert [fault.row for fault in caught.value.faults] == [3]  # as the file numbers it, below its header
    closed = replace(problem, capacity=np.where(np.arange(6)[:, None] == 2, 0, problem.capacity))
    with pytest.raises(DataError, match="takes nobody"):
        ranked(closed, pd.DataFrame({"household": ["H01"], "place": ["p2"], "rank": [1]}))


def test_near_equal_plans_lose_little_and_differ(case) -> None:
    problem, plan = case
    found = near_equal(problem, plan, within=0.05, seconds=2)
    assert found and all(each.lost <= 0.05 and each.moved > 0 for each in found)
    assert all(each.persons_placed >= plan.persons_placed for each in found)
    assert len({tuple(each.assignment["place"]) for each in found}) == len(found)


def test_draws_that_do_not_vary_always_send_a_household_to_the_same_place(case) -> None:
    problem, plan = case
    sure = stability(problem, plan, [problem.score] * 3)
    assert (sure.by_household["share"] == 1).all() and sure.knowing == pytest.approx(0, abs=1e-6)
    rng = np.random.default_rng(1)
    vague = stability(
        problem, plan, [np.clip(problem.score + rng.normal(0, 0.4, problem.score.shape), 0, 1) for _ in range(5)]
    )
    assert vague.by_household["share"].mean() < 1 and vague.knowing > 0 and vague.tail() <= vague.values.mean()
