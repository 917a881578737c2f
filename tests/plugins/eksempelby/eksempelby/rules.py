"""The town's own rule for a plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from workbench.decisions.allocation import Problem, Rule
from workbench.decisions.allocation.problem.problem import Columns
from workbench.decisions.allocation.rules.standard import Rows


@dataclass(frozen=True)
class NoDistrictAlone(Rule):
    """No district takes more than half of all persons who ask for a place; distance in persons above it."""

    source: str = "Eksempelby town council, invented decision 7/2026"

    name = "no district alone"
    reason = "Schools and neighbours of one district should not carry the whole intake."

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        """Return Σ_i s_i x_ij ≤ Σ_i s_i / 2 for each district j."""
        places = len(problem.place_names)
        at = (problem.size[columns.item, 0], (columns.place, np.arange(len(columns))))
        matrix = sp.csr_matrix(at, shape=(places, len(columns)))
        return Rows(matrix, np.full(places, problem.persons.sum() / 2), np.arange(places))

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Sum the persons above half in each district of a plan."""
        households, places = problem.placed(assignment)
        load = np.bincount(places, weights=problem.persons[households], minlength=len(problem.place_names))
        return float(np.maximum(0.0, load - problem.persons.sum() / 2).sum())
