"""Would such a gain show up where it makes no difference where anybody goes? A permutation test.

In each world the outcomes are shuffled among the persons of a type, so that no place is better for anybody than
another; scores and plans are made there as from the real counts. Under that hypothesis real counts are one such world
among others, so the share of worlds that claim as large a gain is a p-value of exact size.

References
----------
Phipson and Smyth (2010), Permutation p-values should never be zero. Statistical Applications in Genetics 9(1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workbench.models.outcomes.cells import Cells, Floats
from workbench.models.outcomes.laplace import approximate
from workbench.studies.allocation.honesty.batch import Planner
from workbench.studies.allocation.honesty.estimates import normalised

ROUNDS = 25
"""Rounds of the fit, the same in every world."""


@dataclass(frozen=True)
class NullWorlds:
    """The test: its p-value, how many worlds, the gain claimed on the real counts and in the worlds."""

    p: float
    worlds: int
    found: float
    in_worlds: tuple[float, ...]


def null_worlds(
    cells: Cells,
    planner: Planner,
    practice: Floats,
    *,
    worlds: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> NullWorlds:
    """Return how often worlds without any difference between places show a gain as large as the real counts."""
    rng = np.random.default_rng([seed, 2])
    found = statistic(cells, planner, practice)
    seen = []
    for world in range(worlds):
        seen.append(statistic(cells.shuffled(rng), planner, practice))
        if progress is not None:
            progress(world + 1, worlds)
    return NullWorlds((1 + sum(gain >= found for gain in seen)) / (1 + worlds), worlds, found, tuple(seen))


def statistic(cells: Cells, planner: Planner, practice: Floats) -> float:
    """Return the gain that shrunk scores claim of the plan made with them, in shares of persons.

    Any statistic gives a test of exact size; this one uses all persons, and costs one fit and one plan.
    """
    share = approximate(cells, rounds=ROUNDS).mean
    plan, usual = normalised(planner(share), practice)
    return float(((plan - usual) * share).sum())
