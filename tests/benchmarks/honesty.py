"""Size of the null test, coverage of the gain and its claims on made-up worlds whose truth is known.

    .venv/bin/python tests/benchmarks/honesty.py OUT.jsonl 200 null differ      # mixed worlds, about 4 persons a cell
    .venv/bin/python tests/benchmarks/honesty.py OUT.jsonl 60 two groups t3 alike normal20

A file that keeps each replication (a later run goes on where it stopped), replications, kinds of worlds. In each
world types (2 to 8), places (12 to 60, now and then 357), base rate (5 to 80 %), sizes of places and the cells that are
empty are drawn; plans are made by types, practice is by capacity.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from workbench.decisions.allocation.transport import Transport
from workbench.models.outcomes.cells import Cells
from workbench.models.outcomes.fit import quick_draws
from workbench.studies.allocation.honesty import estimates
from workbench.studies.allocation.honesty.null_worlds import null_worlds
from workbench.studies.allocation.honesty.study import DOUBT

WORLDS = 99
Floats = np.ndarray
Drawn = Callable[[np.random.Generator, int, int], Floats]


def _normal(place: float, pair: float) -> Drawn:
    return lambda rng, kinds, towns: (
        place * rng.standard_normal((1, towns)) + pair * rng.standard_normal((kinds, towns))
    )


KINDS: dict[str, tuple[Drawn, float]] = {
    "null": (lambda _, kinds, towns: np.zeros((kinds, towns)), 4),
    "differ": (_normal(0.3, 0.4), 4),
    "alike": (_normal(0.4, 0.0), 4),
    "two": (lambda rng, kinds, towns: 1.0 * (rng.random((kinds, towns)) < 0.2), 4),
    "groups": (lambda rng, kinds, towns: 0.8 * rng.standard_normal((kinds, 3))[:, rng.integers(0, 3, towns)], 4),
    "t3": (
        lambda rng, kinds, towns: 0.2 * rng.standard_t(3, (1, towns)) + 0.3 * rng.standard_t(3, (kinds, towns)),
        4,
    ),
    "null20": (lambda _, kinds, towns: np.zeros((kinds, towns)), 20),
    "normal20": (_normal(0.3, 0.4), 20),
}


def world(kind: str, seed: int) -> tuple[Cells, Floats, Transport, Floats]:
    """Return counts, the truth, the planner and practice."""
    rng = np.random.default_rng([seed, 55])
    drawn, persons = KINDS[kind]
    kinds, towns = int(rng.integers(2, 9)), int(rng.integers(12, 61))
    if rng.random() < 0.02:
        towns = 357
    base = float(rng.choice([0.05, 0.2, 0.4, 0.6, 0.8]))
    logit = np.log(base / (1 - base)) + 0.6 * rng.standard_normal((kinds, 1)) + drawn(rng, kinds, towns)
    truth = 1 / (1 + np.exp(-logit))
    mix, size = rng.dirichlet(np.full(kinds, 6.0)), rng.lognormal(0.0, rng.uniform(0.2, 1.0), towns)
    size = size / size.sum()
    n = rng.poisson(persons * kinds * towns * np.outer(mix, size))
    n[rng.random((kinds, towns)) < rng.choice([0.0, 0.3])] = 0  # places that never took a type
    names = tuple(f"t{i}" for i in range(kinds)), tuple(f"p{i:03d}" for i in range(towns))
    cells = Cells(*names, n, rng.binomial(n, truth))
    batch = max(200, 15 * towns)
    room, people = np.ceil(1.05 * batch * size), rng.multinomial(batch, mix).astype(float)
    plan = Transport(people, room, np.ones((kinds, towns), dtype=bool))
    return cells, truth, plan, np.outer(people, room / room.sum())


def replication(kind: str, seed: int) -> tuple[float, ...]:
    cells, truth, transport, usual = world(kind, seed)
    sure, doubting = (quick_draws(cells, seed=seed, doubt=doubt) for doubt in (0.0, DOUBT))
    share, raw = sure.mean(axis=0), np.nan_to_num(cells.raw(), nan=cells.successes.sum() / cells.persons)
    sent = transport.plan(share)
    gain = estimates.doubted(sent, usual, sure=sure, doubting=doubting)
    true = estimates.true_gain(share, truth, lambda _: sent, usual)
    test = null_worlds(cells, transport.plan, usual, worlds=WORLDS, seed=seed)
    claims = estimates.claimed(share, lambda _: sent, usual), estimates.claimed(raw, transport.plan, usual)
    held, rejected = gain.low <= true <= gain.high, test.p <= 0.05
    shown = rejected and gain.low > 0
    return true, gain.gain, *claims, held, gain.low <= 0 <= gain.high, rejected, test.exact <= 0.05, shown


def main() -> None:
    out, number = Path(sys.argv[1]), int(sys.argv[2])
    kept = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
    done = {(each["kind"], each["seed"]): each["told"] for each in kept}
    names = (
        "world, true, gain claimed, scores claim, raw shares claim, truth held, holds 0, rejected, exact test, shown"
    )
    print("| " + names.replace(", ", " | ") + " |")
    print("|---|" + "---:|" * 9)
    for kind in sys.argv[3:]:
        for seed in range(number):
            if (kind, seed) not in done:
                done[kind, seed] = [float(value) for value in replication(kind, seed)]
                with out.open("a") as file:
                    file.write(json.dumps({"kind": kind, "seed": seed, "told": done[kind, seed]}) + "\n")
        told = 100 * np.mean([done[kind, seed] for seed in range(number)], axis=0)
        print(f"| {kind}, {number} | " + " | ".join(f"{value:.1f}" for value in told) + " |", flush=True)


if __name__ == "__main__":
    main()
