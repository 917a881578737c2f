"""Compile the search before anybody needs it: all its loops are called once on a made-up case, while set-up waits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.decisions.allocation.problem.stating import problem_from_tables
from workbench.decisions.allocation.solve import solve

HOUSEHOLDS = 96
"""Households of the made-up case: with five places too many for the road of small cases, which compiles nothing."""


def prepare() -> None:
    """Compile every loop of the search, by solving a case with scarce room and a scarce service."""
    rng = np.random.default_rng(1)
    names = [f"h{index}" for index in range(HOUSEHOLDS)]
    homes = pd.DataFrame(
        {"household": names, "adults": rng.integers(1, 3, HOUSEHOLDS), "children": rng.integers(0, 3, HOUSEHOLDS)}
    )
    homes = homes.assign(seniors=0, needs=np.where(homes["children"] > 1, "school", ""))
    places = pd.DataFrame({"place": list("ABCDE"), "capacity": [36, 32, 28, 24, 20], "services": "school"})
    places = places.assign(capacity_school=[12, 16, 12, 8, 16])
    scores = pd.DataFrame(rng.random((HOUSEHOLDS, 5)), columns=list("ABCDE"))
    scores.insert(0, "household", names)
    solve(problem_from_tables(homes, places, scores), gap=0.01, time_limit=120.0)
