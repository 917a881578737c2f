"""Do newcomers leave small municipalities more often than large ones?

The published stock tells how many of a class of municipalities still live where they were settled. Set against the
persons settled there, classes can be compared, if as many relatives join a settled person everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from workbench.core.errors import ModelError
from workbench.models.settlement.moves import HORIZONS, YOUNG, Hazard, moved_share
from workbench.models.settlement.panel.panel import SIZES

LARGEST, STEPS = 4.0, 81
"""Differences are looked for up to this far on the log odds, in so many steps."""


@dataclass(frozen=True)
class LeavingBySize:
    """What the size of a municipality adds to the log odds of leaving it in a year.

    Attributes
    ----------
    added
        Draws (draw, size class), paired with those of the hazard.
    relative
        Persons of the class still there per person settled, over that of all classes: one row for each stock year,
        one column for each size class.
    """

    hazard: Hazard
    added: np.ndarray
    relative: pd.DataFrame

    def stay(self, years: int) -> np.ndarray:
        """Return the share still there after so many years; axes (draw, size class)."""
        each = expit(logit(self.hazard.leaving[:, None, :years]) + self.added[:, :, None])
        kept: np.ndarray = np.prod(1 - each, axis=2)
        return kept

    def retention(self) -> pd.DataFrame:
        """Return the share still there by size class after 1, 3 and 5 years: median, 80 and 95 % interval."""
        rows = []
        for years in HORIZONS:
            ends = np.quantile(self.stay(years), [0.5, 0.1, 0.9, 0.025, 0.975], axis=0)
            for at, (name, _, _) in enumerate(SIZES):
                rows.append((name, years, *map(float, ends[:, at])))
        return pd.DataFrame(rows, columns=["size", "years", "median", "low80", "high80", "low95", "high95"])


def compare(hazard: Hazard, stock: pd.DataFrame, *, seed: int) -> LeavingBySize:
    """Return how much more often newcomers leave each size class of municipalities.

    Parameters
    ----------
    hazard
        Of all municipalities together; its share that stays is shared out among the classes.
    stock
        Columns year, size (class), settled_here (persons of the class "0-4" who still live where they were settled)
        and age_0 … age_4 (persons settled there, by age of the cohort in years).

    Notes
    -----
    Retention of a class = retention of all × (still there per settled person in the class) / (the same in all). The
    factor of relatives who join, and of those whose first municipality is not known, cancels if it is the same in all
    classes: that is assumed and cannot be checked here. Years of the stock overlap, so the spread of their ratios is
    taken whole and not divided by the root of their number.
    """
    ages = [f"age_{age}" for age in range(YOUNG)]
    settled = stock.assign(settled=stock[ages].sum(axis=1)).groupby("year")[["settled_here", "settled"]]
    everywhere = settled.sum()
    classes = range(len(SIZES))
    each = stock.assign(ratio=stock["settled_here"] / stock[ages].sum(axis=1))
    wide = each.pivot(index="year", columns="size", values="ratio").reindex(columns=list(classes))
    relative = wide.div(everywhere["settled_here"] / everywhere["settled"], axis=0)
    if not len(relative) or not (relative > 0).all().all():
        raise ModelError(
            "size classes of municipalities cannot be compared",
            why="each needs persons who still live where they were settled, in every year of the stock",
            do="use the hazard of all municipalities together",
        )
    logs = np.log(relative.to_numpy(dtype=float))
    spread = logs.std(axis=0, ddof=1) if len(logs) > 1 else np.full(len(SIZES), 0.1)
    rng = np.random.default_rng(seed)
    drawn = np.exp(logs.mean(axis=0) + spread * rng.standard_normal((len(hazard.leaving), len(SIZES))))
    cohorts = stock.groupby("size")[ages].sum().reindex(list(classes)).to_numpy(dtype=float)
    weight = cohorts.sum(axis=1) / cohorts.sum()
    drawn /= drawn @ weight[:, None]  # the classes together stay as the hazard says
    stays = 1 - moved_share(hazard.leaving, cohorts)
    wanted = np.clip(drawn * (stays @ weight)[:, None], 0.02, 0.995)
    steps = np.linspace(-LARGEST, LARGEST, STEPS)
    odds = logit(hazard.leaving)
    tried = np.stack([1 - moved_share(expit(odds + step), cohorts) for step in steps], axis=2)
    # More leave with every step, so the shares that stay fall; np.interp wants them to rise.
    added = [
        [np.interp(wanted[d, c], tried[d, c, ::-1], steps[::-1]) for c in classes] for d in range(len(hazard.leaving))
    ]
    return LeavingBySize(hazard, np.array(added), relative)
