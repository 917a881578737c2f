from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from workbench.decisions import staffing
from workbench.decisions.staffing import Limits, Prices, StaffingProblem
from workbench.decisions.staffing.costs import tail_mean
from workbench.decisions.staffing.solve import representative

pytestmark = pytest.mark.quick
PRICES = Prices(6000, 50, 8000, 3000, 6000, 1.5, 150, 400)
LIMITS = Limits(20, 1e6, 0.2, 0.1)


def problem(seed: int = 1, draws: int = 3, **parts: object) -> StaffingProblem:
    """Return two units with two stages, short of hours at the second stage of the first unit."""
    rng = np.random.default_rng(seed)
    months, units, stages = 6, 2, 2
    staff = np.array([[4.0, 5.0], [4.0, 7.0]])
    hour = np.full((draws, months), 110.0)
    learn = np.where(np.arange(months) < 1, 0.0, 110 * np.minimum(1.0, 0.3 + 0.2 * np.arange(months)))
    ways = np.zeros((draws, units, stages, stages))
    ways[:, :, 0, 1] = 0.95
    usual = {
        "waiting": np.array([[50.0, 200.0], [40.0, 60.0]]),
        "intake": rng.poisson(70, (draws, months, units)).astype(float),
        "hours": np.tile(np.array([5.0, 10.0]), (draws, units, 1)),
        "ways": ways,
        "base": hour[:, :, None, None] * staff,
        "hired": np.tile(learn, (draws, 1)),
        "to_stage": 0.8 * hour,
        "to_unit": 0.9 * hour,
        "lost": hour,
        "staff": staff,
        "time_limits": np.array([1.0, 2.0]),
        "paid_months": 5.0,
        "prices": PRICES,
        "limits": LIMITS,
    }
    return StaffingProblem(**{**usual, **parts})  # type: ignore[arg-type]


def test_a_plan_keeps_budget_training_and_balance_of_moves():
    stated = problem(limits=Limits(3, 90_000, 0.2, 0.1))
    plan = staffing.solve(stated)
    assert plan is not None
    orders = plan.orders
    assert orders.hires.sum() <= 3 + 1e-4 and orders.price(stated) <= 90_000 * 1.001
    np.testing.assert_allclose(orders.from_stage.sum(axis=1), orders.to_stage.sum(axis=1), atol=1e-4)
    np.testing.assert_allclose(orders.from_unit.sum(axis=0), orders.to_unit.sum(axis=0), atol=1e-4)
    assert (orders.from_stage + orders.from_unit <= 0.2 * stated.staff + 1e-4).all()


def test_the_dual_is_what_one_more_caseworker_saves():
    """A second route: solve again with a little more staff at one team."""
    stated = problem()
    plan = staffing.solve(stated)
    assert plan is not None
    for unit, stage in product(range(2), range(2)):
        base = stated.base.copy()
        base[:, :, unit, stage] += 0.05 * stated.lost
        more = staffing.solve(replace(stated, base=base))
        assert more is not None
        saved = (plan.objective - more.objective) / 0.05 / stated.base.shape[1]
        assert saved == pytest.approx(plan.price[unit, stage], rel=0.15, abs=60)


def test_more_money_never_makes_a_plan_dearer_and_two_stages_beat_a_plan_for_the_mean():
    costs = []
    for budget in (0.0, 50_000.0, 200_000.0):
        plan = staffing.solve(problem(limits=replace(LIMITS, budget=budget + 40_000)))
        assert plan is not None
        costs.append(plan.objective)
    assert costs[0] >= costs[1] - 1 and costs[1] >= costs[2] - 1


def test_the_smallest_easing_makes_a_plan_possible_and_nothing_less_does():
    tight = problem(limits=Limits(20, 30_000, 0.0, 0.0, late=40.0))
    assert staffing.solve(tight) is None
    found = {easing.limit: easing for easing in staffing.easings(tight)}
    needed = found["budget"].needed
    assert needed is not None and needed > 30_000
    enough = staffing.solve(replace(tight, limits=replace(tight.limits, budget=needed * 1.001)))
    assert enough is not None
    assert staffing.solve(replace(tight, limits=replace(tight.limits, budget=needed * 0.98))) is None
    assert found["late"].needed is not None and found["late"].needed > 40


def test_late_cases_are_those_that_waited_longer_than_the_limit():
    waiting = np.array([10.0, 12.0, 6.0]).reshape(1, 3, 1, 1)
    done = np.array([4.0, 9.0]).reshape(1, 2, 1, 1)
    one = staffing.late_cases(waiting, done, np.array([1.0]))
    np.testing.assert_allclose(one.ravel(), [6.0, 3.0])  # ten waited, four left; twelve waited, nine left
    two = staffing.late_cases(waiting, done, np.array([2.0]))
    np.testing.assert_allclose(two.ravel(), [0.0, 0.0])  # of the ten of two months ago thirteen places were served


def test_the_mean_of_the_worst_counts_the_border_in_part():
    assert tail_mean(np.arange(10.0), 0.25) == pytest.approx((9 + 8 + 0.5 * 7) / 2.5)


def test_representative_draws_are_spread_over_how_far_work_exceeds_hours():
    stated = problem(draws=60)
    chosen = representative(stated, 6)
    assert len(set(chosen)) == 6
    need = stated.intake.sum(axis=(1, 2))
    assert need[chosen].mean() == pytest.approx(need.mean(), rel=0.03)
    assert need[chosen].std() > 0.6 * need.std()
