"""Which orders can no plan keep? Pins against each other, bans, needs and room; links that fit nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workbench.core.errors import Fault
from workbench.decisions.allocation.problem.input_tables import Ints, Names, Ties

if TYPE_CHECKING:
    from workbench.decisions.allocation.problem.problem import Problem

TOLD = 3
"""Places of which it is said why they cannot take households that are linked."""


def contradictions(problem: Problem, unpinned: Problem, pins: Ties, links: Ties) -> list[Fault]:
    """Return every contradiction among the orders of a problem, each at the cell that gives the order.

    Parameters
    ----------
    problem, unpinned
        The problem as its tables state it, and without its pins.
    pins
        Pairs of household and place.
    links
        Pairs of households.
    """
    homeless = _homeless(unpinned, links)
    return [*homeless.values(), *_clashes(problem, pins, homeless), *_crowded(problem, pins)]


def _clashes(problem: Problem, pins: Ties, homeless: Mapping[int, Fault]) -> list[Fault]:
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
            if item in homeless and _alone(problem, row)[place]:
                continue  # the link is at fault, and told
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


def _homeless(problem: Problem, links: Ties) -> dict[int, Fault]:
    """Name linked households of which each may go somewhere, but all together nowhere; by item."""
    faults = {}
    cells = {int(problem.item_of[left]): cell for (left, _), cell in sorted(links.items(), reverse=True)}
    for item, cell in sorted(cells.items()):
        members = problem.members[item]
        if not (problem.why[item] == 0).any() and all(_alone(problem, row).any() for row in members):
            each = [_asked(problem, row) for row in members]
            what = f"{', '.join(each[:-1])} and {each[-1]} are linked, but no place may take them together"
            faults[item] = cell.fault(f"{what}: {_reasons(problem, item, members[0])}")
    return faults


def _alone(problem: Problem, row: int) -> NDArray[np.bool_]:
    """Return for each place whether a household could go there if it were linked with nobody."""
    fits = (problem.use[row] <= problem.capacity).all(axis=1) & ~np.isnan(problem.score[row])
    fits &= np.array([set(problem.needs[row]) <= set(offer) for offer in problem.offers], dtype=bool)
    fits[[place for home, place in problem.bans if home == row]] = False
    return np.asarray(fits)


def _asked(problem: Problem, row: int) -> str:
    persons = int(problem.persons[row])
    needs = f", needs {' and '.join(problem.needs[row])}" if problem.needs[row] else ""
    return f"{problem.household_names[row]} ({persons} person{'' if persons == 1 else 's'}{needs})"


def _reasons(problem: Problem, item: int, row: int) -> str:
    """Say why no place takes an item: three places with their reasons, of every kind one first; the others counted."""
    why: Ints = problem.why[item].astype(np.int64)
    _, first = np.unique(why, return_index=True)
    shown = list(dict.fromkeys([*first.tolist(), *range(len(why))]))[:TOLD]
    told = [problem.why_not(problem.household_names[row], problem.place_names[place]) for place in shown]
    more = len(why) - len(shown)
    return "; ".join(told) + (f"; and so on for {more} more place{'' if more == 1 else 's'}" if more else "")
