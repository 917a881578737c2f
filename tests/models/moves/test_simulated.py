"""Simulation-based calibration of both models of moves: truths drawn from their priors lie anywhere in the posterior.

Reference: Talts and others (2018), Validating Bayesian inference algorithms with simulation-based calibration.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chisquare, norm

from tests.models.moves.made import made_up
from workbench.models.moves.flows import FEATURES
from workbench.models.moves.gravity import GROUPS, design, fit
from workbench.models.settlement import moves

pytestmark = pytest.mark.slow
BINS = 10
WORLDS = 200


def even(ranks: dict[str, list[float]]) -> dict[str, float]:
    """Return the p-value of a flat histogram by quantity, printed with its counts."""
    found = {}
    for name, places in ranks.items():
        counts = np.bincount(np.minimum((BINS * np.array(places)).astype(int), BINS - 1), minlength=BINS)
        found[name] = float(chisquare(counts).pvalue)
        print(f"{name}: {', '.join(map(str, counts))}; p = {found[name]:.3f}")
    return found


def test_elasticities_and_expected_moves_rank_evenly() -> None:
    quantities = (*FEATURES, "a pair's expected moves")
    ranks: dict[str, list[float]] = {name: [] for name in quantities}
    spreads = []
    for world in range(WORLDS):
        rng = np.random.default_rng([7, world])
        beta = dict(zip(FEATURES, rng.normal([0.9, 1.0, 1.2, 0, 0, 0, 0.4], 0.3), strict=True))
        made, theta = made_up(seed=world, spread=0.3, truth=beta)
        found = fit(made)
        spreads.append(found.spread)
        for name, (centre, error) in found.elasticities.items():
            ranks[name].append(float(norm.cdf((beta[name] - centre) / error)))
        pair = design(made)[world % len(made)]
        error = float(np.sqrt(pair @ found.covariance @ pair))
        ranks[quantities[-1]].append(float(norm.cdf(pair @ (theta - found.centre) / error)))
    print("spread of places, true .30:", dict(zip(GROUPS, np.mean(spreads, axis=0).round(3).tolist(), strict=True)))
    assert min(even(ranks).values()) > 0.001


def test_staying_ranks_evenly() -> None:
    priors = moves.MovePriors()
    cohorts = {year: 5000.0 for year in range(2005, 2022)}
    sizes = np.full((1, moves.YOUNG), 5000.0)
    ranks: dict[str, list[float]] = {f"still there after {years}": [] for years in moves.HORIZONS}
    for world in range(WORLDS):
        rng = np.random.default_rng([8, world])
        true = moves.draw_hazards(priors, 1, rng)
        share = float(moves.moved_share(true, sizes)[0, 0])
        came = rng.beta(priors.agreement * share, priors.agreement * (1 - share), 8) * 25_000
        stock = pd.DataFrame({"year": range(2012, 2020), "moved_here_later": came, "settled_here": 25_000 - came})
        found = moves.fit_hazard(stock, cohorts, seed=world, priors=priors)
        for years in moves.HORIZONS:
            stays = np.prod(1 - found.leaving[:, :years], axis=1)
            ranks[f"still there after {years}"].append(float((stays < np.prod(1 - true[0, :years])).mean()))
    assert min(even(ranks).values()) > 0.001
