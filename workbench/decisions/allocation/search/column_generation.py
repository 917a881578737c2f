"""How good can a plan be that chooses one *pattern*, a whole set of households, for each place? Column generation.

A linear programme shares each place between the patterns known so far; its prices say which further patterns would
help, and each place finds its best one by a knapsack. What that converges to is the tightest bound that prices of
*one place per household* can prove, far tighter than sharing households where places are small. Households alike in
size and worth share one row: without that, the prices of many equals would wander for long.

References: G. B. Dantzig, P. Wolfe (1960), Decomposition principle for linear programs; P. Wentges (1997), Weighted
Dantzig-Wolfe decomposition for linear mixed-integer programming.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import highspy
import numpy as np
from numpy.typing import NDArray

from workbench.decisions.allocation.exact import highs
from workbench.decisions.allocation.problem.arrays import NO_LIMIT, Instance
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.proof.knapsack import CROWDED, fill_each
from workbench.decisions.allocation.proof.rooms import kept_rooms

KEEP = 0.5
"""How much of the best prices so far enters the next ones: those of the programme alone jump about."""
BOX = 0.01
WIDER = 4
"""Prices stay in a box around the best so far, in units of the largest value; it is widened where it is too narrow."""
ALIKE = 9
NEARLY = 0.999
SURE = 0.6
SHARE = 0.25
PRICED = 3
NODES = 30
MOST_STEPS = 10_000
"""Simplex steps of one programme; it needs far fewer, but may go round in circles."""


@dataclass(frozen=True, eq=False)
class Proof:
    """Multipliers (as `Found` has them) and the bound they prove."""

    bound: float
    price: Floats
    twice: Floats


@dataclass
class Patterns:
    """The linear programme over the patterns known so far.

    ``whole`` (index place, columns dimension): 1 where a pattern keeps the room; any other limit is a row with a price.
    """

    instance: Instance
    whole: Ints
    going: Callable[[], bool]
    known: list[tuple[int, Ints]] = field(default_factory=list)
    seen: set[tuple[int, bytes]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """State the programme without any pattern."""
        here = self.instance
        self.first_of, self.kind = _alike(here)
        self.many = np.bincount(self.kind)
        self.by_place = np.ascontiguousarray(here.value.T)
        self.room = kept_rooms(here.upper, self.whole)
        bounded = (here.upper < NO_LIMIT) & (self.whole == 0)
        self.limit = np.argwhere((bounded | (here.lower > 0)) & (np.arange(len(here.upper)) < here.nowhere)[:, None])
        self.model = highs.model(simplex_iteration_limit=MOST_STEPS)
        self.model.changeObjectiveSense(highspy.ObjSense.kMaximize)
        kinds, places = len(self.many), here.nowhere
        infinite = highspy.kHighsInf
        most = np.where(bounded, here.upper, infinite)[tuple(self.limit.T)]
        least = np.where(here.lower > 0, here.lower, -infinite)[tuple(self.limit.T)]
        low = np.concatenate([self.many, np.full(places, -infinite), least, [-infinite]])
        idle = float(here.upper[here.nowhere, 0])
        high = np.concatenate([self.many, np.ones(places), most, [idle if idle < NO_LIMIT else infinite]])
        none = np.zeros(0, dtype=np.int32)
        self.model.addRows(len(low), low.astype(float), high.astype(float), 0, none, none, np.zeros(0))
        self.rows = len(low)
        self.row_of = np.full(here.upper.shape, -1)
        self.row_of[tuple(self.limit.T)] = kinds + places + np.arange(len(self.limit))
        finite = here.value[np.isfinite(here.value)]
        self.box = BOX * max(1e-6, float(np.abs(finite).max(initial=0.0)))
        short = [r for r in range(self.rows - 1) if low[r] > -infinite]
        self.short, self.over = np.array(short, dtype=np.int64), np.arange(kinds)
        for row, sign in [(r, 1.0) for r in short] + [(r, -1.0) for r in range(kinds)]:
            self.model.addCol(-self.box, 0.0, infinite, 1, np.array([row], dtype=np.int32), np.array([sign]))
        self.missing = len(self.short) + kinds
        self.idle: list[int] = []
        for kind, item in enumerate(self.first_of):
            if np.isfinite(here.value[item, here.nowhere]):
                at = np.array([kind, self.rows - 1], dtype=np.int32)
                worth = float(here.value[item, here.nowhere])
                self.model.addCol(worth, 0.0, infinite, 2, at, np.array([1.0, float(here.size[item, 0])]))
                self.idle.append(kind)
        self.before = self.missing + len(self.idle)

    def add(self, patterns: list[tuple[int, Ints]]) -> int:
        """Take up patterns (place, items); return how many were new."""
        cost: list[float] = []
        start: list[int] = []
        at: list[int] = []
        entry: list[float] = []
        kinds = len(self.many)
        for place, items in patterns:
            kind, times = np.unique(self.kind[items], return_counts=True)
            key = (place, np.stack([kind, times]).tobytes())
            if len(items) == 0 or key in self.seen:
                continue
            self.seen.add(key)
            self.known.append((place, items))
            cost.append(float(self.by_place[place, items].sum()))
            start.append(len(at))
            use = self.instance.size[items].sum(axis=0)
            limits = self.row_of[place]
            at += [*kind.tolist(), kinds + place, *limits[limits >= 0].tolist()]
            entry += [*times.tolist(), 1, *use[limits >= 0].tolist()]
        if cost:
            self.model.addCols(
                len(cost), np.array(cost), np.zeros(len(cost)), np.full(len(cost), highspy.kHighsInf), len(at),
                np.array(start, dtype=np.int32), np.array(at, dtype=np.int32), np.array(entry, dtype=np.float64),
            )  # fmt: skip
        return len(cost)

    def plan(self, at: Ints) -> None:
        """Take up the patterns of a plan."""
        order = np.argsort(at, kind="stable")
        ends = np.searchsorted(at[order], np.arange(self.instance.nowhere + 1))
        self.add([(j, order[ends[j] : ends[j + 1]]) for j in range(self.instance.nowhere)])

    def sharpen(self, price: Floats, twice: Floats, worth: float, gap: float) -> Proof:
        """Return the best bound found from these multipliers on.

        It stops when the gap to ``worth``, or to the programme's own, is shut, or when no plan exists.

        Parameters
        ----------
        price, twice
            Where to begin.
        worth
            What the best plan known is worth, −∞ for none.
        gap
            Relative gap that is small enough.
        """
        centre = self._dual(price, twice)
        self._confine(centre)
        best, _ = self._price(centre)
        value = self.instance.value
        # No plan is worth less than this: a bound below it proves that there is none, and would fall for ever.
        lowest = float(np.where(np.isfinite(value), value, np.inf).min(axis=1).sum())
        while self.going() and best >= lowest - 1e-6 * max(1.0, abs(lowest)):
            self.model.run()
            own = np.array(self.model.getSolution().row_dual)
            reached = self.model.getInfo().objective_function_value
            keep, found = KEEP, 0
            while True:
                trial = keep * centre + (1 - keep) * own
                bound, found = self._price(trial)
                if bound < best:
                    best, centre = bound, trial
                if found or keep <= 0:
                    break
                keep = max(0.0, keep - 0.25)
            small = gap * max(1.0, abs(best))
            if found and best - max(worth, reached - self._paid()) > small / 4 and best - reached > small / 20:
                continue
            if self._paid() <= 1e-6 or best - worth <= small:
                break
            self.box *= WIDER
            self._confine(centre)
        return Proof(best, *self._multipliers(centre))

    def dive(self) -> Ints:
        """Return a plan: patterns that the programme is nearly sure of are fixed, round by round; some items may be
        left nowhere."""  # noqa: D205, D209
        here, places = self.instance, self.instance.nowhere
        at = np.full(here.items, here.nowhere)
        left, open_ = self.many.copy(), np.ones(places, dtype=bool)
        self.model.run()
        while self.going() and open_.any():
            share = np.array(self.model.getSolution().col_value)[self.before :]
            fixed = 0
            most = max(1, int(SHARE * open_.sum()))
            for k in np.argsort(-share, kind="stable"):
                if share[k] < 1e-6 or (fixed and share[k] < SURE) or (fixed >= most and share[k] < NEARLY):
                    break
                place, items = self.known[k]
                kind, times = np.unique(self.kind[items], return_counts=True)
                if not open_[place] or (times > left[kind]).any():
                    continue
                self.model.changeColBounds(self.before + int(k), 1.0, 1.0)
                open_[place] = False
                for each, number in zip(kind, times, strict=True):
                    free = np.flatnonzero((self.kind == each) & (at == here.nowhere))
                    at[free[:number]] = place
                left[kind] -= times
                fixed += 1
            if not fixed:
                break
            for _ in range(PRICED):
                self.model.run()
                own = np.array(self.model.getSolution().row_dual)
                if not self._price(own, taken=at < here.nowhere, open_=open_)[1] or not self.going():
                    break
            self.model.run()
        self._release()
        return at

    def choose(self, gap: float, seconds: float) -> Ints | None:
        """Return the best plan that one pattern for each place gives, among those known; None where none is found."""
        number = len(self.known)
        columns = np.arange(self.missing, self.before + number, dtype=np.int32)
        self.model.changeColsIntegrality(
            len(columns), columns, np.full(len(columns), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        )
        missing = np.arange(self.missing, dtype=np.int32)
        self.model.changeColsBounds(self.missing, missing, np.zeros(self.missing), np.zeros(self.missing))
        self.model.setOptionValue("mip_rel_gap", gap)
        self.model.setOptionValue("mip_max_nodes", NODES)
        if np.isfinite(seconds):
            self.model.setOptionValue("time_limit", max(0.1, seconds))
        # Called while HiGHS searches: here Ctrl-C is heard, too.
        self.model.cbMipInterrupt += lambda event: event.interrupt(not self.going())
        self.model.run()
        x = np.array(self.model.getSolution().col_value)
        if len(x) == 0 or not np.isfinite(self.model.getInfo().objective_function_value):
            return None
        at = np.full(self.instance.items, self.instance.nowhere)
        for k in np.flatnonzero(x[self.before :] > 0.5):
            place, items = self.known[k]
            for kind, number in zip(*np.unique(self.kind[items], return_counts=True), strict=True):
                free = np.flatnonzero((self.kind == kind) & (at == self.instance.nowhere))
                at[free[:number]] = place
        return at

    def _dual(self, price: Floats, twice: Floats) -> Floats:
        """Return multipliers as the programme has them, one for each row; alike items share the mean."""
        kinds, places = len(self.many), self.instance.nowhere
        dual = np.zeros(self.rows)
        dual[:kinds] = np.bincount(self.kind, weights=twice) / self.many
        given = price[tuple(self.limit.T)]
        alone = self.whole[tuple(self.limit.T)] > 0
        dual[kinds + places : -1] = np.where(alone, np.minimum(0.0, given), given)
        dual[-1] = max(0.0, float(price[-1, 0]))
        return dual

    def _multipliers(self, dual: Floats) -> tuple[Floats, Floats]:
        price = np.zeros(self.instance.upper.shape)
        price[tuple(self.limit.T)] = dual[len(self.many) + self.instance.nowhere : -1]
        price[-1, 0] = dual[-1] if self.instance.upper[-1, 0] < NO_LIMIT else 0.0
        return price, dual[self.kind]

    def _price(
        self, dual: Floats, taken: NDArray[np.bool_] | None = None, open_: NDArray[np.bool_] | None = None
    ) -> tuple[float, int]:
        """Return the bound that these multipliers prove and how many new patterns they brought."""
        here, places = self.instance, self.instance.nowhere
        price, twice = self._multipliers(dual)
        shown = twice if taken is None else np.where(taken, np.inf, twice)
        worth, start = np.empty(places), np.empty(places + 1, dtype=np.int64)
        who = np.empty(CROWDED * here.items + 1000, dtype=np.int64)
        fill_each(self.by_place, here.size, self.room, price, shown, worth, start, who)
        own = dual[len(self.many) : len(self.many) + places]
        good = np.flatnonzero(worth > np.maximum(0.0, own) + 1e-9 if taken is not None else worth > 0)
        if open_ is not None:
            good = good[open_[good]]
        found = self.add([(int(j), who[start[j] : start[j + 1]].copy()) for j in good])
        limits = np.where(price > 0, np.where(here.upper >= NO_LIMIT, 0, here.upper), here.lower) * price
        idle = here.value[:, places] - twice - price[-1, 0] * here.size[:, 0]
        bound = float(limits.sum() + twice.sum() + worth.sum() + np.maximum(0.0, idle).sum())
        return bound, found

    def _confine(self, centre: Floats) -> None:
        """Let prices leave a box around the centre only at a cost."""
        cost = np.concatenate([centre[self.short] - self.box, -centre[self.over] - self.box])
        self.model.changeColsCost(self.missing, np.arange(self.missing, dtype=np.int32), cost)

    def _paid(self) -> float:
        """Return how much of the rows is missed at a cost."""
        return float(np.abs(np.array(self.model.getSolution().col_value)[: self.missing]).sum())

    def _release(self) -> None:
        columns = np.arange(self.before, self.before + len(self.known), dtype=np.int32)
        self.model.changeColsBounds(
            len(columns), columns, np.zeros(len(columns)), np.full(len(columns), highspy.kHighsInf)
        )


def _alike(instance: Instance) -> tuple[Ints, Ints]:
    """Return which items are alike in size and worth: the first item of each kind, and the kind of each item."""
    shown = np.ascontiguousarray(np.hstack([instance.size.astype(np.float64), np.round(instance.value, ALIKE)]))
    line = shown.view(np.dtype((np.void, shown.shape[1] * 8))).ravel()
    _, first, kind = np.unique(line, return_index=True, return_inverse=True)
    return first.astype(np.int64), kind.ravel().astype(np.int64)
