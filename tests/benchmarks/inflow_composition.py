"""How well are parts of a known total foreseen? Origins (UNHCR) and first-time applicants (Eurostat); prints a table.

    python tests/benchmarks/inflow_composition.py

From every third month the parts of the months 3 to 6 ahead are forecast, given the total that came, beside the last
three months' shares as they stand (the same multinomial, no movement) and the shares of the year before.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import add_months, month_range
from workbench.core.errors import ModelError
from workbench.models.inflow.composition import divided, share_paths
from workbench.models.scores import INTERVALS, LEVELS, covered, crps
from workbench.sources import localities
from workbench.studies.inflow.composition import counted, first_and_repeat

DRAWS, STEPS = 1000, 6


def tables() -> dict[str, tuple[pd.DataFrame, str, str]]:
    """Return for each question its rows by part, first and last month to forecast from."""
    home = localities.load("eu")
    origins = localities.table(home, "corridors").rename(columns={"origin": "part"})
    both = first_and_repeat(localities.table(home, "arrivals"))
    return {"origins": (origins, "2014-01", "2016-10"), "first-time": (both, "2014-01", "2019-09")}


def main() -> None:
    """Print log-CRPS and coverage of the parts, months 3 to 6."""
    for what, (table, first, last) in tables().items():
        rows = []
        for origin in month_range(first, last)[::3]:
            for place, part in table.groupby("destination"):
                rows += _scored(str(place), part, origin)
        told = pd.DataFrame(rows).groupby("by").agg(["mean"]).droplevel(1, axis=1)
        told["forecasts"] = pd.DataFrame(rows).groupby("by").size()
        print(f"{what}\n{told.round(3).to_string()}\n")


def _scored(place: str, rows: pd.DataFrame, origin: str) -> list[dict[str, object]]:
    try:
        counts = counted(rows[rows["month"] <= origin], origin)
    except ModelError:
        return []
    if str(counts.index[-1]) != origin:
        return []
    rng = np.random.default_rng([ord(c) for c in f"{place}{origin}"])
    try:
        shares = share_paths(counts, STEPS, DRAWS, rng)
    except ModelError:
        return []
    later = rows.assign(persons=rows["persons"].astype("float64"))
    later = later[later["month"] > origin]
    out: list[dict[str, object]] = []
    for step in range(3, STEPS + 1):
        month = add_months(origin, step)
        came = later[later["month"] == month]
        if came.empty or came["persons"].isna().any():
            continue
        truth = (
            came.assign(part=came["part"].where(came["part"].isin(counts.columns), "OTH"))
            .groupby("part")["persons"]
            .sum()
        )
        outcome = truth.reindex(counts.columns).fillna(0.0).to_numpy()
        total = np.full((DRAWS, 1), round(outcome.sum()))
        still = counts.tail(3).sum().to_numpy() + 0.5
        year = counts.reindex([add_months(month, -12)]).to_numpy()[0] + 0.5
        for name, share in (
            ("moved along the past", shares[:, [step - 1]]),
            ("last three months", np.broadcast_to(still / still.sum(), (DRAWS, 1, len(still)))),
            ("same month a year before", np.broadcast_to(year / year.sum(), (DRAWS, 1, len(year)))),
        ):
            if not np.isfinite(share).all():
                continue
            q = np.quantile(divided(total, share, rng)[:, 0], LEVELS, axis=0, method="inverted_cdf").T
            score = crps(np.log1p(q), np.log1p(outcome))
            inside = {f"{level:.0%}": covered(q, outcome, level) for level in INTERVALS}
            out += [
                {"by": name, "log_crps": float(score[at]), **{k: float(v[at]) for k, v in inside.items()}}
                for at in range(len(outcome))
            ]
    return out


if __name__ == "__main__":
    main()
