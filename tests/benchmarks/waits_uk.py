"""Do the odds of a decision within half a year stay as they are? What a promised wait assumes, on the UK's figures.

.venv/bin/python tests/benchmarks/waits_uk.py

Of those who applied in the last two quarters, some are decided: applications less those pending for up to six months.
A promise made now for those who come in the next two quarters takes the odds of the last ones, two quarters out of
sample; its interval is that of past changes over two quarters. No cohort is followed: the table does not name them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import logit, ndtri

from workbench.sources import localities

FIRST, AHEAD = "2014-Q4", 2


def promised() -> pd.DataFrame:
    """Return one row per origin: share decided now, two quarters later, past mean, and distance in its own scale."""
    table = localities.table(localities.load("uk"), "case_flow")
    came = table["intake"].astype(float).rolling(2).sum()
    share = (1 - table["pending_up_to_6_months"].astype(float) / came).to_numpy()[1:]
    periods, odds = table["period"].astype(str).to_numpy()[1:], logit(share)
    found = []
    for at in range(int(np.flatnonzero(periods == FIRST)[0]), len(share) - AHEAD):
        moved = odds[AHEAD : at + 1] - odds[: at + 1 - AHEAD]
        scale = np.sqrt(np.mean(moved**2) * (1 + 2 / len(moved)))
        mean = share[: at + 1].mean()
        found.append((periods[at], share[at], share[at + AHEAD], mean, abs(odds[at + AHEAD] - odds[at]) / scale))
    return pd.DataFrame(found, columns=["origin", "now", "later", "past_mean", "distance"])


def main() -> None:
    """Print mean errors in points and how many intervals held."""
    rows = promised()
    for name, part in (
        ("all", rows),
        ("before 2019", rows[rows["origin"] < "2019"]),
        ("from 2019", rows[rows["origin"] >= "2019"]),
    ):
        errors = [100 * (part[column] - part["later"]).abs().mean() for column in ("now", "past_mean")]
        held = [100 * (part["distance"] < ndtri((1 + level) / 2)).mean() for level in (0.5, 0.8, 0.95)]
        print(
            f"{name:12} {len(part)} origins: error of the last odds {errors[0]:.1f} points, of the past mean "
            f"{errors[1]:.1f}; 50/80/95 % intervals held {held[0]:.0f}/{held[1]:.0f}/{held[2]:.0f} %"
        )


if __name__ == "__main__":
    main()
