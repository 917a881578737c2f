"""How long will a case wait? A life table of cohorts, rescaled to the output that is planned.

The chance of a decision in a month, by months waited, comes from all cases at risk in recent months: those decided and
those still waiting. So neither the long waits that have not ended yet (censoring) nor the overweight of quick cases
among the decided (selection) bends it. It is then scaled, month by month, so that the cases waiting, by age, yield the
output planned: more staff shortens the promise.

References
----------
Kaplan and Meier (1958), JASA 53; Keiding (1990), Statistical inference in the Lexis diagram, Phil. Trans. A 332.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.core.errors import DataError

OLDEST = 60
"""Months waited beyond which ages are taken together."""
POOLED = 100.0
"""Cases a month of age borrows from its neighbours: keeps the chance at rare ages from being zero or one."""


@dataclass(frozen=True, eq=False)
class LifeTable:
    """Monthly chances by whole months waited, as draws.

    Parameters
    ----------
    decided, withdrawn
        Chance that a case that waited so long is decided, or closed without a decision, within the month, (S, age).
    at_risk
        Cases the chances rest on, (age,).
    stock
        Cases waiting now by months waited, (age,).
    """

    decided: np.ndarray
    withdrawn: np.ndarray
    at_risk: np.ndarray
    stock: np.ndarray


def life_table(
    waiting: np.ndarray, decided: np.ndarray, withdrawn: np.ndarray, *, window: int, size: int, seed: int
) -> LifeTable:
    """Return the chances by age of the last months.

    Parameters
    ----------
    waiting, decided, withdrawn
        Cases by month they came and month counted, axes (came, month), both from the same first month; ``waiting`` at
        the beginning of the month, or come in it. NaN where there is nothing to count.
    window
        Last months that the chances are taken from.
    """
    months = waiting.shape[1]
    ages = min(months, OLDEST + 1)
    risk, done, gone, stock = np.zeros((4, ages))
    for came in range(waiting.shape[0]):
        for month in range(came, months):
            if not np.isfinite(waiting[came, month]) or waiting[came, month] <= 0:
                continue
            age = min(month - came, ages - 1)
            if month >= months - window:
                risk[age] += waiting[came, month]
                done[age] += decided[came, month]
                gone[age] += withdrawn[came, month]
            if month == months - 1:
                left = waiting[came, month] - decided[came, month] - withdrawn[came, month]
                stock[min(age + 1, ages - 1)] += left
    if done.sum() == 0:
        raise DataError(
            "nobody was decided in these months",
            why="how long others will wait cannot be learnt from cases that all still wait",
            do="supply months in which decisions were made",
        )
    rng = np.random.default_rng(seed)
    return LifeTable(_chances(rng, risk, done, size), np.minimum(_chances(rng, risk, gone, size), 0.5), risk, stock)


def _chances(rng: np.random.Generator, risk: np.ndarray, events: np.ndarray, size: int) -> np.ndarray:
    """Return Beta draws of the chance by age; each age borrows the chance around it as its prior."""
    whole = (events.sum() + 0.5) / (risk.sum() + 1.0)
    near = np.empty(len(risk))
    for age in range(len(risk)):
        weight = 0.5 ** np.abs(np.arange(len(risk)) - age)
        near[age] = (weight @ events + whole * 5) / (weight @ risk + 5)
    near = np.clip(near, 1e-4, 1 - 1e-4)
    borrowed = np.minimum(POOLED, np.maximum(risk.max() * 0.05, 5.0))
    return rng.beta(events + borrowed * near, np.maximum(risk - events, 0) + borrowed * (1 - near), (size, len(risk)))


def scales(table: LifeTable, intake: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Return by how much the odds of a decision must move for the planned output to come, (S, months).

    Parameters
    ----------
    intake, output
        Cases that come, and that are decided, in the months ahead, (S, months).

    Notes
    -----
    Odds are scaled, not chances, so that none passes one; found by bisection. Where nobody is left to decide on, the
    scale is as high as it gets: everyone is decided at once.
    """
    size, months = output.shape
    stock = np.broadcast_to(table.stock, (size, len(table.stock))).astype(float).copy()
    found = np.ones((size, months))
    for month in range(months):
        stock[:, 0] += intake[:, month]
        low, high = np.full(size, -7.0), np.full(size, 7.0)
        for _ in range(40):
            middle = (low + high) / 2
            told = (stock * _scaled(table.decided, np.exp(middle))).sum(axis=1)
            more = told < output[:, month]
            low, high = np.where(more, middle, low), np.where(more, high, middle)
        found[:, month] = np.exp((low + high) / 2)
        chance = _scaled(table.decided, found[:, month])
        stock = stock * (1 - chance) * (1 - table.withdrawn)
        stock[:, -1] += stock[:, -2]
        stock[:, 1:-1] = stock[:, :-2].copy()
        stock[:, 0] = 0.0
    return found


def _scaled(chance: np.ndarray, by: np.ndarray) -> np.ndarray:
    odds = chance / (1 - chance) * by[:, None]
    found: np.ndarray = odds / (1 + odds)
    return found


def still_waiting(table: LifeTable, scale: np.ndarray, *, age: int, months: int) -> np.ndarray:
    """Return the chance of still waiting after so many further months, (S, months + 1); the first is one.

    Parameters
    ----------
    scale
        From :func:`scales`; months after its last one keep the last.
    age
        Whole months waited already; 0 is somebody who applies now.

    Notes
    -----
    A case closed without a decision leaves the waiting and promises nothing: its chance is not counted.
    """
    size, ages = table.decided.shape
    left = np.ones((size, months + 1))
    for month in range(months):
        by = scale[:, min(month, scale.shape[1] - 1)]
        chance = _scaled(table.decided[:, [min(age + month, ages - 1)]], by)[:, 0]
        left[:, month + 1] = left[:, month] * (1 - chance)
    return left


def promise(left: np.ndarray, share: float) -> float | None:
    """Return in how many months that share will have been decided, all draws together; None: not within the months.

    The chance of a single case is the mean over the draws, since what will be true is not known. Within a month
    decisions are taken to fall evenly.
    """
    decided = 1 - left.mean(axis=0)
    at = np.flatnonzero(decided >= share)
    if not len(at):
        return None
    end = int(at[0])
    return end - float((decided[end] - share) / (decided[end] - decided[end - 1]))
