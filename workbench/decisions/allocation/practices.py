"""What would two simple practices do: first come first placed, and each household to its best score?

Both keep the rules of the problem (needs, bans, room, households apart, linked households together) and look at one
household after another, the longest waiting first. They are what an optimised plan is compared with, never a proposal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.problem.problem import Problem


def first_come(problem: Problem) -> Ints:
    """Place each in turn where most room is left; return the place of each household, -1 for none."""
    return _in_turn(problem, lambda _, left: left[:, 0].copy())


def best_score(problem: Problem) -> Ints:
    """Place each in turn where its own score is highest; return the place of each household, -1 for none."""

    def worth(item: int, _: Floats) -> Floats:
        mine = problem.item_of == item
        total: Floats = (problem.score[mine] * problem.weight[mine, None]).sum(axis=0)
        return total

    return _in_turn(problem, worth)


PRACTICES: Mapping[str, Callable[[Problem], Ints]] = {"first_come": first_come, "best_score": best_score}


def _in_turn(problem: Problem, worth: Callable[[int, Floats], Floats]) -> Ints:
    left = problem.capacity.astype(float).copy()
    apart: dict[int, set[int]] = {}
    for one, other in problem.apart:
        apart.setdefault(one, set()).add(other)
        apart.setdefault(other, set()).add(one)
    items = int(problem.item_of.max()) + 1 if len(problem.item_of) else 0
    arrived = problem.arrived or ("",) * len(problem.item_of)
    waits = [min(arrived[h] or "9999" for h in np.flatnonzero(problem.item_of == item)) for item in range(items)]
    place_of_item = np.full(items, -1)
    for item in sorted(range(items), key=lambda each: (waits[each], each)):
        need = problem.use[problem.item_of == item].sum(axis=0)
        open_ = (problem.why[item] == 0) & (left >= need - 1e-9).all(axis=1)
        for other in apart.get(item, ()):
            if place_of_item[other] >= 0:
                open_[place_of_item[other]] = False
        if not open_.any():
            continue
        # The first of equals, so that the same input gives the same plan.
        chosen = int(np.argmax(np.where(open_, worth(item, left), -np.inf)))
        place_of_item[item] = chosen
        left[chosen] -= need
    return np.asarray(place_of_item[problem.item_of], dtype=np.int64)
