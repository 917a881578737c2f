"""Who waits, and how long? Large households and those with health or mobility needs, beside everybody."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.decisions.allocation import Plan, Problem

LARGE = 5
CARE = ("health", "rehabilitation", "step_free")
KINDS = ("all", "large", "care")


def waiting(problem: Problem, plan: Plan, day: str = "") -> pd.DataFrame:
    """Return how many of each kind are left without a place, and for how long each kind has waited.

    Columns ``kind, households, left, days, days_left``: median days since arrival of all of the kind, and of those left
    without a place; absent where no day of arrival is known.

    Parameters
    ----------
    day
        The day of the plan, an ISO date; by default the last arrival in the batch.
    """
    out = set(plan.unplaced["household"].astype(str))
    left = np.array([name in out for name in problem.household_names], dtype=bool)
    dates = pd.to_datetime(pd.Series(problem.arrived or [""] * len(left)), errors="coerce", format="%Y-%m-%d")
    today = pd.Timestamp(day) if day else dates.max()
    days = (today - dates).dt.days.to_numpy(dtype=np.float64)
    rows = []
    for kind in KINDS:
        own = members(problem, kind)
        rows.append(
            {
                "kind": kind,
                "households": int(own.sum()),
                "left": int((own & left).sum()),
                "days": _median(days[own]),
                "days_left": _median(days[own & left]),
            }
        )
    return pd.DataFrame(rows)


def members(problem: Problem, kind: str) -> np.ndarray:
    """Return which households are of a kind: ``all``, ``large`` (five persons or more) or ``care``."""
    if kind == "large":
        return np.asarray(problem.persons >= LARGE)
    if kind == "care":
        return np.array([any(word in need for need in needs for word in CARE) for needs in problem.needs], dtype=bool)
    return np.ones(len(problem.persons), dtype=bool)


def _median(days: np.ndarray) -> float:
    known = days[np.isfinite(days)]
    return float(np.median(known)) if len(known) else float("nan")
