"""Can a plan that rests be improved by chance? Empty a few places in part, fill them differently, keep what gains.

Reference: G. Schrimpf, J. Schneider, H. Stamm-Wilbrandt, G. Dueck (2000), Record breaking optimization results using
the ruin and recreate principle.
"""

from __future__ import annotations

import numpy as np

from workbench.decisions.allocation.problem.arrays import NO_LIMIT
from workbench.decisions.allocation.search.local.regret_insertion import insert
from workbench.decisions.allocation.search.state import State


def ruin_and_recreate(state: State, most: int) -> None:
    """Empty a few places in part where the plan loses most, fill them again, until ``most`` in turn gain nothing."""
    instance, draw = state.instance, np.random.default_rng(0)
    places = len(state.upper)
    at, load = state.plan.copy(), instance.loads(state.plan)
    worth, idle = state.worth, 0
    while state.going() and idle < most:
        idle += 1
        net = state.value[state.items, at] - (state.price[at] * instance.size).sum(axis=1)
        loss = np.bincount(at, weights=state.best - net, minlength=places)
        spare = np.where(state.price > 0, state.price * np.minimum(instance.upper - load, NO_LIMIT), 0.0).sum(axis=1)
        chance = loss + spare + 1e-9
        chance[-1] = 0
        middle = draw.choice(places, p=chance / chance.sum())
        around = state.near[at == middle].ravel()
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
        noise = state.best[gone] * draw.uniform(0.9, 1.1, len(gone))
        insert(
            state.value, instance.size, state.upper, state.price, gone[np.argsort(-noise)], trial, filled,
            instance.first, instance.foe,
        )  # fmt: skip
        touched = np.zeros(places, dtype=np.int64)
        touched[ruined] = 1
        touched[trial[gone]] = 1
        state.improve(trial, filled, touched)
        if instance.missing(filled) > 0:
            continue
        found = instance.worth(trial)
        if found >= worth:
            if found > worth + 1e-9:
                idle = 0
            at, load, worth = trial, filled, found
            if found > state.worth:
                state.plan, state.worth = trial.copy(), found
