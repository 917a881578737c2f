"""What do the assumptions of the inflow forecast change? One fit an origin, simulated with and without each; prints.

    python tests/benchmarks/inflow_tails.py --out DIR [--every 3]

Assumptions of a forecast (spillover, surges, bounds, doubt) do not enter the fit, so each origin is fitted once and
kept in DIR. Origins: every third month from 2013-01, and more of the surge. Horizons 3 to 6.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import add_months, month_range
from workbench.models import quality
from workbench.models.inflow import Bounds, Doubt, InflowComponents, InflowFit, InflowModel, Surges
from workbench.models.scores import INTERVALS, LEVELS, covered, crps
from workbench.studies.inflow.arrivals import read_table

FULL = InflowComponents()
BEFORE = replace(
    FULL,
    surges=Surges(0.1, 2.0, lasting=1e-9),
    bounds=Bounds(15.0, size=1e-9, ceiling=1e9, least=1 - 1e-9),
    doubt=Doubt(0.5),
)
VARIANTS: Mapping[str, InflowComponents] = {
    "before (surges .1, one month each; bound 15 times)": BEFORE,
    "now": FULL,
    "now, doubtful months believed": replace(FULL, doubt=Doubt(0.999)),
    "now, doubtful months taken as partial": replace(FULL, doubt=Doubt(0.001)),
}
SURGE = ("2015-01", "2016-06")
MORE = ("2015-03", "2015-05", "2015-06", "2015-08", "2015-09", "2015-11", "2015-12", "2016-02", "2016-05")


def fits(out: Path, every: int) -> Iterator[tuple[str, InflowFit]]:
    """Yield each origin with its fit, made once."""
    table, _ = read_table()
    for origin in sorted({*month_range("2013-01", "2019-10")[::every], *MORE}):
        folder = out / origin
        if not folder.exists():
            made = InflowModel().fit(table, as_of=origin, seed=1, draws=150, tune=300, cores=1, lapsed=True)
            made.save(folder)
        yield origin, InflowFit.load(folder)


def main() -> None:
    """Print for each variant log-CRPS and coverage of destinations and of their sum, calm and surge apart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--every", type=int, default=3)
    asked = parser.parse_args()
    truth = quality.grid(read_table()[0])
    rows = []
    for origin, fit in fits(asked.out, asked.every):
        months = [add_months(origin, step) for step in range(3, 7)]
        outcome = truth.reindex(months)[list(fit.series.destinations)].to_numpy(float).T
        for name, components in VARIANTS.items():
            used = replace(fit, configuration=replace(fit.configuration, components=components))
            drawn = used.simulate(6, 1).values.transpose("draw", "destination", "month").to_numpy()[:, :, 2:]
            known = np.isfinite(outcome).all(axis=1)
            for what, draws, seen in (
                ("destination", drawn, outcome),
                ("sum", drawn[:, known].sum(axis=1), outcome[known].sum(axis=0)),
            ):
                q = np.moveaxis(np.quantile(draws, LEVELS, axis=0, method="inverted_cdf"), 0, -1)
                row = {"variant": name, "what": what, "when": "surge" if SURGE[0] <= origin <= SURGE[1] else "calm"}
                row["log_crps"] = float(np.nanmean(crps(np.log1p(q), np.log1p(seen))))
                row |= {f"{level:.0%}": float(np.nanmean(covered(q, seen, level))) for level in INTERVALS}
                rows.append(row)
    told = pd.DataFrame(rows).groupby(["what", "when", "variant"], sort=False).mean().round(3)
    print(told.to_string())


if __name__ == "__main__":
    main()
