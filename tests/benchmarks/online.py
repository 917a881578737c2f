"""How near to hindsight does placing week by week come? Synthetic years of Norway, futures of an inflow forecast.

    python tests/benchmarks/online.py OUT.jsonl [--households 2000] [--years 3] [--spare .05] [--balance 0]

The forecast of arrivals in Norway is fitted first (short chains; saved runs are used again). A year's number and
weeks of households are one draw of the forecast, of those with no more than the expected number. Its households and
those of the futures are drawn apart, from the population that Norway's parameters state. Places are what
municipalities accepted in 2021, scaled to the expected persons and ``spare`` more.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np

from workbench.decisions.allocation import needs_and_ties
from workbench.sources import localities, synthetic
from workbench.studies import inflow
from workbench.studies.allocation import placement
from workbench.studies.allocation.input.tables import Tables
from workbench.studies.allocation.online.futures import Futures
from workbench.studies.allocation.online.year import POLICIES, year


def drawn(home, number, seed):
    """Synthetic households; links are left out, as they would cross weeks."""
    parameters, origins = localities.parameters(home), localities.table(home, "origin_population")
    table = synthetic.households(
        number, parameters=parameters, origin_population=origins, day=date(2021, 10, 1), seed=seed
    ).households
    return table.assign(linked_with="")


def main() -> None:
    """Run the years and write a line for each."""
    asked = argparse.ArgumentParser()
    asked.add_argument("out", type=Path)
    asked.add_argument("--households", type=int, default=2000)
    asked.add_argument("--years", type=int, default=3)
    asked.add_argument("--first", type=int, default=1)
    asked.add_argument("--spare", type=float, default=0.05)
    asked.add_argument("--balance", type=float, default=0.0)
    asked.add_argument("--futures", type=int, default=6)
    asked.add_argument("--flat", action="store_true", help="no forecast: even weeks, to try things out")
    asked.add_argument("--only", default=",".join(POLICIES))
    given = asked.parse_args()
    home = localities.load("norway")
    if given.flat:
        rng = np.random.default_rng(0)
        shape = rng.gamma(20, 1 / 20, (200, 1)) * np.ones((1, 52)) / 52
        futures = Futures(shape * given.households)
    else:
        forecast = inflow.study(as_of="2019-09", horizon=12, draws=200, tune=300, chains=2)
        futures = Futures.of_forecast(forecast.draws, "NO", households=given.households)
    # Years with more households than room are left out: places would be agreed again, and hindsight would be of no use.
    within = np.flatnonzero(futures.weekly.sum(axis=1) <= given.households)
    parameters = localities.parameters(home)
    weights = placement.matching_weights(parameters, date(2021, 10, 1))
    pool = drawn(home, 1500, 900_001)
    places = placement.accepted_places(home, parameters, year=2021, quarter=1)
    persons = float(pool[["adults", "children", "seniors"]].sum(axis=1).mean()) * given.households
    scale = persons * (1 + given.spare) / places["capacity"].sum()
    ends = np.rint((places["capacity"] * scale).cumsum()).astype(int)  # rounded in running sums: the total stays
    places = places.assign(capacity=np.diff(ends, prepend=0))
    for at in range(given.first, given.first + given.years):
        rng = np.random.default_rng([7, at])
        came = rng.poisson(futures.weekly[rng.choice(within)])
        homes = drawn(home, int(came.sum()), at)
        week_of = rng.permutation(np.repeat(np.arange(futures.weeks), came))
        tables = Tables(homes, places, needs_and_ties(homes, places, weights).scores)
        likely = Tables(pool, places, needs_and_ties(pool, places, weights).scores)
        began = time.perf_counter()
        told = year(
            tables, week_of, likely, futures, number=given.futures, balance=given.balance, seed=at,
            policies=tuple(given.only.split(",")), progress=lambda said: print(said, flush=True),
        )  # fmt: skip
        row = {**asdict(told), "year": at, "balance": given.balance, "spare": given.spare,
               "room": int(places["capacity"].sum()),
               "minutes": (time.perf_counter() - began) / 60}  # fmt: skip
        with given.out.open("a") as file:
            file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
