"""Detections that lead applications are learnt; detections that do not are shrunk away; nothing later is looked at."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.core.dates.calendar import add_months, month_range
from workbench.models.inflow.leading import foreseen
from workbench.models.scores import LEVELS, crps

pytestmark = pytest.mark.quick

MONTHS = month_range("2010-01", "2016-12")
MIDDLE = LEVELS.index(0.5)


def made(lead: float, places: int = 8) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return applications that follow detections of two months before by an elasticity, and the detections."""
    rng = np.random.default_rng(3)
    w = 6 + np.cumsum(rng.normal(0, 0.3, (len(MONTHS), places)), axis=0)
    z = 5 + lead * np.roll(w - 6, 2, axis=0) + rng.normal(0, 0.1, w.shape)
    if not lead:
        z = 5 + np.cumsum(rng.normal(0, 0.1, w.shape), axis=0)
    names = [f"O{at}" for at in range(places)]
    return tuple(pd.DataFrame(np.expm1(x).round(), MONTHS, names) for x in (z, w))  # type: ignore[return-value]


def gain(lead: float, horizon: int) -> float:
    """Return by which share detections lower the score, mean over four years of origins."""
    persons, detections = made(lead)
    scores = np.zeros(2)
    for origin in MONTHS[36:-horizon:3]:
        past, seen = persons.loc[:origin], detections.loc[:origin]
        truth = np.log1p(persons.loc[add_months(origin, horizon)].to_numpy())
        for at, said in enumerate((None, seen)):
            scores[at] += crps(np.log1p(foreseen(past, said, horizon)), truth).mean()
    return 1 - scores[1] / scores[0]


def test_detections_that_lead_are_learnt_where_they_lead() -> None:
    assert gain(1.0, 2) > 0.2
    assert abs(gain(0.0, 2)) < 0.04


def test_quantiles_rise_and_nothing_after_the_last_month_or_published_too_late_matters() -> None:
    persons, detections = made(1.0)
    past, seen = persons.loc[:"2015-06"], detections.loc[:"2015-06"]  # type: ignore[misc]
    found = foreseen(past, seen, 3)
    assert found.shape == (8, len(LEVELS)) and (np.diff(found, axis=1) >= 0).all()
    later = seen.copy()
    later.iloc[-1] *= 9
    assert np.array_equal(foreseen(past, later, 3, late=1), foreseen(past, seen, 3, late=1))
    assert not np.array_equal(foreseen(past, later, 3), found)


def test_an_origin_not_published_in_the_last_month_is_not_forecast() -> None:
    persons, detections = made(1.0)
    persons.iloc[-1, 0] = np.nan
    found = foreseen(persons, detections, 1)
    assert np.isnan(found[0]).all() and np.isfinite(found[1:]).all()
    assert np.isnan(foreseen(persons.iloc[:20], detections.iloc[:20], 1)).all()
