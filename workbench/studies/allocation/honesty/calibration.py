"""Do as many persons reach the outcome in each place as the scores say? Each judged by scores made without them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.models.outcomes.cells import Cells
from workbench.models.outcomes.fit import quick_draws


def by_place(cells: Cells, *, folds: int, seed: int) -> pd.DataFrame:
    """Return for each place with counts the persons, how many were expected to reach the outcome, and how many did.

    Columns ``place, persons, expected, reached, low, high``: the 95 % interval of what was to be expected, from the
    persons' own chance and the uncertainty of the scores together.
    """
    rng = np.random.default_rng([seed, 3])
    came, expected = np.zeros((1, len(cells.places))), np.zeros(len(cells.places))
    for part in cells.parted(folds, rng):
        share = quick_draws(cells.without(part), seed=seed)
        came = came + rng.binomial(part.n, share).sum(axis=1)
        expected += (part.n * share.mean(axis=0)).sum(axis=0)
    low, high = np.quantile(came, [0.025, 0.975], axis=0)
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
