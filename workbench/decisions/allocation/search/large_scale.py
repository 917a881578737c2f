"""Which plan is best where every rule is a limit of places? The route for real sizes: search, then certify apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.decisions.allocation.problem.arrays import Instance, instance_of
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.problem.problem import Problem
from workbench.decisions.allocation.proof.lagrangian_bound import Multipliers, certified_bound, persons_bound
from workbench.decisions.allocation.search.primal_dual import search
from workbench.decisions.allocation.search.solution import Found, Outcome
from workbench.decisions.allocation.search.stopping import Limit, Progress


def best(
    problem: Problem,
    *,
    objective: str,
    gap: float,
    limit: Limit,
    say: Progress,
    start: Outcome | None = None,
    few: bool = False,
    worth: Floats | None = None,
    at_least: int | None = None,
) -> Outcome | None:
    """Return the best plan found; None where the search finds none that keeps every limit.

    ``few``: pairs are so few that the readable statement settles what stays open, so that no long search is needed.
    ``worth`` (index item, columns place): what pairs are worth instead of their value; the bound is of that too.
    ``at_least``: persons to place, where that is known.
    """
    warm = _carried(problem, start)
    if objective == "score" or at_least is not None:
        instance = instance_of(problem, at_least=at_least, worth=worth)
        found = search(instance, gap=gap, limit=limit, start=warm, say=say, shaken=not few)
        proof = None if start is None or at_least is None else start.persons
        return _outcome(problem, instance, found, at_least, persons_bound(problem, proof), proof, worth)
    total = int(instance_of(problem, at_least=0).size[:, 0].sum())
    most, proof = persons_bound(problem), None
    if most >= total:
        say(f"Trying to place all {total} persons that some place may take.")
        instance = instance_of(problem, at_least=total, worth=worth)
        found = search(instance, gap=gap, limit=limit, start=warm, say=say, patient=False, shaken=not few)
        if np.isfinite(found.value):
            return _outcome(problem, instance, found, total, most, None, worth)
        warm = found
    counted = instance_of(problem, at_least=None, worth=np.broadcast_to(problem.size[:, :1], problem.why.shape))
    first = search(counted, gap=0.0, limit=limit, start=None, say=say, whole_values=True, shaken=not few)
    if not np.isfinite(first.value):
        return None
    proof = _multipliers(problem, counted, first, None)
    most = persons_bound(problem, proof)
    at_least = round(first.value)
    say(f"{at_least} persons can be placed; no plan places more than {most}.")
    instance = instance_of(problem, at_least=at_least, worth=worth)
    begin = first if warm is None else replace(first, price=warm.price)
    begin = replace(begin, price=begin.price * (warm is not None))
    found = search(instance, gap=gap, limit=limit, start=begin, say=say, cold=warm is None, shaken=not few)
    return _outcome(problem, instance, found, at_least, most, proof, worth)


def _multipliers(problem: Problem, instance: Instance, found: Found, at_least: int | None) -> Multipliers:
    item_price = np.zeros(problem.items)
    item_price[instance.who] = found.item_price
    return Multipliers(found.price, item_price, found.whole, at_least)


def _alone(problem: Problem, instance: Instance, found: Found, at_least: int | None) -> Multipliers:
    """Return what proves that no item is worth more than at its best place: all that is known where time was short."""
    item_price = np.zeros(problem.items)
    item_price[instance.who] = instance.value.max(axis=1, initial=0.0)
    return Multipliers(np.zeros_like(found.price), item_price, found.whole, at_least)


def _outcome(
    problem: Problem,
    instance: Instance,
    found: Found,
    at_least: int | None,
    most: int,
    proof: Multipliers | None,
    worth: Floats | None,
) -> Outcome | None:
    if not np.isfinite(found.value):
        return None
    place_of = np.full(problem.items, -1, dtype=np.int64)
    place_of[instance.who] = np.where(found.at == instance.nowhere, -1, found.at)
    multipliers = _multipliers(problem, instance, found, at_least)
    bound = certified_bound(problem, multipliers, {}, worth=worth)
    alone = _alone(problem, instance, found, at_least)
    if (trivial := certified_bound(problem, alone, {}, worth=worth)) < bound:
        multipliers, bound = alone, trivial
    return Outcome(place_of, bound, most, multipliers, proof, found)


def _carried(problem: Problem, start: Outcome | None) -> Found | None:
    """Return an earlier search's state for a problem with the same items and places; None where they differ."""
    if start is None or start.found is None or len(start.place_of) != problem.items:
        return None
    if start.found.price.shape != (len(problem.place_names) + 1, len(problem.dimensions)):
        return None
    who = instance_of(problem, at_least=None).who
    at = start.place_of[who]
    return replace(start.found, at=np.where(at < 0, len(problem.place_names), at), item_price=_of(start, who))


def _of(start: Outcome, who: Ints) -> Floats:
    return start.multipliers.item_price[who]
