"""What do the tables of households, places, scores and rules state? One problem, or every fault of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.core.errors import ContradictionError, DataError, Fault
from workbench.decisions.allocation.problem import input_tables
from workbench.decisions.allocation.problem.allowed_pairs import why_not_allowed, with_pins
from workbench.decisions.allocation.problem.contradictions import contradictions
from workbench.decisions.allocation.problem.input_tables import Floats, Ints, Names, Ties
from workbench.decisions.allocation.problem.problem import Problem
from workbench.decisions.allocation.problem.room import (
    capacity_and_offers,
    counted_by_service,
    minimum_intake,
    room_taken,
)
from workbench.decisions.allocation.rules.rule_table import stated_in


def problem_from_tables(
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
        raise _cannot_be_stated(faults)
    names, towns = tuple(homes["household"]), tuple(rooms["place"])
    known = {name: index for index, name in enumerate(names)}
    group = tuple(code or "all" for code in input_tables.texts(homes, "group"))
    said = stated_in(rules, practice, names, towns, group, faults)
    pins, bans = said.pairs["pin"], sorted(said.pairs["ban"])
    links = {**said.pairs["linked"], **input_tables.partners(homes, "linked_with", known, faults)}
    item_of = input_tables.merged(len(names), sorted(links))
    items = int(item_of.max()) + 1 if len(names) else 0
    foes = {**said.pairs["apart"], **input_tables.partners(homes, "apart_from", known, faults)}
    apart = _kept_apart(foes, item_of, names, faults)
    before = len(faults)
    score = input_tables.score_matrix(scores, names, towns, faults)
    # A pair whose score is misread has one: no contradiction is told that follows from a fault told already.
    score = np.where(np.isnan(score), 0.5, score) if len(faults) > before else score
    people = _people(homes, faults)
    services = [str(name)[9:] for name in rooms.columns if str(name).startswith("capacity_")]
    counted = counted_by_service(counts, services, faults)
    capacity, offers = capacity_and_offers(rooms, services)
    needs = tuple(input_tables.services_asked(homes, offers, services, faults))
    minimum, minimum_said = minimum_intake(rooms, capacity, said.floors, faults)
    use = room_taken(needs, people, counted)
    pin = np.full(items, -1, dtype=np.int64)
    for row, place in sorted(pins, reverse=True):
        pin[item_of[row]] = place
    problem = Problem(
        household_names=names,
        place_names=towns,
        needs=needs,
        offers=offers,
        persons=people["persons"].astype(np.int64),
        weight=_weight(homes, people),
        group=group,
        item_of=item_of,
        dimensions=("persons", *services),
        use=use,
        capacity=capacity,
        minimum=minimum,
        score=score,
        why=with_pins(why_not_allowed(score, needs, offers, use, capacity, item_of, items, bans), pin),
        pin=pin,
        bans=tuple(bans),
        apart=apart,
        score_name=score_name or str(scores.attrs.get("score_name", "score")),
        deadline=tuple(text[:10] for text in input_tables.texts(homes, "deadline")),
        arrived=tuple(text[:10] for text in input_tables.texts(homes, "arrived")),
        stated=tuple(said.others),
        minimum_said=minimum_said,
    )
    against = contradictions(problem, pins)
    if faults:
        raise _cannot_be_stated([*faults, *against])
    if against:
        raise ContradictionError(
            "some orders no plan can keep",
            why="they contradict each other, or what the places offer and have room for",
            do="lift a pin, a link or a ban, or raise the room named",
            faults=against,
        )
    return problem


def _people(homes: pd.DataFrame, faults: list[Fault]) -> dict[str, Floats]:
    """Return each count that a capacity may be about, by household; a household without persons is a fault."""
    ages = {name: input_tables.numbers(homes, name) for name in ("adults", "children", "seniors")}
    persons = np.rint(sum(ages.values(), start=np.zeros(len(homes))))
    faults += [
        input_tables.cell_of(homes, "households", index, "adults").fault(
            "the household has no persons", homes["household"].iloc[index]
        )
        for index in np.flatnonzero(persons < 1).tolist()
    ]
    return {**ages, "persons": persons, "households": np.ones(len(homes))}


def _weight(homes: pd.DataFrame, people: Mapping[str, Floats]) -> Floats:
    """Return how many persons the score is about: as stated, else adults, else everybody."""
    weight = np.where(people["adults"] > 0, people["adults"], people["persons"])
    if "weight" in homes:
        given = input_tables.numbers(homes, "weight", empty=np.nan)
        weight = np.where(np.isnan(given), weight, given)
    return weight


def _kept_apart(foes: Ties, item_of: Ints, names: Names, faults: list[Fault]) -> tuple[tuple[int, int], ...]:
    """Return the pairs of items that may not share a place; a pair of one item is a fault."""
    apart: set[tuple[int, int]] = set()
    for (left, right), cell in sorted(foes.items()):
        low, high = sorted((int(item_of[left]), int(item_of[right])))
        if low == high:
            pair = f"{names[left]} and {names[right]}"
            faults.append(cell.fault("linked households must also be kept apart", pair))
        else:
            apart.add((low, high))
    return tuple(sorted(apart))


def _cannot_be_stated(faults: Sequence[Fault]) -> DataError:
    return DataError(
        "the allocation problem cannot be stated",
        why="a household or place that is misread would be placed wrongly",
        do="correct the rows named and run again",
        faults=faults,
    )
