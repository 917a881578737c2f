"""What do wishes cost, and are there plans nearly as good where hardly any room is left?

    python tests/benchmarks/trade_offs.py [--seeds 3]

Made-up batches of 60 households and 20 places with room for 1 % more persons than there are; scores of places and
pairs, three ranked wishes for each household, drawn with the scores in mind for a half.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from workbench.decisions.allocation import solve
from workbench.decisions.allocation.problem.stating import problem_from_tables
from workbench.decisions.allocation.trade_offs.near_equal import near_equal
from workbench.decisions.allocation.trade_offs.wishes import by_wishes, ranked

HOMES, PLACES = 60, 20
KEEP = (0.99, 0.97, 0.95, 0.9)


def batch(seed):
    """Return the problem and the wishes."""
    rng = np.random.default_rng(seed)
    names, towns = [f"H{i:02d}" for i in range(HOMES)], [f"p{j:02d}" for j in range(PLACES)]
    homes = pd.DataFrame(
        {"household": names, "adults": rng.integers(1, 3, HOMES), "children": rng.poisson(1.2, HOMES), "seniors": 0}
    )
    persons = int(homes[["adults", "children"]].to_numpy().sum())
    room = rng.multinomial(int(np.ceil(1.01 * persons)) - PLACES * 4, rng.dirichlet(np.full(PLACES, 3.0))) + 4
    score = np.clip(0.4 + 0.1 * rng.standard_normal(PLACES) + 0.1 * rng.standard_normal((HOMES, PLACES)), 0.01, 0.99)
    table = pd.DataFrame(score.round(4), columns=towns)
    table.insert(0, "household", names)
    problem = problem_from_tables(homes, pd.DataFrame({"place": towns, "capacity": room}), table)
    liking = score * (rng.random((HOMES, 1)) < 0.5) + 0.2 * rng.random((HOMES, PLACES))
    first = np.argsort(-liking, axis=1)[:, :3]
    rows = [(names[i], towns[j], k + 1) for i in range(HOMES) for k, j in enumerate(first[i])]
    return problem, pd.DataFrame(rows, columns=["household", "place", "rank"])


def main() -> None:
    """Print what each batch gives."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--seeds", type=int, default=3)
    for seed in range(asked.parse_args().seeds):
        problem, wishes = batch(seed)
        plan = solve(problem, gap=1e-3, time_limit=20)
        found = near_equal(problem, plan)
        other = ", ".join(f"{each.moved} households otherwise for {each.lost:.2%}" for each in found)
        placed = f"{plan.persons_placed} of {plan.persons} persons placed, gap {plan.gap:.2%}"
        print(f"seed {seed}: {placed}; nearly as good: {other or 'none'}", flush=True)
        wanted = ranked(problem, wishes)
        for keep in KEEP:
            met = by_wishes(problem, plan, wanted, keep=keep, seed=seed)
            first, third = met.share_within(1), met.share_within(3)
            print(
                f"  keep {keep:.0%}: first wish {first:.0%}, one of three {third:.0%}, given up {met.lost:.2%}",
                flush=True,
            )


if __name__ == "__main__":
    main()
