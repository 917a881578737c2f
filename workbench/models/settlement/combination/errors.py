"""How far off were the combined rules? What came over what was expected, and the distributions that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbench.models.settlement.combination.simple_rules import SimpleRules
from workbench.models.settlement.combination.weights import Past, weigh
from workbench.models.settlement.panel.entrants import entry

LEVELS = np.linspace(0, 1, 201)
"""Probabilities at which a distribution is kept."""
NEAREST, FEWEST_NEAR, MOST_NEAR = 0.2, 60, 400
"""Part of all past errors, of areas of like expected size, that makes an area's distribution; at least, at most."""
GRID = 20
ALIKE = 15.0
"""How many errors of one's own count as much as the errors of all areas of like size."""
OWN_LIMITS = (0.4, 2.5)
FEW_PERIODS = 0.3
"""Wider by this part, divided by the number of past forecasts that do not overlap: a short past shows too little."""
WITHOUT_PAST = np.array([0.5, 0.7, 1.0, 1.4, 2.0])
"""What came over what was expected, assumed where fewer than :data:`ENOUGH` past errors are known."""
ENOUGH = 10
MOST = 0.999
"""A share as odds is at most this."""
MEAN_LIMITS, USUAL_MEANS = np.array([0.2, 5.0]), np.array([0.8, 1.25])
TIMES, BY_CHANCE = 2.0, 20.0
"""At most 2 + 20 / √expected times what was expected comes: the few areas of a short past differ much in size, and one
that began from almost nobody would else stretch the intervals of the largest."""


@dataclass(frozen=True)
class PastErrors:
    """Past errors at one horizon, by what was expected.

    Attributes
    ----------
    expected
        Persons expected, smallest first; ``ratio``: odds of the share that came, as a multiple of those expected,
        brought to a usual area.
    own
        By area: how much wider or narrower its errors are than those of areas of like size.
    separate
        How many past forecasts do not overlap.
    """

    expected: np.ndarray
    ratio: np.ndarray
    own: np.ndarray
    separate: float

    def distributions(self, expected: np.ndarray) -> np.ndarray:
        """Return distributions of odds that come over odds expected, at :data:`LEVELS`, axes (area, level)."""
        count = len(self.ratio)
        near = _near(count)
        step = max(1, near // GRID)
        start = np.clip(np.searchsorted(self.expected, expected) - near // 2, 0, count - near)
        places, back = np.unique(start // step, return_inverse=True)
        starts = np.clip(places * step, 0, count - near)
        found = np.stack([np.quantile(self.ratio[s : s + near], LEVELS) for s in starts])
        middle = found[:, [len(LEVELS) // 2]]
        found = np.where(middle > MEAN_LIMITS[0], found / np.maximum(middle, 1e-9), found)[back]
        most = (TIMES + BY_CHANCE / np.sqrt(np.maximum(expected, 1.0)))[:, None]
        found = np.minimum(found, most)
        found = widened(found, (self.own * (1 + FEW_PERIODS / self.separate))[:, None])
        # Half-way between a mean and a median of one: rules that err least in absolute terms foresee something between.
        # It may not go far, where a usual error is small: a mean of few ratios follows the largest.
        limits = np.where(middle[back] > MEAN_LIMITS[0], USUAL_MEANS, MEAN_LIMITS)
        return found / np.sqrt(np.clip(found.mean(axis=1, keepdims=True), limits[:, [0]], limits[:, [1]]))


def odds(share: np.ndarray) -> np.ndarray:
    """Return shares as odds: errors of small areas are ratios of shares, and half of the country cannot double."""
    kept = np.minimum(share, MOST)
    found: np.ndarray = kept / (1 - kept)
    return found


def widened(ratio: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Return ratios further from one: in proportion above it, as a power below, so that none falls under zero."""
    low = np.where(ratio > 0, np.maximum(ratio, 1e-12), 1.0) ** by
    return np.where(ratio > 1, 1 + (ratio - 1) * by, np.where(ratio > 0, low, 0.0))


def past_errors(pasts: Mapping[int, Past], horizon: int, rules: SimpleRules, gone: np.ndarray) -> PastErrors:
    """Return the past errors of the combination at a horizon; where none reaches so far, those of the longest shorter.

    Every past forecast is combined with weights that its own outcome had no part in. Areas that were out are left out,
    and those that are ``gone`` (by area): that they ended is known and no error.
    """
    persons = rules.persons
    known = [ahead for ahead in pasts if ahead <= horizon]
    ahead = max(known) if known else 0
    areas = persons.shape[1]
    expected, ratio, area = [np.zeros(0)], [np.zeros(0)], [np.zeros(0, dtype=int)]
    if known:
        past = pasts[ahead]
        for at, foreseen, came in zip(past.origins, past.foreseen, past.came, strict=True):
            mean = weigh(pasts, ahead, rules.supposed, without=int(at + ahead)) @ foreseen
            here = np.flatnonzero((mean > 0) & ~gone & ~entry(persons[: at + 1], ahead)[0])
            expected.append(mean[here] * persons[at + ahead].sum())
            ratio.append(odds(came[here]) / odds(mean[here]))
            area.append(here)
    size, off, whose = np.concatenate(expected), np.concatenate(ratio), np.concatenate(area)
    if horizon > ahead > 0:
        off = widened(off, np.full(len(off), np.sqrt(horizon / ahead)))
    separate = max(len(pasts[ahead].origins) / ahead, 1.0) if known else 1.0
    order = np.argsort(size, kind="stable")
    size, off, whose = size[order], off[order], whose[order]
    own = np.ones(areas)
    if len(off) >= ENOUGH:
        own = _own(off, whose, areas)
        off = widened(off, 1 / own[whose])
    else:
        usual = float(np.median(size)) if len(size) else 1.0
        size, off = np.append(size, np.full(len(WITHOUT_PAST), usual)), np.append(off, WITHOUT_PAST)
        order = np.argsort(size, kind="stable")
        size, off = size[order], off[order]
    return PastErrors(size, off, own, separate)


def _near(count: int) -> int:
    return int(np.clip(count * NEAREST, min(FEWEST_NEAR, count), min(MOST_NEAR, count)))


def _own(ratio: np.ndarray, area: np.ndarray, areas: int) -> np.ndarray:
    """Return how wide each area's errors are against those of areas of like size, drawn to one; by area."""
    near = _near(len(ratio))
    off = np.abs(ratio - 1)
    running = np.concatenate([[0.0], np.cumsum(off)])
    start = np.clip(np.arange(len(ratio)) - near // 2, 0, len(ratio) - near)
    usual = (running[start + near] - running[start]) / near
    relative = np.minimum(off / np.maximum(usual, 1e-9), 4.0)
    count, total = np.bincount(area, minlength=areas), np.bincount(area, relative, minlength=areas)
    found: np.ndarray = np.clip((total + ALIKE) / (count + ALIKE), *OWN_LIMITS)
    return found
