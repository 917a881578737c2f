"""What the share model may look at before a year: built from dated figures, so that nothing of the future is in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.core.errors import AssumptionError, ModelError
from workbench.models.settlement.panel.panel import SettlementPanel

BEFORE, QUOTAS = "before", "quotas"
CONTESTS = (BEFORE, QUOTAS)
"""``before``: the year's quotas are not known; ``quotas``: the year's final quotas are."""
WINDOW = 13
"""Rows of the evidence: years learnt from, and the year to come as the last one."""
FEW = 15.0
"""Persons at which the chance of taking part is centred."""
USUAL = 0.75
"""How often a municipality takes part, about: flags are centred there, which spares the sampler a ridge."""
SIGNALS = ("accepted", "requested_only", "not_accepted")
PART = ("expected", "took_part", "had_quota", "asked")


@dataclass(frozen=True)
class Evidence:
    """The model's input: axes year, municipality (, signal); the last row is the year to be forecast.

    Attributes
    ----------
    share
        Log share of the persons settled less that of the population (:func:`relative`); 0 where nobody was settled.
    seen
        1 where somebody was settled, plus 2 where the year's accepted quota serves as a second look at the level.
    begun, counted
        Whether the year is in the data (year); whether it tells who took part (year, municipality).
    expected
        Persons expected by a rule of thumb, from what was known before the year.
    look
        Accepted quota as log share less log share of the population.
    signals
        The year's own quotas, in the contest ``quotas``; zero otherwise.
    part
        What the chance of taking part depends on.
    log_population
        Log share of the population a year before.
    size
        Log population of each municipality, standardised; zero where none is known.
    """

    share: np.ndarray
    seen: np.ndarray
    begun: np.ndarray
    counted: np.ndarray
    expected: np.ndarray
    look: np.ndarray
    signals: np.ndarray
    part: np.ndarray
    log_population: np.ndarray
    size: np.ndarray

    @property
    def took_part(self) -> np.ndarray:
        """1 where somebody was settled (year, municipality)."""
        return self.seen % 2


def gather(panel: SettlementPanel, as_of: int, contest: str, total: float) -> Evidence:
    """Return what may be known before the year after ``as_of``.

    Parameters
    ----------
    as_of
        Last year whose settled persons are known.
    contest
        :data:`BEFORE` or :data:`QUOTAS`; only the latter reads the quotas of the year after ``as_of``.
    total
        Persons to be settled in that year, in all municipalities.
    """
    if contest not in CONTESTS:
        raise AssumptionError(f"no contest '{contest}'", do="choose " + " or ".join(CONTESTS))
    past = panel.until(as_of)
    years = len(past.years) + 1
    accepted, requested = (_with_target(getattr(panel, n), years, contest) for n in ("accepted", "requested"))
    if contest == QUOTAS:
        final_quotas(panel, as_of)
    population = np.vstack([past.population[:1], past.population])  # a year's own population is not published before it
    people = population / population.sum(axis=1, keepdims=True)
    persons = np.vstack([past.persons, np.zeros(len(past.municipalities))])
    active = persons > 0
    totals = np.append(past.totals, total)
    share = np.nan_to_num(relative(persons, people))
    look = relative(accepted, people)
    known = np.isfinite(look)
    before = np.vstack([np.zeros(active.shape[1], dtype=bool), active[:-1]])
    if contest == BEFORE:
        last = persons[:-1] / past.totals[:, None]
        expected = rule_of_thumb(np.vstack([people[:1], last]), np.vstack([people[:1], _shares(accepted)[:-1]]), people)
        had, asked = np.vstack([np.zeros_like(before[:1]), known[:-1]]), np.full(before.shape, USUAL)
        signals = np.zeros((*share.shape, len(SIGNALS)))
    else:
        expected = 0.8 * _shares(accepted) + 0.1 * _shares(requested) + 0.1 * people
        had, asked = known, requested > 0
        only = np.where(known, 0.0, np.nan_to_num(relative(requested, people)))
        signals = np.stack([np.nan_to_num(look), only, ~known], axis=2)
    expected = np.maximum(expected * totals[:, None], 0.5)
    second = known & (contest == BEFORE)
    second[-1] = False
    counted = np.ones_like(share)
    counted[[0, -1]] = 0.0  # the first year has no year before, the last one is to come
    return Evidence(
        share=_padded(share),
        seen=_padded(active + 2.0 * second),
        begun=_padded(np.ones(years)),
        counted=_padded(counted),
        expected=_padded(expected, 1.0),
        look=_padded(np.where(second, look, 0.0)),
        signals=_padded(signals),
        part=_padded(part(expected, before, had, asked)),
        log_population=_padded(np.log(people)),
        size=_standardised(np.log(people[-1])),
    )


def final_quotas(panel: SettlementPanel, as_of: int) -> np.ndarray:
    """Return the accepted quotas of the period after ``as_of``, by municipality; refused where there are none."""
    found = panel.accepted[panel.years.index(as_of + 1)] if as_of + 1 in panel.years else np.zeros(1)
    if not np.nansum(found) > 0:
        raise ModelError(
            f"no municipality has an accepted quota for {panel.rhythm.label(as_of + 1)}",
            why=f"this contest starts from the {panel.rhythm.name}'s quotas",
            do="forecast without them (a backtest: --contest before), or add the quotas to the table",
        )
    return found


def newest_quotas(panel: SettlementPanel, as_of: int, contest: str) -> np.ndarray:
    """Return the newest accepted quotas that a contest may know, persons by municipality; zeros where there is none."""
    known = panel.accepted[panel.years.index(as_of)] if contest == BEFORE else final_quotas(panel, as_of)
    return np.nan_to_num(known)


def _standardised(values: np.ndarray) -> np.ndarray:
    # By their range: the spread of equal numbers may be a rounding error above zero.
    return (values - values.mean()) / values.std() if np.ptp(values) > 0 else np.zeros_like(values)


def relative(quota: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Return log shares of a quota less those of the population, about their mean weighted by population.

    NaN where a municipality has no quota. ``quota`` in persons and ``people`` as shares, axes year, municipality.
    """
    held = np.nan_to_num(quota) > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = np.where(held, np.log(quota / np.nansum(quota, axis=1, keepdims=True)) - np.log(people), 0.0)
        weight = np.where(held, people, 0.0)
        middle = (raw * weight).sum(axis=1, keepdims=True) / np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    return np.where(held, raw - middle, np.nan)


def rule_of_thumb(last: np.ndarray, accepted: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Return expected shares: the mean of last year's share, of last year's accepted share and of the population's."""
    quotas = accepted.sum(axis=-1, keepdims=True) > 0
    return np.where(quotas, (last + accepted + people) / 3, (last + people) / 2)


def part(expected: np.ndarray, before: np.ndarray, had: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Return what the chance of taking part depends on; axes (…, municipality, :data:`PART`)."""
    flags = [np.asarray(flag, dtype=float) - USUAL for flag in (before, had, asked)]
    return np.stack([np.log(expected / FEW), *flags], axis=-1)


def _with_target(quota: np.ndarray, years: int, contest: str) -> np.ndarray:
    """Return the quotas up to the year to come, whose own are hidden unless the contest knows them."""
    found = np.full((years, quota.shape[1]), np.nan)
    known = min(years - (contest == BEFORE), len(quota))
    found[:known] = quota[:known]
    return found


def _shares(quota: np.ndarray) -> np.ndarray:
    filled = np.nan_to_num(quota)
    return filled / np.maximum(filled.sum(axis=1, keepdims=True), 1.0)


def _padded(values: np.ndarray, fill: float = 0.0) -> np.ndarray:
    """Return the newest :data:`WINDOW` rows; rows before the data hold ``fill``."""
    out = np.full((WINDOW, *values.shape[1:]), fill)
    rows = values[-WINDOW:]
    out[WINDOW - len(rows) :] = rows
    return out
