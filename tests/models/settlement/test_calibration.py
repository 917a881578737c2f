from typing import Any

import numpy as np
import pytest

from workbench.models.settlement.contest import calibration, rules
from workbench.models.settlement.evidence import BEFORE, QUOTAS

pytestmark = pytest.mark.quick


def test_a_count_that_was_not_published_is_inside_if_it_may_be(small: Any) -> None:
    panel = small.panel
    table = calibration.score(np.tile(panel.persons[3], (50, 1)), panel, panel.years[3])
    assert table["in95"].all() and table["published"].all() and table["crps"].abs().max() < 1e-9
    panel.low[3, 0], panel.high[3, 0] = 1, 4
    below = np.tile(panel.persons[3], (50, 1))
    below[:, 0] = 5
    assert not calibration.score(below, panel, panel.years[3]).loc[0, "in95"]
    below[:, 0] = 4
    assert calibration.score(below, panel, panel.years[3]).loc[0, "in95"]


def test_a_calibrated_forecast_of_few_persons_holds_what_it_says(small: Any) -> None:
    rng = np.random.default_rng(3)
    panel = small.panel
    held, inside = [], []
    for mean in rng.uniform(0, 4, 250):
        panel.persons[3] = panel.low[3] = panel.high[3] = rng.poisson(mean, 12)
        table = calibration.score(rng.poisson(mean, (1500, 12)), panel, panel.years[3])
        held.append(table[["held80", "held95"]].mean())
        inside.append(table[["in80", "in95"]].mean())
    found = np.mean(held, axis=0)
    assert found[0] == pytest.approx(0.8, abs=0.02) and found[1] == pytest.approx(0.95, abs=0.01)
    assert np.mean(inside, axis=0)[0] > 0.85  # why the plain count is not the yardstick


def test_coverage_counts_and_says_how_sure_it_is(small: Any) -> None:
    panel = small.panel
    table = calibration.score(np.tile(panel.persons[3], (50, 1)), panel, panel.years[3])
    table.loc[:2, "in95"] = False
    entry = calibration.coverage(table)[0]
    assert entry["forecasts"] == 12 and entry["in95"] == 0.75 and entry["in80"] == 1
    assert entry["in95_low"] < 0.75 < entry["in95_high"] < 1
    assert sum(int(str(e["forecasts"])) for e in calibration.coverage(table)[1:]) == 12


@pytest.mark.parametrize("contest", [BEFORE, QUOTAS])
def test_rules_give_shares_and_spreads_that_add_up(small: Any, contest: str) -> None:
    rng = np.random.default_rng(1)
    found = rules.available(small.panel, 2018, contest)
    assert tuple(found) == rules.SHARES[contest]
    for name, shares in found.items():
        assert shares.sum() == pytest.approx(1)
        size = rules.precision(small.panel, 2018, contest, name)
        for spread in rules.SPREADS:
            drawn = rules.spread_out(rules.softened(shares, small.panel, 2018), np.full(20, 500), spread, rng, size)
            assert np.allclose(drawn.sum(axis=1), 500)


def test_a_rule_before_the_year_does_not_see_its_quotas(small: Any) -> None:
    panel = small.panel
    before = rules.available(panel, 2018, BEFORE)
    panel.accepted[panel.years.index(2019) :] *= np.linspace(1, 9, len(panel.municipalities))
    panel.persons[panel.years.index(2019) :] *= np.linspace(1, 9, len(panel.municipalities))
    after = rules.available(panel, 2018, BEFORE)
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert not np.allclose(rules.available(panel, 2018, QUOTAS)["accepted"], small.panel.accepted[9] / 20_000)


def test_the_precision_of_a_noisy_rule_is_lower(small: Any) -> None:
    close = rules.precision(small.panel, 2020, QUOTAS, "accepted")
    assert close > rules.precision(small.panel, 2020, QUOTAS, "population")
