"""How many hours can each team work? Staff in post, newcomers who learn, moves, absence and attrition, month by month.

Hours are linear in hires and moves, so that a plan can be optimised and a simulation agree with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.models.agency.structure import Agency, Assumptions
from workbench.models.agency.uncertainty import Uncertain


@dataclass(frozen=True, eq=False)
class Staffing:
    """Orders given now, in caseworkers (full-time equivalents), axes (U, K).

    Parameters
    ----------
    hires
        New caseworkers, who begin after the time of recruitment.
    from_stage, to_stage
        Moves between the stages of one unit.
    from_unit, to_unit
        Moves between the units at one stage.
    """

    hires: np.ndarray
    from_stage: np.ndarray
    to_stage: np.ndarray
    from_unit: np.ndarray
    to_unit: np.ndarray

    @classmethod
    def none(cls, agency: Agency) -> Staffing:
        """Return no orders: everything as today."""
        return cls(*(np.zeros(agency.staff.shape) for _ in range(5)))

    def with_hires(self, hires: np.ndarray) -> Staffing:
        """Return the same moves with other hires."""
        return Staffing(hires, self.from_stage, self.to_stage, self.from_unit, self.to_unit)


@dataclass(frozen=True, eq=False)
class Hours:
    """Hours worked on cases by one caseworker, axes (S, T): in post now, hired now, moved to a stage or a unit."""

    in_post: np.ndarray
    hired: np.ndarray
    to_stage: np.ndarray
    to_unit: np.ndarray
    lost: np.ndarray

    @property
    def recruited_months(self) -> np.ndarray:
        """Months for which somebody hired now is paid and present, mean over draws: see ``hired_months``."""
        return np.asarray(self.hired > 0).sum(axis=1)


def hours(assumed: Assumptions, uncertain: Uncertain) -> Hours:
    """Return the hours of one caseworker by month and draw."""
    month = np.arange(uncertain.months)
    stay = (1 - uncertain.attrition[:, None]) ** (month + 0.5)
    paid = assumed.hours_per_month * uncertain.presence
    since = month - assumed.recruitment + 0.5
    stay_new = (1 - uncertain.attrition[:, None]) ** np.maximum(since, 0.0)
    learnt = 1 - np.exp(-np.maximum(since, 0.0) / uncertain.learning[:, None])
    skill = assumed.learning_start + (1 - assumed.learning_start) * learnt
    settled = 1 - np.exp(-(month + 0.5) / uncertain.learning[:, None])
    return Hours(
        paid * stay,
        np.where(since > 0, paid * stay_new * skill, 0.0),
        paid * stay * (assumed.other_stage + (1 - assumed.other_stage) * settled),
        paid * stay * (assumed.other_unit + (1 - assumed.other_unit) * settled),
        paid * stay,
    )


def capacity(agency: Agency, assumed: Assumptions, uncertain: Uncertain, orders: Staffing) -> np.ndarray:
    """Return hours each team can work without overtime, axes (S, T, U, K)."""
    each = hours(assumed, uncertain)
    parts = (
        (each.in_post, agency.staff),
        (each.hired, orders.hires),
        (each.to_stage, orders.to_stage),
        (each.to_unit, orders.to_unit),
        (-each.lost, orders.from_stage + orders.from_unit),
    )
    found: np.ndarray = sum(one[:, :, None, None] * people for one, people in parts)
    return np.maximum(found, 0.0)
