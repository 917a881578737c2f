"""Does a choice from a shortlist keep every limit, and is it the best of those the list allows?"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from workbench.decisions.allocation.problem.arrays import NO_LIMIT, Instance
from workbench.decisions.allocation.search.columns.restricted_mip import Shortlist, choose

pytestmark = pytest.mark.quick


def instance(seed: int, *, foes: bool) -> Instance:
    """Six items for three places and nowhere; the first two may be kept apart."""
    draw = np.random.default_rng(seed)
    size = draw.integers(1, 4, (6, 1))
    value = np.hstack([draw.random((6, 3)), np.zeros((6, 1))])
    upper = np.array([[5], [4], [4], [NO_LIMIT]])
    first = np.array([0, 1, 2, 2, 2, 2, 2] if foes else [0] * 7)
    foe = np.array([1, 0] if foes else [], dtype=np.int64)
    lower = np.array([[0], [2], [0], [0]])
    return Instance(np.arange(6), value, size, upper, lower, first, foe, np.ones(6))


def everything(case: Instance, share: float) -> Shortlist:
    price = np.zeros((4, 1))
    near = np.tile(np.arange(3), (6, 1))
    return Shortlist.of(case, price, case.value.max(axis=1), near, np.full(6, 3), share)


@pytest.mark.parametrize("foes", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_the_choice_is_the_best_of_all_plans_when_the_list_holds_every_pair(seed, foes):
    case = instance(seed, foes=foes)
    at = choose(
        case, everything(case, 2.0), np.full(6, 3), value=case.value, upper=case.upper, target=np.inf,
        seconds=np.inf, going=lambda: True,
    )  # fmt: skip
    plans = (np.array(plan) for plan in itertools.product(range(4), repeat=6))
    best = max(
        case.worth(plan)
        for plan in plans
        if case.missing(case.loads(plan)) == 0 and not (foes and plan[0] == plan[1] < 3)
    )
    assert at is not None and case.missing(case.loads(at)) == 0
    assert not (foes and at[0] == at[1] < 3)
    assert case.worth(at) == pytest.approx(best, rel=1e-4)


def test_a_short_list_holds_each_best_pair_the_plan_and_no_more_than_asked():
    case = instance(0, foes=False)
    pairs = everything(case, 0.5)
    listed = set(zip(pairs.item.tolist(), pairs.place.tolist(), strict=True))
    assert {(i, int(case.value[i].argmax())) for i in range(6)} <= listed
    assert len([pair for pair in listed if pair[1] < 3]) <= 10


def test_a_list_that_allows_no_plan_gives_none():
    case = instance(0, foes=False)
    nobody = Shortlist(np.arange(6), np.full(6, 3))
    found = choose(
        case, nobody, np.full(6, 3), value=case.value, upper=case.upper, target=np.inf, seconds=5, going=lambda: True
    )
    assert found is None  # the second place must take two persons
