"""Which hires and moves now cost least over what may come, with overtime as recourse once it is known?

The extensive form of the two-stage programme: orders are one for all draws, cases done, overtime, queues and lateness
are each draw's own. With many draws it is solved on representative ones; the plan is then judged on all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from workbench.core.errors import DecisionError
from workbench.decisions.staffing.problem import Orders, StaffingProblem
from workbench.decisions.staffing.solver import cvxpy, run

REPRESENTATIVE = 6
"""Draws the programme is solved on; twice as many moved the judged cost by half a per cent (tests/benchmarks)."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan with what the programme says of it.

    Parameters
    ----------
    orders
        Hires and moves.
    objective
        Expected cost over the draws solved on, in the problem's currency.
    price
        What one more caseworker in post for a month would save, mean over months, axes (U, K): the dual of the
        team's hours.
    draws
        Which draws it was solved on.
    """

    orders: Orders
    objective: float
    price: np.ndarray
    draws: np.ndarray


@dataclass(frozen=True, eq=False)
class Programme:
    """The statement in cvxpy, with what may be eased."""

    orders: tuple[Any, ...]
    cost: Any
    kept: list[Any]
    hours: Any
    spent: Any
    trained: Any
    late: Any


def representative(problem: StaffingProblem, number: int) -> np.ndarray:
    """Return draws that stand for all: the middle one of each of ``number`` equal groups by how far work exceeds hours.

    A deterministic stratified sample; every group weighs the same.
    """
    size = problem.shape[0]
    if size <= number:
        return np.arange(size)
    work = (problem.intake.sum(axis=1) * problem.to_exit()[:, :, 0]).sum(axis=1)
    need = work + (problem.to_exit() * problem.waiting).sum(axis=(1, 2))
    ordered = np.argsort(need / problem.base.sum(axis=(1, 2, 3)), kind="stable")
    return np.sort(np.array([group[len(group) // 2] for group in np.array_split(ordered, number)]))


def programme(problem: StaffingProblem) -> Programme:
    """Return the extensive form over all draws of the problem."""
    cp = cvxpy()
    size, months, units, stages = problem.shape
    teams = units * stages
    n = size * teams
    p, limits = problem.prices, problem.limits
    hires, from_stage, to_stage, from_unit, to_unit = orders = tuple(cp.Variable(teams, nonneg=True) for _ in range(5))

    def rows(values: np.ndarray) -> np.ndarray:
        """Lay out (S, T) or (S, T, U, K) as (T, draw × team)."""
        if values.ndim == 2:
            return np.repeat(values.T, teams, axis=1)
        return values.transpose(1, 0, 2, 3).reshape(months, n)

    each = sparse.csr_matrix(np.tile(np.eye(teams), (size, 1)))
    one = np.ones((months, 1))

    def spread(of: Any, gain: np.ndarray) -> Any:
        return cp.multiply(rows(gain), one @ cp.reshape(each @ of, (1, n), order="C"))

    done, overtime, queue, late = (cp.Variable((months, n), nonneg=True) for _ in range(4))
    hours = np.repeat(problem.hours.reshape(1, n), months, axis=0)
    ways = sparse.block_diag(list(problem.ways.reshape(-1, stages, stages)), format="csr")
    new = np.zeros((months, size, units, stages))
    new[..., 0] = problem.intake.transpose(1, 0, 2)
    start = np.tile(problem.waiting.ravel(), size)
    before = cp.vstack([start.reshape(1, n), queue[:-1]]) if months > 1 else start.reshape(1, n)
    can = rows(problem.base) + spread(hires, problem.hired) + spread(to_stage, problem.to_stage)
    can = can + spread(to_unit, problem.to_unit) - spread(from_stage, problem.lost) - spread(from_unit, problem.lost)
    worked = cp.multiply(hours, done) <= can + overtime
    kept = [
        queue == before + new.reshape(months, n) + done @ ways - done,
        worked,
        overtime <= limits.overtime * rows(problem.base),
    ]
    kept += _late(problem, queue, done, late, start)
    unit_of, stage_of = np.divmod(np.arange(teams), stages)
    by_unit = sparse.csr_matrix((np.ones(teams), (unit_of, np.arange(teams))), (units, teams))
    by_stage = sparse.csr_matrix((np.ones(teams), (stage_of, np.arange(teams))), (stages, teams))
    kept += [
        by_unit @ (from_stage - to_stage) == 0,
        by_stage @ (from_unit - to_unit) == 0,
        from_stage + from_unit <= limits.move_share * problem.staff.ravel(),
    ]
    paid = (p.training + p.caseworker_month * problem.paid_months) * cp.sum(hires)
    paid = paid + p.move_stage * cp.sum(to_stage) + p.move_unit * cp.sum(to_unit)
    extra = p.hour * p.overtime * cp.sum(overtime) / size
    ahead = (problem.to_exit() * p.hour).reshape(n)
    total = paid + extra + (p.waiting * cp.sum(queue) + p.late * cp.sum(late) + queue[-1] @ ahead) / size
    tail = None
    if limits.late is not None:
        of_draw = sparse.csr_matrix((np.ones(n), (np.arange(n), np.repeat(np.arange(size), teams))), (n, size))
        border, beyond = cp.Variable(), cp.Variable(size, nonneg=True)
        kept.append(beyond >= cp.sum(late, axis=0) @ of_draw - border)
        tail = border + cp.sum(beyond) / (limits.tail * size)
    return Programme(orders, total, kept, worked, paid + extra, cp.sum(hires), tail)


def _late(problem: StaffingProblem, queue: Any, done: Any, late: Any, start: np.ndarray) -> list[Any]:
    """Return that a case that waited L months ago and has not left since is late (see ``costs.late_cases``)."""
    cp = cvxpy()
    _, months, _, stages = problem.shape
    found = []
    for k, limit in enumerate(problem.time_limits.astype(int)):
        for t in range(limit - 1, months):
            earlier = start[k::stages] if t + 1 == limit else queue[t - limit, k::stages]
            found.append(late[t, k::stages] >= earlier - cp.sum(done[t - limit + 1 : t + 1, k::stages], axis=0))
    return found


def limits_of(problem: StaffingProblem, stated: Programme) -> dict[str, tuple[Any, float]]:
    """Return the limits that an agency could ease: what is used, and how much is allowed."""
    found = {"budget": (stated.spent, problem.limits.budget), "training": (stated.trained, problem.limits.training)}
    if stated.late is not None and problem.limits.late is not None:
        found["late"] = (stated.late, problem.limits.late)
    return found


def solve(problem: StaffingProblem, *, number: int = REPRESENTATIVE) -> Plan | None:
    """Return the plan of least expected cost, or None if no plan keeps every limit (then ask ``easings``).

    Parameters
    ----------
    number
        Draws to solve on, chosen by :func:`representative`.
    """
    cp = cvxpy()
    chosen = representative(problem, number)
    part = problem.only(chosen)
    stated = programme(part)
    within = [used <= allowed for used, allowed in limits_of(part, stated).values()]
    question = cp.Problem(cp.Minimize(stated.cost), [*stated.kept, *within])
    status = run(question)
    if status in (cp.INFEASIBLE, cp.INFEASIBLE_INACCURATE):
        return None
    if status not in (cp.OPTIMAL, cp.OPTIMAL_INACCURATE):
        raise DecisionError(f"the staffing plan could not be solved: {status}", do="check prices and limits")
    size, months, units, stages = part.shape
    values = [np.maximum(np.asarray(v.value).reshape(units, stages), 0.0) for v in stated.orders]
    dual = np.abs(np.asarray(stated.hours.dual_value)).reshape(months, size, units, stages)
    a_month = part.lost.T[:, :, None, None] * dual
    price = a_month.sum(axis=1).mean(axis=0)
    return Plan(Orders(*values), float(question.value), price, chosen)
