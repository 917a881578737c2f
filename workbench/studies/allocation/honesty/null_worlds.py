"""Would such a gain show up where it makes no difference where anybody goes? A permutation test.

In each world the outcomes are shuffled among the persons of a type, so that no place is better for anybody than
another; scores and plans are made there as from the real counts. Under that hypothesis real counts are one such world
among others, so the share of worlds that claim as large a gain is a p-value of exact size. Reported is its
upper limit of 95 % over the worlds drawn, so that chance in drawing them rejects nothing: with 199 the size is 2.5 %.

References
----------
Clopper and Pearson (1934), The use of confidence or fiducial limits. Biometrika 26(4).
Phipson and Smyth (2010), Permutation p-values should never be zero. Statistical Applications in Genetics 9(1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from workbench.models.outcomes.cells import Cells, Floats
from workbench.models.outcomes.laplace import approximate
from workbench.studies.allocation.honesty.batch import Planner
from workbench.studies.allocation.honesty.estimates import normalised

ROUNDS, NEWTON = 25, 1
"""Rounds of the fit and Newton steps in each, the same in every world."""


@dataclass(frozen=True)
class NullWorlds:
    """The test of no difference between places.

    Attributes
    ----------
    p
        Upper 95 % limit of the p-value: what is reported and compared with 5 %.
    exact
        The p-value by the worlds drawn, of exact size.
    found, in_worlds
        Gain claimed on the real counts and in each world.
    """

    p: float
    exact: float
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
    above = sum(gain >= found for gain in seen)
    upper = float(beta.ppf(0.95, above + 1, worlds - above)) if above < worlds else 1.0
    return NullWorlds(upper, (1 + above) / (1 + worlds), worlds, found, tuple(seen))


def statistic(cells: Cells, planner: Planner, practice: Floats) -> float:
    """Return the gain that shrunk scores claim of the plan made with them, in shares of persons.

    Any statistic gives a test of exact size; this one uses all persons, and costs one fit and one plan.
    """
    share = approximate(cells, rounds=ROUNDS, newton=NEWTON).mean
    plan, usual = normalised(planner(share), practice)
    return float(((plan - usual) * share).sum())
