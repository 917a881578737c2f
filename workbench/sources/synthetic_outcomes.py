"""Counts of outcomes by place and type that a program made: for trying things out, with the truth kept beside.

No counts of outcomes are published by municipality and household type, so none ship that are real.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

SCALES: Mapping[str, float] = {"type": 0.6, "place": 0.3, "pair": 0.4}
"""Spread of the true effects, in logits: assumptions, chosen so that places differ about as much as types do."""


def outcome_cells(
    types: Sequence[str],
    places: Sequence[str],
    *,
    persons: Mapping[str, float],
    seed: int,
    level: float = -0.4,
    scales: Mapping[str, float] = SCALES,
) -> pd.DataFrame:
    """Return made-up counts: contract ``outcomes``, with ``true_share`` beside, the chance they were drawn with.

    Parameters
    ----------
    persons
        For each place the persons counted there on average, all types together; the number is drawn for each cell, so
        that some cells are empty (n = 0, with their truth).
    level
        Overall level in logits.
    scales
        Standard deviation of the effects of types, places and pairs, in logits.
    """
    rng = np.random.default_rng(seed)
    shape = (len(types), len(places))
    logit = (
        level
        + scales["type"] * rng.standard_normal((shape[0], 1))
        + scales["place"] * rng.standard_normal((1, shape[1]))
        + scales["pair"] * rng.standard_normal(shape)
    )
    truth = 1 / (1 + np.exp(-logit))
    mix = rng.dirichlet(np.full(len(types), 6.0))
    n = rng.poisson(np.outer(mix, [persons[place] for place in places]))
    hits = rng.binomial(n, truth)
    kind, place = np.indices(shape).reshape(2, -1)
    table = pd.DataFrame(
        {
            "place": np.array(places, dtype=object)[place],
            "type": np.array(types, dtype=object)[kind],
            "n": n.ravel(),
            "successes": hits.ravel(),
            "outcome": "work",
            "synthetic": True,
            "true_share": truth.ravel().round(6),
        }
    )
    return table.sort_values(["place", "type"]).reset_index(drop=True)
