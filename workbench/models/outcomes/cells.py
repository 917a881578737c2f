"""What was counted? Persons of each type in each place, and how many of them reached the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.core.errors import DataError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cells:
    """Counts of one outcome.

    Attributes
    ----------
    types, places
        The axes' names, sorted.
    n, successes
        Index type, columns place: persons counted, and those of them who reached the outcome; 0 where nobody was.
    periods
        The same two for each period, where the counts name periods; they add up to all.
    """

    types: tuple[str, ...]
    places: tuple[str, ...]
    n: Ints
    successes: Ints
    periods: tuple[tuple[Ints, Ints], ...] = ()

    def __post_init__(self) -> None:
        if (self.n < 0).any() or (self.successes < 0).any() or (self.successes > self.n).any():
            raise DataError("more persons reached the outcome than were counted", why="a share lies between 0 and 1")

    @classmethod
    def from_table(cls, table: pd.DataFrame, *, types: Sequence[str] = (), places: Sequence[str] = ()) -> Cells:
        """Return the counts of a table (``place, type, n, successes``), rows of the same cell added up.

        Parameters
        ----------
        types, places
            Further names for the axes, such as places that never took anybody.
        """
        kinds = tuple(sorted({*map(str, table["type"]), *types}))
        towns = tuple(sorted({*map(str, table["place"]), *places}))
        at = (
            pd.Categorical(table["type"].astype(str), kinds).codes,
            pd.Categorical(table["place"].astype(str), towns).codes,
        )
        said = table["period"].astype("string").fillna("") if "period" in table else pd.Series("", table.index)
        period = pd.Categorical(said).codes
        counted = np.zeros((2, max(1, int(period.max(initial=0)) + 1), len(kinds), len(towns)), dtype=np.int64)
        for each, column in zip(counted, ("n", "successes"), strict=True):
            np.add.at(each, (period, *at), table[column].to_numpy(dtype=np.int64))
        periods = tuple(zip(*counted, strict=True)) if counted.shape[1] > 1 else ()
        n, successes = counted.sum(axis=1)
        return cls(kinds, towns, n, successes, periods)

    @property
    def persons(self) -> int:
        """Return how many persons were counted."""
        return int(self.n.sum())

    def raw(self) -> Floats:
        """Return the raw share of each cell; NaN where nobody was counted."""
        return np.divide(self.successes, self.n, out=np.full(self.n.shape, np.nan), where=self.n > 0)

    def parted(self, folds: int, rng: np.random.Generator) -> tuple[Cells, ...]:
        """Return the counts of random parts of the persons, as even as possible in each cell; they add up to these.

        Within a cell persons differ by their outcome alone, so the successes of a part are hypergeometric.
        """
        left_n, left_s = self.n.copy(), self.successes.copy()
        # Which part gets the odd persons of a cell is drawn, or the first part would be the largest.
        turn = rng.permuted(np.broadcast_to(np.arange(folds), (*self.n.shape, folds)), axis=-1)
        parts = []
        for k in range(folds):
            size = np.where(k < folds - 1, self.n // folds + (turn[..., k] < self.n % folds), left_n)
            size = np.minimum(size, left_n)
            hits = rng.hypergeometric(left_s, left_n - left_s, size)
            parts.append(replace(self, n=size, successes=hits, periods=()))
            left_n, left_s = left_n - size, left_s - hits
        return tuple(parts)

    def without(self, part: Cells) -> Cells:
        """Return the counts without those of a part."""
        return replace(self, n=self.n - part.n, successes=self.successes - part.successes, periods=())

    def shuffled(self, rng: np.random.Generator) -> Cells:
        """Return a world in which it makes no difference for anybody where they go.

        Outcomes are shuffled among the persons of a type; where periods are known, of a type and period, so that a
        place that took its people in better years is not thought better itself.
        """
        hits = np.zeros_like(self.n)
        for n, successes in self.periods or ((self.n, self.successes),):
            for kind, (of, reached) in enumerate(zip(n, successes, strict=True)):
                hits[kind] += rng.multivariate_hypergeometric(of, int(reached.sum()), method="marginals")
        return replace(self, successes=hits, periods=())
