"""Which plan is best of a small case? Whole choices by HiGHS itself, then a proof by cases: nothing is compiled for it.

The first plan of a beginner has some households and places. For it the search would have to be loaded and compiled,
which takes many times as long as the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np
import scipy.sparse as sp

from workbench.core.parts import AllocationRule
from workbench.decisions.allocation.exact import highs
from workbench.decisions.allocation.exact.cvxpy_statement import RowsByRule, kept
from workbench.decisions.allocation.exact.small_cases import persons_of, places_of
from workbench.decisions.allocation.problem.input_tables import Floats
from workbench.decisions.allocation.problem.problem import Problem
from workbench.decisions.allocation.proof.branch_and_bound import Proof, prove
from workbench.decisions.allocation.proof.lagrangian_bound import persons_bound, whole_case
from workbench.decisions.allocation.proof.linear_relaxation import Programme
from workbench.decisions.allocation.rules.standard import EveryonePlaced, PersonsPlaced
from workbench.decisions.allocation.search.solution import Outcome
from workbench.decisions.allocation.search.stopping import Limit

FEW = 200
"""Pairs up to which a case is small."""
DIVISIONS = 40
"""Divisions of a proof; what they leave open is left to the search, whose bounds of a case are better."""
NODES = 2000
"""Nodes of HiGHS's own tree."""


def best(
    problem: Problem, rules: Sequence[AllocationRule], *, objective: str, gap: float, limit: Limit
) -> Outcome | None:
    """Return the best plan and what proves it; None where the case is not small, has no plan, or stays unproven."""
    pairs = problem.columns
    if not 0 < len(pairs) <= FEW:
        return None
    rows: RowsByRule = {rule.title: rule.rows(problem, pairs) for rule in rules}
    most, persons, at_least = persons_bound(problem), None, None
    if objective == "place-first":
        size = problem.size[pairs.item, 0]
        x = _chosen(size, rows, limit)
        if x is None:
            return None
        at_least = persons_of(problem, places_of(problem, x))
        if at_least < most:
            proof = _proof(problem, rows, x, None, 0.0, limit, persons=True)
            persons = proof.multipliers
            most = min(most, persons_bound(problem, persons, rows))
        if at_least < most:
            return None
        everybody = int(problem.size[np.unique(pairs.item), 0].sum())
        floor = EveryonePlaced() if at_least == everybody else PersonsPlaced(at_least=at_least)
        rows = {**rows, floor.title: floor.rows(problem, pairs)}
    value = problem.value[pairs.item, pairs.place]
    x = _chosen(value, rows, limit)
    if x is None:
        return None
    proof = _proof(problem, rows, x, at_least, gap, limit)
    if proof.bound - float(value @ proof.x) > gap * max(1.0, abs(proof.bound)):
        return None
    return Outcome(places_of(problem, proof.x), proof.bound, most, proof.multipliers, persons)


def _proof(
    problem: Problem,
    rows: RowsByRule,
    x: Floats,
    at_least: int | None,
    gap: float,
    limit: Limit,
    *,
    persons: bool = False,
) -> Proof:
    worth = np.broadcast_to(problem.size[:, :1], problem.why.shape) if persons else None
    pairs = problem.columns
    value = (problem.value if worth is None else worth)[pairs.item, pairs.place]
    begin, _, _ = Programme(problem, rows, value, at_least).solved(whole_case(problem))
    return prove(
        problem, begin, rows, x, gap=gap, limit=limit, worth=worth, whole_values=persons, light=True,
        divisions=DIVISIONS,
    )  # fmt: skip


def _chosen(value: Floats, rows: RowsByRule, limit: Limit) -> Floats | None:
    """Return the choice of pairs (0 or 1 each) that is worth most and keeps the rows; None where none is found."""
    if not limit.going():
        return None
    stacked = [each for each in rows.values() if len(each)]
    matrix = sp.csc_matrix(sp.vstack([each.matrix for each in stacked]))
    stated = highspy.HighsLp()
    stated.num_row_, stated.num_col_ = matrix.shape
    stated.sense_ = highspy.ObjSense.kMaximize
    stated.col_cost_, stated.col_lower_, stated.col_upper_ = value, np.zeros(len(value)), np.ones(len(value))
    stated.row_lower_ = np.full(matrix.shape[0], -highspy.kHighsInf)
    stated.row_upper_ = np.concatenate([each.limit for each in stacked])
    stated.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    stated.a_matrix_.start_, stated.a_matrix_.index_, stated.a_matrix_.value_ = (
        matrix.indptr,
        matrix.indices,
        matrix.data,
    )
    stated.integrality_ = [highspy.HighsVarType.kInteger] * len(value)
    seconds = {"time_limit": max(0.1, limit.left())} if np.isfinite(limit.left()) else {}
    model = highs.model(mip_rel_gap=0.0, mip_abs_gap=1e-9, mip_max_nodes=NODES, **seconds)
    model.passModel(stated)
    model.run()
    x = np.asarray(model.getSolution().col_value, dtype=np.float64)
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal or len(x) != len(value):
        return None
    x = np.rint(x)
    return x if kept(rows, x) else None
