"""A batch placed with those to come in mind, on cases small enough to know better."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError
from workbench.decisions.allocation import problem_from_tables
from workbench.decisions.allocation.uncertainty.online import ahead, future_of, place_batch, potentials
from workbench.studies.allocation.input.tables import Tables
from workbench.studies.allocation.online.futures import Futures
from workbench.studies.allocation.online.week import week

pytestmark = pytest.mark.quick
PLACES = pd.DataFrame({"place": ["busy", "calm"], "capacity": [4, 40]})


def homes(names: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"household": names, "adults": 1, "children": 0, "seniors": 0})


def scores(names: list[str], busy: float, calm: float) -> pd.DataFrame:
    return pd.DataFrame({"household": names, "busy": busy, "calm": calm})


NOW, LATER = ["n1", "n2", "n3"], [f"x{i}" for i in range(6)]


def test_room_that_later_households_need_more_is_kept_for_them() -> None:
    batch = problem_from_tables(homes(NOW), PLACES, scores(NOW, 0.6, 0.5))
    pool = problem_from_tables(homes(LATER), PLACES, scores(LATER, 0.9, 0.1))
    rng = np.random.default_rng(1)
    price = potentials(batch, pool, [future_of(pool, 20, rng) for _ in range(3)])
    busy, calm = (price[batch.place_names.index(name), 0] for name in ("busy", "calm"))
    assert busy == pytest.approx(0.8, abs=0.02) and calm == pytest.approx(0.0, abs=1e-6)
    assert set(place_batch(batch, price).plan.assignment["place"]) == {"calm"}
    nobody = potentials(batch, pool, [future_of(pool, 0, rng)])
    assert nobody.max() < 1e-6 and set(place_batch(batch, nobody).plan.assignment["place"]) == {"busy"}


def test_as_many_are_placed_as_fit_though_room_is_dear() -> None:
    batch = problem_from_tables(homes(NOW), PLACES.head(1), scores(NOW, 0.1, 0.0)[["household", "busy"]])
    told = place_batch(batch, np.array([[5.0]]))
    assert told.plan.persons_placed == 3 and told.score == pytest.approx(0.3) and told.room == pytest.approx(15.0)


def test_a_place_ahead_of_its_pace_is_spared() -> None:
    places = PLACES.assign(capacity=[4, 4])
    batch = problem_from_tables(homes(NOW), places, scores(NOW, 0.6, 0.5))
    queue = ahead(np.array([10.0, 10.0]), np.array([4.0, 9.0]), 0.2)
    assert queue.tolist() == [4.0, -1.0]
    even = place_batch(batch, np.zeros((2, 1)), queue=queue, balance=0.05)
    assert set(even.plan.assignment["place"]) == {"calm"}


def test_futures_agree_with_what_came_so_far() -> None:
    values = np.array([[[10, 10]], [[40, 40]]] * 10)
    draws = Draws.from_array(values, {"destination": ["NO"], "month": ["2026-01", "2026-02"]})
    futures = Futures.of_forecast(draws, "NO", households=500)
    assert futures.weekly.sum(axis=1).mean() == pytest.approx(500) and futures.weeks == 9
    rng = np.random.default_rng(1)
    few = futures.still_to_come(4, 0.5 * futures.weekly[0].sum(), 4, rng)
    many = futures.still_to_come(4, 0.5 * futures.weekly[1].sum(), 4, rng)
    assert max(few) < 170 < 350 < min(many)
    nobody = Draws.from_array(0 * values, {"destination": ["NO"], "month": ["2026-01", "2026-02"]})
    with pytest.raises(AssumptionError, match="expects nobody"):
        Futures.of_forecast(nobody, "NO", households=5)


def test_a_week_says_who_goes_elsewhere_for_the_sake_of_later_ones() -> None:
    both = pd.concat([scores(NOW, 0.6, 0.5), scores(LATER, 0.9, 0.1)], ignore_index=True)
    told = week(Tables(homes(NOW), PLACES, both), homes(LATER), [20, 25])
    assert told.differ == 3 and told.to_dict()["score"] == pytest.approx(1.5)
    assert told.greedy.score == pytest.approx(1.8) and told.greedy.room > told.placed.room
    with pytest.raises(DataError, match="no past households"):
        week(Tables(homes(NOW), PLACES, both), homes([]), [20])
    with pytest.raises(DataError, match="no year's agreement for calm"):
        week(Tables(homes(NOW), PLACES, both), homes(LATER), [20], agreed=PLACES.head(1))
