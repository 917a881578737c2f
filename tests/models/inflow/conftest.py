"""Arrivals made from known parameters, and one fit of them that the whole tests share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from workbench.core.dates.calendar import add_months, month_number, month_range
from workbench.models.inflow import InflowFit, InflowModel
from workbench.models.inflow.recursion import season_terms

FIRST, AS_OF, LAST = "2008-01", "2019-06", "2019-12"


@dataclass(frozen=True)
class Truth:
    """Parameters of made-up arrivals (destination; season destination × term) and the rows they gave."""

    gain: np.ndarray
    scale: np.ndarray
    season: np.ndarray
    start: np.ndarray
    degrees_of_freedom: float
    reaction: float
    persistence: float
    arrivals: pd.DataFrame


@pytest.fixture(scope="session")
def truth() -> Truth:
    rng = np.random.default_rng(20)
    places = list("ABCDE")
    months = month_range(FIRST, LAST)
    gain = np.array([0.25, 0.5, 0.6, 0.75, 0.9])
    scale = np.array([0.05, 0.08, 0.1, 0.2, 0.06])
    common = np.array([0.12, -0.08, 0.05, 0.03, 0.0, -0.02])
    season = common + rng.normal(0, 0.05, (5, 6)) / np.repeat([1, 2, 3], 2)
    start = np.array([8.0, 7.0, 7.5, 8.5, 6.5])
    terms = season_terms(np.array([month_number(month) for month in months]), 3)
    freedom, reaction, persistence = 5.0, 0.25, 0.85
    level, variance, rows = start.copy(), np.zeros(5), []
    for month, term in zip(months, terms, strict=True):
        z = rng.standard_t(freedom, 5)
        shock = scale * np.exp(variance / 2) * z
        y = level + season @ term + shock
        rows += [(month, place, float(np.rint(np.expm1(v)))) for place, v in zip(places, y, strict=True)]
        level = level + gain * shock
        variance = persistence * variance + reaction * ((freedom + 1) * z**2 / (freedom + z**2) - 1)
    arrivals = pd.DataFrame(rows, columns=["month", "destination", "persons"])
    gap = (arrivals["destination"] == "B") & arrivals["month"].between("2012-03", "2012-05")
    arrivals.loc[gap | ((arrivals["destination"] == "C") & (arrivals["month"] == add_months(AS_OF, 0))), "persons"] = (
        None
    )
    return Truth(gain, scale, season, start, freedom, reaction, persistence, arrivals)


@pytest.fixture(scope="session")
def fitted(truth: Truth) -> InflowFit:
    return InflowModel().fit(truth.arrivals, as_of=AS_OF, seed=4)
