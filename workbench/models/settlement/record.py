"""What do the past forecasts of simple rules teach? Where the middle lies, how wide errors are, and who enters.

A model that is right on average for one country can be far off in another. Here its draws are held against what rules
got wrong in the same table: the middle is pooled with theirs, the width follows their past errors, and an area that
never took part enters as often, and as large, as areas entered before.

References
----------
Bates and Granger (1969), The combination of forecasts. Operational Research Quarterly 20(4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.models.settlement.entrants import entry, shares
from workbench.models.settlement.panel import SettlementPanel

KEPT = (0.5, 0.7, 0.85)
"""Weights of the newest year that exponential smoothing of shares may take."""
STEPS = 300
RIDGE = 0.05
"""How strongly the weights of the rules are drawn to equal ones, in units of one past year's error."""
CLASSES = 4
LEAST, MOST = 0.3, 1.15
"""A past record makes the model's spread at most so many times narrower or wider: wider log shares raise the means of
small areas, which then take from all others."""
NARROWED = 1.1
"""Few past years say little of the spread: the model is narrowed only beyond this."""
ALIKE = 0.5
"""Correlation assumed between the errors of the model and of the pool, which learn from the same years."""
ROUNDS = 3
"""How often medians are moved to where they belong; shares that are made to add up move them again."""


def smoothed(persons: np.ndarray, weight: float) -> np.ndarray:
    """Return exponentially smoothed shares; ``persons`` has the axes year, area, the newest year counts ``weight``."""
    each = shares(persons)
    found = each[0]
    for row in each[1:]:
        found = weight * row + (1 - weight) * found
    return found


def best_smoothing(persons: np.ndarray, horizon: int = 1) -> float:
    """Return the weight of the newest year that erred least on the past, out of :data:`KEPT` (.7 without a past)."""
    each = shares(persons)
    errors = [
        sum(
            np.abs(smoothed(persons[: at + 1], weight) - each[at + horizon]).sum()
            for at in range(1, len(each) - horizon)
        )
        for weight in KEPT
    ]
    return KEPT[int(np.argmin(errors))] if len(each) > horizon + 1 else 0.7


def rules_known(panel: SettlementPanel, at: int) -> np.ndarray:
    """Return the shares that simple rules foresee from the years up to index ``at``; axes rule, area."""
    persons = panel.persons[: at + 1]
    last = shares(persons[-1])
    found = [last, *(smoothed(persons, weight) for weight in KEPT[:2]), shares(persons[-3:]).mean(axis=0)]
    found.append(shares(persons).mean(axis=0))
    quotas = [shares(q[at]) for q in (panel.accepted, panel.requested)]
    known = [q for q in quotas if q.sum() > 0]
    found += [q if q.sum() > 0 else last for q in quotas]
    found.append(np.mean([last, *known], axis=0))
    return shares(np.where(panel.gone, 0.0, np.stack(found)))


def pool_weights(foreseen: list[np.ndarray], happened: list[np.ndarray]) -> np.ndarray:
    """Return the weights of rules (sum 1, none negative) that would have erred least in absolute terms.

    Notes
    -----
    Exponentiated gradient on the simplex, with a pull towards equal weights.
    """
    count = foreseen[0].shape[0]
    weight = best = np.full(count, 1 / count)
    x, y = np.concatenate(foreseen, axis=1), np.concatenate(happened)
    least = np.inf
    for step in range(STEPS):
        error = weight @ x - y
        away = weight - 1 / count
        loss = float(np.abs(error).sum() / len(happened) + RIDGE * away @ away)
        if loss < least:
            least, best = loss, weight
        slope = x @ np.sign(error) / len(happened) + 2 * RIDGE * away
        slope = slope - slope.mean()
        largest = float(np.abs(slope).max())
        if largest < 1e-9:
            break
        weight = weight * np.exp(-2 / np.sqrt(step + 1) * slope / largest)
        weight = weight / weight.sum()
    return best


@dataclass(frozen=True)
class Record:
    """What the past of a table says of the year ``horizon`` after its last one.

    Attributes
    ----------
    pooled
        Share of each area by the pool of rules.
    error
        Past absolute error of the pool as a share of all persons, mean over years; NaN without a past.
    by_size
        The same by class of expected share (:data:`CLASSES`, smallest first), in each as a share of what was expected.
    edges
        Expected shares between the classes.
    out, chance, first
        Whether an area is out (never took part, or not for ``entrants.OUT`` years; none where quotas are known); its
        chance of taking part; the shares that past entrants began with.
    """

    pooled: np.ndarray
    error: float
    by_size: np.ndarray
    edges: np.ndarray
    out: np.ndarray
    chance: np.ndarray
    first: np.ndarray


def read_record(panel: SettlementPanel, horizon: int, accepted: np.ndarray) -> Record:
    """Return the record of a table at a horizon (years ahead); ``accepted`` is the newest quota known, by area."""
    each = shares(panel.persons)
    last = len(each) - 1
    past = [(rules_known(panel, at), each[at + horizon]) for at in range(last - horizon + 1)]
    now = rules_known(panel, last)
    weight = pool_weights([x for x, _ in past], [y for _, y in past]) if past else np.full(len(now), 1 / len(now))
    pooled = weight @ now
    positive = np.sort(pooled[pooled > 0])
    inner = np.cumsum(positive) / positive.sum()
    # Classes of equal persons, so that no class rests on a handful of them.
    edges = np.array([positive[min(int(np.searchsorted(inner, k / CLASSES)), len(positive) - 1)] for k in (1, 2, 3)])
    error, by_size = _past_errors([x for x, _ in past], [y for _, y in past], edges)
    out, chance, first = entry(panel.persons, horizon)
    chance = np.where(panel.gone, 0.0, chance)
    if np.nan_to_num(accepted).any():  # quotas tell who enters; the few years of a new table do it worse
        out = np.zeros_like(out)
    out = out | panel.gone
    return Record(pooled, error, by_size, edges, out, chance, first)


def _past_errors(foreseen: list[np.ndarray], happened: list[np.ndarray], edges: np.ndarray) -> tuple[float, np.ndarray]:
    """Return how far pools of the rules were off, each with weights chosen on the other years: in all, and by class.

    A class with fewer than two areas a year shares the errors of the next smaller ones.
    """
    years, by_size = len(foreseen), np.full(CLASSES, np.nan)
    if not years:
        return np.nan, by_size
    pooled = np.stack(
        [
            pool_weights(foreseen[:k] + foreseen[k + 1 :] or foreseen, happened[:k] + happened[k + 1 :] or happened) @ x
            for k, x in enumerate(foreseen)
        ]
    )
    off, group = np.abs(pooled - np.stack(happened)), np.digitize(pooled, edges)
    for k in range(CLASSES):
        for lowest in range(k, -1, -1):
            here = (group <= k) & (group >= lowest)
            if here.sum() >= 2 * years:
                by_size[k] = off[here].sum() / max(pooled[here].sum(), 1e-9)
                break
    return float(off.sum() / years), by_size


def by_record(drawn: np.ndarray, record: Record, rng: np.random.Generator, *, pool: bool = True) -> np.ndarray:
    """Return shares that keep the model's draws, with the middle and the width that the past of the table supports.

    Parameters
    ----------
    drawn
        Shares, axes (draw, area).
    pool
        Whether middle and width follow the record; without, only who enters does (the year's quotas are known).

    Notes
    -----
    The middle is that mean of the model's and the pool's whose error is least if the model errs as it expects, the
    pool as in the past, and their errors have the correlation :data:`ALIKE`. Deviations are narrowed or widened, on the
    log scale, by the ratio of the past to the expected error of the area's size class.
    """
    drawn = drawn.copy()
    if record.out.any():
        size = (len(drawn), int(record.out.sum()))
        enters = rng.random(size) < record.chance[record.out]
        drawn[:, record.out] = np.where(enters, rng.choice(record.first, size), 0.0)
        drawn = drawn / np.maximum(drawn.sum(axis=1, keepdims=True), 1e-12)
    if not pool or not np.isfinite(record.error):
        return drawn
    free = ~record.out
    mean, median = drawn.mean(axis=0), np.median(drawn, axis=0)
    wide = np.abs(drawn - median).mean(axis=0)
    own = _weight(float(wide.sum()), record.error)
    aim = own * mean + (1 - own) * record.pooled
    group = np.digitize(record.pooled, record.edges)
    factor = np.ones(drawn.shape[1])
    for k in range(CLASSES):
        here = free & (group == k)
        if here.any() and np.isfinite(record.by_size[k]):
            told = wide[here].sum() / max(mean[here].sum(), 1e-12)
            ratio = record.by_size[k] / max(told, 1e-12)
            factor[here] = np.clip(min(ratio * NARROWED, max(ratio, 1.0)), LEAST, MOST)
    there = drawn > 0
    logs = np.log(np.where(there, drawn, 1.0))
    middle = logs.sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    scaled = np.where(there, np.exp((logs - middle) * factor), 0.0)
    # Rules err least in absolute terms, so what they say is a median; where most draws are zero the mean is moved.
    usual = free & (there.mean(axis=0) > 0.6)
    target = np.where(free, aim, mean)
    for _ in range(1 + ROUNDS):
        held = np.where(usual, np.median(scaled, axis=0), scaled.mean(axis=0))
        scaled = scaled * np.where(held > 0, target / np.maximum(held, 1e-12), 0.0)
        scaled = scaled / np.maximum(scaled.sum(axis=1, keepdims=True), 1e-12)
    return scaled


def _weight(model: float, pool: float) -> float:
    """Return the weight of the model in the mean of two forecasts with these errors (Bates and Granger 1969)."""
    together = ALIKE * model * pool
    return float(np.clip((pool**2 - together) / max(model**2 + pool**2 - 2 * together, 1e-12), 0.0, 1.0))
