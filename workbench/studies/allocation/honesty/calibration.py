"""Do as many persons reach the outcome in each place as the scores say? Each judged by scores made without them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.models.outcomes.cells import Cells
from workbench.models.outcomes.laplace import approximate

DRAWS = 1000


def by_place(cells: Cells, *, folds: int, seed: int) -> pd.DataFrame:
    """Return for each place with counts the persons, how many were expected to reach the outcome, and how many did.

    Columns ``place, persons, expected, reached, low, high``: the 95 % interval of what was to be expected, from the
    persons' own chance and the uncertainty of the scores together.
    """
    rng = np.random.default_rng([seed, 3])
    drawn = np.zeros((DRAWS, len(cells.places)))
    expected = np.zeros(len(cells.places))
    for part in cells.parted(folds, rng):
        told = approximate(cells.without(part))
        logit = told.logit + told.sd * rng.standard_normal((DRAWS, *told.logit.shape))
        drawn += rng.binomial(part.n, 1 / (1 + np.exp(-logit))).sum(axis=1)
        expected += (part.n * told.mean).sum(axis=0)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    table = pd.DataFrame(
        {
            "place": list(cells.places),
            "persons": cells.n.sum(axis=0),
            "expected": expected.round(1),
            "reached": cells.successes.sum(axis=0),
            "low": low,
            "high": high,
        }
    )
    return table[table["persons"] > 0].reset_index(drop=True)
