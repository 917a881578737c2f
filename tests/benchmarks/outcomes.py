"""Is the model of outcomes calibrated, and does it forecast next period's counts?

    python tests/benchmarks/outcomes.py calibration [--worlds 300]
    python tests/benchmarks/outcomes.py next [--worlds 40]
    python tests/benchmarks/outcomes.py nuts

`calibration`: worlds drawn from the prior (Talts et al. 2018): the rank of the true logit of one cell and of
the true scales among the draws. `next`: fresh counts of worlds that the prior did not draw, forecast by the
model, by raw shares (half a person added on each side; the share of all where nobody was counted) and by the share of
all. `nuts`: the same posterior by two samplers.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from scipy.stats import betabinom, binom, chi2

from workbench.models.outcomes.cells import Cells
from workbench.models.outcomes.fit import fit, fit_by_nuts
from workbench.models.outcomes.gibbs import posterior
from workbench.models.outcomes.model import LEVEL, SCALE

TYPES, PLACES = 5, 24
KEPT = 99
"""Draws among which a rank is taken, far enough from one another."""
WORLDS = {
    "8 a cell, a third never counted": {"persons": 8},
    "2 a cell, a third never counted": {"persons": 2},
    "8 a cell, a quarter of the places new": {"persons": 8, "new": 6},
    "30 a cell": {"persons": 30, "empty": 0.0},
    "places all alike": {"persons": 8, "scales": (0.6, 0.0, 0.0)},
    "a few places far off (Student's t, 2 degrees)": {"persons": 8, "tails": 2.0},
    "three types, 8 places, shares near 5 %": {"persons": 8, "types": 3, "places": 8, "level": -3.0},
    "sizes from 1 to 400 a cell": {"persons": 20, "uneven": 1.5},
}


def names(types, places):
    return tuple(f"t{i}" for i in range(types)), tuple(f"p{j:02d}" for j in range(places))


def prior_world(rng):
    """A world of the prior: true logits and scales, and counts; a third of the cells never counted."""
    scale = np.abs(rng.normal(0, SCALE, 3))
    logit = rng.normal(0, LEVEL) + scale[0] * rng.standard_normal((TYPES, 1))
    logit = logit + scale[1] * rng.standard_normal((1, PLACES)) + scale[2] * rng.standard_normal((TYPES, PLACES))
    n = rng.poisson(8, logit.shape) * (rng.random(logit.shape) > 1 / 3)
    return logit, scale, Cells(*names(TYPES, PLACES), n, rng.binomial(n, 1 / (1 + np.exp(-logit))))


def calibration(worlds):
    ranks, inside = [], {50: [], 80: [], 95: []}
    for at in range(worlds):
        rng = np.random.default_rng([11, at])
        logit, scale, cells = prior_world(rng)
        told = posterior(cells, draws=66, tune=100, chains=24, seed=at)
        share = told.share.reshape(-1, TYPES, PLACES)
        # One cell of each world: cells of a world share its scales, so that their ranks are not independent.
        t, p = rng.integers(TYPES), rng.integers(PLACES)
        true = 1 / (1 + np.exp(-logit))
        step = len(share) // KEPT
        kept = share[rng.integers(step) :: step][:KEPT, t, p]
        scales = told.scale.reshape(-1, 3)[rng.integers(step) :: step][:KEPT]
        ranks.append([(kept < true[t, p]).sum(), *(scales < scale).sum(axis=0)])
        below = (share < true).mean(axis=0)
        for level, each in inside.items():
            each.append(np.mean(np.abs(below - 0.5) <= level / 200))
    for name, each in zip(
        ("share of a cell", "scale of types", "of places", "of pairs"), np.array(ranks).T, strict=True
    ):
        counts = np.bincount(each * 10 // (KEPT + 1), minlength=10)
        square = float(((counts - worlds / 10) ** 2).sum() / (worlds / 10))
        print(f"ranks in ten bins, {name}: {counts.tolist()}, p {chi2.sf(square, 9):.3f}")
    print("true share inside", {level: round(100 * float(np.mean(each)), 1) for level, each in inside.items()})


def next_counts(worlds):
    print("| world | log score of a cell: model | raw shares | share of all | 95 % hold | never counted |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, asked in WORLDS.items():
        told = np.array([_next(asked, at) for at in range(worlds)])
        mean, gain = np.nanmean(told, axis=0), told[:, :1] - told[:, 1:3]
        off = 1.96 * gain.std(axis=0) / worlds**0.5
        print(
            f"| {name} | {mean[0]:.3f} | {mean[1]:.3f} ({gain[:, 0].mean():+.3f} ± {off[0]:.3f}) | {mean[2]:.3f} "
            f"({gain[:, 1].mean():+.3f} ± {off[1]:.3f}) | {100 * mean[3]:.1f} | {100 * mean[4]:.1f} |",
            flush=True,
        )


def _next(asked, at):
    rng = np.random.default_rng([12, at])
    types, places = asked.get("types", TYPES), asked.get("places", PLACES)
    scales, tails = asked.get("scales", (0.6, 0.3, 0.4)), asked.get("tails")
    town = rng.standard_normal((1, places)) if tails is None else rng.standard_t(tails, (1, places))
    logit = asked.get("level", -0.4) + scales[0] * rng.standard_normal((types, 1)) + scales[1] * town
    share = 1 / (1 + np.exp(-(logit + scales[2] * rng.standard_normal((types, places)))))
    size = asked["persons"] * np.exp(asked.get("uneven", 0.0) * rng.standard_normal(share.shape))
    n = rng.poisson(size) * (rng.random(share.shape) >= asked.get("empty", 1 / 3))
    n[:, : asked.get("new", 0)] = 0
    cells = Cells(*names(types, places), n, rng.binomial(n, share))
    later = 1 + rng.poisson(size)
    hits = rng.binomial(later, share)
    drawn = posterior(cells, draws=66, tune=100, chains=24, seed=at).share.reshape(-1, types, places)
    came = rng.binomial(later, drawn)
    below, upto = (came < hits).mean(axis=0), (came <= hits).mean(axis=0)
    at_count = below + rng.random(hits.shape) * (upto - below)
    held = (at_count > 0.025) & (at_count < 0.975)
    of_all = (cells.successes.sum() + 0.5) / (cells.persons + 1)
    a, b = cells.successes + 0.5, cells.n - cells.successes + 0.5
    mean = binom.logpmf(hits, later, of_all)
    raw = np.where(n > 0, betabinom.logpmf(hits, later, a, b), mean)
    model = np.log(np.mean(binom.pmf(hits, later, drawn), axis=0) + 1e-300)
    new = held[n == 0]
    return model.mean(), raw.mean(), mean.mean(), held.mean(), new.mean() if new.size else np.nan


def two_samplers():
    for types, places, persons in ((5, 24, 8), (6, 120, 8), (4, 12, 2)):
        rng = np.random.default_rng([13, places])
        logit = -0.4 + 0.6 * rng.standard_normal((types, 1)) + 0.4 * rng.standard_normal((types, places))
        n = rng.poisson(persons, logit.shape)
        cells = Cells(*names(types, places), n, rng.binomial(n, 1 / (1 + np.exp(-logit))))
        start = time.process_time()
        ours = fit(cells)
        between = time.process_time()
        nuts = fit_by_nuts(cells, draws=1000, tune=500)
        spread = ours.share.std(axis=0) / nuts.share.std(axis=0)
        print(
            f"{types} × {places}, {persons} a cell: largest difference of a mean "
            f"{np.abs(ours.mean - nuts.mean).max():.4f}, of a spread {np.abs(spread - 1).max():.1%} (mean "
            f"{spread.mean() - 1:+.2%}); scales {ours.scales} and {nuts.scales}; passed {ours.ok} and {nuts.ok}; "
            f"processor seconds {between - start:.1f} and {time.process_time() - between:.1f}",
            flush=True,
        )


def main() -> None:
    """Run what is asked."""
    asked = argparse.ArgumentParser()
    asked.add_argument("what", choices=("calibration", "next", "nuts"))
    asked.add_argument("--worlds", type=int, default=0)
    given = asked.parse_args()
    if given.what == "calibration":
        calibration(given.worlds or 300)
    elif given.what == "next":
        next_counts(given.worlds or 40)
    else:
        two_samplers()


if __name__ == "__main__":
    main()
