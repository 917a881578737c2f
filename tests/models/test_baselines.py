"""Are the baselines what they say, fair to a fault, and honest about what they could not do?"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri, stdtrit

from workbench.core.errors import DataError, ModelError
from workbench.models import baselines
from workbench.models.scores import LEVELS

MIDDLE = LEVELS.index(0.5)


def series(months: int = 120, gain: float = 0.4, freedom: float = 4.0, seed: int = 1) -> np.ndarray:
    """Return a local level with Student-t shocks, log scale."""
    rng = np.random.default_rng(seed)
    level, y = 6.0, []
    for shock in 0.2 * stdtrit(freedom, rng.random(months)):
        y.append(level + shock)
        level += gain * shock
    return np.array(y)


@pytest.mark.quick
def test_the_local_level_finds_how_much_of_a_shock_stays() -> None:
    from scipy.optimize import minimize

    y = series(3000)
    found = minimize(baselines._minus_log_likelihood, np.array([0.0, -1.0, 1.0, y[0]]), args=(y,), method="Nelder-Mead")
    gain, scale, freedom = 1 / (1 + np.exp(-found.x[0])), np.exp(found.x[1]), 2 + np.exp(found.x[2])
    assert gain == pytest.approx(0.4, abs=0.05) and scale == pytest.approx(0.2, rel=0.1)
    assert freedom == pytest.approx(4, abs=1)


@pytest.mark.quick
def test_the_likelihood_is_that_of_the_recursion_written_out() -> None:
    from scipy.stats import t

    y = series(30)
    level, total = 5.5, 0.0
    for value in y:
        total += t.logpdf(value - level, df=5.0, scale=0.3)
        level += 0.7 * (value - level)
    theta = np.array([np.log(0.7 / 0.3), np.log(0.3), np.log(3.0), 5.5])
    assert baselines._minus_log_likelihood(theta, y) == pytest.approx(-total)
    assert baselines._levels(y, 0.7, 5.5)[-1] == pytest.approx(level)


@pytest.mark.quick
def test_the_local_level_covers_what_it_should() -> None:
    y = np.column_stack([series(130, seed=seed) for seed in range(60)])
    q = np.log1p(baselines.forecast("LocalLevelT", np.expm1(y[:-4]), 4).quantiles)
    assert np.all(np.diff(q, axis=-1) >= 0) and np.all(np.diff(q[..., -1] - q[..., 0]) > 0)
    inside = (q[..., LEVELS.index(0.1)] <= y[-4:].T) & (q[..., LEVELS.index(0.9)] >= y[-4:].T)
    assert 0.7 < np.mean(inside) < 0.9


@pytest.mark.quick
def test_the_level_waits_over_a_month_that_is_not_published() -> None:
    y = series(60)
    gap = np.insert(y, 30, np.nan)
    np.testing.assert_array_equal(baselines.local_level_t(gap, 3), baselines.local_level_t(y, 3))


@pytest.mark.quick
def test_a_series_that_ends_early_is_forecast_from_its_own_last_month() -> None:
    persons = np.expm1(series(80))[:, None]
    early = np.concatenate([persons, np.full((2, 1), np.nan)])
    one = baselines.forecast("LocalLevelT", early, 3).quantiles
    other = baselines.forecast("LocalLevelT", persons, 5).quantiles
    np.testing.assert_allclose(one[0], other[0, 2:])


@pytest.mark.quick
def test_nobody_expects_fewer_than_nobody_and_a_constant_stays() -> None:
    small = np.round(np.abs(np.random.default_rng(3).normal(0, 2, (60, 1))))
    said = baselines.forecast("LocalLevelT", np.hstack([small, np.full((60, 1), 40.0)]), 6).quantiles
    assert said.min() == 0
    np.testing.assert_allclose(said[1], 40)


@pytest.mark.quick
def test_wrong_names_and_empty_series_are_refused() -> None:
    with pytest.raises(DataError, match="did you mean 'AutoETS'"):
        baselines.forecast("AutoEts", np.ones((30, 1)), 3)
    with pytest.raises(ModelError, match="no published month"):
        baselines.forecast("LocalLevelT", np.full((30, 1), np.nan), 3)


@pytest.mark.quick
def test_the_last_value_is_carried_forward() -> None:
    y = np.array([1.0, np.nan, np.nan, 4.0, np.nan])
    np.testing.assert_array_equal(baselines.carried_forward(y), [1, 1, 1, 4, 4])


@pytest.mark.whole
def test_the_random_walk_is_the_last_value_with_the_spread_of_its_steps() -> None:
    y = series(90)
    said = np.log1p(baselines.forecast("RandomWalk", np.expm1(y)[:, None], 4).quantiles[0])
    np.testing.assert_allclose(said[:, MIDDLE], y[-1])
    steps = np.diff(y)
    for row, step in zip(said, range(1, 5), strict=True):
        np.testing.assert_allclose(row, y[-1] + np.sqrt(step * np.mean(steps**2)) * ndtri(LEVELS), rtol=0.02)


@pytest.mark.whole
@pytest.mark.parametrize("name", baselines.BASELINES)
def test_every_baseline_gives_ordered_quantiles_and_the_same_ones_again(name: str) -> None:
    season = 0.3 * np.sin(np.arange(96) * np.pi / 6)
    persons = np.expm1(np.column_stack([series(96) + season, series(96, seed=2)]))
    persons[:5, 1] = persons[40:42, 1] = np.nan
    said = baselines.forecast(name, persons, 6)
    assert said.quantiles.shape == (2, 6, 23) and np.isfinite(said.quantiles).all()
    assert np.all(np.diff(said.quantiles, axis=-1) >= 0) and said.fell_back == {}
    assert said.filled == ({} if name == "LocalLevelT" else {1: 2})
    np.testing.assert_array_equal(said.quantiles, baselines.forecast(name, persons, 6).quantiles)


@pytest.mark.whole
@pytest.mark.parametrize("name", baselines.BASELINES)
def test_a_series_of_twenty_months_is_forecast_by_every_baseline_itself(name: str) -> None:
    persons = np.expm1(np.column_stack([series(20, seed=seed) for seed in range(4)]))
    said = baselines.forecast(name, persons, 6)
    assert said.fell_back == {} and np.isfinite(said.quantiles).all()


@pytest.mark.whole
def test_a_short_series_is_left_to_the_random_walk_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    persons = np.expm1(np.column_stack([series(60), series(60, seed=2)]))
    persons[:-9, 1] = np.nan
    said = baselines.forecast("AutoETS", persons, 3)
    assert said.fell_back == {1: "9 published months, 12 are needed"}
    walk = baselines.forecast("RandomWalk", persons, 3).quantiles
    np.testing.assert_array_equal(said.quantiles[1], walk[1])

    def breaks(known: np.ndarray, steps: int) -> np.ndarray:
        raise ZeroDivisionError("no variance")

    monkeypatch.setattr(baselines, "local_level_t", breaks)
    broken = baselines.forecast("LocalLevelT", persons, 3).fell_back
    assert broken == {0: "ZeroDivisionError: no variance", 1: "9 published months, 12 are needed"}
