"""What is an agency made of, and what is assumed of it: units, stages, types of case, queues, caseworkers, ways on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.core.errors import DataError, Fault


@dataclass(frozen=True, eq=False)
class Agency:
    """An agency at the end of its last known month.

    Axes: U unit, K stage, C case type, J stage or outcome (the stages first).

    Parameters
    ----------
    case_types
        In the order in which they are worked on: the first one goes before the others.
    waiting
        Cases that wait, axes (U, K, C), whole.
    hours
        Prior median of the hours of work a case takes at a stage, axes (U, K, C).
    staff
        Caseworkers in post, full-time equivalents, axes (U, K).
    ways
        Cases seen to leave a stage for a stage or an outcome, axes (K, C, J).
    intake
        New cases a month, axes (U, C); they come in at the first stage.
    """

    units: tuple[str, ...]
    stages: tuple[str, ...]
    case_types: tuple[str, ...]
    outcomes: tuple[str, ...]
    waiting: np.ndarray
    hours: np.ndarray
    staff: np.ndarray
    ways: np.ndarray
    intake: np.ndarray

    @cached_property
    def shares(self) -> np.ndarray:
        """Shares of the ways on from each stage, axes (K, C, J)."""
        total = self.ways.sum(axis=-1, keepdims=True)
        return np.divide(self.ways, total, out=np.zeros_like(self.ways), where=total > 0)

    def trapped(self) -> list[tuple[str, str]]:
        """Return type and stage of all cases that can reach no outcome."""
        found = []
        for c, kind in enumerate(self.case_types):
            out = self.ways[:, c, len(self.stages) :].sum(axis=1) > 0
            onward = self.ways[:, c, : len(self.stages)] > 0
            for _ in self.stages:
                out = out | (onward & out[None, :]).any(axis=1)
            met = self.waiting[:, :, c].sum(axis=0) > 0
            met[0] |= self.intake[:, c].sum() > 0
            for _ in self.stages:
                met = met | (onward & met[:, None]).any(axis=0)
            found += [(kind, self.stages[k]) for k in np.flatnonzero(met & ~out)]
        return found

    def checked(self, where: str = "agency", rows: Mapping[tuple[str, str], int] | None = None) -> Agency:
        """Return the agency if its parts hold together.

        ``rows`` gives the line of the table of queues where a type of case, or a unit, first stands with a stage.

        Raises
        ------
        DataError
            If a stage cannot be left, or work arrives where nobody works and no time is stated.
        """
        at = rows or {}
        table = "queues" if rows else ""
        faults = [
            Fault(
                f"no way leads out of the agency for cases of type '{kind}'",
                at.get((kind, stage)),
                "stage",
                stage,
                where=table,
            )
            for kind, stage in self.trapped()
        ]
        for u, unit in enumerate(self.units):
            for k, stage in enumerate(self.stages):
                if self.staff[u, k] == 0 and self.waiting[u, k].sum() > 0:
                    told = f"{int(self.waiting[u, k].sum()):,} cases wait in {unit} and nobody works on them"
                    faults.append(Fault(told, at.get((unit, stage)), "stage", stage, where=table))
        if faults:
            raise DataError(
                f"this agency does not hold together: {len(faults)} fault{'s' * (len(faults) > 1)}",
                where=where,
                why="cases that cannot leave make every backlog grow without end",
                do="add the way on to the routes, or the caseworkers to the teams",
                faults=faults,
            )
        return self


@dataclass(frozen=True)
class MeanAndSpread:
    """A prior: mean and standard deviation."""

    mean: float
    sd: float


@dataclass(frozen=True, eq=False)
class Assumptions:
    """What is assumed of staff, work and intake; each value is dated and sourced in the locality's parameters.

    Parameters
    ----------
    hours_per_month
        Paid hours of a full-time caseworker in a month.
    absence, absence_month_sd
        Share of paid hours not worked on cases, and the spread of single months around it.
    attrition
        Share of caseworkers who leave in a month.
    learning_start, learning_months, learning_log_sd
        Output of a new caseworker as a share of full output, months until 63 % of the gap has closed, its spread.
    other_stage, other_unit
        Output of a caseworker at first after a move to another stage, and to another unit.
    recruitment
        Whole months from the decision to the first day at work.
    hours_unit_sd, hours_month_sd
        Log standard deviation of a team's true hours around the stated ones, and of a month's around the true ones.
    intake_level_sd, intake_month_sd
        Log standard deviation of the intake's level, and of single months.
    overtime, overtime_begins
        Most overtime as a share of hours worked; share of a stage's limit at which it begins.
    limits
        Months within which a case shall have left each stage, axis K.
    """

    hours_per_month: float
    absence: MeanAndSpread
    absence_month_sd: float
    attrition: MeanAndSpread
    learning_start: float
    learning_months: float
    learning_log_sd: float
    other_stage: float
    other_unit: float
    recruitment: int
    hours_unit_sd: float
    hours_month_sd: float
    intake_level_sd: float
    intake_month_sd: float
    overtime: float
    overtime_begins: float
    limits: np.ndarray
