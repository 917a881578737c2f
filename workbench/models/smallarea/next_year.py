r"""Which rate will each area have next year? This year's, moved by as much as earlier years have shown to last.

On the log odds z of the raw rate, the change of area i to the next year is taken as

.. math::
    z_{i,t+1} - z_{it} = \beta_1 d_t + \beta_2 (z_{it} - z_{i,t-1} - d_t) + \beta_3 (q_{it} - z_{it})
    + \beta_4 (m_{it} - z_{it}) + e_{t+1} + \varepsilon_{i,t+1}

with d the last change of all areas together, q the rate of areas alike, m the area's own mean of up to three years, e a
shock that all areas share and :math:`\varepsilon` one of the area's own, as large as its counts and a spread say. All
:math:`\beta` are shrunk to 0, which is this year's raw rate, and learnt on the changes of earlier years alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from workbench.core.errors import ModelError
from workbench.models.smallarea.panel import SmallAreaPanel

Floats = NDArray[np.float64]
PRIOR = np.array([0.25, 0.15, 0.25, 0.25])
"""Standard deviation of each share that lasts, before any year is seen; 0 is the raw rate."""
UNEVEN, SHOCK, PRIOR_YEARS = 0.1, 0.1, 2.0
"""How much what lasts differs by year, the shock of all areas in log odds, and the years for which both count."""
KEPT = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 1, 1], [1, 1, 1, 1]], dtype=float)
"""Kinds of forecast by the shares they keep: raw rate, with the change of all, with an area's own shares, both."""
TRUST, SHARP = np.array([0.4, 0.2, 0.2, 0.2]), 10.0
"""Their weights before any error is seen, and how fast errors move them: one 7 % larger halves a weight."""
LEAST_YEARS, CALM_YEARS = 3, 1
"""Years below which there is no forecast, and years counted as well held before the width of any interval is seen."""
DRAWS, PAST_DRAWS, ROUNDS = 2000, 400, 12
"""Draws of the forecast and of each earlier year's, and rounds of each fit by turns."""
DEGREES = 5.0
"""Degrees of freedom of Student's t of an area's own change: single places jump."""


@dataclass(frozen=True, eq=False)
class NextYear:
    """Next year's rate.

    Attributes
    ----------
    draws
        Axes draw, area: the rate that will be published, its chance of small counts included; NaN without a rate now.
    shares
        What lasts: of the change of all, of the area's own, of the way to areas alike and to its own mean.
    spread, shock
        Scale of an area's own change beside chance, and of what all areas share, in log odds (Student's t).
    wider
        By how much the intervals are stretched, since those of earlier years were too narrow (above 1) or too wide.
    """

    draws: Floats
    shares: Floats
    spread: float
    shock: float
    wider: float

    @property
    def rate(self) -> Floats:
        """Return the median by area."""
        return np.asarray(np.median(self.draws, axis=0), dtype=np.float64)

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Return both ends of the central interval by area."""
        low, high = np.quantile(self.draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
        return low, high


def forecast(panel: SmallAreaPanel, *, seed: int = 1, draws: int = DRAWS) -> NextYear:
    """Forecast the year after a panel's last.

    Each year that allows it is first forecast from those before it. A share that did not help then counts for less
    (weights by past error), and intervals that were too narrow or too wide are stretched.

    Raises
    ------
    ModelError
        Fewer than three years: there is no change before a change to learn from.
    """
    years = len(panel.years)
    if years < LEAST_YEARS:
        raise ModelError(
            f"{years} years are too few to forecast the next",
            why="how much of a change lasts is learnt from changes that followed changes",
            do="bring at least three years that follow each other",
        )
    loss, widths = np.zeros(len(KEPT)), [0.0] * CALM_YEARS
    for end in range(LEAST_YEARS, years):
        past = panel.until(panel.years[end - 1])
        learnt = _Learnt.of(past)
        came = panel.raw()[:, end]
        known = np.isfinite(came) & (past.persons[:, -1] > 0)
        if not known.any():
            continue
        errors = [np.abs(expit(learnt.moved(kept)) - came)[known].mean() + 1e-6 for kept in KEPT]
        made = learnt.drawn(_weighted(loss), 1.0, seed, PAST_DRAWS)
        low, middle, high = np.nanquantile(made[:, known], [0.025, 0.5, 0.975], axis=0)
        half = np.where(came[known] > middle, high - middle, middle - low) + 0.5 / past.persons[known, -1]
        widths.append(float(np.log(np.quantile(np.abs(came[known] - middle) / half, 0.95))))
        loss += np.log(np.array(errors) / errors[0])
    learnt, kept = _Learnt.of(panel), _weighted(loss)
    wider = float(np.exp(np.clip(np.mean(widths), np.log(0.5), np.log(3.0))))
    made = learnt.drawn(kept, wider, seed, draws)
    return NextYear(made, kept * learnt.shares, learnt.spread, learnt.shock, wider)


def _weighted(loss: Floats) -> Floats:
    """Return by how much each share counts: kinds of forecast weighted by their past errors beside the raw rate's."""
    weight = TRUST * np.exp(-SHARP * (loss - loss.min()))
    return np.asarray((weight / weight.sum()) @ KEPT, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Learnt:
    """What a panel's changes say of the next: this year's log odds, what moves them, and what of it lasts."""

    now: Floats
    row: Floats
    persons: NDArray[np.int64]
    shares: Floats
    variance: Floats
    spread: float
    shock: float
    years_seen: float

    @classmethod
    def of(cls, panel: SmallAreaPanel) -> _Learnt:
        years = len(panel.years)
        odds, noise = _odds(panel)
        rows = [_row(panel, odds, noise, at) for at in range(1, years)]
        changes = [odds[:, at + 1] - odds[:, at] for at in range(1, years - 1)]
        chance = [noise[:, at + 1] for at in range(1, years - 1)]
        persons = panel.persons[:, -1].astype(np.int64)
        return cls(
            odds[:, -1],
            np.nan_to_num(rows[-1]),
            persons,
            *_learnt(rows[:-1], changes, chance),
            len(changes) + PRIOR_YEARS - 1,
        )

    def moved(self, kept: Floats) -> Floats:
        return self.now + self.row @ (kept * self.shares)

    def drawn(self, kept: Floats, wider: float, seed: int, draws: int) -> Floats:
        rng = np.random.default_rng(seed)
        lasting = wider * kept * np.sqrt(self.variance) * rng.standard_normal((draws, self.shares.size))
        odds = (
            self.moved(kept) + lasting @ self.row.T + wider * self.shock * rng.standard_t(self.years_seen, (draws, 1))
        )
        odds = odds + wider * self.spread * rng.standard_t(DEGREES, odds.shape)
        # The counts' own chance: a stock of the same persons carries less of it, which the stretch makes up for.
        rate = rng.binomial(self.persons, np.nan_to_num(expit(odds))) / np.maximum(self.persons, 1)
        return np.where(self.persons > 0, rate, np.nan)


def _odds(panel: SmallAreaPanel) -> tuple[Floats, Floats]:
    """Return the log odds of the raw rate and the variance of their chance; axes area, year; NaN without persons."""
    y, n = panel.events.astype(float), panel.persons.astype(float)
    known = n > 0
    odds = np.where(known, np.log((y + 0.5) / (n - y + 0.5)), np.nan)
    return odds, np.where(known, 1 / (y + 0.5) + 1 / (n - y + 0.5), np.nan)


def _row(panel: SmallAreaPanel, odds: Floats, noise: Floats, at: int) -> Floats:
    """Return what a year says of the next change; axes area, share."""
    last = odds[:, at] - odds[:, at - 1]
    weight = 1 / (noise[:, at] + noise[:, at - 1] + 0.05)
    common = _mean(last, weight)
    alike = _alike(panel, odds[:, at], noise[:, at])
    recent = odds[:, max(0, at - 2) : at + 1]
    own = np.array([np.nanmean(each) if np.isfinite(each).any() else np.nan for each in recent])
    return np.column_stack([np.full(len(last), common), last - common, alike - odds[:, at], own - odds[:, at]])


def _alike(panel: SmallAreaPanel, odds: Floats, noise: Floats) -> Floats:
    """Return the log odds of areas of the same groups and size, by a ridge regression."""
    columns = [np.ones(len(odds)), panel.log_size]
    for labels in panel.groups.values():
        of = np.array(labels)
        columns += [(of == label).astype(float) for label in np.unique(of)]
    x = np.column_stack(columns)
    weight = np.where(np.isfinite(odds), 1 / (np.nan_to_num(noise, nan=1.0) + 0.1), 0.0)
    penalty = np.full(x.shape[1], 4.0)
    penalty[:2] = 0.01
    told = np.linalg.solve((x.T * weight) @ x + np.diag(penalty), (x.T * weight) @ np.nan_to_num(odds))
    return np.asarray(x @ told, dtype=np.float64)


def _mean(values: Floats, weight: Floats) -> float:
    good = np.isfinite(values) & np.isfinite(weight)
    return float(np.average(values[good], weights=weight[good])) if good.any() else 0.0


def _learnt(rows: list[Floats], changes: list[Floats], chance: list[Floats]) -> tuple[Floats, Floats, float, float]:
    """Return the shares that last, the variance of each in a further year, the spread of an area and the shock of all.

    A year is one witness, however many areas it has: what lasts differs from year to year, and a break that all areas
    share says little of the next year.
    """
    found = [_of_year(*each) for each in zip(rows, changes, chance, strict=True)]
    slopes = np.array([told[:-1] for told, _, _ in found])
    within = np.array([np.diag(cov)[:-1] for _, cov, _ in found])
    uneven = np.full(slopes.shape[1], UNEVEN**2)
    for _ in range(ROUNDS):
        weight = 1 / (within + uneven)
        precision = weight.sum(axis=0) + 1 / PRIOR[1:] ** 2
        beta = (weight * slopes).sum(axis=0) / precision
        off = np.clip((slopes - beta) ** 2 - within, 0, 1.0).sum(axis=0)
        uneven = (off + PRIOR_YEARS * UNEVEN**2) / (len(slopes) + PRIOR_YEARS)
    # What all areas share: a share of their last change, and a shock.
    level = np.array([told[-1] for told, _, _ in found])
    common = np.array([row[0, 0] for row in rows])
    shock = SHOCK**2
    for _ in range(ROUNDS):
        precision_common = (common**2).sum() / shock + 1 / PRIOR[0] ** 2
        lasts = (common * level).sum() / shock / precision_common
        shock = float((((level - lasts * common) ** 2).sum() + PRIOR_YEARS * SHOCK**2) / (len(level) + PRIOR_YEARS))
    shares = np.concatenate([[lasts], beta])
    variance = np.concatenate([[1 / precision_common], 1 / precision + uneven])
    spread = np.array([s for _, _, s in found])
    return shares, variance, float(np.sqrt((spread**2).mean())), float(np.sqrt(shock))


def _of_year(row: Floats, change: Floats, chance: Floats) -> tuple[Floats, Floats, float]:
    """Return the slopes and level of one year's changes, their covariance, and the areas' spread beside chance."""
    good = np.isfinite(change) & np.isfinite(row).all(axis=1)
    x = np.column_stack([row[good, 1:], np.ones(int(good.sum()))])
    y, own = change[good], chance[good]
    spread, robust = 0.1, np.ones(len(y))
    prior = np.diag([*(np.full(x.shape[1] - 1, 1.0)), 0.01])
    for _ in range(ROUNDS):
        weight = robust / (own + spread**2)
        covariance = np.linalg.inv((x.T * weight) @ x + prior)
        told = covariance @ ((x.T * weight) @ y)
        left = y - x @ told
        # Student's t by weights: a place that jumps once teaches less.
        robust = (DEGREES + 1) / (DEGREES + left**2 / (own + spread**2))
        beside = spread**2 / (own + spread**2)
        explained = (x @ covariance * x).sum(axis=1)
        spread = float(
            np.sqrt(np.mean((beside * left) ** 2 * robust + spread**2 * (1 - beside) + beside**2 * explained))
        )
    return told, np.asarray(covariance, dtype=np.float64), spread
