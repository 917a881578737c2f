"""What is decided and what is known: teams, hours, queues and ways on in each draw, prices and limits."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Prices:
    """What things cost, in one currency.

    Parameters
    ----------
    caseworker_month, hour
        A caseworker for a month, and an hour worked on cases without overtime.
    training
        Training of a new caseworker.
    move_stage, move_unit
        A move to another stage, and to another unit.
    overtime
        An hour of overtime relative to an hour.
    waiting, late
        A case that waits, and one beyond its limit, each for a month.
    """

    caseworker_month: float
    hour: float
    training: float
    move_stage: float
    move_unit: float
    overtime: float
    waiting: float
    late: float


@dataclass(frozen=True)
class Limits:
    """What a plan must keep.

    Parameters
    ----------
    training
        New caseworkers that can be trained.
    budget
        Most money for hires, moves and overtime; overtime counts with its mean over the draws.
    move_share
        Share of a team that may be moved away.
    overtime
        Most overtime as a share of a team's hours.
    late
        Most case-months beyond their limits in the mean of the worst draws (CVaR); None: lateness only costs.
    tail
        Share of worst draws that ``late`` looks at.
    """

    training: float
    budget: float
    move_share: float
    overtime: float
    late: float | None = None
    tail: float = 0.1


@dataclass(frozen=True, eq=False)
class StaffingProblem:
    """A staffing question. Axes: S draw, T month, U unit, K stage. All draws weigh the same.

    Parameters
    ----------
    waiting
        Cases that wait now, (U, K).
    intake
        New cases at the first stage, (S, T, U).
    hours
        Hours a case takes, mean of the team's mix, (S, U, K).
    ways
        Shares of cases that go on from a stage to a stage, (S, U, K, K).
    base
        Hours a team can work without orders and overtime, (S, T, U, K).
    hired, to_stage, to_unit, lost
        Hours of a caseworker hired, moved to another stage, to another unit, and moved away, (S, T).
    staff
        Caseworkers in post, (U, K).
    time_limits
        Whole months within which a case shall have left each stage, (K,).
    paid_months
        Months for which somebody hired now is paid.
    """

    waiting: np.ndarray
    intake: np.ndarray
    hours: np.ndarray
    ways: np.ndarray
    base: np.ndarray
    hired: np.ndarray
    to_stage: np.ndarray
    to_unit: np.ndarray
    lost: np.ndarray
    staff: np.ndarray
    time_limits: np.ndarray
    paid_months: float
    prices: Prices
    limits: Limits

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Numbers of draws, months, units, stages."""
        return self.base.shape

    def only(self, chosen: np.ndarray) -> StaffingProblem:
        """Return the problem with the chosen draws alone."""
        parts = {n: getattr(self, n)[chosen] for n in PER_DRAW}
        return replace(self, **parts)

    def mean(self) -> StaffingProblem:
        """Return the problem with one draw in which everything has its mean."""
        parts = {n: getattr(self, n).mean(axis=0, keepdims=True) for n in PER_DRAW}
        return replace(self, **parts)

    def to_exit(self) -> np.ndarray:
        """Return the hours of work a case at a stage still needs until it leaves the agency, (S, U, K)."""
        eye = np.eye(self.ways.shape[-1])
        found: np.ndarray = np.linalg.solve(eye - self.ways, self.hours[..., None])[..., 0]
        return found


PER_DRAW = ("intake", "hours", "ways", "base", "hired", "to_stage", "to_unit", "lost")


@dataclass(frozen=True, eq=False)
class Orders:
    """What is ordered now, caseworkers, axes (U, K)."""

    hires: np.ndarray
    from_stage: np.ndarray
    to_stage: np.ndarray
    from_unit: np.ndarray
    to_unit: np.ndarray

    def price(self, problem: StaffingProblem) -> float:
        """Return what the orders cost, whatever then happens."""
        p = problem.prices
        each = p.training + p.caseworker_month * problem.paid_months
        return float(each * self.hires.sum() + p.move_stage * self.to_stage.sum() + p.move_unit * self.to_unit.sum())
