"""Which orders can no plan keep? Pins against each other, bans, needs and room.

Linked households that fit nowhere together are no contradiction: the rule lets both stay unplaced, with the reason.
"""

from __future__ import annotations

import numpy as np

from workbench.core.errors import Fault
from workbench.decisions.allocation.problem.input_tables import Names, Ties
from workbench.decisions.allocation.problem.problem import Problem


def contradictions(problem: Problem, pins: Ties) -> list[Fault]:
    """Return every contradiction among the orders of a problem, each at the cell that gives the order.

    Parameters
    ----------
    problem
        The problem as its tables state it.
    pins
        Pairs of household and place.
    """
    return [*_clashes(problem, pins), *_crowded(problem, pins)]


def _clashes(problem: Problem, pins: Ties) -> list[Fault]:
    """Name each pin that stands against another one, a ban, a need, room or a missing score."""
    names, towns, item_of = problem.household_names, problem.place_names, problem.item_of
    banned = {(int(item_of[row]), place): row for row, place in problem.bans}
    first: dict[int, tuple[int, int]] = {}
    faults = []
    for (row, place), cell in sorted(pins.items()):
        item = int(item_of[row])
        who, at = first.setdefault(item, (row, place))
        pinned = f"{names[row]} is pinned to {towns[place]}"
        if at != place:
            faults.append(cell.fault(f"{pinned} and{_by_way_of(names, who, row)} to {towns[at]}"))
        if (item, place) in banned:
            faults.append(cell.fault(f"{pinned} and{_by_way_of(names, banned[item, place], row)} banned from it"))
        elif first[item] == (row, place) and problem.why[item, place] != 0:
            others = [names[each] for each in problem.members[item] if each != row]
            linked = f" together with {', '.join(others)}, to whom it is linked" if others else ""
            reason = problem.why_not(names[row], towns[place])
            faults.append(cell.fault(f"{pinned}, but may not go there{linked}: {reason}"))
    return faults


def _by_way_of(names: Names, other: int, own: int) -> str:
    return "" if other == own else f" by way of {names[other]}, to whom it is linked,"


def _crowded(problem: Problem, pins: Ties) -> list[Fault]:
    """Name each place whose pins need more room than it has, or stand against keeping households apart."""
    pinned = np.flatnonzero(problem.pin >= 0)
    held = pinned[problem.why[pinned, problem.pin[pinned]] == 0]
    load = np.zeros(problem.capacity.shape)
    np.add.at(load, problem.pin[held], problem.size[held])
    cells = {place: cell for (_, place), cell in sorted(pins.items(), reverse=True)}
    faults = [
        cells[j].fault(
            f"the pins to {problem.place_names[j]} need {load[j, d]:g} in {problem.dimensions[d]} and it has "
            f"{problem.capacity[j, d]:g} (raise it by {load[j, d] - problem.capacity[j, d]:g} or lift a pin)"
        )
        for j, d in np.argwhere(load > problem.capacity).tolist()
    ]
    at = {int(item): int(problem.pin[item]) for item in held}
    for left, right in problem.apart:
        if left in at and at[left] == at.get(right):
            pair = " and ".join(problem.household_names[problem.members[item][0]] for item in (left, right))
            what = f"{pair} are to be kept apart and both pinned to {problem.place_names[at[left]]}"
            faults.append(cells[at[left]].fault(what))
    return faults
