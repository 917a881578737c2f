"""Does the model of moves learn? Held-out pairs and held-out origins, against simple rules."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.models.moves import rivals
from workbench.models.moves.flows import Flows
from workbench.models.moves.gravity import best_size, fit

MODEL = "workbench-gravity"
TASKS = ("pairs", "origins")
"""What is held out: single pairs of places; or all moves from a place, of which only the sum is then known."""
TOP = 5
LEVELS = (0.8, 0.95)
DRAWS = 400


def held_out(flows: Flows, task: str, folds: int, seed: int) -> np.ndarray:
    """Return the fold in which each pair is held out."""
    rng = np.random.default_rng([seed, TASKS.index(task)])
    if task == "pairs":
        return rng.permutation(len(flows)) % folds
    found: np.ndarray = (rng.permutation(len(flows.places)) % folds)[flows.origin]
    return found


def contest(flows: Flows, *, folds: int = 5, seed: int = 1) -> pd.DataFrame:
    """Return how the model and the rules foresaw moves that they had not seen.

    Returns
    -------
    pandas.DataFrame
        One row for each task and method: deviance (Poisson, mean over pairs), error (absolute, as a share of all
        persons), top5 (share of the five destinations with most movers that were foreseen; origins only), in80 and
        in95 (how often the intervals held the outcome).
    """
    rng = np.random.default_rng(seed)
    rows = []
    for task in TASKS:
        fold = held_out(flows, task, folds, seed)
        mean = {name: np.zeros(len(flows)) for name in (MODEL, *rivals.RULES)}
        inside = {name: np.zeros((len(flows), len(LEVELS)), dtype=bool) for name in mean}
        for at in range(folds):
            known, out = fold != at, np.flatnonzero(fold == at)
            model = fit(flows, known)
            for name in mean:
                foreseen = model.expected() if name == MODEL else rivals.foresee(name, flows, known)
                foreseen = np.maximum(foreseen, 1e-6)
                scale = _scale(flows, foreseen, out) if task == "origins" else np.ones(len(out))
                mean[name][out] = foreseen[out] * scale
                if name == MODEL:
                    drawn = model.draw(DRAWS, rng, out)
                else:  # a rule has no spread: it is given the one that fits the pairs it knew
                    size = best_size(flows.persons[known], foreseen[known])
                    many = (DRAWS, len(out))
                    drawn = rng.poisson(foreseen[out] * rng.gamma(size, 1 / size, many))
                drawn = _to_sums(flows, drawn, out) if task == "origins" else drawn
                for k, level in enumerate(LEVELS):
                    ends = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0, method="inverted_cdf")
                    inside[name][out, k] = (ends[0] <= flows.persons[out]) & (flows.persons[out] <= ends[1])
        for name, values in mean.items():
            rows.append(
                {
                    "task": task,
                    "method": name,
                    "deviance": deviance(flows.persons, values),
                    "error": float(np.abs(values - flows.persons).sum() / flows.persons.sum()),
                    "top5": top(flows, values) if task == "origins" else np.nan,
                    "in80": float(inside[name][:, 0].mean()),
                    "in95": float(inside[name][:, 1].mean()),
                }
            )
    return pd.DataFrame(rows)


def deviance(persons: np.ndarray, mean: np.ndarray) -> float:
    """Return the mean Poisson deviance of expected persons."""
    inner = np.where(persons > 0, persons * np.log(np.maximum(persons, 1e-12) / mean), 0.0) - (persons - mean)
    return float(2 * inner.mean())


def top(flows: Flows, mean: np.ndarray, many: int = TOP) -> float:
    """Return which share of the destinations with most movers, by origin, is among those foreseen."""
    seen, told = flows.matrix(flows.persons), flows.matrix(mean)
    np.fill_diagonal(told, -1.0)
    np.fill_diagonal(seen, -1.0)
    some = [i for i in range(len(seen)) if (seen[i] > 0).sum() >= many]
    best = [set(np.argsort(-seen[i], kind="stable")[:many]) & set(np.argsort(-told[i])[:many]) for i in some]
    return float(np.mean([len(each) / many for each in best])) if best else float("nan")


def _scale(flows: Flows, mean: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Return the factor that brings what is foreseen of each origin to the sum that left it."""
    count = len(flows.places)
    told = np.bincount(flows.origin[out], mean[out], count)
    left = np.bincount(flows.origin[out], flows.persons[out], count)
    found: np.ndarray = (left / np.maximum(told, 1e-12))[flows.origin[out]]
    return found


def _to_sums(flows: Flows, drawn: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Return draws scaled, each, to the persons that left each origin."""
    found = drawn.astype(float)
    origin = flows.origin[out]
    for at in np.unique(origin):
        here = origin == at
        left = flows.persons[out][here].sum()
        found[:, here] *= left / np.maximum(found[:, here].sum(axis=1, keepdims=True), 1e-12)
    return np.rint(found)
