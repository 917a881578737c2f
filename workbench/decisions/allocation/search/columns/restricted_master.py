"""Which share of each place's known patterns is best? The restricted master programme of column generation.

A *pattern* is a whole set of households that one place could take. Households alike in size and worth share one row:
without that, the prices of many equals would wander for long.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import highspy
import numpy as np

from workbench.decisions.allocation.exact import highs
from workbench.decisions.allocation.problem.arrays import NO_LIMIT, Instance
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.proof.rooms import kept_rooms

BOX = 0.01
"""Half the width of the box around the best prices so far, in units of the largest value."""
ALIKE = 9
"""Decimals to which the values of households that count as alike agree."""
MOST_STEPS = 10_000
"""Simplex steps of one programme; it needs far fewer, but may go round in circles."""


@dataclass
class RestrictedMaster:
    """The linear programme over the patterns known so far.

    ``whole`` (index place, columns dimension): 1 where a pattern keeps the room; any other limit is a row with a price.
    """

    instance: Instance
    whole: Ints
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

    def add_plan(self, at: Ints) -> None:
        """Take up the patterns of a plan."""
        order = np.argsort(at, kind="stable")
        ends = np.searchsorted(at[order], np.arange(self.instance.nowhere + 1))
        self.add([(j, order[ends[j] : ends[j + 1]]) for j in range(self.instance.nowhere)])

    def dual_of(self, price: Floats, item_price: Floats) -> Floats:
        """Return multipliers as the programme has them, one for each row; alike items share the mean."""
        kinds, places = len(self.many), self.instance.nowhere
        dual = np.zeros(self.rows)
        dual[:kinds] = np.bincount(self.kind, weights=item_price) / self.many
        given = price[tuple(self.limit.T)]
        alone = self.whole[tuple(self.limit.T)] > 0
        dual[kinds + places : -1] = np.where(alone, np.minimum(0.0, given), given)
        dual[-1] = max(0.0, float(price[-1, 0]))
        return dual

    def multipliers(self, dual: Floats) -> tuple[Floats, Floats]:
        """Return the price of each room and the multiplier of each item (as `Found` has them) of one dual solution."""
        price = np.zeros(self.instance.upper.shape)
        price[tuple(self.limit.T)] = dual[len(self.many) + self.instance.nowhere : -1]
        price[-1, 0] = dual[-1] if self.instance.upper[-1, 0] < NO_LIMIT else 0.0
        return price, dual[self.kind]

    def solve(self) -> tuple[Floats, float]:
        """Solve the programme; return its dual solution, one for each row, and what it reaches."""
        self.model.run()
        return np.array(self.model.getSolution().row_dual), self.model.getInfo().objective_function_value

    def shares(self) -> Floats:
        """Return how much of each known pattern the last solution takes."""
        return np.array(self.model.getSolution().col_value)[self.before :]

    def fix(self, pattern: int) -> None:
        """Take a pattern for certain."""
        self.model.changeColBounds(self.before + pattern, 1.0, 1.0)

    def confine(self, centre: Floats) -> None:
        """Let prices leave a box around the centre only at a cost."""
        cost = np.concatenate([centre[self.short] - self.box, -centre[self.over] - self.box])
        self.model.changeColsCost(self.missing, np.arange(self.missing, dtype=np.int32), cost)

    def paid(self) -> float:
        """Return how much of the rows is missed at a cost."""
        return float(np.abs(np.array(self.model.getSolution().col_value)[: self.missing]).sum())

    def release(self) -> None:
        """Fix no pattern any longer."""
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
