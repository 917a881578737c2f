"""What do simple rules foresee? Each sees a table up to a period and gives every area's share some periods ahead."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.models.settlement.panel.entrants import shares

KEPT = (0.3, 0.5, 0.7, 0.85)
"""Weights of the newest period in exponential smoothing."""
LASTING = (0.3, 0.7)
"""Shares of the newest change that go on in the next period: stocks of persons keep growing where they grew."""
PASSING, BY_CHANCE = (0.0, 0.5, 1.0, 2.0, 4.0), (0.0, 5.0, 30.0, 150.0, 1000.0)
"""Noise of one period and of one person, against a period's lasting step, that smoothing by size may assume."""
SUPPOSED = (
    *(1.02, 1.1, 1.03, 1.0, 1.0),  # the last share; smoothed, the newest period counting little to much
    *(1.08, 1.15, 1.0),  # mean of three periods, mean of all, smoothed by size
    *(1.06, 1.15),  # a change that goes on a little, and much
)
SUPPOSED_SEASONAL = (1.1, 1.06, 1.06, 1.06)  # the season's last share, its mean of two, a year's mean, that by season
SUPPOSED_SIGNAL = 1.02
"""Errors of the rules, as multiples of the best rule's, before a table's past is looked at; assumed. The order is that
of :meth:`SimpleRules.foreseen`."""
FIRST_GUESS = (1.0, 30.0)
"""Setting of smoothing by size where the past is too short to choose one: one of the middle."""
SEASON_LIMITS = (0.2, 5.0)
"""A season's share over the year's mean: a larger multiple would come from an area that was almost empty."""


def smoothed(each: np.ndarray, weight: float) -> np.ndarray:
    """Return shares (period, area) smoothed exponentially up to each period; the newest counts ``weight``."""
    path = each.copy()
    for t in range(1, len(path)):
        path[t] = weight * path[t] + (1 - weight) * path[t - 1]
    return path


@dataclass(frozen=True)
class SimpleRules:
    """Simple rules on one table.

    Parameters
    ----------
    persons
        Axes period, area.
    each_year
        Periods of a year: 1, 4 or 12; with more than one there are rules that follow the season.
    signals
        Shares that are known at each period from elsewhere, axes signal, period, area: quotas, population. A row of
        zeros says that the signal is not known then.
    """

    persons: np.ndarray
    each_year: int
    signals: np.ndarray

    def foreseen(self, at: int, horizon: int) -> np.ndarray:
        """Return each rule's shares, ``horizon`` periods after index ``at``, from what is known at it; (rule, area)."""
        each = self.shares
        last = each[at]
        found = [last, *(path[at] for path in self._smoothed), each[max(0, at - 2) : at + 1].mean(axis=0)]
        found += [each[: at + 1].mean(axis=0), self._by_size[self._best(horizon)][at]]
        change = last - each[max(at - 1, 0)]
        found += [np.maximum(last + change * sum(k**j for j in range(1, horizon + 1)), 0) for k in LASTING]
        found += self._seasonal(at, horizon) if self.each_year > 1 else []
        found += [signal[at] if signal[at].sum() > 0 else last for signal in self.signals]
        return shares(np.stack(found))

    @property
    def supposed(self) -> np.ndarray:
        """How far each rule is supposed to err, as a multiple of the best, before its past is looked at."""
        seasonal = SUPPOSED_SEASONAL if self.each_year > 1 else ()
        return np.array([*SUPPOSED, *seasonal, *np.full(len(self.signals), SUPPOSED_SIGNAL)])

    @cached_property
    def shares(self) -> np.ndarray:
        """Shares of each period's persons (period, area)."""
        return shares(self.persons)

    @cached_property
    def _smoothed(self) -> list[np.ndarray]:
        return [smoothed(self.shares, weight) for weight in KEPT]

    @cached_property
    def _by_size(self) -> dict[tuple[float, float], np.ndarray]:
        settings = [(a, b) for a in PASSING for b in BY_CHANCE if a or b]
        return {setting: smoothed_by_size(self.persons, *setting) for setting in settings}

    @cached_property
    def _chosen(self) -> dict[int, tuple[float, float]]:
        return {}

    def _best(self, horizon: int) -> tuple[float, float]:
        """Return the setting of smoothing by size that erred least on the past, at a horizon."""
        last = len(self.persons) - horizon
        if horizon not in self._chosen:
            error = {
                setting: sum(float(np.abs(path[t] - self.shares[t + horizon]).sum()) for t in range(1, last))
                for setting, path in self._by_size.items()
            }
            self._chosen[horizon] = min(error, key=error.__getitem__) if last > 1 else FIRST_GUESS
        return self._chosen[horizon]

    def _seasonal(self, at: int, horizon: int) -> list[np.ndarray]:
        """Return the season's share last year and in two years, the year's mean, and that mean times the season."""
        each, step = self.shares, self.each_year
        same = [at + horizon - step * k for k in range(-(-horizon // step), at + horizon + 1)]
        same = [t for t in same if t >= 0]
        if not same:
            return [each[at]] * 4
        level = each[max(0, at - step + 1) : at + 1].mean(axis=0)
        ratios = [
            each[t] / np.maximum(each[t - step + 1 : t + 1].mean(axis=0), 1e-12) for t in same if t - step + 1 >= 0
        ]
        season = np.clip(np.mean(ratios, axis=0), *SEASON_LIMITS) if ratios else 1.0
        return [each[same[0]], each[same[:2]].mean(axis=0), level, level * season]


def smoothed_by_size(persons: np.ndarray, passing: float, by_chance: float) -> np.ndarray:
    """Return the level of every area's share at the end of each period: small counts are trusted less; (period, area).

    Notes
    -----
    A Kalman filter of the share itself, all sizes relative to it: a lasting step of one, a passing deviation of
    ``passing``, and a variance of ``by_chance`` over the persons expected. Only the ratios matter, so one is fixed.
    """
    totals, each = np.maximum(persons.sum(axis=1), 1.0), shares(persons)
    path = np.empty_like(each)
    level, variance = each[0], np.zeros(persons.shape[1])
    for t, seen in enumerate(each):
        size = np.maximum(np.maximum(level, (level + seen) / 2), 0.5 / totals[t])
        noise = by_chance * size / totals[t] + (passing * size) ** 2
        if t == 0:
            level, variance = seen, noise + size**2 / 4
        else:
            variance = variance + size**2
            gain = variance / (variance + noise)
            level, variance = level + gain * (seen - level), (1 - gain) * variance
        path[t] = level
    return path
