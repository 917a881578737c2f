"""Which rules must a plan keep? One small class each: a name, a reason, a source, its inequalities and a truth test.

A rule either removes pairs (`Problem.why` says so) or adds rows of the form ``matrix @ x <= limit``, where ``x`` has
one entry per allowed pair. `distance` reads a finished plan only, never those rows, so that each checks the other.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd
import scipy.sparse as sp

from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.problem.problem import Columns, Problem, WhyNot


@dataclass(frozen=True, eq=False)
class Rows:
    """What does a rule forbid? ``matrix @ x <= limit``.

    ``matrix`` has one column per allowed pair; ``key`` says which item or place each row is about (-1: none).
    """

    matrix: sp.csr_matrix
    limit: Floats
    key: Ints

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.limit)


def _rows(entries: Floats, row: Ints, limit: Floats, key: Ints, columns: int) -> Rows:
    matrix = sp.csr_matrix((entries, (row, np.arange(len(row)))), shape=(len(limit), columns))
    return Rows(matrix, np.asarray(limit, dtype=np.float64), key)


@dataclass(frozen=True)
class Rule(ABC):
    """What must hold in every plan, why, and who says so."""

    name: ClassVar[str]
    reason: ClassVar[str]
    one_limit: ClassVar[bool] = False
    """Whether all rows state one and the same limit: it is eased for all of them at once."""
    source: str = field(default="asked for by the person who made the plan", kw_only=True)

    @property
    def title(self) -> str:
        """Return the name under which the rule's rows and prices stand; no two rules of a problem share one."""
        return self.name

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        """Return the rule as inequalities over the pairs; none where it removes pairs instead."""
        none = np.zeros(0, dtype=np.int64)
        return Rows(sp.csr_matrix((0, len(columns))), np.zeros(0), none)

    def about(self, problem: Problem) -> tuple[str, ...]:
        """Name what each row speaks of, a household, group or place; empty where nothing more is to be said."""
        return ()

    @abstractmethod
    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Say by how much a plan (``household``, ``place``) misses the rule; 0 where it is kept."""

    def holds(self, problem: Problem, assignment: pd.DataFrame) -> bool:
        """Say whether a plan (``household``, ``place``) keeps the rule."""
        return self.distance(problem, assignment) <= 1e-6


@dataclass(frozen=True)
class OnePlace(Rule):
    """No household is in two places; distance in placements too many."""

    name = "one place per household"
    reason = "A household lives in one place."

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        """Return Σ_j x_ij ≤ 1 for each item."""
        every = np.arange(problem.items)
        return _rows(np.ones(len(columns)), columns.item, np.ones(problem.items), every, len(columns))

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Count placements beyond the first of each household."""
        households, _ = problem.placed(assignment)
        return float(len(households) - len(np.unique(households)))


@dataclass(frozen=True)
class Capacity(Rule):
    """No place holds more than its room in one dimension; distance in that dimension's units, summed over places."""

    dimension: str = "persons"

    name = "capacity"
    reason = "A place can house and serve only as many as it has room for."

    @property
    def title(self) -> str:
        """Return the name with the dimension."""
        return f"{self.name} in {self.dimension}"

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        """Return Σ_i s_id x_ij ≤ c_jd for each place j that states a limit."""
        d = problem.dimensions.index(self.dimension)
        limited = np.isfinite(problem.capacity[:, d])
        everywhere = _rows(
            problem.size[columns.item, d], columns.place, problem.capacity[:, d], np.arange(len(limited)), len(columns)
        )
        return Rows(everywhere.matrix[limited], everywhere.limit[limited], everywhere.key[limited])

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Sum what lies above the capacities."""
        d = problem.dimensions.index(self.dimension)
        households, places = problem.placed(assignment)
        load = np.bincount(places, weights=problem.use[households, d], minlength=len(problem.place_names))
        return float(np.maximum(0.0, load - problem.capacity[:, d]).sum())


@dataclass(frozen=True)
class NeedsMet(Rule):
    """Every service that a household needs is offered where it goes; distance in unmet needs."""

    name = "needs met"
    reason = "A household that depends on a service cannot live where it is not offered."

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Count needs that the assigned places do not offer."""
        pairs = zip(*problem.placed(assignment), strict=True)
        return float(sum(len(set(problem.needs[i]) - set(problem.offers[j])) for i, j in pairs))


@dataclass(frozen=True)
class Pins(Rule):
    """A pinned household goes to its place, which may take it, or the pin was refused; distance in households."""

    name = "pins"
    reason = "A named person decided where this household goes."

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        """Return −x_ij ≤ −1 for each pinned pair."""
        pinned = np.flatnonzero(problem.pin[columns.item] == columns.place)
        matrix = sp.csr_matrix(
            (-np.ones(len(pinned)), (np.arange(len(pinned)), pinned)), shape=(len(pinned), len(columns))
        )
        return Rows(matrix, -np.ones(len(pinned)), columns.item[pinned])

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Count pinned households that are not where they should be."""
        at = dict(zip(*(side.tolist() for side in problem.placed(assignment)), strict=True))
        pin = problem.pin[problem.item_of]
        return float(sum(at.get(int(row), -1) != pin[row] for row in np.flatnonzero(pin >= 0)))


@dataclass(frozen=True)
class Bans(Rule):
    """No household goes where it is banned from; distance in households."""

    name = "bans"
    reason = "A named person decided where this household must not go."

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Count banned pairs in the plan."""
        pairs = set(zip(*(side.tolist() for side in problem.placed(assignment)), strict=True))
        return float(len(pairs & set(problem.bans)))


@dataclass(frozen=True)
class LinkedTogether(Rule):
    """Linked households share a place or are all unplaced; distance in groups that are split."""

    name = "linked together"
    reason = "Families and dependants are not separated."

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Count linked groups that are split."""
        at = dict(zip(*(side.tolist() for side in problem.placed(assignment)), strict=True))
        return float(sum(len({at.get(row, -1) for row in rows}) > 1 for rows in problem.members))


@dataclass(frozen=True)
class KeptApart(Rule):
    """Households that must not meet are in different places; distance in pairs that share one."""

    name = "kept apart"
    reason = "Persons at risk from each other do not live in the same place."

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        """Return x_aj + x_bj ≤ 1 for each pair (a, b) and each place j allowed to both."""
        blocks, keys = [], []
        for pair in problem.apart:
            at = [np.flatnonzero(columns.item == item) for item in pair]
            shared, left, right = np.intersect1d(columns.place[at[0]], columns.place[at[1]], return_indices=True)
            position = np.concatenate([at[0][left], at[1][right]])
            row = np.tile(np.arange(len(shared)), 2)
            blocks.append(sp.csr_matrix((np.ones(len(row)), (row, position)), shape=(len(shared), len(columns))))
            keys.append(columns.place[at[0][left]])
        if not blocks:
            return super().rows(problem, columns)
        key = np.concatenate(keys)
        return Rows(sp.csr_matrix(sp.vstack(blocks)), np.ones(len(key)), key)

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Count pairs kept apart on paper that share a place in the plan."""
        households, places = problem.placed(assignment)
        at = dict(zip(problem.item_of[households].tolist(), places.tolist(), strict=True))
        return float(sum(left in at and at[left] == at.get(right) for left, right in problem.apart))


@dataclass(frozen=True)
class IntakeFloor(Rule):
    """Each place receives at least the intake it agreed to; distance in persons missing, summed over places."""

    name = "intake floors"
    reason = "A place that keeps up its services needs the intake it agreed to."

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        """Return −Σ_i s_i x_ij ≤ −m_j for each place j with a minimum."""
        asked = problem.minimum > 0
        every = _rows(
            -problem.size[columns.item, 0], columns.place, -problem.minimum, np.arange(len(asked)), len(columns)
        )
        return Rows(every.matrix[asked], every.limit[asked], every.key[asked])

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Sum what is missing to the minimum intakes."""
        households, places = problem.placed(assignment)
        load = np.bincount(places, weights=problem.persons[households], minlength=len(problem.place_names))
        return float(np.maximum(0.0, problem.minimum - load).sum())


@dataclass(frozen=True)
class PersonsPlaced(Rule):
    """At least so many persons are placed; distance in persons missing."""

    at_least: int = 0

    name = "persons placed"
    reason = "Place first: no score is worth leaving more persons without a place."

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        """Return −Σ_ij s_i x_ij ≤ −P."""
        matrix = sp.csr_matrix(-problem.size[columns.item, 0][None, :])
        return Rows(matrix, np.array([-float(self.at_least)]), np.array([-1]))

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Count the persons missing."""
        households, _ = problem.placed(assignment)
        return float(max(0, self.at_least - int(problem.persons[households].sum())))


@dataclass(frozen=True)
class EveryonePlaced(Rule):
    """Every household that some place may take is placed; distance in households missing."""

    name = "everyone placed"
    reason = "Place first: nobody is left without a place when all can have one."

    def rows(self, problem: Problem, columns: Columns) -> Rows:
        """Return −Σ_j x_ij ≤ −1 for each item with an allowed pair: far easier to solve than one sum of persons."""
        every = np.unique(problem.columns.item)
        summed = OnePlace().rows(problem, columns).matrix[every]
        return Rows(-summed, -np.ones(len(every)), every)

    def distance(self, problem: Problem, assignment: pd.DataFrame) -> float:
        """Count the households missing."""
        households, _ = problem.placed(assignment)
        open_to_some = (problem.why == WhyNot.ALLOWED).any(axis=1)[problem.item_of]
        return float(np.setdiff1d(np.flatnonzero(open_to_some), households).size)


def standard_rules(problem: Problem) -> tuple[Rule, ...]:
    """Return the rules that every plan for this problem keeps."""
    capacities = (Capacity(name) for name in problem.dimensions)
    return (OnePlace(), *capacities, NeedsMet(), Pins(), Bans(), LinkedTogether(), KeptApart(), IntakeFloor())
