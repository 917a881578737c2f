"""Simulation-based calibration: parameters drawn from the prior must rank evenly among the draws of their posterior."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.core.calendar import month_label, month_number
from workbench.models.inflow import InflowModel, InflowPriors
from workbench.models.inflow_fit import InflowFit
from workbench.models.inflow_series import InflowSeries
from workbench.models.levels import season_terms

pytestmark = pytest.mark.slow
FITS, PLACES, MONTHS = 100, 5, 120
# High enough a start that rounding to whole persons and the floor at zero play no part: neither is in the likelihood.
PRIORS = InflowPriors(start_centre=11.0, start_spread=0.5)


def drawn(rng: np.random.Generator) -> tuple[dict[str, np.ndarray], InflowSeries]:
    """Draw parameters from the prior, and a series from them."""
    p, shrink = PRIORS, 1 / np.repeat([1, 2, 3], 2)
    known = {
        "shock_centre": rng.normal(np.log(p.shock_median), p.shock_median_spread),
        "shock_spread": rng.lognormal(np.log(p.shock_spread), p.spread_uncertainty),
        "gain_centre": rng.normal(p.gain_centre, p.gain_centre_spread),
        "gain_spread": rng.lognormal(np.log(p.gain_spread), p.spread_uncertainty),
        "season_difference": rng.lognormal(np.log(p.season_difference), p.spread_uncertainty),
        "degrees_of_freedom": 2 + rng.gamma(p.tail_shape, 1 / p.tail_rate),
        "common_season": rng.normal(0, p.season_spread * shrink),
        "start": rng.normal(p.start_centre, p.start_spread, PLACES),
    }
    known["scale"] = np.exp(rng.normal(known["shock_centre"], known["shock_spread"], PLACES))
    known["gain"] = 1 / (1 + np.exp(-rng.normal(known["gain_centre"], known["gain_spread"], PLACES)))
    known["season"] = rng.normal(known["common_season"], known["season_difference"] * shrink, (PLACES, 6))
    numbers = month_number("2010-01") + np.arange(MONTHS)
    level, rows = known["start"], []
    for term in season_terms(numbers, 3):
        shock = known["scale"] * rng.standard_t(known["degrees_of_freedom"], PLACES)
        rows.append(level + known["season"] @ term + shock)
        level = level + known["gain"] * shock
    names = tuple(f"D{i}" for i in range(PLACES))
    return known, InflowSeries(tuple(month_label(n) for n in numbers), names, np.expm1(np.array(rows)))


def ranks(known: dict[str, np.ndarray], fit: InflowFit) -> dict[str, np.ndarray]:
    """Return the share of draws below the known value, by parameter."""
    return {
        name: (fit.posterior[name] < value).mean(["chain", "draw"]).to_numpy().ravel() for name, value in known.items()
    }


def test_known_values_rank_evenly_among_the_draws() -> None:
    rng = np.random.default_rng(12)
    found: dict[str, list[np.ndarray]] = {}
    while len(found.get("gain", [])) < FITS:
        known, series = drawn(rng)
        if not np.all((series.persons > 50) & (series.persons < 1e9)):
            continue  # chosen by the data alone, which leaves every posterior, and so the ranks, as they are
        fit = InflowModel(PRIORS).fit(series.to_table(), as_of=series.as_of, seed=len(found.get("gain", [])), draws=150)
        for name, values in ranks(known, fit).items():
            found.setdefault(name, []).append(values)
    for name, values in found.items():
        per_fit = np.array(values)
        for level in (0.5, 0.8, 0.95):
            inside = (abs(per_fit - 0.5) < level / 2).mean(axis=1)
            # Parameters of one fit hang together: the fits are the independent trials.
            tolerance = 3.5 * np.sqrt(level * (1 - level) / FITS)
            assert abs(inside.mean() - level) < tolerance, (name, level, inside.mean())
        assert abs(per_fit.mean() - 0.5) < 3.5 * 0.29 / np.sqrt(FITS), (name, per_fit.mean())
