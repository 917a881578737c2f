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

from workbench.models.settlement.panel import SettlementPanel

KEPT = (0.5, 0.7, 0.85)
"""Weights of the newest year that exponential smoothing of shares may take."""
STEPS = 300
RIDGE = 0.05
"""How strongly the weights of the rules are drawn to equal ones, in units of one past year's error."""
CLASSES = 4
LEAST, MOST = 0.3, 1.6
"""A past record makes the model's spread at most so many times narrower or wider."""
OUT = 4
"""Years without anybody after which an area counts as out, and returns as often as such areas returned before."""
FEW_ENTRIES, MANY_EXPOSED = 0.25, 4.0
"""Entries, and chances to enter, added to those seen: a chance is never zero, and one year's entry is no rule."""
NARROWED = 1.35
"""Past errors of a pool whose weights were chosen on them are too small: the model is narrowed only beyond this."""


def shares(persons: np.ndarray) -> np.ndarray:
    """Return shares of each year's sum (last axis area); zeros in a year without persons."""
    filled = np.nan_to_num(persons)
    return filled / np.maximum(filled.sum(axis=-1, keepdims=True), 1e-12)


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
        Whether an area is out (never took part, or not for :data:`OUT` years; none where quotas are known); its chance
        of taking part; the shares that past entrants began with.
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
    error, by_size = np.nan, np.full(CLASSES, np.nan)
    if past:
        foreseen, seen = np.stack([weight @ x for x, _ in past]), np.stack([y for _, y in past])
        off, group = np.abs(foreseen - seen), np.digitize(foreseen, edges)
        error = float(off.sum() / len(past))
        for k in range(CLASSES):
            here = group == k
            if here.sum() >= 2 * len(past):
                by_size[k] = off[here].sum() / max(foreseen[here].sum(), 1e-9)
    out, chance, first = _entry(panel.persons, horizon)
    chance = np.where(panel.gone, 0.0, chance)
    if np.nan_to_num(accepted).any():  # quotas tell who enters; the few years of a new table do it worse
        out = np.zeros_like(out)
    out = out | panel.gone
    return Record(pooled, error, by_size, edges, out, chance, first)


def dormant(persons: np.ndarray) -> np.ndarray:
    """Return for how many years up to each one an area had nobody (year, area); the years begun if it never had any."""
    found = np.zeros(persons.shape, dtype=int)
    before = np.zeros(persons.shape[1], dtype=int)
    for at, row in enumerate(persons):
        before = np.where(row > 0, 0, before + 1)
        found[at] = before
    return found


def _entry(persons: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return who is out, the chance of each area to take part, and first shares of those who came in before."""
    active, quiet, each = persons > 0, dormant(persons), shares(persons)
    never = ~(np.maximum.accumulate(active, axis=0))
    kinds = (never & (quiet >= 1), ~never & (quiet >= OUT))
    chance = np.ones(persons.shape[1])
    first: list[np.ndarray] = []
    for kind in kinds:
        exposed, entered = MANY_EXPOSED, FEW_ENTRIES
        for at in range(len(persons) - horizon):
            # The first year tells nothing of those who "never" took part: there is no year before it.
            here = kind[at] & (quiet[at] >= 1)
            exposed += float(here.sum())
            entered += float((here & active[at + horizon]).sum())
            first.append(each[at + horizon][here & active[at + horizon]])
        chance = np.where(kind[-1], entered / exposed, chance)
    entrants = np.concatenate(first) if first else np.zeros(0)
    if not len(entrants):  # nobody ever entered: as small as the smallest that took part
        entrants = np.array([np.quantile(each[each > 0], 0.05)])
    return kinds[0][-1] | kinds[1][-1], chance, np.minimum(entrants, np.quantile(each[each > 0], 0.9))


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
    The middle is a weighted mean of the model's and of the pool's, with weights inverse to the squares of the model's
    own expected error and of the pool's past error. Deviations are narrowed or widened, on the log scale, by the ratio
    of the past to the expected error of the area's size class.
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
    own = record.error**2 / max(record.error**2 + float(wide.sum()) ** 2, 1e-12)
    aim = own * (mean + median) / 2 + (1 - own) * record.pooled
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
    held = np.where(usual, np.median(scaled, axis=0), scaled.mean(axis=0))
    target = np.where(usual, aim, np.where(free, own * mean + (1 - own) * record.pooled, mean))
    found = scaled * np.where(held > 0, target / np.maximum(held, 1e-12), 0.0)
    return found / np.maximum(found.sum(axis=1, keepdims=True), 1e-12)
