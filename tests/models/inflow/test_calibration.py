"""Simulation-based calibration: parameters drawn from the prior must rank evenly among the draws of their posterior."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.core.dates.calendar import month_label, month_number
from workbench.models.inflow import InflowComponents, InflowFit, InflowModel, InflowSeries
from workbench.models.inflow.recursion import season_terms

pytestmark = pytest.mark.slow
FITS, PLACES, MONTHS, AHEAD = 200, 5, 120, 6
COMPONENTS = InflowComponents(forgetting=None, counts=None, surges=None)
"""A weighted likelihood has no generative posterior, and surges are an assumption, not learnt."""
# High enough a start that rounding to whole persons and the floor at zero play no part.
START, START_SPREAD = 11.0, 2.0


def drawn(rng: np.random.Generator) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Draw parameters from the prior, and log persons from them; axes month, destination."""
    c = COMPONENTS
    assert c.volatility is not None
    shocks, level, season, shrink = c.shocks, c.level, c.season, 1 / np.repeat([1, 2, 3], 2)
    known = {
        "shock_centre": rng.normal(np.log(shocks.shock_median), shocks.shock_median_spread),
        "shock_spread": rng.lognormal(np.log(shocks.shock_spread), shocks.shock_spread_uncertainty),
        "gain_centre": rng.normal(level.gain_centre, level.gain_centre_spread),
        "gain_spread": rng.lognormal(np.log(level.gain_spread), level.gain_spread_uncertainty),
        "season_difference": rng.lognormal(np.log(season.season_difference), season.season_uncertainty),
        "degrees_of_freedom": 2 + rng.gamma(shocks.tail_shape, 1 / shocks.tail_rate),
        "reaction": abs(rng.normal(0, c.volatility.reaction)),
        "persistence": rng.beta(c.volatility.persistence_kept, c.volatility.persistence_lost),
        "common_season": rng.normal(0, season.season_spread * shrink),
        "start": rng.normal(START, START_SPREAD, PLACES),
    }
    known["scale"] = np.exp(rng.normal(known["shock_centre"], known["shock_spread"], PLACES))
    share = 1 / (1 + np.exp(-rng.normal(known["gain_centre"], known["gain_spread"], PLACES)))
    known["gain"] = level.gain_least + (1 - level.gain_least) * share
    known["season"] = rng.normal(known["common_season"], known["season_difference"] * shrink, (PLACES, 6))
    nu, rows = known["degrees_of_freedom"], []
    place, variance = known["start"], np.zeros(PLACES)
    for term in season_terms(month_number("2010-01") + np.arange(MONTHS + AHEAD), 3):
        z = rng.standard_t(nu, PLACES)
        shock = known["scale"] * np.exp(variance / 2) * z
        rows.append(place + known["season"] @ term + shock)
        place = place + known["gain"] * shock
        variance = known["persistence"] * variance + known["reaction"] * ((nu + 1) * z**2 / (nu + z**2) - 1)
    return known, np.array(rows)


def ranks(known: dict[str, np.ndarray], later: np.ndarray, fit: InflowFit) -> dict[str, np.ndarray]:
    """Return the share of draws below the known value, by parameter, and of futures below what came."""
    found = {
        name: (fit.posterior[name] < value).mean(["chain", "draw"]).to_numpy().ravel() for name, value in known.items()
    }
    for step in (0, AHEAD - 1):
        futures = fit.simulate(AHEAD, fit.seed).values.to_numpy()[:, :, step]
        found[f"month {step + 1}"] = (futures < np.expm1(later[step])).mean(axis=0)
    return found


def test_known_values_rank_evenly_among_the_draws() -> None:
    rng = np.random.default_rng(12)
    found: dict[str, list[np.ndarray]] = {}
    months = tuple(month_label(month_number("2010-01") + i) for i in range(MONTHS))
    names = tuple(f"D{i}" for i in range(PLACES))
    while len(found.get("gain", [])) < FITS:
        known, y = drawn(rng)
        if not np.all((y[:MONTHS] > 4) & (y[:MONTHS] < 20)):
            continue  # chosen by the data alone, which leaves every posterior, and so the ranks, as they are
        series = InflowSeries(months, names, np.expm1(y[:MONTHS]))
        fit = InflowModel(COMPONENTS).fit(
            series.to_table(), as_of=series.as_of, seed=len(found.get("gain", [])), draws=150
        )
        for name, values in ranks(known, y[MONTHS:], fit).items():
            found.setdefault(name, []).append(values)
    for name, values in found.items():
        per_fit = np.array(values)
        for level in (0.5, 0.8, 0.95):
            inside = (abs(per_fit - 0.5) < level / 2).mean(axis=1)
            # Parameters of one fit hang together: the fits are the independent trials.
            tolerance = 3.5 * np.sqrt(level * (1 - level) / FITS)
            assert abs(inside.mean() - level) < tolerance, (name, level, inside.mean())
        assert abs(per_fit.mean() - 0.5) < 3.5 * 0.29 / np.sqrt(FITS), (name, per_fit.mean())
