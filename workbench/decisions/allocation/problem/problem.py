"""Who is to be placed, where is room, and which pairs may be: the allocation problem as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.core.errors import ContradictionError, DataError, Fault, nearest
from workbench.decisions.allocation.exact.contradictions import contradictions
from workbench.decisions.allocation.problem import input_tables
from workbench.decisions.allocation.problem.input_tables import Cell, Floats, Ints, Names
from workbench.decisions.allocation.rules.rule_table import Statement, stated_in

COUNTED = ("persons", "adults", "children", "seniors", "households")


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

    @classmethod
    def from_tables(
        cls,
        households: pd.DataFrame,
        places: pd.DataFrame,
        scores: pd.DataFrame,
        rules: pd.DataFrame | None = None,
        *,
        practice: pd.DataFrame | None = None,
        counts: Mapping[str, str] | None = None,
        score_name: str = "",
    ) -> Problem:
        """State the problem from tables that passed the data contracts.

        Parameters
        ----------
        households, places, scores, rules
            The tables as the data contracts name them; scores long or wide; an absent score means not allowed.
        practice
            Where households would be placed today (``household``, ``place``), for rules that are measured by it.
        counts
            What a service's own capacity counts: 'persons' (the default: every person of a household that needs the
            service), 'adults', 'children', 'seniors' or 'households', e.g. ``{"school": "children"}``.
        score_name
            What the scores are; by default ``scores.attrs["score_name"]``.

        Raises
        ------
        DataError
            Every unknown name, service and bad score of the tables, at once, and every contradiction; a row is counted
            from 1.
        ContradictionError
            Every contradiction, at once, where there is nothing else: pins that cannot hold.
        """
        faults: list[Fault] = []
        homes = input_tables.keyed(households, "household", faults)
        rooms = input_tables.keyed(places, "place", faults)
        if any(fault.row is None for fault in faults):
            raise _unstated(faults)
        names, towns = tuple(homes["household"]), tuple(rooms["place"])
        known = {name: index for index, name in enumerate(names)}
        group = tuple(code or "all" for code in input_tables.texts(homes, "group"))
        said = stated_in(rules, practice, names, towns, group, faults)
        pins, bans = said.pairs["pin"], sorted(said.pairs["ban"])
        links = {**said.pairs["linked"], **input_tables.partners(homes, "linked_with", known, faults)}
        item_of = input_tables.merged(len(names), sorted(links))
        apart: set[tuple[int, int]] = set()
        foes = {**said.pairs["apart"], **input_tables.partners(homes, "apart_from", known, faults)}
        for (left, right), cell in sorted(foes.items()):
            low, high = sorted((int(item_of[left]), int(item_of[right])))
            if low == high:
                pair = f"{names[left]} and {names[right]}"
                faults.append(cell.fault("linked households must also be kept apart", pair))
            else:
                apart.add((low, high))
        before = len(faults)
        score = input_tables.score_matrix(scores, names, towns, faults)
        # A pair whose score is misread has one: no contradiction is told that follows from a fault told already.
        score = np.where(np.isnan(score), 0.5, score) if len(faults) > before else score
        people = {name: input_tables.numbers(homes, name) for name in ("adults", "children", "seniors")}
        persons = np.rint(sum(people.values(), start=np.zeros(len(names)))).astype(np.int64)
        faults += [
            input_tables.cell_of(homes, "households", index, "adults").fault(
                "the household has no persons", names[index]
            )
            for index in np.flatnonzero(persons < 1).tolist()
        ]
        counted = {**people, "persons": persons.astype(np.float64), "households": np.ones(len(names))}
        services = [str(name)[9:] for name in rooms.columns if str(name).startswith("capacity_")]
        counts = dict(counts or {})
        for service, what in counts.items():
            if service not in services:
                hint = nearest(service, services) or "none, since no place has a column 'capacity_<service>'"
                faults.append(Fault("no place states a capacity of this service", value=service, allowed=hint))
            if what not in COUNTED:
                faults.append(Fault(f"what '{service}' counts is unknown", value=what, allowed=", ".join(COUNTED)))
        capacity, offers = _room(rooms, services)
        needs = input_tables.services_asked(homes, offers, services, faults)
        minimum, minimum_said = _minimum(rooms, capacity, said.floors, faults)
        use = np.zeros((len(names), 1 + len(services)))
        use[:, 0] = persons
        for column, service in enumerate(services, start=1):
            asks = np.array([service in need for need in needs], dtype=bool)
            use[asks, column] = counted.get(counts.get(service, "persons"), counted["persons"])[asks]
        weight = np.where(people["adults"] > 0, people["adults"], persons)
        if "weight" in homes:
            given = input_tables.numbers(homes, "weight", empty=np.nan)
            weight = np.where(np.isnan(given), weight, given)
        items = int(item_of.max()) + 1 if len(names) else 0
        pin = np.full(items, -1, dtype=np.int64)
        for row, place in sorted(pins, reverse=True):
            pin[item_of[row]] = place
        free = _mask(score, needs, offers, use, capacity, item_of, items, bans)
        why, pinned = free.copy(), np.flatnonzero(pin >= 0)
        why[pinned] = WhyNot.PINNED_ELSEWHERE
        why[pinned, pin[pinned]] = free[pinned, pin[pinned]]
        problem = cls(
            household_names=names,
            place_names=towns,
            needs=tuple(needs),
            offers=offers,
            persons=persons,
            weight=weight,
            group=group,
            item_of=item_of,
            dimensions=("persons", *services),
            use=use,
            capacity=capacity,
            minimum=minimum,
            score=score,
            why=why,
            pin=pin,
            bans=tuple(bans),
            apart=tuple(sorted(apart)),
            score_name=score_name or str(scores.attrs.get("score_name", "score")),
            deadline=tuple(text[:10] for text in input_tables.texts(homes, "deadline")),
            arrived=tuple(text[:10] for text in input_tables.texts(homes, "arrived")),
            stated=tuple(said.others),
            minimum_said=minimum_said,
        )
        against = contradictions(problem, pins)
        if faults:
            raise _unstated([*faults, *against])
        if against:
            raise ContradictionError(
                "some orders no plan can keep",
                why="they contradict each other, or what the places offer and have room for",
                do="lift a pin, a link or a ban, or raise the room named",
                faults=against,
            )
        return problem

    @property
    def items(self) -> int:
        """Return how many items there are: households, linked ones counted once."""
        return len(self.why)

    @cached_property
    def size(self) -> Floats:
        """Return the room each item takes: index item, columns dimension."""
        return _summed(self.use, self.item_of, self.items)

    @cached_property
    def value(self) -> Floats:
        """Return what each pair is worth: index item, columns place, score times weight; 0 where not allowed."""
        worth = _summed(np.nan_to_num(self.score) * self.weight[:, None], self.item_of, self.items)
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


def _summed(values: Floats, item_of: Ints, items: int) -> Floats:
    total = np.zeros((items, values.shape[1]))
    np.add.at(total, item_of, values)
    return total


def _room(rooms: pd.DataFrame, services: list[str]) -> tuple[Floats, tuple[Names, ...]]:
    capacity = np.column_stack(
        [
            input_tables.numbers(rooms, "capacity"),
            *(input_tables.numbers(rooms, f"capacity_{name}", empty=np.inf) for name in services),
        ]
    )
    stated = np.isfinite(capacity[:, 1:]) & (capacity[:, 1:] > 0)
    listed = input_tables.code_lists(rooms, "services")
    offers = [
        tuple(sorted({*codes, *(name for name, here in zip(services, row, strict=True) if here)}))
        for codes, row in zip(listed, stated, strict=True)
    ]
    return capacity, tuple(offers)


def _minimum(
    rooms: pd.DataFrame, capacity: Floats, floors: Sequence[tuple[int, float, Cell, str]], faults: list[Fault]
) -> tuple[Floats, Names]:
    """Return the smallest intake of each place and which rule says so; one above the capacity is a fault."""
    minimum = input_tables.numbers(rooms, "minimum")
    asked = np.flatnonzero(minimum > 0).tolist()
    own = [(j, float(minimum[j]), input_tables.cell_of(rooms, "places", j, "minimum"), "") for j in asked]
    said = [""] * len(rooms)
    for j, least, cell, why in (*own, *floors):
        if why and minimum[j] > 0:
            why = f"{why}, besides {minimum[j]:g} stated elsewhere"
        if least > minimum[j]:
            minimum[j], said[j] = least, why
        if least > capacity[j, 0]:
            found = f"{rooms['place'].iloc[j]}: minimum {least:g}, capacity {capacity[j, 0]:g}"
            faults.append(cell.fault("a minimum lies above its capacity", found))
    return minimum, tuple(said)


def _unstated(faults: Sequence[Fault]) -> DataError:
    return DataError(
        "the allocation problem cannot be stated",
        why="a household or place that is misread would be placed wrongly",
        do="correct the rows named and run again",
        faults=faults,
    )


def _mask(
    score: Floats,
    needs: list[Names],
    offers: tuple[Names, ...],
    use: Floats,
    capacity: Floats,
    item_of: Ints,
    items: int,
    bans: list[tuple[int, int]],
) -> NDArray[np.int8]:
    why = np.zeros((items, len(offers)), dtype=np.int8)
    # From the weakest reason to the strongest, so that the strongest one stays.
    size = _summed(use, item_of, items)
    why[(size[:, None, :] > capacity[None, :, :]).any(axis=2)] = WhyNot.TOO_LARGE
    missing = np.zeros(why.shape)
    np.add.at(missing, item_of, np.isnan(score))
    why[missing > 0] = WhyNot.NO_SCORE
    for service in sorted({need for need_list in needs for need in need_list}):
        asks = np.array([service in need for need in needs], dtype=bool)
        lacks = np.array([service not in offer for offer in offers], dtype=bool)
        why[np.ix_(np.unique(item_of[asks]), np.flatnonzero(lacks))] = WhyNot.NEED_NOT_OFFERED
    for row, column in bans:
        why[item_of[row], column] = WhyNot.BANNED
    return why
