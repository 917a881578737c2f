"""What is room worth that will be needed later? Potentials from futures, and a batch placed against them.

Week after week a batch is placed for good, before the next one is known. The greedy plan of each week fills the best
places early. So room gets a price, a *potential*: the dual price of the linear relaxation of this batch and a drawn
future in what room is left, averaged over futures; a household takes a place only if its score there is worth more than
the room (Bansak and Paulson 2024; for the method in general, Talluri and van Ryzin 1998, bid prices).

References
----------
Bansak, K. and Paulson, E. (2024), Outcome-driven dynamic refugee assignment with allocation balancing. Operations
Research 72(6).
Talluri, K. and van Ryzin, G. (1998), An analysis of bid-price controls for network revenue management. Management
Science 44(11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.decisions.allocation.plan import Plan
from workbench.decisions.allocation.problem.arrays import NO_LIMIT, Instance, instance_of
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.problem.problem import Problem
from workbench.decisions.allocation.search.multipliers import prices
from workbench.decisions.allocation.search.stopping import Limit
from workbench.decisions.allocation.solve import solve


@dataclass(frozen=True, eq=False)
class BatchPlan:
    """A batch placed against potentials.

    Attributes
    ----------
    plan
        Its values and bound are those of scores less the worth of room, raised by a constant for each person.
    score
        Total score of the plan, in its own units.
    room
        What the room it takes would be worth later, by the potentials.
    """

    plan: Plan
    score: float
    room: float


def future_of(pool: Problem, number: int, rng: np.random.Generator) -> Ints:
    """Return items of the pool drawn with replacement until so many households are reached."""
    if not pool.items or number < 1:
        return np.zeros(0, dtype=np.int64)
    households = np.bincount(pool.item_of, minlength=pool.items)
    drawn = rng.integers(0, pool.items, number)
    return np.asarray(drawn[: int(np.searchsorted(households[drawn].cumsum(), number)) + 1], dtype=np.int64)


def potentials(batch: Problem, pool: Problem, futures: Sequence[Ints], start: Floats | None = None) -> Floats:
    """Return what a unit of room is worth, averaged over futures: index place, columns dimension.

    Parameters
    ----------
    batch
        Households to be placed now; its capacity is the room that is left for them and all who are still to come.
    pool
        Households like those to come, with the same places and dimensions; its own room does not count.
    futures
        For each future the items of the pool that come, an item as often as it comes.
    start
        Prices to begin with, such as last week's.
    """
    now, later = (instance_of(each, at_least=None) for each in (batch, pool))
    row = np.full(pool.items, -1, dtype=np.int64)
    row[later.who] = np.arange(len(later.who))
    first = None if start is None else np.vstack([start, np.zeros((1, start.shape[1]))])
    found = []
    for items in futures:
        came = row[items]
        price = prices.find(_joined(now, later, came[came >= 0]), first)
        found.append(np.maximum(0.0, price[:-1]))
        first = price
    return np.asarray(np.mean(found, axis=0), dtype=np.float64)


def _joined(now: Instance, later: Instance, came: Ints) -> Instance:
    """Return the batch and a future as one; only as many persons may stay without a place as there is no room for."""
    value, size = np.vstack([now.value, later.value[came]]), np.vstack([now.size, later.size[came]])
    nowhere = now.nowhere
    room = int(np.minimum(now.upper[:nowhere, 0], NO_LIMIT).sum())
    upper = now.upper.copy()
    upper[nowhere, 0] = max(0, int(size[:, 0].sum()) - room)
    value[(size[:, None, :] > upper[None, :, :]).any(axis=2)] = -np.inf  # room may be less than the pool's
    value[:, nowhere] = 0.0
    items = len(value)
    none = np.zeros(items + 1, dtype=np.int64)
    return Instance(np.arange(items), value, size, upper, now.lower, none, np.zeros(0, dtype=np.int64), np.ones(items))


def place_batch(
    batch: Problem,
    potential: Floats,
    *,
    queue: Floats | None = None,
    balance: float = 0.0,
    gap: float = 1e-3,
    time_limit: float | Limit = 10.0,
) -> BatchPlan:
    """Place a batch: most persons, then the best score less what the room is worth.

    Parameters
    ----------
    potential
        Index place, columns dimension: worth of a unit of room, in units of the score.
    queue
        Index place, persons: how far a place is ahead of its even pace over the year; 0 where it is behind.
    balance
        Worth by which a person counts less at a place for each person it is ahead, in units of the score.
    """
    price = potential.copy()
    if queue is not None:
        price[:, 0] += balance * np.maximum(0.0, queue)
    most = price.max(axis=0, initial=0.0)
    # The same for every person placed, so that no pair is worth less than nothing; it changes no order of plans.
    net = batch.score * batch.weight[:, None] + batch.use @ (most - price).T
    priced = replace(batch, score=net, weight=np.ones(len(batch.weight)))
    plan = solve(priced, gap=gap, time_limit=time_limit)
    households, places = batch.placed(plan.assignment)
    score = float((batch.score[households, places] * batch.weight[households]).sum())
    room = float((batch.use[households] * potential[places]).sum())
    return BatchPlan(plan, score, room)


def left_over(batch: Problem, assignment: pd.DataFrame) -> Floats:
    """Return the room left after a plan: index place, columns dimension."""
    households, places = batch.placed(assignment)
    left = batch.capacity.astype(np.float64).copy()
    np.subtract.at(left, places, batch.use[households])
    return left


def ahead(capacity: Floats, left: Floats, elapsed: float) -> Floats:
    """Return how many persons each place is ahead of its even pace: used less capacity times the year's share elapsed.

    >>> ahead(np.array([10.0, 10.0]), np.array([4.0, 9.0]), 0.5).tolist()
    [1.0, -4.0]
    """
    return np.asarray(capacity - left - elapsed * capacity, dtype=np.float64)
