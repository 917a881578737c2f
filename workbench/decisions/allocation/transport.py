"""Where do classes of alike persons go, if they may be divided? A transport programme, for plans made by the hundred.

It is the linear relaxation of the allocation problem with households of one class taken together: capacity and allowed
places hold, families are not kept whole. Most persons are placed first, then the worth is highest.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from workbench.decisions.allocation.exact import highs
from workbench.decisions.allocation.problem.input_tables import Floats

PLACED_FIRST = 100.0
"""Worth of placing one more person, beside worths of at most 1: no chain of moves of that length pays."""


@dataclass(frozen=True, eq=False)
class Transport:
    """Classes of persons and places.

    Attributes
    ----------
    persons
        Index class: how many persons there are.
    capacity
        Index place, persons.
    allowed
        Index class, columns place.
    """

    persons: Floats
    capacity: Floats
    allowed: NDArray[np.bool_]

    def plan(self, worth: Floats) -> Floats:
        """Return how many persons of each class go to each place.

        Parameters
        ----------
        worth
            Index class, columns place: worth of one person there, 0 to 1.
        """
        kinds, towns = self.allowed.shape
        kind, place = np.nonzero(self.allowed)
        count = len(kind)
        moved = np.zeros(self.allowed.shape)
        if count == 0:
            return moved
        programme = highspy.HighsLp()
        programme.num_col_, programme.num_row_ = count, kinds + towns
        programme.col_cost_ = -(worth[kind, place] + PLACED_FIRST)
        programme.col_lower_, programme.col_upper_ = np.zeros(count), np.full(count, np.inf)
        programme.row_lower_ = np.full(kinds + towns, -np.inf)
        programme.row_upper_ = np.concatenate([self.persons, self.capacity])
        programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        programme.a_matrix_.start_ = np.arange(0, 2 * count + 1, 2)
        programme.a_matrix_.index_ = np.column_stack([kind, kinds + place]).ravel()
        programme.a_matrix_.value_ = np.ones(2 * count)
        solver = highs.model()
        solver.passModel(programme)
        solver.run()
        moved[kind, place] = np.maximum(0.0, np.array(solver.getSolution().col_value))
        return moved
