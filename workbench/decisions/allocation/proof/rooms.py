"""Which room does a bound fill with whole households, and how much of it is there? Plain numpy, for every road."""

from __future__ import annotations

import numpy as np

from workbench.decisions.allocation.problem.input_tables import Floats, Ints

WHOLE = 150
"""Persons up to which a place is filled with whole households in the bound."""
STATES, WORK = 20_000, 5_000_000
"""States of what is left of several kinds of room: for one place at most, and for all pairs together."""


def whole_rooms(upper: Floats | Ints, pairs: int) -> Ints:
    """Return which rooms are filled with whole households, 1 or 0: index place and, last, *nowhere*; columns dimension.

    Persons wherever they are few; further kinds, scarce ones first, as far as all they may leave can be told apart.

    >>> whole_rooms(np.array([[9.0, 2.0], [9.0, np.inf], [900.0, 1.0]]), pairs=30).tolist()
    [[1, 1], [1, 0], [0, 1], [0, 0]]
    """
    room = np.append(upper, np.full((1, upper.shape[1]), np.inf), axis=0)
    whole = np.zeros(room.shape, dtype=np.int64)
    whole[:, 0] = room[:, 0] <= WHOLE
    most = min(STATES, WORK // max(1, pairs))
    for j in range(len(room) if most > 1 else 0):
        states = (room[j, 0] + 1) if whole[j, 0] else 1
        for d in np.argsort(room[j, 1:], kind="stable") + 1:
            states *= room[j, d] + 1
            if states > most:
                break
            whole[j, d] = 1
    return whole


def kept_rooms(upper: Floats | Ints, whole: Ints) -> Ints:
    """Return the room where whole households fill it, -1 elsewhere; the last place, *nowhere*, never has any."""
    room = np.append(upper, np.full((len(whole) - len(upper), whole.shape[1]), -1.0), axis=0)
    return np.where(whole > 0, np.floor(np.where(whole > 0, room, 0.0) + 1e-9), -1).astype(np.int64)
