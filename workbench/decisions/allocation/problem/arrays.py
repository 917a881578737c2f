"""What does the search need to know of a problem? Items, places and limits as plain arrays.

The last place is *nowhere*: going there leaves an item unplaced. It has room for as many persons as may stay unplaced,
so that placing many is a limit like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.problem.problem import Problem, WhyNot

NO_LIMIT = 2**40


@dataclass(frozen=True, eq=False)
class Instance:
    """Items to be put into places, each into exactly one.

    Attributes
    ----------
    who
        Index item here, the item of the problem; items that no place may take are left out.
    value
        Index item, columns place, the last one *nowhere*; −∞ where the pair is not allowed.
    size
        Index item, columns dimension: the room an item takes.
    upper, lower
        Index place, columns dimension: the most and the least that a place takes; `NO_LIMIT` where there is none.
    first, foe
        Items kept apart from item i: ``foe[first[i]:first[i + 1]]``.
    copies
        Index item: how many items of the problem it stands for (1, but in a sample).
    """

    who: Ints
    value: Floats
    size: Ints
    upper: Ints
    lower: Ints
    first: Ints
    foe: Ints
    copies: Floats

    @property
    def items(self) -> int:
        """Return the number of items."""
        return len(self.value)

    @property
    def nowhere(self) -> int:
        """Return the index of the place that is none."""
        return len(self.upper) - 1

    def part(self, at: Ints, copies: float) -> Instance:
        """Return some of the items, each standing for several; used to find prices, so that foes are left out."""
        none = np.zeros(0, dtype=np.int64)
        return replace(
            self,
            who=self.who[at],
            value=np.ascontiguousarray(self.value[at]),
            size=self.size[at],
            first=np.zeros(len(at) + 1, dtype=np.int64),
            foe=none,
            copies=np.full(len(at), copies),
        )

    def loads(self, at: Ints) -> Ints:
        """Return what a plan puts into each place: index place, columns dimension."""
        load = np.zeros(self.upper.shape, dtype=np.int64)
        np.add.at(load, at, self.size)
        return load

    def worth(self, at: Ints) -> float:
        """Return what a plan is worth; −∞ if it takes a pair that is not allowed."""
        return float(self.value[np.arange(self.items), at].sum())

    def missing(self, load: Ints) -> int:
        """Return by how much all limits together are missed."""
        return int(np.maximum(0, load - self.upper).sum() + np.maximum(0, self.lower - load).sum())


def placeable(problem: Problem) -> Ints:
    """Return the items that some place may take."""
    return np.flatnonzero((problem.why == WhyNot.ALLOWED).any(axis=1))


def instance_of(problem: Problem, *, at_least: int | None, worth: Floats | None = None) -> Instance:
    """Return the arrays of a problem.

    Parameters
    ----------
    problem
        The problem.
    at_least
        Persons that must be placed; None: any number.
    worth
        Index item, columns place: what pairs are worth instead of `Problem.value`.
    """
    who = placeable(problem)
    places = len(problem.place_names)
    value = np.full((len(who), places + 1), -np.inf)
    value[:, :places] = (problem.value if worth is None else worth)[who]
    value[:, :places][problem.why[who] != WhyNot.ALLOWED] = -np.inf
    size = np.rint(problem.size[who]).astype(np.int64)
    upper = np.full((places + 1, size.shape[1]), NO_LIMIT, dtype=np.int64)
    upper[:places] = np.where(np.isfinite(problem.capacity), np.floor(problem.capacity + 1e-9), NO_LIMIT)
    lower = np.zeros(upper.shape, dtype=np.int64)
    lower[:places, 0] = np.ceil(problem.minimum - 1e-9)
    persons = int(size[:, 0].sum())
    left = NO_LIMIT if at_least is None else persons - at_least
    upper[places, 0] = left
    free = (problem.pin[who] < 0) & ~np.isin(who, list(problem.must)) if left > 0 else np.zeros(len(who), dtype=bool)
    value[free, places] = 0.0
    first, foe = _foes(problem, who)
    return Instance(who, value, size, upper, lower, first, foe, np.ones(len(who)))


def _foes(problem: Problem, who: Ints) -> tuple[Ints, Ints]:
    here = np.full(problem.items, -1, dtype=np.int64)
    here[who] = np.arange(len(who))
    both = [(int(here[a]), int(here[b])) for a, b in problem.apart if here[a] >= 0 and here[b] >= 0]
    pairs = np.array(sorted(both + [(b, a) for a, b in both]), dtype=np.int64).reshape(-1, 2)
    first = np.searchsorted(pairs[:, 0], np.arange(len(who) + 1)).astype(np.int64)
    return first, np.ascontiguousarray(pairs[:, 1])
