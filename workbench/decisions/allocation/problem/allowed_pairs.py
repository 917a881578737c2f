"""Which household may go to which place, and which reason forbids the others?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workbench.decisions.allocation.problem.input_tables import Floats, Ints, Names
from workbench.decisions.allocation.problem.problem import WhyNot, summed


def why_not_allowed(
    score: Floats,
    needs: tuple[Names, ...],
    offers: tuple[Names, ...],
    use: Floats,
    capacity: Floats,
    item_of: Ints,
    items: int,
    bans: list[tuple[int, int]],
) -> NDArray[np.int8]:
    """Return `WhyNot` codes: index item, columns place."""
    why = np.zeros((items, len(offers)), dtype=np.int8)
    # From the weakest reason to the strongest, so that the strongest one stays.
    size = summed(use, item_of, items)
    why[(size[:, None, :] > capacity[None, :, :]).any(axis=2)] = WhyNot.TOO_LARGE
    missing = np.zeros(why.shape)
    np.add.at(missing, item_of, np.isnan(score))
    why[missing > 0] = WhyNot.NO_SCORE
    for service in sorted({need for need_list in needs for need in need_list}):
        asks = np.array([service in need for need in needs], dtype=bool)
        lacks = np.array([service not in offer for offer in offers], dtype=bool)
        why[np.ix_(np.unique(item_of[asks]), np.flatnonzero(lacks))] = WhyNot.NEED_NOT_OFFERED
    for row, column in bans:
        why[item_of[row], column] = WhyNot.BANNED
    return why


def with_pins(why: NDArray[np.int8], pin: Ints) -> NDArray[np.int8]:
    """Return the codes with every other place of a pinned item forbidden."""
    pinned, only = np.flatnonzero(pin >= 0), why.copy()
    only[pinned] = WhyNot.PINNED_ELSEWHERE
    only[pinned, pin[pinned]] = why[pinned, pin[pinned]]
    return only
