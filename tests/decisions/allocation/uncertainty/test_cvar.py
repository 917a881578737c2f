"""The plan that is best in the worst draws, beside every plan there is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import DecisionError
from workbench.decisions.allocation import Problem, problem_from_tables, solve
from workbench.decisions.allocation.uncertainty.cvar import ScoreDraws, best_tail, tail_mean
from workbench.decisions.allocation.uncertainty.stability import stability

pytestmark = pytest.mark.quick


def stated(made_up, seed: int, draws: int = 6):
    """A tiny case, its problem with the mean scores, and draws in which each household is a type of its own."""
    tables = made_up.small(seed, households=4, places=3, floors=False)
    problem = problem_from_tables(*tables.args())
    rng = np.random.default_rng(seed)
    share = rng.random((draws, len(problem.household_names), len(problem.place_names)))
    made = ScoreDraws(share, np.arange(len(problem.household_names)))
    mean = np.where(np.isnan(problem.score), np.nan, made.mean())
    return tables, replace(problem, score=mean), made


def values_of(tables, problem: Problem, made: ScoreDraws, plan: dict[str, str]) -> np.ndarray:
    at = {name: i for i, name in enumerate(problem.household_names)}
    town = {name: j for j, name in enumerate(problem.place_names)}
    worth = np.zeros(len(made))
    for home, place in plan.items():
        if place:
            worth += made.share[:, at[home], town[place]] * problem.weight[at[home]]
    return worth


@pytest.mark.parametrize("seed", range(3))
def test_no_plan_has_a_better_tail_and_knowing_more_is_worth_what_every_plan_says(made_up, seed: int) -> None:
    tables, problem, made = stated(made_up, seed)
    every = list(made_up.every_plan(tables))
    persons = [made_up.worth(tables, plan)[0] for plan in every]
    full = [plan for plan, n in zip(every, persons, strict=True) if n == max(persons)]
    values = np.array([values_of(tables, problem, made, plan) for plan in full])
    expected = solve(problem, gap=0.0)
    for share in (0.2, 0.5):
        best = max(tail_mean(row, share) for row in values)
        told = best_tail(problem, expected, made, share=share, gap=1e-6)
        assert told.tail == pytest.approx(best, abs=1e-5) and told.bound >= best - 1e-6
        assert told.tail >= told.tail_of_expected - 1e-9 and told.plan.persons_placed == max(persons)
        assert told.gap < 1e-4 and told.plan.value <= told.plan.bound + 1e-9
    steady = stability(problem, expected, made)
    exact = float(np.mean(values.max(axis=0) - steady.values))
    assert steady.knowing <= exact + 1e-6 <= steady.knowing_at_most + 2e-6
    assert exact - steady.knowing <= 0.005 * values.max() + 1e-9


def test_the_worst_share_of_all_is_the_expected_plan_and_a_share_of_nothing_is_refused(made_up) -> None:
    _, problem, made = stated(made_up, 1)
    expected = solve(problem, gap=0.0)
    assert best_tail(problem, expected, made, share=1.0, gap=1e-6).plan.value == pytest.approx(expected.value)
    for share in (0.0, 1.5):
        with pytest.raises(DecisionError, match="means nothing"):
            best_tail(problem, expected, made, share=share)


def test_a_safe_place_is_chosen_where_the_better_one_may_fail(made_up) -> None:
    homes = pd.DataFrame({"household": ["h"], "adults": [1], "children": [0], "seniors": [0]})
    rooms = pd.DataFrame({"place": ["bold", "safe"], "capacity": [1, 1]})
    share = np.array([[[0.9, 0.5]]] * 9 + [[[0.0, 0.5]]])
    made = ScoreDraws(share, np.zeros(1, dtype=np.int64))
    scores = pd.DataFrame({"household": ["h"], "bold": [0.81], "safe": [0.5]})
    problem = problem_from_tables(homes, rooms, scores)
    expected = solve(problem, gap=0.0)
    assert expected.assignment["place"].tolist() == ["bold"]
    told = best_tail(problem, expected, made, share=0.1)
    assert told.plan.assignment["place"].tolist() == ["safe"] and told.tail == pytest.approx(0.5)
