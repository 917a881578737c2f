from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.core.dates.rhythm import Rhythm
from workbench.core.errors import DataError, ModelError
from workbench.models.settlement.combination.adding_up import adding_up
from workbench.models.settlement.combination.combined import CombinedRules, combine
from workbench.models.settlement.combination.simple_rules import SimpleRules, smoothed_by_size
from workbench.models.settlement.combination.weights import look_back, weigh
from workbench.models.settlement.contest.calibration import score
from workbench.models.settlement.evidence import QUOTAS
from workbench.models.settlement.panel.entrants import dormant
from workbench.models.settlement.panel.panel import SettlementPanel

pytestmark = pytest.mark.quick


def panel_of(persons: np.ndarray, **more: np.ndarray) -> SettlementPanel:
    rows = [
        (f"A{k:02d}", 2010 + at, n, *(values[at, k] for values in more.values()))
        for at, row in enumerate(persons)
        for k, n in enumerate(row)
    ]
    return SettlementPanel.from_tables(pd.DataFrame(rows, columns=["municipality", "year", "settled", *more]))


def walk(periods: int, areas: int, seed: int, step: float = 0.2, total: int = 8000) -> np.ndarray:
    rng = np.random.default_rng(seed)
    level = rng.normal(0, 1, areas) + np.cumsum(rng.normal(0, step, (periods, areas)), axis=0)
    share = np.exp(level) / np.exp(level).sum(axis=1, keepdims=True)
    return np.stack([rng.multinomial(total, p) for p in share])


def simulated(persons: np.ndarray, totals: list[int], draws: int = 1000) -> np.ndarray:
    fit = combine(panel_of(persons), as_of=2010 + len(persons) - 1, draws=draws)
    return fit.simulate(np.array([totals]), 1).values.transpose("draw", "municipality", "year").to_numpy()


def test_every_draw_adds_up_and_a_further_year_leaves_the_first_alone() -> None:
    persons = walk(8, 30, 1)
    one, two = simulated(persons, [500]), simulated(persons, [500, 9000])
    assert (two.sum(axis=1) == [500, 9000]).all() and (two >= 0).all()
    np.testing.assert_array_equal(one[:, :, 0], two[:, :, 0])


def test_a_draw_of_the_total_is_continued_by_each_draw_of_its_number() -> None:
    fit = combine(panel_of(walk(6, 10, 2)), as_of=2015, draws=50)
    found = fit.simulate(np.array([[100], [300], [700]]), 1).values.transpose("draw", "municipality", "year")
    assert (found.to_numpy().sum(axis=(1, 2)) == np.tile([100, 300, 700], 17)).all()


def test_an_area_that_never_took_part_does_not_swallow_the_nation() -> None:
    persons = np.random.default_rng(1).integers(50, 400, (10, 12))
    persons[:, 0] = 0
    share = simulated(persons, [2000], 4000)[:, 0, 0] / 2000
    assert share.mean() <= 0.02 and np.quantile(share, 0.975) <= 0.1


def test_a_stock_is_forecast_near_its_last_shares_and_narrowly() -> None:
    rng = np.random.default_rng(6)
    persons = np.rint(np.exp(rng.normal(6, 1.5, 80) + np.cumsum(rng.normal(0, 0.02, (9, 80)), axis=0)))
    last, total = persons[-1] / persons[-1].sum(), int(persons[-1].sum())
    found = simulated(persons, [total])[:, :, 0]
    assert np.abs(np.median(found, axis=0) / total - last).sum() < 0.03
    low, high = np.quantile(found[:, last.argmax()], [0.1, 0.9])
    assert high - low < 0.15 * last.max() * total


def test_stocks_that_keep_growing_where_they_grew_are_followed() -> None:
    growth = np.random.default_rng(7).choice([-0.1, 0.1], 60)
    persons = np.rint(5000 * np.exp(growth * np.arange(9)[:, None]))
    ahead = 5000 * np.exp(growth * 9)
    found = np.median(simulated(persons, [int(ahead.sum())])[:, :, 0], axis=0)
    by_last_share = persons[-1] / persons[-1].sum() * ahead.sum()
    assert np.abs(found - ahead).sum() < 0.7 * np.abs(by_last_share - ahead).sum()


def test_rules_that_follow_the_season_win_where_there_is_one() -> None:
    season = np.where(np.arange(20)[:, None] % 4 == np.arange(24) % 4, 900, 100)
    fit = combine(replace(panel_of(season), rhythm=Rhythm(4)), as_of=2029)
    last = season[0] / season[0].sum()  # the fifth year's first quarter is like the first
    assert np.abs(fit.expected(1) - last).sum() < 0.1


def test_intervals_hold_what_they_promise_and_medians_stay_near_the_rule_that_is_right() -> None:
    whole = walk(12, 60, 3)
    rows = []
    for known in (8, 9, 10, 11):
        drawn = simulated(whole[:known], [8000])[:, :, 0]
        rows.append(score(drawn, panel_of(whole), 2010 + known).assign(last=whole[known - 1]))
    table = pd.concat(rows)
    assert 0.70 < table["held80"].mean() < 0.88 and 0.90 < table["held95"].mean() < 0.98
    error, of_last = ((table[name] - table["persons"]).abs().sum() for name in ("median", "last"))
    assert error < 1.05 * of_last  # shares walk, so that last shares are close to the best there is


def test_weights_find_the_rule_that_was_right_and_never_see_the_outcome_left_out() -> None:
    persons = np.cumsum(np.random.default_rng(4).integers(0, 3, (10, 20)) ** 8, axis=0) + 10
    rules = SimpleRules(persons.astype(float), 1, np.zeros((0, *persons.shape)))
    past = look_back(rules, 1)
    assert past is not None
    weight = weigh({1: past}, 1, rules.supposed)
    assert weight.sum() == pytest.approx(1) and past.errors.mean(axis=0)[weight.argmax()] == pytest.approx(
        past.errors.mean(axis=0).min(), rel=0.05
    )
    other = replace(past, came=past.came.copy())
    other.came[-1] = other.came[-1][::-1]
    left_out = [weigh({1: each}, 1, rules.supposed, without=9) for each in (past, other)]
    np.testing.assert_array_equal(*left_out)


def test_quotas_of_the_period_ahead_are_used_where_they_are_known() -> None:
    rng = np.random.default_rng(5)
    quota = rng.integers(10, 500, (9, 25))
    persons = rng.poisson(quota)
    persons[-1] = 0
    fit = combine(panel_of(persons, accepted=quota), as_of=2017, contest=QUOTAS)
    assert np.abs(fit.expected(1) - quota[-1] / quota[-1].sum()).sum() < 0.15


def test_quotas_that_a_table_does_not_hold_cannot_be_used() -> None:
    with pytest.raises(ModelError, match="no municipality has an accepted quota for 2016"):
        combine(panel_of(walk(6, 10, 2)), as_of=2015, contest=QUOTAS)


def test_that_an_area_ended_is_no_error_of_the_others() -> None:
    persons = np.full((8, 10), 200) + np.random.default_rng(11).integers(0, 60, (8, 10))
    persons[4:, :3] = 0
    panel = replace(panel_of(persons), ended=("A00", "A01", "A02"))
    found = combine(panel, as_of=2017, draws=1000).simulate(np.array([[2000]]), 1).values.to_numpy()[:, :, 0]
    assert (found[:, :3] == 0).all() and (np.quantile(found[:, 3:], 0.025, axis=0) > 100).all()


def test_small_counts_are_trusted_less() -> None:
    persons = np.array([[10.0, 9990.0], [20.0, 9980.0]])
    now = smoothed_by_size(persons, 0.0, 30.0)[-1]
    assert 0.001 < now[0] < 0.0018
    assert dormant(np.array([[0, 1], [1, 0], [0, 0]])).tolist() == [[1, 0], [0, 1], [1, 2]]


def test_draws_add_up_and_keep_each_areas_spread() -> None:
    rng = np.random.default_rng(8)
    raw = np.exp(rng.normal(0, [0.1, 0.4, 0.8], (4000, 3))) * [0.6, 0.3, 0.1]
    found = adding_up(raw / raw.mean(axis=0).sum())
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert np.std(np.log(found[:, 2])) > 0.6


def test_a_saved_combination_forecasts_the_same_and_another_is_refused(tmp_path: Path) -> None:
    fit = combine(panel_of(walk(6, 10, 9)), as_of=2015, draws=100)
    again = CombinedRules.load(fit.save(tmp_path / "fit"))
    for each in (fit, again):
        assert each.diagnostics.ok and "rules were combined" in each.diagnostics.sentence()
    np.testing.assert_array_equal(*(each.simulate(np.array([[90]]), 1).values for each in (fit, again)))
    with pytest.raises(DataError, match="no combination"):
        CombinedRules.load(tmp_path / "none")


def test_two_years_are_enough_and_one_is_not() -> None:
    assert simulated(walk(2, 10, 10), [100]).sum() == 100 * 1000
    with pytest.raises(ModelError, match="cannot learn"):
        combine(panel_of(walk(2, 10, 10)), as_of=2010)
