import numpy as np
import pandas as pd
import pytest

from workbench.models.settlement.entrants import dormant
from workbench.models.settlement.panel import SettlementPanel
from workbench.models.settlement.record import best_smoothing, by_record, pool_weights, read_record

pytestmark = pytest.mark.quick


def panel_of(persons: np.ndarray) -> SettlementPanel:
    rows = [(f"A{k:02d}", 2010 + at, n) for at, row in enumerate(persons) for k, n in enumerate(row)]
    return SettlementPanel.from_tables(pd.DataFrame(rows, columns=["municipality", "year", "settled"]))


def test_an_area_that_never_took_part_does_not_swallow_the_nation() -> None:
    rng = np.random.default_rng(1)
    persons = rng.integers(50, 400, (10, 12))
    persons[:, 0] = 0
    record = read_record(panel_of(persons), 1, np.zeros(12))
    wild = rng.dirichlet(np.full(12, 0.5), 4000)  # a model that gives it a twelfth, often more
    found = by_record(wild, record, rng)
    assert record.out.tolist() == [True] + [False] * 11
    assert found[:, 0].mean() <= 0.02 and np.quantile(found[:, 0], 0.975) <= 0.1
    assert np.allclose(found.sum(axis=1), 1)


def test_areas_enter_as_often_and_as_large_as_areas_entered_before() -> None:
    persons = np.full((10, 20), 100)
    for area in range(10):
        persons[:, area] = 0
    for area in range(6):  # one a year comes in, with five persons
        persons[area + 2 :, area] = 5
    record = read_record(panel_of(persons), 1, np.zeros(20))
    assert 0.05 < record.chance[9] < 0.2 and record.first.max() < 0.006


def test_the_middle_of_a_steady_table_is_that_of_the_rules() -> None:
    rng = np.random.default_rng(2)
    persons = np.tile(np.arange(1, 13) * 100, (8, 1)) + rng.integers(0, 3, (8, 12))
    record = read_record(panel_of(persons), 1, np.zeros(12))
    found = by_record(rng.dirichlet(np.full(12, 2.0), 2000), record, rng)
    truth = persons[-1] / persons[-1].sum()
    assert np.abs(np.median(found, axis=0) - truth).sum() < 0.15
    assert record.error < 0.01


def test_weights_find_the_rule_that_was_right() -> None:
    rng = np.random.default_rng(3)
    truth = [rng.dirichlet(np.ones(30)) for _ in range(5)]
    weight = pool_weights([np.stack([t, rng.dirichlet(np.ones(30))]) for t in truth], truth)
    assert weight[0] > 0.9 and weight.sum() == pytest.approx(1)


def test_smoothing_and_dormancy() -> None:
    assert dormant(np.array([[0, 1], [1, 0], [0, 0]])).tolist() == [[1, 0], [0, 1], [1, 2]]
    assert best_smoothing(np.array([[1.0, 2.0]])) == 0.7


def test_where_quotas_tell_who_takes_part_the_record_says_nothing_of_entry() -> None:
    persons = np.full((8, 6), 100)
    persons[:, 0] = 0
    record = read_record(panel_of(persons), 1, np.full(6, 10.0))
    drawn = np.random.default_rng(4).dirichlet(np.ones(6), 50)
    np.testing.assert_array_equal(by_record(drawn, record, np.random.default_rng(5), pool=False), drawn)


def test_a_stock_stays_where_it_was_though_small_areas_were_hard_to_foresee() -> None:
    rng = np.random.default_rng(6)
    size = np.append([4000.0, 1000.0], np.full(60, 20.0))
    persons = np.stack([np.append([4000, 1000], rng.poisson(20, 60) * rng.integers(0, 4, 60)) for _ in range(9)])
    record = read_record(panel_of(persons), 2, np.zeros(62))
    drawn = np.exp(rng.normal(np.log(size), 0.6, (3000, 62)))  # a model that is far less sure of the large ones
    found = by_record(drawn / drawn.sum(axis=1, keepdims=True), record, rng)
    last = persons[-1, 0] / persons[-1].sum()
    assert np.median(found[:, 0]) == pytest.approx(last, rel=0.12)
    assert np.ptp(np.quantile(found[:, 0], [0.1, 0.9])) < np.ptp(
        np.quantile(drawn[:, 0] / drawn.sum(axis=1), [0.1, 0.9])
    )
