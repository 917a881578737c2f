"""Why here, why not there, and at whose cost? Reasons and prices for one household or one place."""

from __future__ import annotations

from collections import Counter

import numpy as np

from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.problem.problem import Problem, WhyNot

BLOCK = 5000
REASONS = {
    WhyNot.PINNED_ELSEWHERE: "pinned elsewhere",
    WhyNot.BANNED: "banned",
    WhyNot.NEED_NOT_OFFERED: "not offering every service needed",
    WhyNot.NO_SCORE: "without a score",
    WhyNot.TOO_LARGE: "too small",
}


def runners_up(problem: Problem, price: Floats, place_of: Ints) -> Ints:
    """Return for each item the best other place at the prices, -1 where no other is allowed; level pairs go by name."""
    if problem.why.size == 0:
        return np.full(problem.items, -1, dtype=np.int64)
    best = np.empty(problem.items, dtype=np.int64)
    for at in range(0, problem.items, BLOCK):
        rows = slice(at, at + BLOCK)
        net = np.round(problem.value[rows] - problem.size[rows] @ price.T, 9)
        net[problem.why[rows] != WhyNot.ALLOWED] = -np.inf
        placed = np.flatnonzero(place_of[rows] >= 0)
        net[placed, place_of[rows][placed]] = -np.inf
        best[rows] = np.where(np.isfinite(net.max(axis=1)), net.argmax(axis=1), -1)
    return best


def why_unplaced(problem: Problem, households: Ints, place_of: Ints) -> list[str]:
    """Say of each of these households why it has no place in a plan.

    Parameters
    ----------
    problem
        The problem the plan answers.
    households
        Indices of the households.
    place_of
        Index item, the place it goes to, -1 for none.
    """
    placed = np.flatnonzero(place_of >= 0)
    left = problem.capacity.copy()
    np.subtract.at(left, place_of[placed], problem.size[placed])
    return [_why(problem, int(row), place_of, left) for row in households]


def _why(problem: Problem, household: int, place_of: Ints, left: Floats) -> str:
    item = int(problem.item_of[household])
    members = problem.members[item]
    head = ""
    if len(members) > 1:
        others = ", ".join(problem.household_names[row] for row in members if row != household)
        head = f"linked with {others} ({_persons(problem.persons[list(members)].sum())} together): "
    why = problem.why[item]
    due = problem.deadline[household] if problem.deadline else ""
    tail = f"; its deadline of {due} is missed" if due else ""
    if len(why) == 0:
        return head + "there are no places" + tail
    allowed = np.flatnonzero(why == WhyNot.ALLOWED)
    if len(allowed) == 0:
        return head + _no_place_allowed(problem, item) + tail
    return head + _no_room_left(problem, item, allowed, place_of, left) + tail


def _no_place_allowed(problem: Problem, item: int) -> str:
    offered = {service for offer in problem.offers for service in offer}
    missing = sorted({need for row in problem.members[item] for need in problem.needs[row]} - offered)
    if missing:
        return f"needs {', '.join(missing)}, which no place offers"
    count = Counter(WhyNot(int(code)) for code in problem.why[item])
    if count[WhyNot.TOO_LARGE] == len(problem.why[item]):
        return _too_large(problem, item)
    parts = [f"{number} {REASONS[reason]}" for reason, number in sorted(count.items())]
    return f"none of the {len(problem.why[item])} places may take it: " + ", ".join(parts)


def _too_large(problem: Problem, item: int) -> str:
    """Say in which kind of room an item is larger than every place."""
    size, most = problem.size[item], problem.capacity.max(axis=0)
    if size[0] > most[0]:
        return f"no place has room for its {_persons(size[0])}"
    if lacking := np.flatnonzero(size > most).tolist():
        kinds = (f"more than {most[d]:g} in {problem.dimensions[d]}, of which it needs {size[d]:g}" for d in lacking)
        return "no place has " + ", nor ".join(kinds)
    over = (size > problem.capacity).sum(axis=0)
    kinds = (f"{count} in {name}" for name, count in zip(problem.dimensions, over, strict=True) if count)
    return f"too large for each of the {len(problem.place_names)} places: " + ", ".join(kinds)


def _no_room_left(problem: Problem, item: int, allowed: Ints, place_of: Ints, left: Floats) -> str:
    short = problem.size[item] > left[allowed] + 1e-9
    foes = {right if left_ == item else left_ for left_, right in problem.apart if item in (left_, right)}
    blocked = np.isin(allowed, [place_of[foe] for foe in foes])
    free = ~short.any(axis=1) & ~blocked
    if free.any():
        best = allowed[free][problem.value[item, allowed[free]].argmax()]
        return (
            f"room is left at {free.sum()} of the {len(allowed)} places that may take it (first by score: "
            f"{problem.place_names[best]}), but going there does not serve the objective, "
            "breaks a further rule, or the search stopped before"
        )
    full = [
        f"{short[:, d].sum()} without room in {name}" for d, name in enumerate(problem.dimensions) if short[:, d].any()
    ]
    if (blocked & ~short.any(axis=1)).any():
        full.append(f"{(blocked & ~short.any(axis=1)).sum()} where a household it is kept apart from goes")
    what = "the only place" if len(allowed) == 1 else f"the {len(allowed)} places"
    return f"{what} that may take its {_persons(problem.size[item, 0])}: " + ", ".join(full)


def _persons(number: float) -> str:
    return f"{number:g} person{'' if number == 1 else 's'}"
