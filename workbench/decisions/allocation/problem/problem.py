"""Who is to be placed, where is room, and which pairs may be: the allocation problem as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.core.errors import DataError
from workbench.decisions.allocation.problem import input_tables
from workbench.decisions.allocation.problem.input_tables import Floats, Ints, Names
from workbench.decisions.allocation.rules.rule_table import Statement


class WhyNot(IntEnum):
    """Why an item may not go to a place; the first reason that holds, in this order."""

    ALLOWED = 0
    PINNED_ELSEWHERE = 1
    BANNED = 2
    NEED_NOT_OFFERED = 3
    NO_SCORE = 4
    TOO_LARGE = 5


@dataclass(frozen=True, eq=False)
class Columns:
    """Which pairs of item and place the plan may choose from, sorted by item, then place."""

    item: Ints
    place: Ints

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.item)

    def take(self, keep: NDArray[np.bool_]) -> Columns:
        """Return the pairs that are marked."""
        return Columns(self.item[keep], self.place[keep])


@dataclass(frozen=True, eq=False)
class Problem:
    """Which households ask for a place, which places have room, and what each pair is worth.

    Linked households form one *item*, which goes to one place as a whole. All axes are sorted by name.

    Attributes
    ----------
    household_names, place_names
        The axes' names.
    group
        Fairness group of each household; 'all' where none is given.
    needs
        Codes of the services that each household needs.
    offers
        Codes of the services that each place offers: those in ``services`` and those with room in
        ``capacity_<service>``.
    persons, weight
        Index household, persons; ``weight`` counts the persons whom the score is about.
    item_of
        Index household, the item it belongs to.
    dimensions
        What is counted: 'persons', then each service with a capacity of its own.
    use
        Index household, columns dimension: the room that a household takes.
    capacity
        Index place, columns dimension; infinite where a place states no limit.
    minimum
        Index place, persons: the smallest intake agreed.
    minimum_said
        Index place: reason and source of the rule that states the minimum; '' where the table of places does.
    score
        Index household, columns place, 0–1; NaN where the pair has none.
    why
        Index item, columns place: `WhyNot` codes.
    pin
        Index item, the place it is pinned to, or -1.
    apart
        Pairs of items that may not share a place.
    score_name
        What the scores are, as it stands under every table.
    deadline
        Index household: latest day of placement as an ISO date; '' for none.
    arrived
        Index household: day of arrival as an ISO date; '' where unknown. It only decides among equals.
    must
        Items that every plan places.
    stated
        Rules of the table that speak of groups, deadlines or current practice; every plan keeps them.
    """

    household_names: Names
    place_names: Names
    group: Names
    needs: tuple[Names, ...]
    offers: tuple[Names, ...]
    persons: Ints
    weight: Floats
    item_of: Ints
    dimensions: Names
    use: Floats
    capacity: Floats
    minimum: Floats
    score: Floats
    why: NDArray[np.int8]
    pin: Ints
    bans: tuple[tuple[int, int], ...]
    apart: tuple[tuple[int, int], ...]
    score_name: str
    deadline: Names = ()
    must: frozenset[int] = frozenset()
    stated: tuple[Statement, ...] = ()
    minimum_said: Names = ()
    arrived: Names = ()

    @property
    def items(self) -> int:
        """Return how many items there are: households, linked ones counted once."""
        return len(self.why)

    @cached_property
    def size(self) -> Floats:
        """Return the room each item takes: index item, columns dimension."""
        return summed(self.use, self.item_of, self.items)

    @cached_property
    def value(self) -> Floats:
        """Return what each pair is worth: index item, columns place, score times weight; 0 where not allowed."""
        worth = summed(np.nan_to_num(self.score) * self.weight[:, None], self.item_of, self.items)
        return np.where(self.why == WhyNot.ALLOWED, worth, 0.0)

    @cached_property
    def columns(self) -> Columns:
        """Return every allowed pair of item and place."""
        item, place = np.nonzero(self.why == WhyNot.ALLOWED)
        return Columns(item.astype(np.int64), place.astype(np.int64))

    @cached_property
    def members(self) -> tuple[tuple[int, ...], ...]:
        """Return the households of each item."""
        order = np.argsort(self.item_of, kind="stable")
        ends = np.searchsorted(self.item_of[order], np.arange(self.items + 1))
        return tuple(tuple(order[ends[i] : ends[i + 1]].tolist()) for i in range(self.items))

    def placed(self, assignment: pd.DataFrame) -> tuple[Ints, Ints]:
        """Return the rows of a plan (``household``, ``place``) as indices of households and of places."""
        home = {name: index for index, name in enumerate(self.household_names)}
        town = {name: index for index, name in enumerate(self.place_names)}
        who, where = input_tables.texts(assignment, "household"), input_tables.texts(assignment, "place")
        strange = sorted({name for name in who if name not in home} | {name for name in where if name not in town})
        if strange:
            raise DataError("the plan names what the problem does not know: " + ", ".join(strange[:20]))
        return np.array([home[name] for name in who], dtype=np.int64), np.array(
            [town[name] for name in where], dtype=np.int64
        )

    def why_not(self, household: str, place: str) -> str:
        """Say why a household may not go to a place; '' where it may."""
        rows, columns = self.placed(pd.DataFrame({"household": [household], "place": [place]}))
        item, column = int(self.item_of[rows[0]]), int(columns[0])
        kind = WhyNot(int(self.why[item, column]))
        if kind is WhyNot.ALLOWED:
            return ""
        if kind is WhyNot.PINNED_ELSEWHERE:
            return f"pinned to {self.place_names[self.pin[item]]}"
        if kind is WhyNot.BANNED:
            return f"banned from {place}"
        if kind is WhyNot.NEED_NOT_OFFERED:
            lacking = sorted(
                {need for row in self.members[item] for need in self.needs[row]} - set(self.offers[column])
            )
            return f"needs {', '.join(lacking)}, which {place} does not offer"
        if kind is WhyNot.NO_SCORE:
            return f"no score for {place}"
        over = [
            f"{self.size[item, d]:g} in {name}, room for {self.capacity[column, d]:g}"
            for d, name in enumerate(self.dimensions)
            if self.size[item, d] > self.capacity[column, d]
        ]
        return f"too large for {place}: {'; '.join(over)}"


def summed(values: Floats, item_of: Ints, items: int) -> Floats:
    """Return the sum of each item's households: index item, columns as in ``values`` (index household)."""
    total = np.zeros((items, values.shape[1]))
    np.add.at(total, item_of, values)
    return total
