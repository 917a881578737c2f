"""A second route to the same answer: every case and caseworker one by one, in continuous time, by another program."""

import numpy as np
import pytest
import simpy
import small

from workbench.models.agency import Staffing, capacity, drawn, simulate

pytestmark = pytest.mark.quick
MONTHS, YEARS = 8, 60


def one_year(agency, hours_per_month, rng):
    """Return cases waiting by stage at the end of each month; hours of a case are exponential."""
    env = simpy.Environment()
    stages = len(agency.stages)
    desks = [simpy.Resource(env, int(n)) for n in agency.staff[0]]
    inside = agency.waiting[0, :, 0].astype(int)
    seen = []

    def case(stage):
        while stage < stages:
            with desks[stage].request() as turn:
                yield turn
                yield env.timeout(rng.exponential(agency.hours[0, stage, 0]))
            inside[stage] -= 1
            stage = int(rng.choice(agency.shares.shape[-1], p=agency.shares[stage, 0]))
            if stage < stages:
                inside[stage] += 1

    def arrivals():
        gap = hours_per_month / agency.intake[0, 0]
        while True:
            yield env.timeout(rng.exponential(gap))
            inside[0] += 1
            env.process(case(0))

    def count():
        while True:
            yield env.timeout(hours_per_month)
            seen.append(inside.copy())

    for stage, waiting in enumerate(inside.copy()):
        for _ in range(waiting):
            env.process(case(stage))
    env.process(arrivals())
    env.process(count())
    env.run(until=hours_per_month * MONTHS + 1)
    return np.array(seen[:MONTHS])


def test_queues_agree_with_a_discrete_event_simulation_within_its_own_error():
    agency = small.agency(ways=small.agency().ways * 1e7)
    assumed = small.assumptions()
    rng = np.random.default_rng(7)
    oracle = np.stack([one_year(agency, assumed.hours_per_month, rng) for _ in range(YEARS)])
    uncertain = drawn(agency, assumed, months=MONTHS, size=400, seed=2)
    path = simulate(agency, assumed, uncertain, capacity(agency, assumed, uncertain, Staffing.none(agency)), seed=4)
    ours = path.waiting[:, 1:, 0, :, 0]
    error = np.hypot(oracle.std(axis=0) / YEARS**0.5, ours.std(axis=0) / 20)
    apart = (ours.mean(axis=0) - oracle.mean(axis=0)) / error
    # Interview and decision are short of hours throughout; registration empties its queue and then keeps some.
    assert np.abs(apart[:, 1:]).max() < 3.5
    assert np.abs(apart[:, 1:]).mean() < 1.5
    total = ours.sum(-1).mean(axis=0) - oracle.sum(-1).mean(axis=0)
    assert np.abs(total).max() < 0.02 * oracle.sum(-1).mean()
