"""Is the model of outcomes calibrated, and does it forecast next period's counts? Worlds drawn from its own prior.

    python tests/benchmarks/outcomes.py [--worlds 300]

Simulation-based calibration of the Laplace approximation (the sampler's is not in here): the true logit of every cell
against the approximate posterior, ranks in ten bins. Then fresh counts of the same worlds, cell by cell, forecast by
the model, by raw shares (a half added on each side, and the type's share where nobody was counted) and by each type's
mean.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.stats import betabinom, binom, chi2, norm

from workbench.models.outcomes.cells import Cells
from workbench.models.outcomes.laplace import approximate
from workbench.models.outcomes.model import LEVEL, SCALE

TYPES, PLACES, DRAWS = 5, 24, 400


def world(rng):
    """A world of the prior: the true logits, counts of one period (a third of cells never counted), and the next."""
    scale = np.abs(rng.normal(0, SCALE, 3))
    logit = rng.normal(0, LEVEL) + scale[0] * rng.standard_normal((TYPES, 1))
    logit = logit + scale[1] * rng.standard_normal((1, PLACES)) + scale[2] * rng.standard_normal((TYPES, PLACES))
    share = 1 / (1 + np.exp(-logit))
    n = rng.poisson(8, share.shape) * (rng.random(share.shape) > 1 / 3)
    later = 1 + rng.poisson(8, share.shape)
    names = [f"t{i}" for i in range(TYPES)], [f"p{j:02d}" for j in range(PLACES)]
    return logit, Cells(tuple(names[0]), tuple(names[1]), n, rng.binomial(n, share)), later, rng.binomial(later, share)


def main() -> None:
    """Run the worlds and print what came of them."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--worlds", type=int, default=300)
    given = asked.parse_args()
    pit, inside, held, held_new, scores = [], {50: [], 80: [], 95: []}, [], [], []
    for at in range(given.worlds):
        rng = np.random.default_rng([11, at])
        logit, cells, later, hits = world(rng)
        told = approximate(cells)
        at_truth = norm.cdf(logit, told.logit, np.maximum(told.sd, 1e-9))
        # One cell of each world: cells of a world share its scales, so that their ranks are not independent.
        pit.append(at_truth[rng.integers(TYPES), rng.integers(PLACES)])
        for level, each in inside.items():
            each.append(np.mean(np.abs(at_truth - 0.5) <= level / 200))
        drawn = 1 / (1 + np.exp(-(told.logit + told.sd * rng.standard_normal((DRAWS, TYPES, PLACES)))))
        came = rng.binomial(later, drawn)
        low, high = np.quantile(came, [0.025, 0.975], axis=0)
        ok = (hits >= low) & (hits <= high)
        held.append(ok.mean())
        held_new.append(ok[cells.n == 0].mean())
        model = np.log(np.mean(binom.pmf(hits, later, drawn), axis=0) + 1e-12)
        of_type = (cells.successes.sum(1, keepdims=True) + 0.5) / (cells.n.sum(1, keepdims=True) + 1)
        a, b = cells.successes + 0.5, cells.n - cells.successes + 0.5
        raw = np.where(cells.n > 0, betabinom.logpmf(hits, later, a, b), binom.logpmf(hits, later, of_type))
        mean = binom.logpmf(hits, later, np.broadcast_to(of_type, hits.shape))
        scores.append([model.mean(), raw.mean(), mean.mean(), model[cells.n == 0].mean(), mean[cells.n == 0].mean()])
    counts = np.histogram(pit, np.linspace(0, 1, 11))[0]
    square = float(((counts - given.worlds / 10) ** 2).sum() / (given.worlds / 10))
    print("ranks in ten bins", counts.tolist(), "p", round(float(chi2.sf(square, 9)), 3))
    print("true logit inside", {level: round(100 * float(np.mean(each)), 1) for level, each in inside.items()})
    print(
        "next counts inside 95 %", round(100 * np.mean(held), 1), "never counted", round(100 * np.nanmean(held_new), 1)
    )
    print("log score a cell: model, raw, type's mean; never counted: model, type's mean", np.mean(scores, 0).round(3))
    better = np.array(scores)
    for name, column in (("raw", 1), ("type's mean", 2)):
        gained = better[:, 0] - better[:, column]
        print(f"model over {name}: {gained.mean():.3f} ± {1.96 * gained.std() / len(gained) ** 0.5:.3f}")


if __name__ == "__main__":
    main()
