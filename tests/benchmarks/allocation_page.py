"""How long does a change on the allocation page take, for 1,000 households and 357 municipalities?

    python tests/benchmarks/allocation_page.py [--changes 30] [--households 1000]

Widgets and all that stands on the page are made, as in a kernel of the server; a browser's own drawing is not in it.
Prints seconds by the clock and of the processor: median and 95th percentile.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from workbench.apps.allocation.state import AllocationState
from workbench.apps.allocation.view import AllocationView
from workbench.sources import localities, synthetic
from workbench.studies.allocation import batches, placement


def batch(home: Path, households: int) -> None:
    norway = localities.load("norway")
    parameters = localities.parameters(norway)
    places = placement.accepted_places(norway, parameters, year=2021, quarter=4)
    drawn = synthetic.households(
        households,
        parameters=parameters,
        origin_population=localities.table(norway, "origin_population"),
        day=placement.first_day(2021, 4),
        seed=2,
    )
    persons = drawn.households[["adults", "children", "seniors"]].to_numpy().sum()
    # As many places as there are persons and 3 % more: a tight year.
    places["capacity"] = np.ceil(places["capacity"] * 1.03 * persons / places["capacity"].sum()).astype(int)
    home.mkdir()
    drawn.households.to_csv(home / "households.csv", index=False)
    places.to_csv(home / "places.csv", index=False)


def main() -> None:
    """Open the batch, change it many times, and print how long each took."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--changes", type=int, default=30)
    asked.add_argument("--households", type=int, default=1000)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORKBENCH_RUNS"] = str(Path(folder) / "output" / "runs")
        os.environ[batches.FOLDER] = folder
        batch(Path(folder) / "week", given.households)
        state = replace(AllocationState(), batch="week", known=("week",), draft="a" * 16)
        view = AllocationView(state, aside=False)
        start = time.perf_counter(), time.process_time()
        view.begin()
        first = time.perf_counter() - start[0], time.process_time() - start[1]
        assert view.desk is not None, view.at.notice.value
        print(f"first plan: {first[0]:.1f} s by the clock, {first[1]:.1f} s of processor; gap {view.desk.plan.gap:.3%}")
        rng = np.random.default_rng(3)
        told, refused = [], 0
        for _ in range(given.changes):
            problem = view.desk.problem
            name = str(rng.choice(problem.household_names))
            row = problem.household_names.index(name)
            open_ = np.flatnonzero(problem.why[problem.item_of[row]] == 0)
            kind = str(rng.choice(["pin", "ban", "capacity", "undo"], p=[0.4, 0.2, 0.2, 0.2]))
            view.at.household.value, view.at.reason.value = name, "known better"
            view.at.place.value = problem.place_names[int(rng.choice(open_))]
            before = view.desk.draft
            if kind != "undo":
                view.at.action.value = kind
                at = problem.place_names.index(view.at.place.value)
                view.at.number.value = max(0, int(problem.capacity[at, 0]) + int(rng.integers(-2, 4)))
            start = time.perf_counter(), time.process_time()
            (view.at.undo if kind == "undo" else view.at.apply).click()
            told.append((time.perf_counter() - start[0], time.process_time() - start[1]))
            refused += view.desk.draft == before
        each = np.array(told)
        for at, what in ((0, "by the clock"), (1, "of the processor")):
            print(f"{len(each)} changes, {what}: median {np.median(each[:, at]):.2f} s, 95th percentile "
                  f"{np.quantile(each[:, at], 0.95):.2f} s")  # fmt: skip
        print(f"refused or nothing to undo: {refused}; gap of the last {view.desk.plan.gap:.3%}")


if __name__ == "__main__":
    main()
