"""Whom to hire and move now? From an agency's draws to a staffing problem, a plan, and what the plan would bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from workbench.core.errors import ContradictionError, Fault
from workbench.decisions import staffing
from workbench.decisions.staffing import Orders, Plan, StaffingProblem
from workbench.models.agency import Agency, AgencyPath, Staffing, Uncertain, capacity, simulate
from workbench.models.agency.capacity import hours
from workbench.models.agency.causes import shapley
from workbench.models.agency.uncertainty import flows
from workbench.studies.capacity.agency import AgencyData

CAUSES = ("intake", "output per caseworker", "staff", "routing")
UNITS_OF_LIMIT = {"budget": "euro", "training": "new caseworkers", "late": "case-months beyond the limit"}


@dataclass(frozen=True, eq=False)
class Judged:
    """What a set of orders would bring, on the same draws as every other: the path and each draw's cost, axis (S,)."""

    path: AgencyPath
    parts: Mapping[str, np.ndarray]

    @property
    def total(self) -> np.ndarray:
        """Cost of each draw, in the currency of the agency's prices."""
        found: np.ndarray = sum(self.parts.values())  # type: ignore[assignment]
        return found


def mix(agency: Agency, uncertain: Uncertain) -> tuple[np.ndarray, np.ndarray]:
    """Return hours a case (S, U, K) and ways between stages (S, U, K, K) of each team's mix of types.

    Types are weighted by what flows through each team, and by what waits there spread over the year.
    """
    stages = len(agency.stages)
    every_hours, every_ways = [], []
    for draw in range(uncertain.size):
        shares = uncertain.shares[draw]
        weight = flows(shares, uncertain.intake[draw].mean(axis=0), stages) + agency.waiting / uncertain.months
        weight = weight / np.maximum(weight.sum(-1, keepdims=True), 1e-12)
        every_hours.append((weight * uncertain.hours[draw]).sum(-1))
        every_ways.append(np.einsum("ukc,kcj->ukj", weight, shares[..., :stages]))
    return np.stack(every_hours), np.stack(every_ways)


def problem(data: AgencyData, uncertain: Uncertain) -> StaffingProblem:
    """Return the staffing problem of an agency's draws; types of case are taken together at each team."""
    each = hours(data.assumed, uncertain)
    mixed_hours, ways = mix(data.agency, uncertain)
    return StaffingProblem(
        data.agency.waiting.sum(axis=-1),
        uncertain.intake.sum(axis=-1).astype(float),
        mixed_hours,
        ways,
        capacity(data.agency, data.assumed, uncertain, Staffing.none(data.agency)),
        each.hired,
        each.to_stage,
        each.to_unit,
        each.lost,
        data.agency.staff,
        data.assumed.limits,
        float(max(uncertain.months - data.assumed.recruitment, 0)),
        data.prices,
        data.limits,
    )


def staffed(orders: Orders) -> Staffing:
    """Return orders as the simulation takes them."""
    return Staffing(orders.hires, orders.from_stage, orders.to_stage, orders.from_unit, orders.to_unit)


def no_orders(data: AgencyData) -> Orders:
    """Return no orders: everything as today."""
    return Orders(*(np.zeros(data.agency.staff.shape) for _ in range(5)))


def judge(data: AgencyData, uncertain: Uncertain, stated: StaffingProblem, orders: Orders) -> Judged:
    """Return what orders would bring, by simulating the queues with overtime that does not know the future."""
    path = simulate(
        data.agency, data.assumed, uncertain, capacity(data.agency, data.assumed, uncertain, staffed(orders))
    )
    waiting, done = path.waiting.sum(axis=-1), path.done.sum(axis=-1)
    return Judged(path, staffing.cost(stated, waiting, done, path.overtime, orders.price(stated)))


def plan(stated: StaffingProblem, *, number: int | None = None) -> Plan:
    """Return the plan of least expected cost.

    Raises
    ------
    ContradictionError
        If no plan keeps every limit; says for each limit how far it alone must give way.
    """
    found = staffing.solve(stated) if number is None else staffing.solve(stated, number=number)
    if found is not None:
        return found
    faults = []
    for easing in staffing.easings(stated) if number is None else staffing.easings(stated, number=number):
        unit = UNITS_OF_LIMIT[easing.limit]
        if easing.needed is None:
            faults.append(Fault(f"no value of '{easing.limit}' alone makes a plan possible", where="limit"))
        else:
            told = f"'{easing.limit}' of {easing.allowed:,.0f} {unit} would have to be {np.ceil(easing.needed):,.0f}"
            faults.append(Fault(f"{told}, the others kept", where="limit"))
    raise ContradictionError(
        "no staffing plan keeps every limit",
        why="budget, training and the limit on lateness contradict each other over the draws",
        do="ease one of them as far as is said here",
        faults=faults,
    )


def prices_of_a_caseworker(
    data: AgencyData, uncertain: Uncertain, stated: StaffingProblem, orders: Orders
) -> np.ndarray:
    """Return what one more caseworker in post for a month would save at each team, axes (U, K), in currency.

    By simulation on all draws: teams of different units do not touch each other, so one stage is tried at a time for
    all units together.
    """
    agency = data.agency
    limited = data.assumed
    exits = stated.to_exit() * stated.prices.hour

    def by_unit(staff: np.ndarray) -> np.ndarray:
        more = replace(agency, staff=staff)
        path = simulate(agency, limited, uncertain, capacity(more, limited, uncertain, staffed(orders)))
        waiting, done = path.waiting.sum(axis=-1), path.done.sum(axis=-1)
        late = staffing.late_cases(waiting, done, stated.time_limits)
        p = stated.prices
        found = p.hour * p.overtime * path.overtime.sum(axis=(1, 3)) + p.waiting * waiting[:, 1:].sum(axis=(1, 3))
        found = found + p.late * late.sum(axis=(1, 3)) + (exits * waiting[:, -1]).sum(axis=-1)
        total: np.ndarray = found.mean(axis=0)
        return total

    now = by_unit(agency.staff)
    saved = np.zeros(agency.staff.shape)
    for k in range(len(agency.stages)):
        more = agency.staff.copy()
        more[:, k] += 1.0
        saved[:, k] = now - by_unit(more)
    return saved / uncertain.months


def causes(data: AgencyData, uncertain: Uncertain, orders: Orders) -> dict[str, float]:
    """Return why the backlog at the end differs from today's, mean over draws, in cases; the parts add up exactly.

    ``if all stayed`` is the change if intake, output per caseworker, staff and routing stayed as stated; each cause is
    then put in, its part being the mean over all orders (Shapley).
    """
    agency, assumed = data.agency, data.assumed
    usual = Uncertain(
        np.broadcast_to(agency.hours, uncertain.hours.shape),
        np.broadcast_to(agency.shares, uncertain.shares.shape),
        np.full_like(uncertain.presence, 1 - assumed.absence.mean),
        np.zeros_like(uncertain.attrition),
        np.full_like(uncertain.learning, assumed.learning_months),
        np.broadcast_to(agency.intake, uncertain.intake.shape),
    )
    parts = {
        "intake": ("intake",),
        "output per caseworker": ("hours", "presence"),
        "staff": ("attrition", "learning"),
        "routing": ("shares",),
    }
    none = Staffing.none(agency)

    def backlog(put: frozenset[str]) -> float:
        names = {field for cause in put for field in parts[cause]}
        told = replace(usual, **{name: getattr(uncertain, name) for name in names})
        given = capacity(agency, assumed, told, staffed(orders) if "staff" in put else none)
        return float(simulate(agency, assumed, told, given).backlog[:, -1].mean())

    start = float(agency.waiting.sum())
    found = {"if all stayed": backlog(frozenset()) - start}
    return {**found, **shapley(CAUSES, backlog)}
