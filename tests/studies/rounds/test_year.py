"""A synthetic year at the smallest size that can fail: chances, practices, places, and both databases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.decisions.allocation import PRACTICES, problem_from_tables
from workbench.sources import localities
from workbench.store import audit, database
from workbench.studies.rounds import year

HOUSEHOLDS, WEEKS = 40, 6


@pytest.mark.quick
def test_a_practice_keeps_room_needs_and_who_waited_longest() -> None:
    homes = pd.DataFrame(
        {
            "household": ["a", "b", "c"],
            "adults": [2, 2, 1],
            "children": [0, 0, 0],
            "seniors": [0, 0, 0],
            "needs": ["", "", "school"],
            "arrived": ["2026-01-03", "2026-01-01", "2026-01-02"],
        }
    )
    places = pd.DataFrame({"place": ["x", "y"], "capacity": [3, 2], "services": ["", "school"]})
    scores = pd.DataFrame({"household": ["a", "b", "c"], "x": [0.1, 0.2, 0.0], "y": [0.9, 0.8, 0.5]})
    problem = problem_from_tables(homes, places, scores.melt("household", var_name="place", value_name="score"))
    first, best = (PRACTICES[name](problem) for name in ("first_come", "best_score"))
    assert list(first) == [-1, 0, 1]  # b waited longest and goes where most room is; c needs the school; a is left
    assert list(best) == [0, 1, -1]  # b takes its best place, which was the only one for c


@pytest.mark.whole
def test_a_year_uses_no_more_than_there_is_and_its_chances_are_the_same_for_all(tmp_path: Path) -> None:
    home = localities.load("norway")
    results = {}
    for practice in ("", "first_come"):
        store = database.create(str(tmp_path / f"{practice or 'plan'}.sqlite"))
        results[practice] = year.run(store, home, households=HOUSEHOLDS, weeks=WEEKS, practice=practice)
        with store.reading() as c:
            assert audit.verify(c).faults == ()
            assert c.exec_driver_sql("SELECT count(*) FROM weekly_places WHERE taken > places").scalar_one() == 0
    plan, simple = results[""], results["first_come"]
    placed = plan.households.dropna(subset="score")
    assert len(placed) > 0 and placed["persons"].sum() == plan.used <= plan.places
    assert list(plan.households["permit"]) == list(simple.households["permit"]) and plan.places == simple.places
    assert (placed["settles"] > placed["permit"]).all()
    told = year.summary(plan)
    assert told.largest_gap < 0.01 and np.isnan(year.summary(simple).largest_gap)
