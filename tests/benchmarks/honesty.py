"""Size of the null test, coverage of the gain and its claims on made-up worlds whose truth is known.

    .venv/bin/python tests/benchmarks/honesty.py all 200 19
    .venv/bin/python tests/benchmarks/honesty.py nulls 400 19

Replications and worlds of each test (`nulls`: the test alone, where no place matters);
8 types × 17 places, plans by types for 380 persons, practice by capacity.
"""

from __future__ import annotations

import sys

import numpy as np

from workbench.decisions.allocation.transport import Transport
from workbench.models.outcomes.cells import Cells
from workbench.models.outcomes.fit import quick_draws
from workbench.studies.allocation.honesty import estimates
from workbench.studies.allocation.honesty.null_worlds import null_worlds

TYPES, PLACES = 8, 17
WORLDS = {
    "no place matters, 20 a cell": ((0.6, 0.0, 0.0), 20),
    "no place matters, 4 a cell": ((0.6, 0.0, 0.0), 4),
    "places matter alike for all, 20 a cell": ((0.6, 0.4, 0.0), 20),
    "places differ by type, 20 a cell": ((0.6, 0.3, 0.4), 20),
    "places differ by type, 4 a cell": ((0.6, 0.3, 0.4), 4),
}


def _world(scales: tuple[float, float, float], persons: float, seed: int) -> tuple:
    """Return counts, the truth, the planner and practice."""
    rng = np.random.default_rng([seed, 5])
    logit = -0.4 + scales[0] * rng.standard_normal((TYPES, 1)) + scales[1] * rng.standard_normal((1, PLACES))
    truth = 1 / (1 + np.exp(-(logit + scales[2] * rng.standard_normal((TYPES, PLACES)))))
    mix, size = rng.dirichlet(np.full(TYPES, 6.0)), rng.dirichlet(np.full(PLACES, 3.0))
    n = rng.poisson(persons * TYPES * PLACES * np.outer(mix, size))
    names = tuple(f"t{i}" for i in range(TYPES)), tuple(f"p{i:02d}" for i in range(PLACES))
    cells = Cells(*names, n, rng.binomial(n, truth))
    room, people = np.ceil(400 * size), rng.multinomial(380, mix).astype(float)
    plan = Transport(people, room, np.ones((TYPES, PLACES), dtype=bool)).plan
    usual = np.outer(people, room / room.sum())
    return cells, truth, plan, usual


def replication(scales: tuple[float, float, float], persons: float, worlds: int, seed: int) -> tuple[float, ...]:
    cells, truth, plan, usual = _world(scales, persons, seed)
    drawn = quick_draws(cells, seed=seed)
    share, raw = drawn.mean(axis=0), np.nan_to_num(cells.raw(), nan=cells.successes.sum() / cells.persons)
    gain = estimates.cross_fitted(cells, plan, usual, drawn=drawn, folds=5, seed=seed)
    true = estimates.true_gain(share, truth, plan, usual)
    p = null_worlds(cells, plan, usual, worlds=worlds, seed=seed).p
    held, rejected = gain.low <= true <= gain.high, p <= 0.05
    claims = estimates.claimed(share, plan, usual), estimates.claimed(raw, plan, usual)
    return true, gain.gain, *claims, held, rejected, rejected and gain.low > 0


def main() -> None:
    number, worlds = int(sys.argv[2]), int(sys.argv[3])
    if sys.argv[1] == "nulls":
        for name in ("no place matters, 20 a cell", "no place matters, 4 a cell"):
            cells = [_world(*WORLDS[name], seed) for seed in range(1000, 1000 + number)]
            p = [null_worlds(w[0], w[2], w[3], worlds=worlds, seed=at).p for at, w in enumerate(cells)]
            print(f"{name}: rejected in {100 * float(np.mean(np.array(p) <= 0.05)):.2f} % of {number}", flush=True)
        return
    print("| world | true | cross-fitted | shrunk claims | raw shares claim | truth held | rejected | gain shown |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, (scales, persons) in WORLDS.items():
        told = 100 * np.array([replication(scales, persons, worlds, seed) for seed in range(number)], float).mean(0)
        print(f"| {name} | " + " | ".join(f"{value:.1f}" for value in told) + " |", flush=True)


if __name__ == "__main__":
    main()
