"""What does a linear programme say of one case of a proof? Multipliers, and how much of each item goes where.

The programme is stated once; a case only says which pairs it may use. What a case cannot keep is missed at a price so
high that the bound shows it.
"""

from __future__ import annotations

import highspy
import numpy as np
import scipy.sparse as sp

from workbench.decisions.allocation.exact import highs
from workbench.decisions.allocation.exact.cvxpy_statement import RowsByRule
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.problem.problem import Problem
from workbench.decisions.allocation.proof.lagrangian_bound import Case, Multipliers
from workbench.decisions.allocation.proof.rooms import whole_rooms
from workbench.decisions.allocation.rules.standard import EveryonePlaced, KeptApart, PersonsPlaced, Rows, standard_rules

FORBIDDING, HARDER = 10.0, 1e4
"""Prices of missing a limit by one, in units of all that the pairs are worth together: where one that counts in
fractions is missed by little, only the higher shows it; where none is, the lower leaves rounding smaller."""


class Programme:
    """``max v·x`` over pairs and *nowhere*, every limit as a row.

    Attributes
    ----------
    items
        The items that some place may take.
    item, place
        Index column: what its share is about; the number of places stands for *nowhere*.
    left
        Persons that may stay unplaced; infinite where any number may.
    """

    items: Ints
    item: Ints
    place: Ints
    left: float

    def __init__(self, problem: Problem, rows: RowsByRule, value: Floats, at_least: int | None) -> None:
        """State the programme; ``value``: one entry per allowed pair; ``at_least``: persons placed (None: any)."""
        self.problem, self.at_least = problem, at_least
        limits = {rule.title for rule in standard_rules(problem) if not isinstance(rule, KeptApart)}
        limits |= {EveryonePlaced.name, PersonsPlaced.name}
        self.rows: dict[str, Rows] = {name: each for name, each in rows.items() if name not in limits and len(each)}
        self.whole = whole_rooms(problem.capacity, len(problem.columns))
        pairs, size, infinite = problem.columns, problem.size, highspy.kHighsInf
        self.items = np.unique(pairs.item)
        n, m = len(self.items), len(pairs)
        self.item = np.concatenate([pairs.item, self.items])
        self.place = np.concatenate([pairs.place, np.full(n, len(problem.place_names))])
        self.left = np.inf if at_least is None else float(size[self.items, 0].sum()) - at_least
        line = np.searchsorted(self.items, self.item)
        one_place = sp.csr_matrix((np.ones(n + m), (line, np.arange(n + m))))
        bounded = np.isfinite(problem.capacity)
        bounded[:, 0] |= problem.minimum > 0
        self.room = np.argwhere(bounded)
        place, dimension = self.room.T
        capacity = sp.csr_matrix((self.place == place[:, None]) * size[self.item][:, dimension].T)
        further = [sp.hstack([each.matrix, sp.csr_matrix((len(each), n))]) for each in self.rows.values()]
        nowhere = sp.csr_matrix(np.where(self.place == len(problem.place_names), size[self.item, 0], 0.0)[None, :])
        matrix = sp.vstack([one_place, capacity, *further, nowhere])
        missed = sp.vstack([sp.csr_matrix((n, matrix.shape[0] - n)), sp.eye(matrix.shape[0] - n)])
        matrix = sp.csc_matrix(sp.hstack([matrix, -missed, missed]))
        most = np.where(np.isfinite(problem.capacity), problem.capacity, infinite)[place, dimension]
        least = np.where(dimension == 0, problem.minimum[place], 0.0)
        free = [np.full(len(each), -infinite) for each in self.rows.values()]
        left = self.left if np.isfinite(self.left) else infinite
        stated = highspy.HighsLp()
        stated.num_row_, stated.num_col_ = matrix.shape
        self.unit = 1.0 + float(np.abs(value).sum())
        stated.col_cost_ = np.full(matrix.shape[1], FORBIDDING * self.unit)
        stated.col_cost_[: n + m] = np.concatenate([-value, np.zeros(n)])
        stated.col_lower_, stated.col_upper_ = np.zeros(matrix.shape[1]), np.full(matrix.shape[1], infinite)
        stated.row_lower_ = np.concatenate([np.ones(n), least, *free, [-infinite]])
        stated.row_upper_ = np.concatenate([np.ones(n), most, *(each.limit for each in self.rows.values()), [left]])
        stated.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        stated.a_matrix_.start_, stated.a_matrix_.index_ = matrix.indptr, matrix.indices
        stated.a_matrix_.value_ = matrix.data
        self.model = highs.model()
        self.model.passModel(stated)

    def harder(self, case: Case) -> Multipliers:
        """Return a case's multipliers where missing a limit costs more."""
        self._forbid(HARDER)
        found, _, _ = self.solved(case)
        self._forbid(FORBIDDING)
        return found

    def _forbid(self, price: float) -> None:
        missed = np.arange(len(self.item), self.model.getNumCol(), dtype=np.int32)
        self.model.changeColsCost(len(missed), missed, np.full(len(missed), price * self.unit))

    def solved(self, case: Case) -> tuple[Multipliers, Floats, float]:
        """Return a case's multipliers, the share of each column, and by how much limits are missed in all."""
        columns, n = len(self.item), len(self.items)
        open_ = np.column_stack([case.allowed, case.idle])[self.item, self.place]
        every = np.arange(columns, dtype=np.int32)
        upper = np.where(open_, highspy.kHighsInf, 0.0)
        self.model.changeColsBounds(columns, every, np.zeros(columns), upper)
        self.model.run()
        solution = self.model.getSolution()
        price, x = -np.asarray(solution.row_dual), np.asarray(solution.col_value)
        of_room = np.zeros((len(self.problem.place_names) + 1, len(self.problem.dimensions)))
        of_room[tuple(self.room.T)] = price[n : n + len(self.room)]
        of_room[-1, 0] = max(0.0, price[-1])
        item_price = np.zeros(self.problem.items)
        item_price[self.items] = price[:n]
        at, rows = n + len(self.room), {}
        for title, each in self.rows.items():
            rows[title] = np.maximum(0.0, price[at : at + len(each)])
            at += len(each)
        return Multipliers(of_room, item_price, self.whole, self.at_least, rows), x[:columns], float(x[columns:].sum())
