"""Which areas are out, how often did such areas enter before, and with which share?"""

from __future__ import annotations

import numpy as np

OUT = 4
"""Years without anybody after which an area counts as out, and returns as often as such areas returned before."""
FEW_ENTRIES, MANY_EXPOSED = 0.25, 4.0
"""Entries, and chances to enter, added to those seen: a chance is never zero, and one year's entry is no rule."""


def shares(persons: np.ndarray) -> np.ndarray:
    """Return shares of each year's sum (last axis area); zeros in a year without persons."""
    filled = np.nan_to_num(persons)
    return filled / np.maximum(filled.sum(axis=-1, keepdims=True), 1e-12)


def dormant(persons: np.ndarray) -> np.ndarray:
    """Return for how many years up to each one an area had nobody (year, area); the years begun if it never had any."""
    found = np.zeros(persons.shape, dtype=int)
    before = np.zeros(persons.shape[1], dtype=int)
    for at, row in enumerate(persons):
        before = np.where(row > 0, 0, before + 1)
        found[at] = before
    return found


def entry(persons: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
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
