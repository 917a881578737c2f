"""How may a total divide into its parts in the months ahead? Shares move as they moved before; the total is given.

Notes
-----
The shares of the last three months, on the log scale, are moved along stretches of the past: how far the shares of
each of the following months were from those of three months at a time that is drawn, later times more often. Each part
follows a stretch of its own, or, in half of the draws, of another part in either direction: what happened to one origin
may happen to another. A draw's total is then divided at random by its shares, in whole persons.

References
----------
Aitchison (1986), The Statistical Analysis of Compositional Data, for shares on the log scale.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.core.errors import ModelError

BASE = 3
"""Months whose shares a forecast starts from."""
KEPT = 0.98
"""Weight that a past stretch keeps for each month of its age. An assumption."""
FEWEST = 12
"""Stretches of the past to draw from."""
OWN = 0.5
"""Share of draws in which a part follows its own past, not that of another part. An assumption."""
LENDS = 20.0
"""Persons a month from which on a part's past is followed by others."""
WIDER = 1.3
"""By what a stretch is multiplied: the past holds few of them. Chosen so that intervals hold (RESULTS)."""
SMALL = 0.5
"""Persons added to a part: none so far is not never."""


def share_paths(counts: pd.DataFrame, steps: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Return shares of the parts in the months after the last of a table.

    Parameters
    ----------
    counts
        Index month without a gap, columns part, persons; a row with a missing cell is not used.
    steps
        Months ahead.

    Returns
    -------
    numpy.ndarray
        Axes (draw, step, part); each draw's parts sum to one.

    Raises
    ------
    ModelError
        If the last months are not published or the past is too short.
    """
    seen = counts.to_numpy(float)
    usual = _log_shares(counts.rolling(BASE).sum().to_numpy(float) / BASE)
    each = _log_shares(seen)
    if not np.isfinite(usual[-1]).all():
        raise ModelError(
            "the last months of the parts are not all published", do="end the table at the last whole month"
        )
    starts = np.array([at for at in range(BASE - 1, len(seen) - steps) if _whole(usual, each, at, steps)], dtype=int)
    if len(starts) < FEWEST:
        raise ModelError(
            f"{len(starts)} stretches of {steps} months can be learnt from, at least {FEWEST} are needed",
            do="give a longer table, or a shorter horizon",
        )
    weights = KEPT ** (starts[-1] - starts)
    parts = seen.shape[1]
    chosen = rng.choice(starts, size=(draws, parts), p=weights / weights.sum())
    own = rng.random((draws, parts)) < OWN
    # The few persons of a small part move by chance alone, which says nothing of a large one.
    lend = np.flatnonzero(np.nanmean(seen, axis=0) >= LENDS)
    lend = lend if len(lend) else np.arange(parts)
    whose = np.where(own, np.arange(parts), rng.choice(lend, (draws, parts)))
    sign = np.where(own, 1, rng.choice([-1, 1], (draws, parts)))
    months = chosen[:, None, :] + np.arange(1, steps + 1)[None, :, None]
    moved = each[months, whose[:, None, :]] - usual[chosen, whose][:, None, :]
    logs = usual[-1] + WIDER * sign[:, None, :] * moved
    shares = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True))


def divided(totals: np.ndarray, shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return whole persons of each part that add up to the totals exactly.

    Parameters
    ----------
    totals
        Axes (draw, step), persons.
    shares
        Axes (draw, step, part), as :func:`share_paths` returns.

    Returns
    -------
    numpy.ndarray
        Axes (draw, step, part), persons.
    """
    return np.asarray(rng.multinomial(np.asarray(totals, dtype=np.int64), shares))


def _log_shares(persons: np.ndarray) -> np.ndarray:
    """Return logarithms of shares; not centred on their mean, which the few persons of a small part would move."""
    logs = np.log(persons + SMALL)
    return np.asarray(logs - np.log((persons + SMALL).sum(axis=1, keepdims=True)))


def _whole(usual: np.ndarray, each: np.ndarray, at: int, steps: int) -> bool:
    return bool(np.isfinite(usual[at]).all() and np.isfinite(each[at + 1 : at + 1 + steps]).all())
