"""What a search has so far: its best plan, its best bound, and the prices both stand on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.decisions.allocation.problem.arrays import NO_LIMIT, Instance
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.proof.knapsack import fill_all
from workbench.decisions.allocation.proof.rooms import kept_rooms, whole_rooms
from workbench.decisions.allocation.search.local.regret_insertion import insert, shed
from workbench.decisions.allocation.search.local.sweeps import SWEEPS, improve_pairs_and_chains
from workbench.decisions.allocation.search.multipliers import prices
from workbench.decisions.allocation.search.multipliers.soft_assignment import best_at, candidates
from workbench.decisions.allocation.search.solution import Found
from workbench.decisions.allocation.search.stopping import Limit, Progress

NEAR = 12
"""Places looked at for each item."""
FEWER_SWEEPS = 2
"""Rounds of improvement once there is a plan."""
PENALTY = 10.0
"""Price of leaving somebody unplaced on the way, in typical prices of a person's room."""


@dataclass(frozen=True)
class Task:
    """What is asked of a search; see :func:`workbench.decisions.allocation.search.primal_dual.search`."""

    gap: float
    limit: Limit
    whole_values: bool
    patient: bool
    shaken: bool
    plans: bool
    say: Progress


class State:
    """Plan and bound as they are improved in turn.

    Attributes
    ----------
    instance, task
        What is to be solved and how far.
    value, upper
        Those of the instance, except that anybody may be unplaced at a price that no place can outweigh.
    price, best, near, order
        Prices; each item's worth at its best place, its next places, and who is placed first.
    plan, worth
        The best plan that keeps every limit, −∞ while there is none.
    bound, item_price, proof
        The best bound and the multipliers that prove it.
    whole
        Index place, columns dimension: 1 where the bound fills that room with whole households.
    """

    def __init__(self, instance: Instance, task: Task, price: Floats) -> None:
        self.instance, self.task = instance, task
        self.items = np.arange(instance.items)
        self.value = instance.value.copy()
        self.upper = instance.upper.copy()
        nowhere = instance.nowhere
        worst = PENALTY * max(1.0, prices.typical(instance)) * instance.size[:, 0]
        barred = instance.upper[nowhere, 0] < instance.size[:, 0].sum()
        self.value[:, nowhere] = np.where(np.isfinite(instance.value[:, nowhere]) & (not barred), 0.0, -worst)
        self.upper[nowhere, 0] = NO_LIMIT
        self.whole = whole_rooms(instance.upper[:nowhere], int(np.isfinite(instance.value).sum()))
        self.look_from(price)
        self.bound = prices.worth(instance, self.price) + float(self.best.sum())
        self.item_price, self.proof = self.best.copy(), self.price
        self.plan, self.worth = np.full(instance.items, nowhere), -np.inf

    def look_from(self, price: Floats) -> None:
        """Set prices and what follows: each item's worth at its best place, the next ones, and who goes first."""
        instance = self.instance
        self.price = price
        self.best, _, second = best_at(instance.value, instance.size, price)
        self.near = candidates(instance.value, instance.size, price, min(NEAR, instance.value.shape[1]))
        regret = np.where(np.isfinite(second), self.best - second, np.inf)
        self.order = np.argsort(-regret, kind="stable")

    def take_up(self, start: Found) -> None:
        """Begin with an earlier λ, moved for each item by what its best place has lost or gained, if that is better."""
        instance = self.instance
        if len(start.best) != instance.items or start.price.shape != self.price.shape:
            return
        best, _, _ = best_at(instance.value, instance.size, start.price)
        item_price = start.item_price + np.where(np.isfinite(start.best) & np.isfinite(best), best - start.best, 0.0)
        fixed, room = self.fixed(start.price)
        filled, _, _ = fill_all(np.ascontiguousarray(instance.value.T), instance.size, room, start.price, item_price)
        bound = fixed + float(item_price.sum() + filled.sum())
        if bound < self.bound:
            self.look_from(start.price)
            self.bound, self.item_price, self.proof = bound, item_price, start.price

    def fixed(self, price: Floats) -> tuple[float, Ints]:
        """Return what the room that keeps a price is worth, and the room of the places filled with whole households."""
        kept = np.where(self.whole > 0, np.minimum(0.0, price), price)
        return prices.worth(self.instance, kept), kept_rooms(self.instance.upper, self.whole)

    def done(self) -> bool:
        """Say whether the gap asked is reached."""
        return bool(self.worth >= self.enough())

    def enough(self) -> float:
        """Return the worth at which the search is done."""
        if self.task.whole_values:
            return float(np.floor(self.bound + 1e-6))
        return float(self.bound - self.task.gap * max(1.0, abs(self.bound)))

    def complete(self, at: Ints, order: Ints, item_price: Floats) -> None:
        """Make a whole plan of a partial one, improve it, and keep it if it is the best so far."""
        if not self.task.plans:
            return
        instance, at = self.instance, at.astype(np.int64, copy=True)
        load = instance.loads(at)
        keen = self.value[self.items, at] - item_price
        shed(keen, instance.size, self.upper, at, load, instance.first, instance.foe)
        insert(self.value, instance.size, self.upper, self.price, order, at, load, instance.first, instance.foe)
        sweeps = FEWER_SWEEPS if np.isfinite(self.worth) else SWEEPS
        self.improve(at, load, np.ones(len(self.upper), dtype=np.int64), sweeps)
        if instance.missing(load) == 0:
            worth = instance.worth(at)
            if worth > self.worth:
                self.plan, self.worth = at, worth

    def improve(self, at: Ints, load: Ints, touched: Ints, sweeps: int = SWEEPS) -> None:
        """Improve a plan by exchanges and chains, in place; ``touched`` marks the places that have changed."""
        improve_pairs_and_chains(
            self.instance, self.value, self.upper, self.price, self.best, self.near, at, load, touched,
            sweeps, self.task.limit.going,
        )  # fmt: skip

    def going(self) -> bool:
        """Say whether there is time left and something left to gain."""
        return not self.done() and self.task.limit.going()

    def found(self) -> Found:
        """Return the best plan, and the multipliers that prove how good it is."""
        best, _, _ = best_at(self.instance.value, self.instance.size, self.proof)
        return Found(self.plan, self.worth, self.bound, self.proof, self.item_price, self.whole, best)
