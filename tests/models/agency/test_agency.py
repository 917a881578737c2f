from dataclasses import replace

import made_up
import numpy as np
import pandas as pd
import pytest
import small

from workbench.core.errors import AssumptionError, DataError
from workbench.models.agency import MeanAndSpread, Staffing, capacity, drawn, simulate
from workbench.models.agency.causes import shapley
from workbench.models.agency.uncertainty import factors
from workbench.sources import localities

pytestmark = pytest.mark.quick
SPREAD = {
    "absence": MeanAndSpread(0.2, 0.03),
    "attrition": MeanAndSpread(0.02, 0.005),
    "intake_level_sd": 0.2,
    "overtime": 0.1,
    "overtime_begins": 0.5,
}


def test_the_shipped_agency_is_what_its_program_makes():
    shipped = localities.load("example_agency")
    for name, table in made_up.tables().items():
        written = pd.read_csv(shipped.table(name).path)
        pd.testing.assert_frame_equal(written, table.reset_index(drop=True), check_dtype=False, rtol=1e-9)


@pytest.mark.parametrize("seed", [None, 5])
def test_no_case_is_lost_in_any_draw_month_or_stage(seed):
    agency, assumed = small.agency(), small.assumptions(**SPREAD)
    uncertain = drawn(agency, assumed, months=9, size=40, seed=3)
    path = simulate(agency, assumed, uncertain, capacity(agency, assumed, uncertain, Staffing.none(agency)), seed=seed)
    gap = path.waiting[:, 1:] - path.waiting[:, :-1] - path.came + path.done
    whole = path.backlog[:, 1:] - path.backlog[:, :-1] - uncertain.intake.sum(axis=(2, 3)) + path.left.sum(axis=2)
    if seed is None:
        assert np.abs(gap).max() < 1e-8 and np.abs(whole).max() < 1e-8
    else:
        assert not gap.any() and not whole.any() and path.waiting.dtype == np.int64
    assert path.waiting.min() >= 0 and path.done.min() >= 0
    assert path.overtime.max() > 0


def test_a_frozen_type_is_not_worked_on_and_priority_goes_first():
    agency = small.agency(
        case_types=("minor", "standard"),
        waiting=np.array([[[0.0, 0.0], [200.0, 200.0], [0.0, 0.0]]]),
        hours=np.array([[[3.0, 3.0], [9.0, 9.0], [12.0, 12.0]]]),
        ways=np.repeat(small.agency().ways, 2, axis=1),
        intake=np.array([[0.0, 0.0]]),
    )
    assumed = small.assumptions()
    uncertain = drawn(agency, assumed, months=2, size=4, seed=1)
    hours = capacity(agency, assumed, uncertain, Staffing.none(agency))
    first = simulate(agency, assumed, uncertain, hours).done[:, 0, 0, 1]
    assert (first[:, 0] > 90).all() and (first[:, 1] == 0).all()
    frozen = np.zeros((2, 3, 2), dtype=bool)
    frozen[0, :, 0] = True
    path = simulate(agency, assumed, uncertain, hours, frozen=frozen)
    assert (path.done[:, 0, 0, 1, 0] == 0).all() and (path.done[:, 0, 0, 1, 1] > 90).all()
    assert (path.done[:, 1, 0, 1, 0] > 90).all()


def test_hours_are_linear_in_orders_and_newcomers_learn():
    agency, assumed = small.agency(), small.assumptions(**SPREAD)
    uncertain = drawn(agency, assumed, months=8, size=10, seed=1)
    none, one = Staffing.none(agency), Staffing.none(agency).with_hires(np.array([[0.0, 2.0, 0.0]]))
    now, more = (capacity(agency, assumed, uncertain, orders) for orders in (none, one))
    twice = capacity(agency, assumed, uncertain, none.with_hires(2 * one.hires))
    np.testing.assert_allclose(twice - now, 2 * (more - now))
    gain = (more - now)[:, :, 0, 1]
    assert (gain[:, :2] == 0).all() and (gain[:, 7] > gain[:, 2]).all()
    assert (gain[:, 7] < 2 * assumed.hours_per_month).all()


def test_the_true_hours_are_recovered_and_their_posterior_is_calibrated():
    """Simulation-based calibration: truth drawn from the prior lies in central intervals as often as they say."""
    agency, assumed = small.agency(), small.assumptions(hours_unit_sd=0.2)
    rng = np.random.default_rng(1)
    held, errors = [], []
    for _ in range(600):
        truth = rng.normal(0, 0.2, (1, 3))
        closed = rng.integers(40, 200, (6, 1, 3)).astype(float)
        worked = closed * agency.hours[..., 0] * np.exp(truth + rng.normal(0, assumed.hours_month_sd, (6, 1, 3)))
        mean, sd = factors(agency, assumed, worked, closed)
        held.append(np.abs(truth - mean) / sd)
        errors.append(truth - mean)
    for level, width in ((0.5, 0.6745), (0.8, 1.2816), (0.95, 1.96)):
        assert np.mean(np.array(held) < width) == pytest.approx(level, abs=0.03)
    assert np.abs(np.mean(errors)) < 0.005 and np.std(errors) < 0.05


def test_without_past_work_the_prior_stands_and_shares_follow_their_counts():
    agency, assumed = small.agency(), small.assumptions(hours_unit_sd=0.2)
    uncertain = drawn(agency, assumed, months=1, size=4000, seed=1)
    assert np.log(uncertain.hours / agency.hours).std() == pytest.approx(0.2, abs=0.01)
    np.testing.assert_allclose(uncertain.shares.mean(axis=0), agency.shares, atol=0.01)
    assert (uncertain.shares[..., agency.ways[:, 0].sum(0) == 0] == 0).all()
    np.testing.assert_allclose(uncertain.shares.sum(-1), 1.0)


def test_given_intake_is_used_draw_by_draw():
    agency, assumed = small.agency(), small.assumptions()
    given = np.array([[10, 20, 30], [40, 50, 60]])
    uncertain = drawn(agency, assumed, months=2, size=5, seed=1, intake=given)
    np.testing.assert_array_equal(uncertain.intake.sum(axis=(2, 3))[:3], [[10, 20], [40, 50], [10, 20]])
    for bad in ([[1.5, 2.0]], [[-1, 2]], [[5]]):
        with pytest.raises(AssumptionError, match="intake given cannot be used"):
            drawn(agency, assumed, months=2, size=5, seed=1, intake=np.array(bad))


def test_a_stage_nobody_can_leave_and_a_queue_nobody_works_on_are_refused_by_name():
    ways = small.agency().ways.copy()
    ways[2, 0] = [0, 10, 0, 0, 0]
    ways[1, 0] = [0, 0, 10, 0, 0]
    with pytest.raises(DataError, match="no way leads out of the agency for cases of type 'standard'") as told:
        replace(small.agency(), ways=ways).checked()
    assert {fault.column for fault in told.value.faults} == {"stage"}
    with pytest.raises(DataError, match="300 cases wait in A and nobody works on them"):
        small.agency(staff=np.array([[4.0, 0.0, 9.0]])).checked()


def test_causes_add_up_and_do_not_depend_on_their_order():
    def value(put: frozenset[str]) -> float:
        return 3.0 * ("a" in put) + 2.0 * ("b" in put) * ("c" in put) - 5.0 * ({"a", "c"} <= put)

    found = shapley(["a", "b", "c"], value)
    assert sum(found.values()) == pytest.approx(value(frozenset("abc")) - value(frozenset()))
    assert found == pytest.approx(shapley(["c", "a", "b"], value))
    assert found["b"] == pytest.approx(1.0)
