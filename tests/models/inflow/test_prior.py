from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from workbench.core.errors import AssumptionError
from workbench.models.inflow import InflowComponents, InflowModel, InflowSeries, Shocks, prior_check
from workbench.models.inflow.prior import TRAITS, draw_histories, draw_parameters, traits

NAMES = ("A", "B", "C")


@pytest.fixture(scope="module")
def series() -> InflowSeries:
    rng = np.random.default_rng(5)
    steps = 0.25 * rng.standard_t(5, (72, 3))
    persons = np.rint(np.expm1(7 + 0.6 * np.cumsum(steps, axis=0) + 0.1 * steps))
    months = tuple(f"{2010 + i // 12}-{i % 12 + 1:02d}" for i in range(72))
    persons[:7, 2] = persons[40, 1] = np.nan
    return InflowSeries(months, NAMES, persons)


@pytest.mark.whole
def test_drawn_parameters_follow_their_priors(series: InflowSeries) -> None:
    drawn = draw_parameters(InflowModel(), series, draws=2000, seed=3)
    assert drawn["season"].sizes == {"chain": 1, "draw": 2000, "destination": 3, "term": 6}
    assert list(drawn["destination"].values) == list(NAMES)
    gain = drawn["gain"].to_numpy()
    assert gain.min() > 0.05 and gain.max() < 1
    middle = 0.05 + 0.95 / (1 + np.exp(-0.5))  # the centre's own median is .5, and all is even around it
    assert abs(np.median(gain) - middle) < 0.03
    assert abs(np.median(drawn["scale"]) - Shocks().shock_median) < 0.1 * Shocks().shock_median
    for name, column in zip(NAMES, series.first_year, strict=True):
        assert abs(drawn["start"].sel(destination=name).mean() - column) < 0.1


@pytest.mark.whole
def test_the_check_sees_figures_that_the_priors_do_not_expect(series: InflowSeries) -> None:
    found = prior_check(InflowModel(), series, seed=1).set_index("trait")
    assert list(found.index) == list(TRAITS)
    assert found.loc["typical change", "inside"] == 1 and found.loc["largest change", "inside"] == 1
    assert (found["prior_low"] < found["prior_median"]).all() and (found["prior_median"] < found["prior_high"]).all()
    wild = replace(InflowComponents(), shocks=Shocks(shock_median=3.0, shock_median_spread=0.1, shock_spread=0.1))
    assert prior_check(InflowModel(wild), series, seed=1).set_index("trait").loc["typical change", "inside"] == 0
    again = prior_check(InflowModel(), series, seed=1).set_index("trait")
    assert found.equals(again)
    with pytest.raises(AssumptionError, match="10 histories"):
        prior_check(InflowModel(), series, seed=1, draws=10)


@pytest.mark.whole
def test_histories_without_shocks_are_level_and_season(series: InflowSeries) -> None:
    drawn = draw_parameters(InflowModel(), series, draws=50, seed=3)
    drawn["scale"] = drawn["scale"] * 0 + 1e-12
    drawn["season"] = drawn["season"] * 0
    drawn["start"] = drawn["start"] * 0 + 4.0
    histories = draw_histories(drawn, series, InflowComponents(), seed=1)
    np.testing.assert_allclose(histories, 4.0, atol=1e-6)


@pytest.mark.quick
def test_traits_of_a_known_history() -> None:
    month = np.arange(36)
    wave = 0.3 * np.cos(2 * np.pi * month / 12)
    told = {name: value[0, 0] for name, value in traits((wave + month // 12)[None, :, None], np.ones((36, 1))).items()}
    assert told["spread of seasons"] == pytest.approx(0.3 / np.sqrt(2))
    assert told["spread of years"] == pytest.approx(np.sqrt(2 / 3))
    assert told["largest change"] == pytest.approx(1 + 0.3 - wave[11])
    short = traits(np.ones((1, 20, 1)), np.ones((20, 1)))
    assert np.isnan(short["spread of years"]).all() and short["typical change"] == 0
    nothing = traits(np.ones((1, 36, 1)), np.zeros((36, 1)))
    assert all(np.isnan(value).all() for value in nothing.values())
