"""Which plan is best, and how near is it to what any plan could reach?

The search is a guess that a bound then judges: the bound covers every allowed pair, whichever pairs the search tried.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workbench.core.errors import DecisionError, nearest
from workbench.core.parts import AllocationRule
from workbench.decisions.allocation.bound import knapsack_bound, lagrangian_bound, priced
from workbench.decisions.allocation.model import RowsByRule, choose, ease, kept, relax, restricted
from workbench.decisions.allocation.plan import Plan, Solution, plan_of
from workbench.decisions.allocation.problem import Problem
from workbench.decisions.allocation.reading import Floats
from workbench.decisions.allocation.rules import (
    EveryonePlaced,
    IntakeFloor,
    OnePlace,
    PersonsPlaced,
    standard_rules,
)

OBJECTIVES = ("place-first", "score")
FEW = 4000
WIDER = 4
SPREAD = 61
Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class _Stage:
    """One objective taken as far as it goes: the choice (0 or 1 per pair), its bound, the prices, pairs tried.

    ``proven``: the search's own claim of how near the choice is to the best among the pairs tried; not certified.
    """

    x: Floats
    bound: float
    prices: dict[str, Floats]
    tried: int
    proven: float = 0.0


def solve(
    problem: Problem,
    *,
    objective: str = "place-first",
    gap: float = 5e-4,
    columns: int = 15,
    further: Sequence[AllocationRule] = (),
    progress: Progress | None = None,
) -> Plan:
    """Find the plan that serves the objective best, with a bound that no plan under the same rules can exceed.

    Parameters
    ----------
    problem
        Households, places, pairs and their worth.
    objective
        'place-first': most persons placed, then the best total score among such plans. 'score': the best total score
        alone, an unplaced household being worth 0.
    gap
        Gap at which the search may stop, relative: (bound − value) / max(1, |bound|).
    columns
        How many places per household the search tries: those that lose least at the prices. The bound covers all pairs.
    further
        Rules to keep beyond the standard ones.
    progress
        Receives one sentence per step.

    Raises
    ------
    DecisionError
        The objective is unknown, or the minimum intakes or a further rule cannot be met; names the smallest easing.

    Notes
    -----
    ``max Σ w_ij x_ij  s.t.  Σ_j x_ij ≤ 1,  Σ_i s_id x_ij ≤ c_jd,  further rules,  x ∈ {0, 1}`` over allowed
    pairs. Each stage solves the linear relaxation over all pairs, evaluates the bound from its prices, and searches the
    pairs that lose least. *place-first* adds ``Σ s_i x_ij ≥ P`` with the P persons that its first stage placed.
    """
    began = time.perf_counter()
    say = progress or (lambda _: None)
    if objective not in OBJECTIVES:
        raise DecisionError(f"unknown objective '{objective}'", do=nearest(objective, OBJECTIVES))
    if not 0 <= gap < 1 or columns < 1:
        raise DecisionError(
            f"gap {gap:g} or columns {columns} out of range", do="gap from 0 up to 1, columns at least 1"
        )
    pairs = problem.columns
    rules: tuple[AllocationRule, ...] = (*standard_rules(problem), *further)
    rows = {rule.title: rule.rows(problem, pairs) for rule in rules}
    if len(rows) < len(rules):
        titles = [rule.title for rule in rules]
        twice = sorted({title for title in titles if titles.count(title) > 1})
        raise DecisionError(
            f"the rule '{twice[0]}' stands twice", do="leave out what every plan keeps already, or what is named twice"
        )
    say(f"{len(problem.household_names)} households, {len(problem.place_names)} places, {len(pairs)} allowed pairs.")
    start = _within(further, rows, _start(problem, rows))
    worth = problem.value[pairs.item, pairs.place]
    size = problem.size[pairs.item, 0]
    placeable = int(problem.size[np.unique(pairs.item), 0].sum())
    persons_bound = int(min(placeable, problem.capacity[:, 0].sum() + 1e-9))
    if len(pairs) == 0:
        stage = _Stage(start, 0.0, {name: np.zeros(len(each)) for name, each in rows.items()}, 0)
    else:
        if objective == "place-first":
            first = _persons_stage(problem, rows, worth, start, columns)
            persons_bound, start = int(first.bound), first.x
            say(f"{int(size @ start)} persons can be placed; no plan places more than {persons_bound}.")
            everyone = int(size @ start) == placeable
            floor: AllocationRule = EveryonePlaced() if everyone else PersonsPlaced(at_least=int(size @ start))
            rules, rows = (*rules, floor), {**rows, floor.title: floor.rows(problem, pairs)}
        stage = _score_stage(problem, rows, worth, start, columns, gap, say)
    solution = Solution(
        objective, stage.x > 0.5, stage.bound, persons_bound, stage.prices, gap, stage.tried, stage.proven
    )
    plan = plan_of(problem, rows, solution, seconds=time.perf_counter() - began)
    if further:
        also = "; ".join(f"{rule.title} ({rule.source})" for rule in further)
        plan = replace(plan, status=f"{plan.status} Every plan compared also keeps: {also}.")
    _check(problem, rules, plan)
    say(plan.status)
    return replace(plan, seconds=time.perf_counter() - began)


def _start(problem: Problem, rows: RowsByRule) -> Floats:
    """Return a choice that keeps pins and floors; an error names the smallest easing where the floors cannot be met."""
    pairs = problem.columns
    pinned = problem.pin[pairs.item] == pairs.place
    floors = rows[IntakeFloor.name]
    if len(floors) == 0:
        return np.asarray(pinned, dtype=np.float64)
    useful = pinned | np.isin(pairs.place, floors.key)
    easing, start = -floors.limit, np.zeros(len(pairs))
    if useful.any():
        easing, start[useful] = ease(restricted(rows, useful), IntakeFloor.name)
    if easing.any():
        lower = [
            f"{problem.place_names[place]} from {problem.minimum[place]:g} to {problem.minimum[place] - by:g}"
            for place, by in zip(floors.key, easing, strict=True)
            if by > 0
        ]
        raise DecisionError(
            "the minimum intakes cannot all be met by the households that may go there",
            where="places, column 'minimum'",
            why=f"at least {easing.sum():g} persons are missing, whatever the plan",
            do="the smallest easing that works: lower " + ", ".join(lower) + "; or allow more pairs there",
        )
    return start


def _within(further: Sequence[AllocationRule], rows: RowsByRule, start: Floats) -> Floats:
    """Return a choice that keeps the further rules too; an error names the smallest easing where there is none."""
    for rule in further:
        each = rows[rule.title]
        if bool((each.matrix @ start <= each.limit + 1e-6).all()):
            continue
        easing, start = ease(rows, rule.title)
        if easing.any():
            raise DecisionError(
                f"the rule '{rule.title}' cannot be kept together with the others",
                why=f"{rule.reason} ({rule.source})",
                do=f"the smallest easing that works: its limits by {easing.sum():g} in all; or leave the rule out",
            )
    return start


def _persons_stage(problem: Problem, rows: RowsByRule, worth: Floats, start: Floats, columns: int) -> _Stage:
    pairs = problem.columns
    size = problem.size[pairs.item, 0]
    placeable = int(problem.size[np.unique(pairs.item), 0].sum())
    packed = _packed(problem, start)
    if size @ packed >= placeable and kept(rows, packed):
        return _Stage(packed, placeable, {}, len(pairs))
    relaxation = relax(size, rows)
    bound = min(placeable, math.floor(lagrangian_bound(problem, size, rows, relaxation.prices) + 1e-6))
    x, tried = start, 0
    for width in (columns, WIDER * columns):
        # Where prices leave pairs level, the better score decides which are tried.
        keep = _promising(problem, rows, relaxation.prices, size + 1e-6 * worth / max(1.0, worth.max()), width)
        keep |= (relaxation.x > 1e-9) | (x > 0.5)
        x, _ = _search(size, rows, keep, x, gap=0.0, whole=True)
        tried = int(keep.sum())
        if size @ x < bound:
            bound = min(bound, math.floor(knapsack_bound(problem, size, rows, relaxation.prices) + 1e-6))
        if size @ x >= bound or tried == len(pairs):
            break
    return _Stage(x, bound, relaxation.prices, tried)


def _packed(problem: Problem, start: Floats) -> Floats:
    """Return the choice that packs the largest items first, each where least room is left over; often it places all."""
    pairs, x, left = problem.columns, start.copy(), problem.capacity.copy()
    held = start > 0.5
    np.subtract.at(left, pairs.place[held], problem.size[pairs.item[held]])
    first = np.searchsorted(pairs.item, np.arange(problem.items + 1))
    waiting = np.setdiff1d(pairs.item, pairs.item[held])
    for item in waiting[np.lexsort((waiting, np.diff(first)[waiting], -problem.size[waiting, 0]))]:
        place = pairs.place[first[item] : first[item + 1]]
        fits = (problem.size[item] <= left[place]).all(axis=1)
        if fits.any():
            best = int(np.where(fits, left[place, 0], np.inf).argmin())
            x[first[item] + best] = 1.0
            left[place[best]] -= problem.size[item]
    return x


def _score_stage(
    problem: Problem, rows: RowsByRule, worth: Floats, start: Floats, columns: int, gap: float, say: Progress
) -> _Stage:
    relaxation = relax(worth, rows)
    bound = lagrangian_bound(problem, worth, rows, relaxation.prices)
    bound = min(bound, knapsack_bound(problem, worth, rows, relaxation.prices))
    say(f"No plan can exceed a total score of {bound:.3f}.")
    allowance = gap * max(1.0, abs(bound))
    keep = _promising(problem, rows, relaxation.prices, worth, columns, allowance)
    keep |= (relaxation.x > 1e-9) | (start > 0.5)
    x, proven = _search(worth, rows, keep, start, gap=gap / 2, target=bound - allowance)
    return _Stage(x, bound, relaxation.prices, int(keep.sum()), proven)


def _promising(
    problem: Problem, rows: RowsByRule, prices: dict[str, Floats], value: Floats, width: int, allowance: float = -1.0
) -> NDArray[np.bool_]:
    """Mark the pairs worth trying; all of them where they are few.

    Those are the ``width`` pairs of each item that lose least at the prices, and up to four times as many that lose no
    more than the allowance. A pair that loses more than the gap asked cannot be needed to come that near to the bound.
    """
    pairs = problem.columns
    if len(pairs) <= FEW:
        return np.ones(len(pairs), dtype=bool)
    net, _ = priced(value, rows, prices, without=(OnePlace.name,))
    best = np.full(problem.items, -np.inf)
    np.maximum.at(best, pairs.item, net)
    loss = np.round(best[pairs.item] - net, 6)
    # Level pairs are spread over the places, or every household would try the same few.
    spread = (pairs.place - pairs.item * SPREAD) % len(problem.place_names)
    order = np.lexsort((spread, loss, pairs.item))
    rank = np.empty(len(pairs), dtype=np.int64)
    rank[order] = np.arange(len(pairs)) - np.searchsorted(pairs.item, pairs.item)
    return (rank < width) | ((rank < WIDER * width) & (loss <= allowance))


def _search(
    value: Floats,
    rows: RowsByRule,
    keep: NDArray[np.bool_],
    start: Floats,
    *,
    gap: float,
    whole: bool = False,
    target: float | None = None,
) -> tuple[Floats, float]:
    x = np.zeros(len(value))
    x[keep], proven = choose(value[keep], restricted(rows, keep), start[keep], gap=gap, whole=whole, target=target)
    return x, proven


def _check(problem: Problem, rules: tuple[AllocationRule, ...], plan: Plan) -> None:
    """Refuse to hand out a plan that breaks a rule, by the rules' own truth tests."""
    broken = [
        f"{rule.title} (by {distance:g})"
        for rule in rules
        if (distance := rule.distance(problem, plan.assignment)) > 1e-6
    ]
    if plan.value > plan.bound or plan.persons_placed > plan.persons_placed_bound:
        broken.append(f"its own bound (value {plan.value}, bound {plan.bound})")
    if broken:
        raise DecisionError(
            "the plan found breaks " + ", ".join(broken), do="report this fault: the program must never do so"
        )
