from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.dates.calendar import month_range
from workbench.models.inflow.recursion import (
    Dynamics,
    filtered,
    last_state,
    season_terms,
    shock_correlation,
    standardised,
)
from workbench.models.inflow.series import InflowSeries

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


def dynamics(draws: int = 1, places: int = 1, terms: int = 2, **known: Any) -> Dynamics:
    """Return parameters of nothing but a level; what is given replaces them."""
    each, all_alike = (draws, places), (draws, 1)
    plain: dict[str, Any] = {
        "gain": np.full(each, 0.5),
        "start": np.zeros(each),
        "scale": np.ones(each),
        "season": np.zeros((*each, terms)),
        "freedom": np.full(all_alike, 4.0),
        "reaction": np.zeros(all_alike),
        "persistence": np.zeros(all_alike),
        "reversion": np.zeros(each),
        "fade": 0.0,
    }
    return Dynamics(**{**plain, **known})


def test_the_recursion_by_hand() -> None:
    known = series(np.expm1(np.array([[1.0], [2.0], [np.nan], [1.5]])))
    errors = np.stack([error for error, _ in filtered(known, np.zeros((4, 2)), dynamics())])
    # levels before each month: 0, 0.5, 1.25, 1.25
    assert np.allclose(errors[:, 0, 0], [1.0, 1.5, 0.0, 0.25])
    assert np.allclose(last_state(known, np.zeros((4, 2)), dynamics()).level, 1.375)


def test_volatility_and_reversion_by_hand() -> None:
    known = series(np.expm1(np.array([[1.0], [np.nan], [2.0]])))
    full = dynamics(reaction=np.array([[0.5]]), persistence=np.array([[0.8]]), reversion=np.array([[0.1]]), fade=0.25)
    first, kept, last = (state for _, state in filtered(known, np.zeros((3, 2)), full))
    # month 1: error 1, score 5 / 5 − 1 = 0; the average takes up a quarter of it
    assert (first.level, first.variance, first.average) == (0.5, 0.0, 0.25)
    assert (kept.level, kept.variance, kept.average) == (first.level, first.variance, first.average)
    # month 3: error 1.5, score 5 · 2.25 / 6.25 − 1 = 0.8; the level closes a tenth of 0.25 − 0.5
    assert np.allclose([last.level, last.variance, last.average], [[[1.225]], [[0.4]], [[0.6875]]])
    shocks = standardised(known, np.zeros((3, 2)), full)
    assert np.allclose(shocks.ravel(), [1.0, 0.0, 1.5])


def test_many_draws_at_once_are_the_draws_one_by_one() -> None:
    rng = np.random.default_rng(1)
    known = series(rng.integers(0, 500, (30, 3)).astype(float))
    terms = season_terms(np.arange(30), 2)
    many = {
        "season": rng.normal(0, 0.1, (7, 3, 4)),
        "gain": rng.random((7, 3)),
        "start": rng.normal(5, 1, (7, 3)),
        "scale": rng.random((7, 3)) + 0.1,
        "freedom": rng.random((7, 1)) + 3,
        "reaction": rng.random((7, 1)),
        "persistence": rng.random((7, 1)),
        "reversion": rng.random((7, 3)) / 10,
    }
    together = last_state(known, terms, Dynamics(**many, fade=0.1))
    for i in range(7):
        alone = last_state(known, terms, Dynamics(**{name: values[i] for name, values in many.items()}, fade=0.1))
        for name in ("level", "average", "variance"):
            assert np.allclose(getattr(together, name)[i], getattr(alone, name))


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
