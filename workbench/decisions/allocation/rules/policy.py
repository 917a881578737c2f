"""Which further rules may an authority lay down? Deadlines, floors for groups, limits of concentration, no step back.

Each is an object with a reason, a source and a truth test, handed to ``solve(…, further=…)``. Outcomes count per
weighted person, an unplaced one as 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import scipy.sparse as sp

from workbench.core.parts import AllocationRule
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.problem.problem import Columns, Problem, WhyNot
from workbench.decisions.allocation.rules.rule_table import Pairs, Statement, reason_of, source_of
from workbench.decisions.allocation.rules.standard import Rows, Rule


def stated_rules(problem: Problem) -> tuple[AllocationRule, ...]:
    """Return the rules that the problem's own table states beyond the standard ones."""
    return tuple(_AsStated(_made(said), said.reason, said.source) for said in problem.stated)


def _made(said: Statement) -> Rule:
    if said.kind == "deadlines":
        return Deadlines(by=date.fromisoformat(said.by) if said.by else None)
    if said.kind == "group floor":
        return GroupFloor(said.group, said.limit)
    if said.kind == "dispersion":
        return Dispersion(said.group, int(said.limit))
    return (NoWorseForGroups if said.kind == "no worse for groups" else NoWorseForPlaces)(said.practice)


@dataclass(frozen=True)
class _AsStated:
    """A rule with the reason and the source that its row gives; what the row leaves out is not made up."""

    rule: Rule
    stated_reason: str
    stated_source: str

    @property
    def title(self) -> str:
        return self.rule.title

    @property
    def reason(self) -> str:
        return reason_of(self.stated_reason)

    @property
    def source(self) -> str:
        return source_of(self.stated_source)

    @property
    def one_limit(self) -> bool:
        return self.rule.one_limit

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        return self.rule.rows(problem, columns)

    def about(self, problem: Problem) -> tuple[str, ...]:
        return self.rule.about(problem)

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        return self.rule.distance(problem, assignment)

    def holds(self, problem: Problem, assignment: pd.DataFrame) -> bool:
        return self.rule.holds(problem, assignment)


@dataclass(frozen=True)
class Deadlines(Rule):
    """Households with a deadline up to a day are placed, where some place may take them; distance in households.

    ``by``: the plan's last day; None: every stated deadline counts.
    """

    by: date | None = None

    name = "deadlines"
    reason = "A household whose time is up cannot wait for the next plan."

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        """Return −Σ_j x_ij ≤ −1 for each item that is due."""
        due = self._due(problem)
        line = np.full(problem.items, -1)
        line[due] = np.arange(len(due))
        at = np.flatnonzero(line[columns.item] >= 0)
        matrix = sp.csr_matrix((-np.ones(len(at)), (line[columns.item[at]], at)), shape=(len(due), len(columns)))
        return Rows(matrix, -np.ones(len(due)), due)

    def about(self, problem: Problem) -> tuple[str, ...]:
        """Name the households that are due, linked ones together."""
        return tuple(
            " and ".join(problem.household_names[row] for row in problem.members[item]) for item in self._due(problem)
        )

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Count items that are due and not placed."""
        households, _ = problem.placed(assignment)
        return float(np.setdiff1d(self._due(problem), problem.item_of[households]).size)

    def _due(self, problem: Problem) -> Ints:
        last = "" if self.by is None else self.by.isoformat()
        asked = [bool(day) and (not last or day <= last) for day in problem.deadline]
        items = np.unique(problem.item_of[np.flatnonzero(asked)])
        return np.asarray(items[(problem.why[items] == WhyNot.ALLOWED).any(axis=1)], dtype=np.int64)


@dataclass(frozen=True)
class _OfGroup(Rule):
    """A rule about the households of a group; '' means all of them."""

    group: str = ""

    @property
    def title(self) -> str:
        """Return the name with the group."""
        return f"{self.name} of {self.group or 'all'}"

    def _of_members(self, problem: Problem, quantity: Floats | Ints) -> Floats:
        """Return a quantity by household, 0 for those outside the group."""
        mine = np.array([self.group in ("", each) for each in problem.group], dtype=bool)
        return np.where(mine, quantity, 0.0)


@dataclass(frozen=True)
class GroupFloor(_OfGroup):
    """The mean outcome of a group is at least so much; distance in mean outcome."""

    at_least: float = 0.0

    name = "group floor"
    reason = "No group pays for the gains of the others."

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        """Return −Σ w_i score_ij x_ij / W ≤ −O over the group's members."""
        share = self._share(problem)
        worth = np.zeros((problem.items, len(problem.place_names)))
        np.add.at(worth, problem.item_of, np.nan_to_num(problem.score) * share[:, None])
        matrix = sp.csr_matrix(-worth[columns.item, columns.place][None, :])
        return Rows(matrix, np.array([-self.at_least if share.any() else 0.0]), np.array([-1]))

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Return what is missing to the mean outcome asked; 0 where the group has nobody."""
        share = self._share(problem)
        households, places = problem.placed(assignment)
        reached = math.fsum(share[households] * np.nan_to_num(problem.score[households, places]))
        return max(0.0, self.at_least - reached) if share.any() else 0.0

    def _share(self, problem: Problem) -> Floats:
        weight = self._of_members(problem, problem.weight)
        return np.asarray(weight / weight.sum() if weight.sum() > 0 else weight)


@dataclass(frozen=True)
class Dispersion(_OfGroup):
    """No place holds more than so many persons of a group; distance in persons too many, summed over places."""

    most: int = 10**6

    name = "dispersion"
    reason = "A group is not concentrated in one place beyond what was agreed."
    one_limit = True

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        """Return Σ_i s_i x_ij ≤ D over the group's members, for each place j."""
        size = np.bincount(problem.item_of, weights=self._of_members(problem, problem.persons), minlength=problem.items)
        places = len(problem.place_names)
        matrix = sp.csr_matrix(
            (size[columns.item], (columns.place, np.arange(len(columns)))), shape=(places, len(columns))
        )
        return Rows(matrix, np.full(places, float(self.most)), np.arange(places))

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Sum the group's persons above the limit."""
        households, places = problem.placed(assignment)
        persons = self._of_members(problem, problem.persons)
        load = np.bincount(places, weights=persons[households], minlength=len(problem.place_names))
        return float(np.maximum(0.0, load - self.most).sum())


@dataclass(frozen=True)
class NoWorseForGroups(Rule):
    """Each group's mean outcome is at least that of current practice; distance in mean outcome, summed over groups."""

    practice: Pairs = ()

    name = "no worse for any group"
    reason = "A new way of placing must not be paid for by a group."

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        """Return the floor of each group."""
        each = [floor.rows(problem, columns) for floor in self._floors(problem)]
        matrix = sp.csr_matrix(sp.vstack([rows.matrix for rows in each]))
        return Rows(matrix, np.concatenate([rows.limit for rows in each]), np.full(len(each), -1))

    def about(self, problem: Problem) -> tuple[str, ...]:
        """Name the groups."""
        return tuple(sorted(set(problem.group)))

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Sum what is missing to the groups' outcomes under current practice."""
        return float(sum(floor.distance(problem, assignment) for floor in self._floors(problem)))

    def _floors(self, problem: Problem) -> list[GroupFloor]:
        households, places = problem.placed(pd.DataFrame(list(self.practice), columns=["household", "place"]))
        floors = []
        for group in sorted(set(problem.group)):
            share = GroupFloor(group)._share(problem)
            reached = math.fsum(share[households] * np.nan_to_num(problem.score[households, places]))
            floors.append(GroupFloor(group, reached))
        return floors or [GroupFloor()]


@dataclass(frozen=True)
class NoWorseForPlaces(Rule):
    """Those in a place fare on average as well as under current practice; distance in outcome times weighted persons.

    A place that current practice leaves empty has no limit.
    """

    practice: Pairs = ()

    name = "no worse in any place"
    reason = "A new way of placing must not be paid for by a municipality and those who live there."

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        """Return Σ_i w_i (mean_j − score_ij) x_ij ≤ 0 for each place j that current practice uses."""
        mean = self._mean(problem)
        lack = np.where(np.isfinite(mean), mean - np.nan_to_num(problem.score), 0.0) * problem.weight[:, None]
        worth = np.zeros((problem.items, len(problem.place_names)))
        np.add.at(worth, problem.item_of, lack)
        used = np.flatnonzero(np.isfinite(mean))
        matrix = sp.csr_matrix(
            (worth[columns.item, columns.place], (columns.place, np.arange(len(columns)))),
            shape=(len(mean), len(columns)),
        )
        return Rows(matrix[used], np.zeros(len(used)), used.astype(np.int64))

    def about(self, problem: Problem) -> tuple[str, ...]:
        """Name the places that current practice uses."""
        return tuple(problem.place_names[j] for j in np.flatnonzero(np.isfinite(self._mean(problem))))

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Sum over places what those in them miss."""
        mean = self._mean(problem)
        households, places = problem.placed(assignment.sort_values("household"))
        weight = problem.weight[households]
        lack = weight * np.where(
            np.isfinite(mean[places]), mean[places] - np.nan_to_num(problem.score[households, places]), 0.0
        )
        missing = np.bincount(places, weights=lack, minlength=len(mean))
        return float(np.where(missing > 1e-9, missing, 0.0).sum())

    def _mean(self, problem: Problem) -> Floats:
        households, places = problem.placed(pd.DataFrame(list(self.practice), columns=["household", "place"]))
        weight, towns = problem.weight[households], len(problem.place_names)
        worth = np.bincount(places, weights=weight * np.nan_to_num(problem.score[households, places]), minlength=towns)
        persons = np.bincount(places, weights=weight, minlength=towns)
        return np.where(persons > 0, worth / np.where(persons > 0, persons, 1.0), np.inf)
