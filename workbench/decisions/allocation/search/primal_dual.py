"""Which plan is nearly best, and which multipliers prove it? Prices, a first plan, then plan and bound in turn.

Everything here is a guess that `proof.lagrangian_bound` judges afterwards: wrong multipliers only loosen the bound.
"""

from __future__ import annotations

import os

import numba
import numpy as np
from threadpoolctl import threadpool_limits

from workbench.decisions.allocation.problem.arrays import Instance
from workbench.decisions.allocation.problem.input_tables import Floats, Ints
from workbench.decisions.allocation.search.columns import large_neighbourhood
from workbench.decisions.allocation.search.local.ruin_and_recreate import ruin_and_recreate
from workbench.decisions.allocation.search.multipliers import prices
from workbench.decisions.allocation.search.multipliers.subgradient import PATTERNS, lower_bound_by_subgradient
from workbench.decisions.allocation.search.solution import Found
from workbench.decisions.allocation.search.state import State, Task
from workbench.decisions.allocation.search.stopping import Limit, Progress, told

WORK_OF_ONE = 400_000
"""Pairs from which a second processor is worth its start."""
SHAKES, FEWER_SHAKES = 3000, 2000
"""Random changes in turn that may gain nothing, at the end and before a whole choice."""
MENDED, GAINED = 3, 0.05
"""Times in turn that filling weak places again may close less than this share of what is open."""
LISTS = (0.2, 0.5, 1.2)
"""Pairs for each item beyond its best one on the lists that whole choices are made from, in turn."""
FOR_SHORTLIST, FOR_MENDING = 0.5, 0.25
"""Shares of the time left that one such choice, and filling weak places again once, may take."""
FOR_BOUND, FOR_DIVE = 0.5, 0.6
"""Shares of the time left that the bound by column generation, and a plan made of its patterns, may take."""


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
        Whether to begin with prices of zero although there is a plan to start with.
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
    task = Task(gap, limit, whole_values, patient, shaken, plans, say)
    try:
        with threadpool_limits(limits=1):
            return _run(instance, task, None if cold else start, start, prices_at)
    finally:
        numba.set_num_threads(before)


def _run(instance: Instance, task: Task, warm: Found | None, start: Found | None, prices_at: Floats | None) -> Found:
    """Return the best plan found and the multipliers; ``warm`` is a start whose prices count, too."""
    if prices_at is None:
        prices_at = prices.find(instance, None if warm is None else warm.price, task.limit.going)
    state = State(instance, task, prices_at)
    if warm is not None:
        state.take_up(warm)
    if start is not None and len(start.at) == instance.items:
        state.complete(start.at, state.order, state.best)
    known = bool(np.isfinite(state.worth))
    if not known:
        state.complete(np.full(instance.items, instance.nowhere), state.order, state.best)
    task.say(f"First plan: {told(state.worth)}, bound {told(state.bound)}.")
    small = instance.items <= PATTERNS
    if start is not None and small and task.shaken and task.plans and large_neighbourhood.alike(instance, start):
        _refill_weak_places(state, state.plan if known else start.at)
    if task.plans and not small:
        _choose_by_turns(state)
    elif state.going():
        lower_bound_by_subgradient(state)
    if small and state.going():
        _generate_columns(state)
    if task.shaken and not state.done() and np.isfinite(state.worth):
        task.say(f"Before random changes: {told(state.worth)}, bound {told(state.bound)}.")
        ruin_and_recreate(state, SHAKES)
    return state.found()


def _refill_weak_places(state: State, at: Ints) -> None:
    """Fill a few weak places of a plan again at a time, while that gains; who may not stay starts nowhere."""
    instance, tried, idle = state.instance, set[int](), 0
    at = np.where(np.isfinite(instance.value[state.items, at]), at, instance.nowhere)
    while idle < MENDED and state.going():
        before, open_ = state.worth, state.enough() - state.worth
        places = large_neighbourhood.weak(instance, at, state.proof, state.item_price, state.whole, tried)
        part = state.task.limit.part(FOR_MENDING)
        for found in large_neighbourhood.refill(instance, at, places, state.proof, state.item_price, state.whole, part):
            state.complete(found, state.order, state.item_price)
            if state.done():
                return
        at, tried = (state.plan, set()) if state.worth > before else (at, tried | set(places.tolist()))
        idle = idle + 1 if state.worth - before < GAINED * open_ or state.worth == before else 0
        state.task.say(f"Filled {len(places)} places again: {told(state.worth)}.")


def _choose_by_turns(state: State) -> None:
    """Choose for all items at once, from longer and longer lists, and fill weak places again, in turn."""
    for share in LISTS:
        if state.going():
            _choose_from_shortlist(state, share)
        if share == LISTS[0] and state.going():
            lower_bound_by_subgradient(state)
        if state.task.shaken and np.isfinite(state.worth):
            _refill_weak_places(state, state.plan)


def _choose_from_shortlist(state: State, share: float) -> None:
    """Choose for all items at once among the pairs that lose least."""
    from workbench.decisions.allocation.search.columns import restricted_mip  # brings a solver: only when one is needed

    pairs = restricted_mip.Shortlist.of(state.instance, state.price, state.best, state.near, state.plan, share)
    chosen = restricted_mip.choose(
        state.instance, pairs, state.plan, value=state.value, upper=state.upper, target=state.enough(),
        seconds=state.task.limit.left() * FOR_SHORTLIST, going=state.task.limit.going,
    )  # fmt: skip
    if chosen is not None:
        state.complete(chosen, np.argsort(-state.item_price, kind="stable"), state.item_price)
    state.task.say(f"The best choice from {len(pairs.item)} pairs: {told(state.worth)}.")


def _generate_columns(state: State) -> None:
    """Lower the bound, and find a plan, by choosing one whole pattern of households for each place."""
    # These bring a solver: only when one is needed.
    from workbench.decisions.allocation.search.columns.column_generation import sharpen
    from workbench.decisions.allocation.search.columns.primal_heuristics import choose, dive
    from workbench.decisions.allocation.search.columns.restricted_master import RestrictedMaster

    task, limit = state.task, state.task.limit
    task.say(f"Before column generation: {told(state.worth)}, bound {told(state.bound)}.")
    until = limit.part(FOR_BOUND)
    master = RestrictedMaster(state.instance, state.whole)
    if np.isfinite(state.worth):
        master.add_plan(state.plan)
    proof = sharpen(master, state.proof, state.item_price, state.worth, task.gap, until.going)
    if proof.bound < state.bound:
        # Where whole households fill a room, the bound needs no price of it: it stays a guide.
        guide = (state.whole > 0) & (proof.price >= 0)
        state.bound, state.item_price = proof.bound, proof.item_price
        state.proof = np.where(guide, np.maximum(0.0, state.price), proof.price)
    task.say(f"{len(master.known)} patterns: bound {told(state.bound)}.")
    if state.done() or not task.plans:
        return
    until = limit.part(FOR_DIVE)
    first = np.argsort(-state.item_price, kind="stable")
    state.complete(dive(master, until.going), first, state.item_price)
    task.say(f"A plan made of patterns: {told(state.worth)}.")
    if task.shaken and np.isfinite(state.worth):
        ruin_and_recreate(state, FEWER_SHAKES)
    if state.going():
        if np.isfinite(state.worth):
            master.add_plan(state.plan)
        chosen = choose(master, task.gap / 2, limit.left() * FOR_DIVE, limit.going)
        if chosen is not None:
            state.complete(chosen, first, state.item_price)
        task.say(f"The best choice of patterns: {told(state.worth)}.")
