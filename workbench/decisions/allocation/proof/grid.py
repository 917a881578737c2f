"""Which totals can whole households reach at all? Steps that all worths share, and sums of sizes within a room.

A bound that lies between two totals that can be reached is rounded down to the lower one: it stays a bound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.decisions.allocation.problem.input_tables import Floats, Ints

FINEST = 1e-6
"""A step smaller than this share of the largest worth rounds nothing that matters."""
CLOSE = 1e-9
"""By how much, as a share of the largest worth, a worth may miss a multiple of the step."""
FEW = 1000
"""Worths looked at first."""
LARGEST_ROOM = 20_000
"""Persons up to which sums of sizes are told apart; more room than this is hardly ever left unfilled."""


@dataclass(frozen=True)
class Grid:
    """What every plan's worth is a multiple of, but for ``off``; a step of 0 where there is none."""

    step: float
    off: float = 0.0

    def down(self, bound: float) -> float:
        """Return the highest worth that a plan may have at or below a bound.

        >>> Grid(0.5).down(1.9)
        1.5
        """
        if self.step == 0 or not math.isfinite(bound):
            return bound
        # A bound that rounding has left just below a multiple is that multiple.
        whole = math.floor((bound + self.off) / self.step + 1e-6) * self.step
        return min(bound, whole + self.off)


def on_grid(worth: Floats) -> Grid:
    """Return the step that all worths are multiples of (index item, columns place; 0 where not allowed).

    ``off`` sums, over items, by how much the worth of one place misses a multiple of the step at most.
    """
    positive = worth[worth > 0]
    if not len(positive):
        return Grid(0.0)
    largest, step = float(positive.max()), 0.0
    # A few worths first: of a national table with no step they tell it without sorting millions.
    for some in (positive[:: max(1, len(positive) // FEW)], positive):
        for value in np.unique(np.round(some, 12)).tolist():
            step = _common(step, value, CLOSE * largest)
            if step < FINEST * largest:
                return Grid(0.0)
    step = largest / round(largest / step)
    off = np.abs(worth - np.rint(worth / step) * step).max(axis=1, initial=0.0)
    total = math.fsum(off) + 1e-15 * math.fsum(worth.max(axis=1, initial=0.0)) * (1 + len(worth))
    return Grid(step, total) if total < step / 4 else Grid(0.0)


def _common(a: float, b: float, close: float) -> float:
    """Return the largest number that both are multiples of, as near as ``close`` (Euclid)."""
    while b > close:
        a, b = b, a % b
        b = 0.0 if a - b <= close else b
    return a


def fullest(size: Ints, room: float) -> int:
    """Return the most persons that some of these items take together within a room.

    >>> fullest(np.array([4, 4, 6]), 9)
    8
    """
    total = int(size.sum())
    most = total if total <= room else math.floor(room + 1e-9)
    if most == total or most <= 0 or most > LARGEST_ROOM:
        return max(0, most)
    sums, kept = 1, (1 << (most + 1)) - 1
    for persons, count in zip(*np.unique(size, return_counts=True), strict=True):
        # Powers of two and a rest reach every number of items of one size.
        left, some = min(int(count), most // max(1, int(persons))), 1
        while left > 0:
            taken = min(some, left)
            sums = (sums | sums << taken * int(persons)) & kept
            left, some = left - taken, 2 * some
    return sums.bit_length() - 1
