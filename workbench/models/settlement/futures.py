"""What the forecasts of settlement have in common: totals by draw, whole persons that add up."""

from __future__ import annotations

import numpy as np

from workbench.core.errors import AssumptionError

UNIT = "persons settled"


def paired(totals: np.ndarray, learnt: int) -> np.ndarray:
    """Return national totals by draw and year, whole numbers, for at least ``learnt`` draws.

    Parameters
    ----------
    totals
        Persons: one for each year ahead, or (draw, year). Draw ``k`` continues draw ``k`` of the total, modulo their
        number, and each of these is continued equally often.
    """
    totals = np.atleast_2d(np.asarray(totals))
    if totals.ndim != 2 or not np.all(np.isfinite(totals)) or np.any(totals < 0) or np.any(totals != np.rint(totals)):
        raise AssumptionError(
            "the national total is not a whole number of persons for each draw and year",
            why="municipalities must add up to it exactly",
            do="give whole persons, not negative",
        )
    size = -(-max(learnt, len(totals)) // len(totals)) * len(totals)
    found: np.ndarray = totals[np.arange(size) % len(totals)].astype(np.int64)
    return found


def whole_persons(expected: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return whole persons with the row sums of what is expected, each rounded up or down by chance.

    Parameters
    ----------
    expected
        Persons, axes (draw, municipality); every row adds up to a whole number.

    Notes
    -----
    Systematic sampling: one uniform number for each row shifts the running sums before they are cut, so every cell
    keeps its expectation and no cell is further than one person from it.
    """
    running = np.cumsum(expected, axis=1)
    running[:, -1] = np.rint(running[:, -1])
    cut = np.floor(running + rng.random((len(expected), 1)))
    cut[:, -1] = running[:, -1]
    return np.diff(np.minimum(cut, running[:, [-1]]), axis=1, prepend=0.0).astype(np.int64)
