"""Is the small-area model calibrated, and do its ranks hold the truth? Both on worlds whose truth is known.

python tests/benchmarks/smallarea.py simulated --worlds 200   # worlds drawn from the model's own prior
python tests/benchmarks/smallarea.py ranks --worlds 30        # worlds that the prior did not draw
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from scipy.special import expit, logit
from scipy.stats import chisquare

from workbench.models.smallarea import SmallAreaFit, SmallAreaModel, SmallAreaPanel, ranks
from workbench.models.smallarea.model import SmallAreaPriors

AREAS, YEARS, BINS = 40, 3, 10
GROUPS = {"centrality": tuple(str(at % 4) for at in range(AREAS))}


def counted(seed: int) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """Return sizes of areas and the persons counted in each year (area, year): 5 to 2,000."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.uniform(6, 12, AREAS))
    return size, np.rint(np.maximum(size / 80, 5))[:, None] * np.ones(YEARS), rng


def panel_of(size: np.ndarray, persons: np.ndarray, events: np.ndarray) -> SmallAreaPanel:
    names = tuple(f"{at:02d}" for at in range(AREAS))
    return SmallAreaPanel(names, tuple(range(2020, 2020 + YEARS)), events.astype(float), persons, size, GROUPS)


def from_prior(seed: int) -> tuple[SmallAreaPanel, np.ndarray, dict[str, float]]:
    """Draw a world from the model: its panel, the true rates of the last year and what areas have in common."""
    size, persons, rng = counted(seed)
    p = SmallAreaPriors()
    standard = (np.log(size) - np.log(size).mean()) / np.log(size).std()
    level = p.centre + p.centre_spread * rng.normal() + np.r_[0, np.cumsum(rng.normal(0, p.year, YEARS - 1))]
    slope, by_size = rng.normal(0, p.slope), rng.normal(0, p.by_size)
    effects = rng.normal(0, p.group, 4)
    effects -= effects.mean()  # normal values less their mean are PyMC's ZeroSumNormal
    peers = np.exp(np.log(p.peers) + p.factor * rng.normal())
    usual, broken = np.log(p.memory) + p.factor * rng.normal(), rng.normal(0, p.uneven, YEARS - 1)
    centre = level[0] + slope * standard + effects[np.arange(AREAS) % 4]
    precision, events = np.full(AREAS, peers), np.zeros((AREAS, YEARS))
    for at in range(YEARS):
        if at:
            centre = centre + level[at] - level[at - 1]
            precision = 1 / (1 / precision + np.exp(-usual - broken[at - 1] - by_size * standard))
        rate = rng.beta(np.maximum(precision * expit(centre), 1e-12), np.maximum(precision * expit(-centre), 1e-12))
        n = persons[:, at]
        events[:, at] = y = rng.binomial(n.astype(int), rate)
        centre = np.log(precision * expit(centre) + y) - np.log(precision * expit(-centre) + n - y)
        precision = precision + n
    shared = {"level": level[-1], "slope": slope, "log peers": np.log(peers), "log_memory": usual, "by_size": by_size}
    return panel_of(size, persons, events), rate, shared


def fitted(panel: SmallAreaPanel, seed: int) -> SmallAreaFit:
    return SmallAreaModel().fit(panel, seed=seed, draws=250, tune=400, chains=2, cores=1)


def held(draws: np.ndarray, truth: np.ndarray, level: float) -> np.ndarray:
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0, method="inverted_cdf")
    return np.asarray((low <= truth) & (truth <= high))


def simulated(worlds: int) -> None:
    """Print how often ranks of the truth among the draws fall into ten bins, and what intervals of ranks hold."""
    found: dict[str, list[float]] = {}
    inside: dict[str, list[float]] = {}
    for seed in range(worlds):
        panel, truth, shared = from_prior(seed)
        fit = fitted(panel, seed)
        drawn_of = {n: fit.posterior[n] for n in ("slope", "log_memory", "by_size")}
        drawn_of |= {"level": fit.posterior["level"].isel(year=-1), "log peers": np.log(fit.posterior["peers"])}
        values = {n: each.stack(all=("chain", "draw")).to_numpy() for n, each in drawn_of.items()}
        rates, place = fit.rates(), ranks(truth[None, :])[0]
        order = np.argsort(panel.size)
        for name, at in (("rate, smallest area", order[0]), ("rate, middle", order[AREAS // 2])):
            values[name], shared[name] = rates[:, at], truth[at]
        # Every fifth draw: what follows each other in a chain is alike.
        for name, drawn in values.items():
            found.setdefault(name, []).append(float(np.mean(drawn[::5] < shared[name])))
        for level in (0.5, 0.8, 0.95):
            inside.setdefault(f"rates {level}", []).append(float(held(rates, truth, level).mean()))
            inside.setdefault(f"ranks {level}", []).append(float(held(ranks(rates), place, level).mean()))
        if (seed + 1) % 25 == 0:
            print(seed + 1, "worlds", flush=True)
    for name, shares in found.items():
        bins = np.histogram(shares, bins=BINS, range=(0, 1 + 1e-9))[0]
        print(f"| {name} | {', '.join(map(str, bins))} | {chisquare(bins).pvalue:.3f} |")
    told(inside)


def told(inside: dict[str, list[float]]) -> None:
    for name, shares in inside.items():
        error = np.std(shares) / np.sqrt(len(shares))
        print(f"| {name} | {100 * np.mean(shares):.1f} % (± {196 * error:.1f}) |")


def steady(rng: np.random.Generator) -> np.ndarray:
    """Rates that never change, unlike each other as in a beta distribution."""
    return np.repeat(rng.beta(6, 24, AREAS)[:, None], YEARS, axis=1)


def walking(rng: np.random.Generator) -> np.ndarray:
    """Log odds that wander, with a level of all and one jump of an eighth of the areas in the last year."""
    paths = rng.normal(-1.5, 0.5, AREAS)[:, None] + np.cumsum(rng.normal(0, 0.2, (AREAS, YEARS)), axis=1)
    paths[:: AREAS // 5, -1] += rng.normal(0, 0.6, len(paths[:: AREAS // 5]))
    return np.asarray(expit(paths))


def far_apart(rng: np.random.Generator) -> np.ndarray:
    """Two kinds of areas, far apart, and a few outliers of a Student distribution."""
    kind = logit(np.where(rng.random(AREAS) < 0.5, 0.1, 0.4))[:, None]
    return np.asarray(expit(kind + 0.2 * rng.standard_t(3, (AREAS, 1)) + rng.normal(0, 0.1, (AREAS, YEARS))))


def alike(rng: np.random.Generator) -> np.ndarray:
    """Areas that hardly differ: nearly all that is seen is chance."""
    return np.asarray(expit(rng.normal(-1, 0.08, (AREAS, 1)) + np.zeros((AREAS, YEARS))))


def rare(rng: np.random.Generator) -> np.ndarray:
    """Rates of one in a hundred."""
    return np.asarray(expit(rng.normal(-4.5, 0.5, (AREAS, 1)) + rng.normal(0, 0.1, (AREAS, YEARS))))


WORLDS: tuple[Callable[[np.random.Generator], np.ndarray], ...] = (steady, walking, far_apart, alike, rare)


def other_worlds(worlds: int) -> None:
    """Print what intervals of ranks and rates hold in worlds of other kinds, and errors beside raw rates and peers."""
    for kind in WORLDS:
        inside: dict[str, list[float]] = {}
        errors: list[list[float]] = []
        for seed in range(worlds):
            size, persons, rng = counted(10_000 + seed)
            path = kind(rng)
            truth = path[:, -1]
            panel = panel_of(size, persons, rng.binomial(persons.astype(int), path))
            rates = fitted(panel, seed).rates()
            place = ranks(truth[None, :])[0]
            for level in (0.8, 0.95):
                inside.setdefault(f"{kind.__name__}: rates {level}", []).append(float(held(rates, truth, level).mean()))
                share = float(held(ranks(rates), place, level).mean())
                inside.setdefault(f"{kind.__name__}: ranks {level}", []).append(share)
            guesses = (np.median(rates, axis=0), panel.raw()[:, -1], panel.peers_mean("centrality")[:, -1])
            errors.append([float(np.abs(g - truth).mean()) for g in guesses])
        told(inside)
        ours, raw, peers = np.mean(errors, axis=0)
        print(f"| {kind.__name__}: mean error, model, raw, peers | {ours:.4f}, {raw:.4f}, {peers:.4f} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["simulated", "ranks"])
    parser.add_argument("--worlds", type=int, default=30)
    chosen = parser.parse_args()
    (simulated if chosen.what == "simulated" else other_worlds)(chosen.worlds)
