"""Who goes first among households that are equal for a plan? The earlier deadline, the longer wait, then a lottery.

A search ends with any of many plans of the same worth, and which one depends on the order of its loops: without a
rule those with the smallest codes would lose every time. Items that are equal in size, worth and allowed places can be
exchanged without any change in value, room or bound, so the rule is applied to the finished plan.
"""

from __future__ import annotations

from collections import defaultdict
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from workbench.decisions.allocation.problem.input_tables import Ints
    from workbench.decisions.allocation.problem.problem import Problem

SEED = 1
"""Seed of the lottery; with the codes of the households it decides, whatever the order of the rows."""
NO_DAY = "9999-12-31"
SAID = (
    "Among households that are equal for this plan, the earlier deadline goes first, then the earlier arrival, then a "
    f"lottery by code (seed {SEED})."
)


def exchanged(problem: Problem, place_of: Ints) -> Ints:
    """Return the same plan with places given by the rule where equal items compete and some have none.

    Parameters
    ----------
    place_of
        Index item, the place it goes to, -1 for none.

    Notes
    -----
    Items that are pinned, kept apart or placed in every plan are left out, since they are equal to no other. Who has a
    place and keeps it stays where it is.
    """
    if not competed(problem, place_of):
        return place_of
    fixed = {item for pair in problem.apart for item in pair} | set(problem.must)
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for item in range(problem.items):
        allowed = problem.why[item] == 0
        if problem.pin[item] >= 0 or item in fixed or not allowed.any():
            continue
        groups = tuple(sorted(problem.group[row] for row in problem.members[item]))
        worth = np.where(allowed, problem.value[item], -1.0)
        alike[groups, problem.size[item].tobytes(), sha256(worth.tobytes()).digest()].append(
            item
        )  # short keys: 100,000 of them
    fair = place_of.copy()
    for items in alike.values():
        placed = [item for item in items if place_of[item] >= 0]
        if not placed or len(placed) == len(items):
            continue
        first = sorted(items, key=lambda item: _turn(problem, item))[: len(placed)]
        leaving = [item for item in placed if item not in first]
        for comes, leaves in zip([item for item in first if place_of[item] < 0], leaving, strict=True):
            fair[comes], fair[leaves] = place_of[leaves], -1
    return fair


def competed(problem: Problem, place_of: Ints) -> bool:
    """Say whether somebody has no place though some place may take them, so that the rule matters."""
    return bool(((place_of < 0) & (problem.why == 0).any(axis=1)).any())


def _turn(problem: Problem, item: int) -> tuple[str, str, str]:
    """Return what decides whose turn it is: the earliest deadline and arrival of an item's households, a drawn lot."""
    rows = problem.members[item]
    due = [problem.deadline[row] or NO_DAY for row in rows] if problem.deadline else [NO_DAY]
    came = [problem.arrived[row] or NO_DAY for row in rows] if problem.arrived else [NO_DAY]
    lots = [sha256(f"{SEED}:{problem.household_names[row]}".encode()).hexdigest() for row in rows]
    return min(due), min(came), min(lots)
