"""How sure is a rank? The rank of each area in each draw."""

from __future__ import annotations

import numpy as np


def ranks(rates: np.ndarray, *, highest_first: bool = True) -> np.ndarray:
    """Return the rank of each area in each draw, 1 the first; axes (draw, area), equal rates in the order of areas.

    >>> ranks(np.array([[0.2, 0.5, 0.1]]))
    array([[2, 1, 3]])
    """
    order = np.argsort(-rates if highest_first else rates, axis=1, kind="stable")
    found = np.empty_like(order)
    np.put_along_axis(found, order, np.arange(1, rates.shape[1] + 1)[None, :], axis=1)
    return found
