"""Next year's published rate: the raw rate where nothing lasts, and what lasts where something does."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.core.errors import ModelError
from workbench.models.smallarea.next_year import forecast
from workbench.models.smallarea.panel import SmallAreaPanel

pytestmark = pytest.mark.quick
AREAS, YEARS = 60, 8


def panel(seed: int, *, drift: float, own: float, persons: int = 2_000) -> tuple[SmallAreaPanel, np.ndarray]:
    """Return years of a made-up world, and the year after: a drift that lasts, and areas that move by themselves."""
    rng = np.random.default_rng(seed)
    odds = -1 + 0.8 * rng.standard_normal((AREAS, 1)) + drift * np.arange(YEARS + 1)
    odds = odds + np.cumsum(own * rng.standard_normal((AREAS, YEARS + 1)), axis=1)
    odds = odds + np.cumsum(0.05 * rng.standard_normal(YEARS + 1))
    n = np.full(odds.shape, persons)
    events = rng.binomial(n, 1 / (1 + np.exp(-odds)))
    names = tuple(f"a{i:02d}" for i in range(AREAS))
    groups = {"kind": tuple("xy"[i % 2] for i in range(AREAS))}
    seen = SmallAreaPanel(names, tuple(range(2010, 2010 + YEARS)), events[:, :-1], n[:, :-1], np.ones(AREAS), groups)
    return seen, events[:, -1] / persons


def test_a_drift_that_lasts_is_followed_and_intervals_hold() -> None:
    better, held = [], []
    for seed in range(6):
        seen, came = panel(seed, drift=0.25, own=0.05)
        told = forecast(seen, draws=600)
        low, high = told.interval()
        better.append(np.abs(told.rate - came).mean() / np.abs(seen.raw()[:, -1] - came).mean())
        held.append(((low <= came) & (came <= high)).mean())
    assert np.mean(better) < 0.75 and np.mean(held) > 0.8


def test_where_only_chance_moves_the_forecast_is_nearer_than_the_raw_rate_and_never_far_off() -> None:
    better = []
    for seed in range(6):
        seen, came = panel(seed, drift=0.0, own=0.0, persons=60)
        better.append(np.abs(forecast(seen, draws=400).rate - came).mean() / np.abs(seen.raw()[:, -1] - came).mean())
    assert np.mean(better) < 0.97 and max(better) < 1.1


def test_areas_without_persons_have_no_forecast_and_two_years_are_too_few() -> None:
    seen, _ = panel(1, drift=0.1, own=0.1)
    persons, events = seen.persons.copy(), seen.events.copy()
    persons[3, -1] = events[3, -1] = 0
    persons[5, 2] = events[5, 2] = 0
    told = forecast(SmallAreaPanel(seen.areas, seen.years, events, persons, seen.size, seen.groups), draws=50)
    assert np.isnan(told.draws[:, 3]).all() and np.isfinite(np.delete(told.draws, 3, axis=1)).all()
    with pytest.raises(ModelError, match="too few"):
        forecast(seen.until(2011))


def test_the_future_is_not_looked_at() -> None:
    seen, _ = panel(2, drift=0.1, own=0.1)
    short = seen.until(2015)
    again = SmallAreaPanel(
        seen.areas, seen.years[:6], seen.events[:, :6].copy(), seen.persons[:, :6].copy(), seen.size, seen.groups
    )
    assert (forecast(short, draws=50).draws == forecast(again, draws=50).draws).all()
