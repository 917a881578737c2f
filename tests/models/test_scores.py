"""Are the scores right? Against exact ensemble scores, hand-made cases, and properness."""

from __future__ import annotations

import numpy as np
import pytest
import scoringrules
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from workbench.core.errors import DataError
from workbench.models import scores

pytestmark = pytest.mark.quick
LEVELS = np.array(scores.LEVELS)


def normal(mean: np.ndarray, scale: float = 1.0) -> np.ndarray:
    from scipy.special import ndtri

    return np.asarray(mean)[..., None] + scale * ndtri(LEVELS)


def test_there_are_23_levels_and_their_cells_fill_the_unit_interval() -> None:
    assert len(scores.LEVELS) == 23 and list(scores.LEVELS) == sorted(scores.LEVELS)
    assert scores.cell_weights().sum() == pytest.approx(1)


@pytest.mark.parametrize("scale", [0.3, 1.0, 2.5])
def test_the_quantile_crps_is_within_a_few_per_cent_of_the_exact_one_of_an_ensemble(scale: float) -> None:
    rng = np.random.default_rng(3)
    samples = np.exp(scale * rng.standard_normal((40, 4000)))
    observed = np.exp(scale * rng.standard_normal(40))
    exact = scoringrules.crps_ensemble(observed, samples)
    for draws, truth, score in (
        (samples, observed, exact),
        (np.log1p(samples), np.log1p(observed), scoringrules.crps_ensemble(np.log1p(observed), np.log1p(samples))),
    ):
        ours = scores.crps(np.quantile(draws, LEVELS, axis=1).T, truth)
        assert ours.mean() == pytest.approx(score.mean(), rel=0.03)


def test_the_threshold_weighted_crps_is_within_a_few_per_cent_of_the_exact_one() -> None:
    rng = np.random.default_rng(4)
    samples, observed = rng.standard_normal((60, 4000)), rng.standard_normal(60)
    q = np.quantile(samples, LEVELS, axis=1).T
    ours = scores.threshold_weighted_crps(q, observed, np.full(60, 1.0))
    exact = scoringrules.twcrps_ensemble(observed, samples, a=1.0)
    assert ours.mean() == pytest.approx(exact.mean(), rel=0.08)
    everywhere = scores.threshold_weighted_crps(q, observed, np.full(60, -99.0))
    np.testing.assert_allclose(everywhere, scores.crps(q, observed))


@given(st.floats(-2, 2), st.floats(0.3, 3))
def test_nobody_scores_better_than_who_says_what_is_true(shift: float, scale: float) -> None:
    observed = normal(np.zeros(1))[0]  # the truth, level by level
    weights = scores.cell_weights()

    def expected(q: np.ndarray) -> float:
        return float(scores.crps(np.tile(q, (len(LEVELS), 1)), observed) @ weights)

    assert expected(normal(np.array(shift), scale)) >= expected(normal(np.array(0.0))) - 1e-9


def test_a_sure_and_right_forecast_costs_nothing_and_an_unknown_outcome_has_no_score() -> None:
    q = np.full((2, 23), 7.0)
    assert scores.crps(q, np.array([7.0, 9.0])) == pytest.approx([0, 2])
    assert np.isnan(scores.crps(q[:1], np.array([np.nan])))[0]
    assert np.isnan(scores.covered(q[:1], np.array([np.nan]), 0.8))[0]


def test_the_pit_is_uniform_for_a_true_forecast_and_not_for_a_narrow_one() -> None:
    rng = np.random.default_rng(5)
    observed = rng.standard_normal(20000)
    for scale, uniform in ((1.0, True), (0.5, False)):
        values = scores.pit(normal(np.zeros(20000), scale), observed, np.random.default_rng(1))
        shares = np.histogram(values, 10, (0, 1))[0] / 20000
        assert (np.abs(shares - 0.1).max() < 0.012) == uniform


def test_the_pit_of_counts_with_many_zeros_is_uniform() -> None:
    rng = np.random.default_rng(6)
    many = rng.poisson(0.7, 200000)
    q = np.tile(np.quantile(many, LEVELS, method="inverted_cdf"), (20000, 1))
    values = scores.pit(q, many[:20000].astype(float), np.random.default_rng(1))
    shares = np.histogram(values, 4, (0, 1))[0] / 20000
    assert np.abs(shares - 0.25).max() < 0.03  # the levels are 0.05 apart


def test_the_pit_beyond_the_outer_quantiles_lies_in_the_tails() -> None:
    q = normal(np.zeros(2))
    low, high = scores.pit(q, np.array([-9.0, 9.0]), np.random.default_rng(1))
    assert 0 < low < 0.01 and 0.99 < high < 1
    assert scores.pit(q[:1], np.array([0.01]), np.random.default_rng(1))[0] == pytest.approx(0.504, abs=1e-3)


def test_coverage_counts_the_ends() -> None:
    q = np.tile(LEVELS, (3, 1))
    assert scores.covered(q, np.array([0.1, 0.9, 0.91]), 0.8).tolist() == [1, 1, 0]


def test_the_energy_score_is_that_of_the_library_and_leaves_unknown_series_out() -> None:
    rng = np.random.default_rng(7)
    samples, observed = rng.standard_normal((2, 60, 3)), rng.standard_normal((2, 3))
    observed[1, 2] = np.nan
    one = scores.energy_score(samples, observed)
    pairs = np.linalg.norm(samples[0][:, None] - samples[0][None], axis=-1).sum() / (60 * 59)
    assert one[0] == pytest.approx(np.linalg.norm(samples[0] - observed[0], axis=1).mean() - pairs / 2)
    assert one[1] == pytest.approx(scores.energy_score(samples[1:, :, :2], observed[1:, :2])[0])


def test_scores_of_samples_are_those_of_the_library() -> None:
    rng = np.random.default_rng(8)
    draws, observed = rng.poisson(3, (60, 5)).astype(float), rng.poisson(3, 5).astype(float)
    exact = scoringrules.crps_ensemble(observed, draws, m_axis=0, estimator="qd")
    np.testing.assert_allclose(scores.sample_crps(draws, observed), exact)
    near = scores.energy_score(draws[None], observed[None], neighbours=True)[0]
    assert near == pytest.approx(float(scoringrules.es_ensemble(observed, draws, estimator="akr")))


def test_a_sample_scores_the_integral_that_the_score_stands_for() -> None:
    draws = norm.ppf((np.arange(4000) + 0.5) / 4000, 3, 2)[:, None]
    whole = (
        quad(lambda x: norm.cdf(x, 3, 2) ** 2, -30, 4.5)[0] + quad(lambda x: (1 - norm.cdf(x, 3, 2)) ** 2, 4.5, 40)[0]
    )
    assert scores.sample_crps(draws, np.array([4.5]))[0] == pytest.approx(whole, rel=1e-2)


def test_a_point_scores_its_absolute_error() -> None:
    persons = np.array([5.0, 0.0, 12.0])
    assert scores.sample_crps(np.array([[7.0, 1.0, 12.0]]), persons).tolist() == [2, 1, 0]
    assert scores.energy_score(np.array([[[8.0, 4.0, 12.0]]]), persons[None], neighbours=True)[0] == pytest.approx(5)
    assert scores.absolute_error(np.array([7.0, 1.0, 12.0]), persons) == pytest.approx(3 / 17)


def test_neighbouring_draws_give_the_score_of_all_pairs_and_the_truth_scores_best() -> None:
    rng = np.random.default_rng(1)
    observed = rng.normal(10, 2, (1, 300))
    right, wide, off = (rng.normal(at, scale, (1, 800, 300)) for at, scale in ((10, 2), (10, 6), (12, 2)))
    near = scores.energy_score(right, observed, neighbours=True)
    assert near == pytest.approx(scores.energy_score(right, observed), rel=0.01)
    for one in (wide, off):
        assert near < scores.energy_score(one, observed, neighbours=True)
        assert scores.sample_crps(right[0], observed[0]).mean() < scores.sample_crps(one[0], observed[0]).mean()


def test_joint_samples_score_better_than_independent_ones_where_series_move_together() -> None:
    rng = np.random.default_rng(8)
    together = rng.standard_normal((200, 1))
    observed = np.repeat(together, 6, axis=1)
    joint = np.repeat(rng.standard_normal((1, 300, 1)), 6, axis=2).repeat(200, axis=0)
    apart = np.stack([scores.independent_samples(normal(np.zeros(6)), 300, rng) for _ in range(200)])
    assert scores.energy_score(joint, observed).mean() < scores.energy_score(apart, observed).mean()


def test_independent_samples_have_the_quantiles_they_were_drawn_from() -> None:
    q = normal(np.array([0.0, 5.0]))
    drawn = scores.independent_samples(q, 2000, np.random.default_rng(9))
    assert drawn.shape == (2000, 2)
    np.testing.assert_allclose(np.quantile(drawn, LEVELS, axis=0).T[:, 1:-1], q[:, 1:-1], atol=0.03)
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.1


def test_a_pool_of_one_is_the_one_and_of_two_is_their_mixture() -> None:
    from scipy.special import ndtr

    one, other = normal(np.array([0.0]), 1.0), normal(np.array([3.0]), 0.5)
    np.testing.assert_allclose(scores.pool(np.stack([one, one])), one, atol=0.02)
    mixed = scores.pool(np.stack([one, other]))[0]
    assert np.all(np.diff(mixed) >= 0)
    np.testing.assert_allclose((ndtr(mixed) + ndtr((mixed - 3) / 0.5)) / 2, LEVELS, atol=0.012)


def test_what_are_no_quantiles_is_refused() -> None:
    for bad in (np.arange(23.0)[::-1], np.arange(5.0), np.full(23, np.nan)):
        with pytest.raises(DataError, match="not the quantiles"):
            scores.crps(bad[None], np.zeros(1))
