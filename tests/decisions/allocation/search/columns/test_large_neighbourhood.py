"""A plan with a weak spot: a few places are emptied and filled better, everybody else stays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.decisions.allocation import problem_from_tables
from workbench.decisions.allocation.problem.arrays import Instance, instance_of
from workbench.decisions.allocation.search.columns.large_neighbourhood import refill, weak
from workbench.decisions.allocation.search.primal_dual import search
from workbench.decisions.allocation.search.stopping import Limit

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def instance() -> Instance:
    draw = np.random.default_rng(5)
    homes = pd.DataFrame({"household": [f"h{i:02}" for i in range(60)], "adults": draw.integers(1, 5, 60)})
    homes["children"] = homes["seniors"] = 0
    total = int(homes["adults"].sum())
    rooms = pd.DataFrame({"place": [f"p{j:02}" for j in range(20)], "capacity": -(-total * 11 // 200)})
    scores = pd.DataFrame(draw.random((60, 20)), columns=rooms["place"])
    scores.insert(0, "household", homes["household"])
    return instance_of(problem_from_tables(homes, rooms, scores), at_least=total)


def test_weak_places_are_filled_better_and_the_others_keep_theirs(instance: Instance) -> None:
    good = search(instance, gap=1e-3, limit=Limit())
    spoiled = good.at.copy()
    a, b = np.unique(good.at)[:2]
    spoiled[good.at == a], spoiled[good.at == b] = b, a
    spoiled[np.flatnonzero(good.at == a)[0]] = instance.nowhere
    places = weak(instance, spoiled, good.price, good.item_price, good.whole, set())
    assert {a, b} <= set(places.tolist())
    places = np.array([a, b, *[j for j in places if j not in (a, b)][:8]])
    plans = list(refill(instance, spoiled, places, good.price, good.item_price, good.whole, Limit()))
    others = ~np.isin(spoiled, [*places, instance.nowhere])
    assert plans and all((plan[others] == spoiled[others]).all() for plan in plans)
    best = max(plans, key=instance.worth)
    assert instance.missing(instance.loads(best)) == 0
    assert instance.worth(best) >= good.value - 1e-9


def test_no_place_is_asked_for_that_is_not_there(instance: Instance) -> None:
    good = search(instance, gap=1e-3, limit=Limit())
    nobody = np.full(instance.items, instance.nowhere)
    places = weak(instance, nobody, good.price, good.item_price, good.whole, set())
    assert len(set(places.tolist())) == len(places) and (places < instance.nowhere).all()
