"""Does the two-stage plan hold up on years it was not made for, beside no orders, a plan for the mean, and foresight?

.venv/bin/python tests/benchmarks/staffing.py [fresh draws] [solved with foresight]
"""

from __future__ import annotations

import sys
import time

import numpy as np

from workbench.decisions import staffing as decisions
from workbench.studies.capacity import staffing
from workbench.studies.capacity.agency import read_agency


def main(fresh: int = 400, foreseen: int = 24) -> None:
    """Print mean costs in million euro, the plan's gain over the plan for the mean, and the share of foresight's."""
    data = read_agency()
    known = data.drawn(horizon=12, size=200, seed=1)
    stated = staffing.problem(data, known)
    decisions.solve(stated.mean(), number=1)  # cvxpy is loaded
    wall, processor = time.perf_counter(), time.process_time()
    made = staffing.plan(stated)
    print(f"planned in {time.perf_counter() - wall:.1f} s, {time.process_time() - processor:.1f} s of processor")
    orders = {
        "today": staffing.no_orders(data),
        "mean": staffing.plan(stated.mean(), number=1).orders,
        "plan": made.orders,
    }
    later = data.drawn(horizon=12, size=fresh, seed=2)
    question = staffing.problem(data, later)
    cost = {name: staffing.judge(data, later, question, given).total / 1e6 for name, given in orders.items()}
    for name, values in cost.items():
        print(f"{name:8} mean {values.mean():.2f}, worst tenth {np.sort(values)[-fresh // 10 :].mean():.2f}")
    gain = cost["mean"] - cost["plan"]
    error = gain.std() / fresh**0.5
    print(f"plan saves over the plan for the mean {gain.mean():.3f} ± {1.96 * error:.3f} million euro")
    with_foresight = []
    for draw in range(foreseen):
        one = later.only(np.array([draw]))
        own = staffing.problem(data, one)
        with_foresight.append(staffing.judge(data, one, own, staffing.plan(own, number=1).orders).total[0] / 1e6)
    part = slice(0, foreseen)
    saved = cost["today"][part].mean() - cost["plan"][part].mean()
    most = cost["today"][part].mean() - np.mean(with_foresight)
    print(
        f"on {foreseen} years: foresight {np.mean(with_foresight):.2f}; {100 * saved / most:.0f} % of its saving is had"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
