from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.calendar import month_range
from workbench.models.inflow_series import InflowSeries
from workbench.models.levels import last_level, one_step_errors, season_terms, shock_correlation

pytestmark = pytest.mark.quick


def series(persons: np.ndarray) -> InflowSeries:
    months = month_range("2010-01", "2030-12")[: len(persons)]
    return InflowSeries(tuple(months), tuple(f"D{i}" for i in range(persons.shape[1])), persons)


def test_a_season_adds_up_to_nothing_over_a_year_and_repeats() -> None:
    terms = season_terms(np.arange(24), 5)
    assert np.allclose(terms[:12].sum(axis=0), 0)
    assert np.allclose(terms[:12], terms[12:])
    assert np.allclose(terms[:12].T @ terms[:12], 6 * np.eye(10))
    assert np.allclose(terms[0], np.tile([1, 0], 5))


def test_the_recursion_by_hand() -> None:
    known = series(np.expm1(np.array([[1.0], [2.0], [np.nan], [1.5]])))
    nothing, gain, start = np.zeros((1, 2)), np.array([0.5]), np.array([0.0])
    errors = one_step_errors(known, np.zeros((4, 2)), nothing, gain, start)
    # levels before each month: 0, 0.5, 1.25, 1.25
    assert np.allclose(errors[:, 0], [1.0, 1.5, 0.0, 0.25])
    assert np.allclose(last_level(known, np.zeros((4, 2)), nothing, gain, start), 1.375)


def test_many_draws_at_once_are_the_draws_one_by_one() -> None:
    rng = np.random.default_rng(1)
    known = series(rng.integers(0, 500, (30, 3)).astype(float))
    terms = season_terms(np.arange(30), 2)
    season, gain, start = rng.normal(0, 0.1, (7, 3, 4)), rng.random((7, 3)), rng.normal(5, 1, (7, 3))
    together = last_level(known, terms, season, gain, start)
    alone = [last_level(known, terms, *one) for one in zip(season, gain, start, strict=True)]
    assert np.allclose(together, alone)


@given(st.integers(1, 8), st.integers(20, 60), st.integers(0, 2**32 - 1), st.floats(0, 0.5))
def test_shocks_are_always_tied_by_a_proper_correlation(places: int, months: int, seed: int, hidden: float) -> None:
    rng = np.random.default_rng(seed)
    shocks = rng.standard_t(3, (months, places)) + rng.standard_normal((months, 1))
    found = shock_correlation(shocks, rng.random((months, places)) >= hidden)
    assert np.allclose(found, found.T) and np.allclose(np.diag(found), 1)
    np.linalg.cholesky(found)


def test_independent_shocks_are_hardly_tied_and_common_ones_are() -> None:
    rng = np.random.default_rng(3)
    own, common = rng.standard_normal((140, 12)), rng.standard_normal((140, 1))
    published = np.ones(own.shape, dtype=bool)
    off = ~np.eye(12, dtype=bool)
    assert abs(shock_correlation(own, published)[off]).max() < 0.1
    tied = shock_correlation(own + common, published)[off]
    assert tied.mean() == pytest.approx(0.5, abs=0.12) and tied.min() > 0.2


def test_one_wild_month_does_not_tie_two_destinations() -> None:
    rng = np.random.default_rng(5)
    shocks = rng.standard_normal((140, 2))
    shocks[50] = 100
    assert abs(shock_correlation(shocks, np.ones((140, 2), dtype=bool))[0, 1]) < 0.2
