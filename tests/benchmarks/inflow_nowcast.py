"""What does a month known in part add? Truncated figures against the last whole value; prints.

    python tests/benchmarks/inflow_nowcast.py --fits DIR

DIR holds fits by as-of month (``inflow_tails.py`` makes them). Of the month after, each destination's final figure is
cut to a share drawn about .6 (log spread .2) by a stated seed: nobody's real delay, since no vintages ship.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import add_months
from workbench.models import quality
from workbench.models.inflow import InflowFit, Partial
from workbench.models.scores import LEVELS, covered, crps
from workbench.studies.inflow.arrivals import read_table

SHARE, SPREAD = 0.6, 0.2


def main() -> None:
    """Print the log-CRPS of the month in part and of later months, and the coverage of the nowcast."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fits", type=Path, required=True)
    asked = parser.parse_args()
    truth = quality.grid(read_table()[0])
    rows = []
    for number, folder in enumerate(sorted(asked.fits.iterdir())):
        fit = InflowFit.load(folder)
        places, first = fit.series.destinations, add_months(folder.name, 1)
        months = [add_months(folder.name, step) for step in (1, 4)]
        final = truth.reindex(months)[list(places)].to_numpy(float)
        rng = np.random.default_rng(number)
        share = np.minimum(SHARE * np.exp(SPREAD * rng.standard_normal(len(places))), 1.0)
        seen = np.floor(final[0] * share)
        figures = {name: value for name, value in zip(places, seen, strict=True) if np.isfinite(value)}
        last = truth.loc[: folder.name, list(places)].ffill().iloc[-1].to_numpy(float)
        said = {
            "the past alone": fit.simulate(4, 1),
            "with the month in part": fit.simulate(4, 1, Partial(figures, SHARE)),
        }
        for name, draws in said.items():
            values = draws.values.transpose("draw", "destination", "month").to_numpy()
            for step, at in ((1, 0), (4, 1)):
                q = np.moveaxis(np.quantile(values[:, :, step - 1], LEVELS, axis=0, method="inverted_cdf"), 0, -1)
                score = np.nanmean(crps(np.log1p(q), np.log1p(final[at])))
                held = np.nanmean(covered(q, final[at], 0.8))
                middle = np.nanmean(abs(np.log1p(q[:, LEVELS.index(0.5)]) - np.log1p(final[at])))
                rows.append(
                    {"who": name, "ahead": step, "log_crps": score, "median_off": middle, "80": held, "of": first}
                )
        for name, point in (
            ("last whole value", last),
            ("figure in part as it stands", seen),
            ("over its usual share", seen / SHARE),
        ):
            off = np.nanmean(abs(np.log1p(point) - np.log1p(final[0])))
            rows.append({"who": name, "ahead": 1, "log_crps": off, "median_off": off, "80": np.nan, "of": first})
    table = pd.DataFrame(rows)
    print(table.groupby(["ahead", "who"])[["log_crps", "median_off", "80"]].mean().round(3).to_string())
    wide = table[table["ahead"] == 1].pivot(index="of", columns="who", values="log_crps")
    better = (wide["with the month in part"] < wide["last whole value"]).mean()
    print(f"{len(wide)} as-of months; with the month in part better than the last whole value in {better:.0%}")


if __name__ == "__main__":
    main()
