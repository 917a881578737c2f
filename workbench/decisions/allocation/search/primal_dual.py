"""Which plan is nearly best, and which multipliers prove it? Prices, a first plan, then plan and bound in turn.

Everything here is a guess that :mod:`lagrangian_bound` judges afterwards: wrong multipliers only loosen the bound.
"""

from __future__ import annotations

import math
import os

import numba
import numpy as np
from threadpoolctl import threadpool_limits

from workbench.decisions.allocation.problem.arrays import NO_LIMIT, Instance
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.proof.knapsack import fill_all
from workbench.decisions.allocation.proof.rooms import kept_rooms, whole_rooms
from workbench.decisions.allocation.search import large_neighbourhood, prices
from workbench.decisions.allocation.search.ejection_chains import chain
from workbench.decisions.allocation.search.pair_exchange import redivide
from workbench.decisions.allocation.search.regret_insertion import insert, shed
from workbench.decisions.allocation.search.soft_assignment import best_at, candidates
from workbench.decisions.allocation.search.solution import Found
from workbench.decisions.allocation.search.stopping import Limit, Progress, told

WORK_OF_ONE = 400_000
"""Pairs from which a second processor is worth its start."""
NEAR = 12
ROUNDS = 3
SWEEPS = 25
FEWER_SWEEPS = 2
SHAKES = 3000
FEWER_SHAKES = 2000
MENDED, GAINED = 3, 0.05
"""Times in turn that filling weak places anew may close less than this share of what is open."""
STEP = 0.15
SHORTEN = 0.6
PATIENCE = 10
EVERY = 5
SELDOM = 25
AVERAGE = 0.4
LEAST_STEP = 2e-4
PENALTY = 10.0
IMPATIENT = 40
PRELUDE = 600
"""Steps without any plan after which patterns take over; where no plan exists the steps would never end."""
PATTERNS = 1500
"""Items up to which whole patterns of places are searched: with more, choosing from a short list is nearer, sooner."""
COARSE = 5e-4
"""Where patterns follow, steps end here: prices this near keep their programme from wandering."""
LISTS = (0.2, 0.5, 1.2)
"""Pairs for each item beyond its best one on the lists that whole choices are made from, in turn."""
FOR_SHORTLIST, FOR_MENDING = 0.5, 0.25
"""Shares of the time left that one such choice, and filling weak places anew once, may take."""
FOR_BOUND, FOR_DIVE = 0.5, 0.6
"""Shares of the time left that the bound of the patterns, and a plan made of them, may take."""


def search(
    instance: Instance,
    *,
    gap: float,
    limit: Limit,
    start: Found | None = None,
    whole_values: bool = False,
    patient: bool = True,
    cold: bool = False,
    shaken: bool = True,
    prices_at: Floats | None = None,
    plans: bool = True,
    say: Progress = lambda _: None,
) -> Found:
    """Search until the gap is reached, nothing moves any more, or the limit is.

    Parameters
    ----------
    instance
        Items, places, limits.
    gap
        Relative gap at which to stop.
    limit
        When to stop anyhow.
    start
        A solution of a problem much like this one: its prices and its plan are where the search begins.
    whole_values
        Values are whole numbers: a bound less than 1 above the value is proof.
    patient
        Whether to go on where no plan that keeps the limits is found soon.
    cold
        Whether to begin with prices of nought although there is a plan to start with.
    shaken
        Whether to go on with random changes of the plan where plan and bound have come to rest.
    prices_at
        Prices to keep as they are.
    plans
        Whether plans are wanted, or only multipliers.
    say
        Receives one sentence per step.
    """
    several = instance.value.size >= WORK_OF_ONE and (os.cpu_count() or 1) > 1
    before = numba.get_num_threads()
    numba.set_num_threads(min(before, 2) if several else 1)
    try:
        with threadpool_limits(limits=1):
            return _Search(instance, gap, limit, whole_values, patient, shaken, plans, say).run(start, cold, prices_at)
    finally:
        numba.set_num_threads(before)


class _Search:
    """One search: what stays the same while plan and bound are improved in turn."""

    def __init__(
        self,
        instance: Instance,
        gap: float,
        limit: Limit,
        whole_values: bool,
        patient: bool,
        shaken: bool,
        plans: bool,
        say: Progress,
    ) -> None:
        self.instance, self.gap, self.limit, self.whole_values, self.say = instance, gap, limit, whole_values, say
        self.patient, self.shaken, self.plans = patient, shaken, plans
        self.items = np.arange(instance.items)
        # Plans on the way may leave anybody unplaced, at a price that no place can outweigh.
        self.value = instance.value.copy()
        self.upper = instance.upper.copy()
        nowhere = instance.nowhere
        worst = PENALTY * max(1.0, prices.typical(instance)) * instance.size[:, 0]
        barred = instance.upper[nowhere, 0] < instance.size[:, 0].sum()
        self.value[:, nowhere] = np.where(np.isfinite(instance.value[:, nowhere]) & (not barred), 0.0, -worst)
        self.upper[nowhere, 0] = NO_LIMIT
        self.barred = barred

    def run(self, start: Found | None, cold: bool, prices_at: Floats | None) -> Found:
        """Return the best plan found and the multipliers that prove how good it is."""
        instance = self.instance
        warm = None if start is None or cold else start.price
        self._look_from(prices.find(instance, warm, self.limit.going) if prices_at is None else prices_at)
        whole = whole_rooms(instance.upper[: instance.nowhere], int(np.isfinite(instance.value).sum()))
        self.bound = prices.worth(instance, self.price) + float(self.best.sum())
        self.twice, self.proof = self.best.copy(), self.price
        if start is not None and not cold:
            self._take_up(start, whole)
        self.plan, self.worth = np.full(instance.items, instance.nowhere), -np.inf
        if start is not None and len(start.at) == instance.items:
            self._complete(start.at, self.order, self.best)
        known = bool(np.isfinite(self.worth))
        if not known:
            nobody = np.full(instance.items, instance.nowhere)
            self._complete(nobody, self.order, self.best)
        self.say(f"First plan: {told(self.worth)}, bound {told(self.bound)}.")
        small = instance.items <= PATTERNS
        if start is not None and small and self.shaken and self.plans and large_neighbourhood.alike(instance, start):
            self._mend(self.plan if known else start.at, whole)
        if self.plans and not small:
            self._by_turns(whole)
        elif not self._done() and self.limit.going():
            self._improve(whole)
        if not self._done() and small and self.limit.going():
            self._by_patterns(whole)
        if self.shaken and not self._done() and np.isfinite(self.worth):
            self.say(f"Before shaking: {told(self.worth)}, bound {told(self.bound)}.")
            self._shake(SHAKES)
        best, _, _ = best_at(instance.value, instance.size, self.proof)
        return Found(self.plan, self.worth, self.bound, self.proof, self.twice, whole, best)

    def _look_from(self, price: Floats) -> None:
        """Set prices and what follows: each item's worth at its best place, the next ones, and who goes first."""
        instance = self.instance
        self.price = price
        self.best, _, second = best_at(instance.value, instance.size, price)
        self.near = candidates(instance.value, instance.size, price, min(NEAR, instance.value.shape[1]))
        regret = np.where(np.isfinite(second), self.best - second, np.inf)
        self.order = np.argsort(-regret, kind="stable")

    def _take_up(self, start: Found, whole: Ints) -> None:
        """Begin with an earlier λ, moved for each item by what its best place has lost or gained, if that is better."""
        instance = self.instance
        if len(start.best) != instance.items or start.price.shape != self.price.shape:
            return
        best, _, _ = best_at(instance.value, instance.size, start.price)
        twice = start.twice + np.where(np.isfinite(start.best) & np.isfinite(best), best - start.best, 0.0)
        fixed, room = self._fixed(whole, start.price)
        filled, _, _ = fill_all(np.ascontiguousarray(instance.value.T), instance.size, room, start.price, twice)
        bound = fixed + float(twice.sum() + filled.sum())
        if bound < self.bound:
            self._look_from(start.price)
            self.bound, self.twice, self.proof = bound, twice, start.price

    def _fixed(self, whole: Ints, price: Floats) -> tuple[float, Ints]:
        """Return what the room that keeps a price is worth, and the room of the places filled with whole households."""
        kept = np.where(whole > 0, np.minimum(0.0, price), price)
        return prices.worth(self.instance, kept), kept_rooms(self.instance.upper, whole)

    def _done(self) -> bool:
        return bool(self.worth >= self._enough())

    def _complete(self, at: Ints, order: Ints, twice: Floats) -> None:
        """Make a whole plan of a partial one, improve it, and keep it if it is the best so far."""
        if not self.plans:
            return
        instance, at = self.instance, at.astype(np.int64, copy=True)
        load = instance.loads(at)
        keen = self.value[self.items, at] - twice
        shed(keen, instance.size, self.upper, at, load, instance.first, instance.foe)
        insert(self.value, instance.size, self.upper, self.price, order, at, load, instance.first, instance.foe)
        sweeps = FEWER_SWEEPS if np.isfinite(self.worth) else SWEEPS
        self._sweep(at, load, np.ones(len(self.upper), dtype=np.int64), sweeps)
        if instance.missing(load) == 0:
            worth = instance.worth(at)
            if worth > self.worth:
                self.plan, self.worth = at, worth

    def _sweep(self, at: Ints, load: Ints, touched: Ints, sweeps: int = SWEEPS) -> None:
        """Divide pairs of places anew and carry out chains, in turn, while that gains; in place."""
        instance, places = self.instance, len(self.upper)
        gained = float(self.value[self.items, at].sum())
        checked = np.zeros((places, places), dtype=np.int64)
        clock = 1
        for _ in range(sweeps):
            clock = redivide(
                self.value, instance.size, self.upper, instance.lower, self.price, self.best, at, load,
                instance.first, instance.foe, touched, checked, clock, ROUNDS,
            )  # fmt: skip
            before = at.copy()
            chain(
                self.value, instance.size, self.upper, instance.lower, self.price, self.best, self.near, at, load,
                instance.first, instance.foe, ROUNDS,
            )  # fmt: skip
            moved = before != at
            clock += 1
            touched[before[moved]] = touched[at[moved]] = clock
            now = float(self.value[self.items, at].sum())
            if now - gained < 1e-6 * abs(now) or not self.limit.going():
                break
            gained = now

    def _shake(self, most: int) -> None:
        """Empty a few places in part where the plan loses most, fill them anew, until ``most`` in turn gain nothing."""
        instance, draw = self.instance, np.random.default_rng(0)
        places = len(self.upper)
        at, load = self.plan.copy(), instance.loads(self.plan)
        worth, idle = self.worth, 0
        while self.limit.going() and not self._done() and idle < most:
            idle += 1
            net = self.value[self.items, at] - (self.price[at] * instance.size).sum(axis=1)
            loss = np.bincount(at, weights=self.best - net, minlength=places)
            spare = np.where(self.price > 0, self.price * np.minimum(instance.upper - load, NO_LIMIT), 0.0).sum(axis=1)
            chance = loss + spare + 1e-9
            chance[-1] = 0
            middle = draw.choice(places, p=chance / chance.sum())
            around = self.near[at == middle].ravel()
            beside = draw.choice(around, min(len(around), int(draw.integers(1, 6)))) if len(around) else around
            ruined = np.concatenate([[middle], beside])
            gone = np.flatnonzero(np.isin(at, ruined) & (draw.random(instance.items) < draw.uniform(0.2, 0.7)))
            if len(gone) == 0:
                continue
            trial, filled = at.copy(), load.copy()
            trial[gone] = instance.nowhere
            for i in gone:
                filled[at[i]] -= instance.size[i]
                filled[-1] += instance.size[i]
            noise = self.best[gone] * draw.uniform(0.9, 1.1, len(gone))
            insert(
                self.value, instance.size, self.upper, self.price, gone[np.argsort(-noise)], trial, filled,
                instance.first, instance.foe,
            )  # fmt: skip
            touched = np.zeros(places, dtype=np.int64)
            touched[ruined] = 1
            touched[trial[gone]] = 1
            self._sweep(trial, filled, touched)
            if instance.missing(filled) > 0:
                continue
            found = instance.worth(trial)
            if found >= worth:
                if found > worth + 1e-9:
                    idle = 0
                at, load, worth = trial, filled, found
                if found > self.worth:
                    self.plan, self.worth = trial.copy(), found

    def _mend(self, at: Ints, whole: Ints) -> None:
        """Fill a few weak places of a plan anew at a time, while that gains; who may not stay starts nowhere."""
        tried, idle = set[int](), 0
        at = np.where(np.isfinite(self.instance.value[self.items, at]), at, self.instance.nowhere)
        while idle < MENDED and not self._done() and self.limit.going():
            before, open_ = self.worth, self._enough() - self.worth
            places = large_neighbourhood.weak(self.instance, at, self.proof, self.twice, whole, tried)
            part = self.limit.part(FOR_MENDING)
            for found in large_neighbourhood.refill(self.instance, at, places, self.proof, self.twice, whole, part):
                self._complete(found, self.order, self.twice)
                if self._done():
                    return
            at, tried = (self.plan, set()) if self.worth > before else (at, tried | set(places.tolist()))
            idle = idle + 1 if self.worth - before < GAINED * open_ or self.worth == before else 0
            self.say(f"Mended in {len(places)} places: {told(self.worth)}.")

    def _by_turns(self, whole: Ints) -> None:
        """Choose for all items at once, from longer and longer lists, and fill weak places anew, in turn."""
        for share in LISTS:
            if not self._done() and self.limit.going():
                self._by_shortlist(share)
            if share == LISTS[0] and not self._done() and self.limit.going():
                self._improve(whole)
            if self.shaken and np.isfinite(self.worth):
                self._mend(self.plan, whole)

    def _by_shortlist(self, share: float) -> None:
        """Choose for all items at once among the pairs that lose least."""
        from workbench.decisions.allocation.search import restricted_mip  # brings a solver: only when one is needed

        pairs = restricted_mip.Shortlist.of(self.instance, self.price, self.best, self.near, self.plan, share)
        chosen = restricted_mip.choose(
            self.instance, pairs, self.plan, value=self.value, upper=self.upper, target=self._enough(),
            seconds=self.limit.left() * FOR_SHORTLIST, going=self.limit.going,
        )  # fmt: skip
        if chosen is not None:
            self._complete(chosen, np.argsort(-self.twice, kind="stable"), self.twice)
        self.say(f"The best choice from {len(pairs.item)} pairs: {told(self.worth)}.")

    def _enough(self) -> float:
        """Return the worth at which the search is done."""
        if self.whole_values:
            return float(np.floor(self.bound + 1e-6))
        return float(self.bound - self.gap * max(1.0, abs(self.bound)))

    def _by_patterns(self, whole: Ints) -> None:
        """Lower the bound, and find a plan, by choosing one whole pattern of households for each place."""
        from workbench.decisions.allocation.search.column_generation import (
            Patterns,  # brings a solver: only when one is needed
        )

        self.say(f"Before patterns: {told(self.worth)}, bound {told(self.bound)}.")
        until = self.limit.part(FOR_BOUND)
        patterns = Patterns(self.instance, whole, until.going)
        if np.isfinite(self.worth):
            patterns.plan(self.plan)
        proof = patterns.sharpen(self.proof, self.twice, self.worth, self.gap)
        if proof.bound < self.bound:
            # Where whole households fill a room, the bound needs no price of it: it stays a guide.
            guide = (whole > 0) & (proof.price >= 0)
            self.bound, self.twice = proof.bound, proof.twice
            self.proof = np.where(guide, np.maximum(0.0, self.price), proof.price)
        self.say(f"{len(patterns.known)} patterns: bound {told(self.bound)}.")
        if self._done() or not self.plans:
            return
        until = self.limit.part(FOR_DIVE)
        first = np.argsort(-self.twice, kind="stable")
        patterns.going = until.going
        self._complete(patterns.dive(), first, self.twice)
        self.say(f"A plan made of patterns: {told(self.worth)}.")
        if self.shaken and np.isfinite(self.worth):
            self._shake(FEWER_SHAKES)
        if not self._done() and self.limit.going():
            patterns.going = self.limit.going
            if np.isfinite(self.worth):
                patterns.plan(self.plan)
            chosen = patterns.choose(self.gap / 2, self.limit.left() * FOR_DIVE)
            if chosen is not None:
                self._complete(chosen, first, self.twice)
            self.say(f"The best choice of patterns: {told(self.worth)}.")

    def _improve(self, whole: Ints) -> None:
        """Lower the bound by subgradient steps on λ; where no patterns follow, make plans of what it chose."""
        instance = self.instance
        by_place = np.ascontiguousarray(instance.value.T)
        fixed, room = self._fixed(whole, self.price)
        twice: Floats = self.twice
        best_slope: Floats = np.zeros(0)
        direction: Floats = np.zeros(0)
        step, stalled = STEP, 0
        number = 0
        small = instance.items <= PATTERNS
        least = COARSE if small else LEAST_STEP
        while self.limit.going() and step > least and not self._done():
            filled, times, where = fill_all(by_place, instance.size, room, self.price, twice)
            here = fixed + float(twice.sum() + filled.sum())
            slope: Floats = 1.0 - times.astype(np.float64)
            if here < self.bound - 1e-6 * abs(self.bound):
                stalled = 0
            else:
                stalled += 1
            if here < self.bound or len(best_slope) == 0:
                self.bound, self.twice, best_slope = min(here, self.bound), twice, slope
            if stalled >= PATIENCE:
                step, stalled, twice, direction = step * SHORTEN, 0, self.twice, best_slope
            if not small and number % (EVERY if self.shaken else SELDOM) == 0:
                chosen = np.where(where >= 0, where, instance.nowhere)
                self._complete(chosen, np.argsort(-twice, kind="stable"), twice)
            direction = slope if len(direction) == 0 else AVERAGE * slope + (1 - AVERAGE) * direction
            below = self.worth if np.isfinite(self.worth) else 0.99 * self.bound
            distance = max(here - below, 1e-6 * abs(here), 1e-9)
            twice = twice - step * distance / max(1.0, float(direction @ direction)) * direction
            number += 1
            enough = PRELUDE if small else math.inf if self.patient else IMPATIENT
            if number > enough and not np.isfinite(self.worth):
                break
