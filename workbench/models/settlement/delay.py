"""How long after a permit is a person settled, and by which route?

No published table says: until an authority supplies one (``route, months, settled, waiting``), this runs on synthetic
figures alone, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from workbench.core.errors import DataError, Fault

ROUTES = ("assigned", "own_housing", "family", "resettled")
LEAST, SPREAD = 1e-4, 0.5
"""Smallest monthly chance; prior standard deviation of a month's log odds about the route's own."""


@dataclass(frozen=True)
class Delay:
    """The chance of being settled by month since the permit, for each route.

    Attributes
    ----------
    routes
        Names of the routes.
    share
        Share of persons by route, draws (draw, route).
    chance
        Chance of being settled in a month for those who still wait, draws (draw, route, month).
    synthetic
        Whether the figures behind it were made by a program; every page and report that shows it must say so.
    notes
        What was made of a table that is not plain, in sentences.
    """

    routes: tuple[str, ...]
    share: np.ndarray
    chance: np.ndarray
    synthetic: bool
    notes: tuple[str, ...] = ()

    def settled_within(self, months: int) -> pd.DataFrame:
        """Return the share settled within so many months: one row per route with median and 80 % interval."""
        done = 1 - np.prod(1 - self.chance[:, :, :months], axis=2)
        low, middle, high = np.quantile(done, [0.1, 0.5, 0.9], axis=0)
        return pd.DataFrame({"route": self.routes, "months": months, "median": middle, "low80": low, "high80": high})

    def caveat(self) -> str:
        """Return what must be said beside every figure from it."""
        return (
            "Synthetic: delays and routes are made by a program, because none are published." if self.synthetic else ""
        )


def fit_delay(table: pd.DataFrame, *, seed: int, draws: int = 1000, synthetic: bool) -> Delay:
    """Return delay and route from counts of persons who were settled, or still waited, by month since the permit.

    Parameters
    ----------
    table
        Columns route, months (0, 1, …), settled (persons settled in that month), waiting (persons last seen waiting
        in that month: not settled yet when the table was made).
    synthetic
        Whether a program made the table.

    Notes
    -----
    Month by month, settled persons are binomial among those still at risk; those who were still waiting leave the risk
    set after their month and are not taken for settled. The log odds of a month are normal about the route's own with
    standard deviation :data:`SPREAD`, which carries months with few at risk; draws are normal on the log odds.
    """
    faults = [
        Fault(f"negative {name}", row=int(at) + 2, column=name, value=table.loc[at, name])
        for name in ("settled", "waiting", "months")
        for at in table.index[table[name] < 0]
    ]
    faults += [Fault("stands twice", row=int(at) + 2) for at in table.index[table.duplicated(["route", "months"])]]
    if faults or table.empty:
        raise DataError(
            "the table of delays cannot be used",
            why="persons at risk are counted down month by month",
            do="give one row for each route and month, with counts of persons",
            faults=faults,
        )
    routes = tuple(sorted(table["route"].astype(str).unique()))
    months = int(table["months"].max()) + 1
    grid = pd.MultiIndex.from_product([routes, range(months)], names=["route", "months"])
    kept = table[["route", "months", "settled", "waiting"]]
    wide = kept.astype({"route": str}).set_index(["route", "months"]).reindex(grid, fill_value=0)
    settled, waiting = (wide[name].to_numpy(float).reshape(len(routes), months) for name in ("settled", "waiting"))
    at_risk = np.cumsum((settled + waiting)[:, ::-1], axis=1)[:, ::-1]
    own = logit(np.clip((settled.sum(axis=1) + 0.5) / (at_risk.sum(axis=1) + 1), LEAST, 1 - LEAST))[:, None]
    middle = np.repeat(own, months, axis=1)
    for _ in range(25):  # Newton's method, one coordinate each: concave, so it arrives
        p = expit(middle)
        curve = at_risk * p * (1 - p) + 1 / SPREAD**2
        middle = middle + np.clip((settled - at_risk * p - (middle - own) / SPREAD**2) / curve, -1, 1)
    p = expit(middle)
    error = 1 / np.sqrt(at_risk * p * (1 - p) + 1 / SPREAD**2)
    rng = np.random.default_rng(seed)
    # A route's own level is uncertain too, widely so where few or none were settled; a month follows it by as much as
    # its own figures leave open.
    events, exposure = settled.sum(axis=1), at_risk.sum(axis=1)
    level = np.clip(rng.beta(events + 0.5, exposure - events + 0.5, (draws, len(routes))), LEAST, 1 - LEAST)
    shift = (logit(level) - own[:, 0])[:, :, None] * (error / SPREAD) ** 2
    chance = expit(middle + shift + error * rng.standard_normal((draws, *middle.shape)))
    share = rng.dirichlet((settled + waiting).sum(axis=1) + 0.5, draws)
    return Delay(routes, share, chance, synthetic)


SYNTHETIC: Mapping[str, tuple[float, float, float]] = {
    "assigned": (0.6, 0.12, 0.04),
    "own_housing": (0.1, 0.3, -0.05),
    "family": (0.15, 0.45, -0.1),
    "resettled": (0.15, 0.8, 0.0),
}
"""Invented truth by route: share of persons, monthly chance at first, and its change a month on the log odds."""


def synthetic_delays(persons: int, seed: int, months: int = 24) -> pd.DataFrame:
    """Return a table of delays with the known truth :data:`SYNTHETIC`; describes no real person.

    Permits are spread evenly over the months before the table was made, so that some still wait.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for route, (share, first, drift) in SYNTHETIC.items():
        chance = expit(logit(first) + drift * np.arange(months))
        seen = rng.integers(0, months, rng.binomial(persons, share))  # months for which each is followed
        done = rng.random((len(seen), months)) < chance
        when = np.where(done.any(axis=1), done.argmax(axis=1), months)
        for month in range(months):
            settled = int(((when == month) & (seen >= month)).sum())
            rows.append((route, month, settled, int(((seen == month) & (when > month)).sum())))
    return pd.DataFrame(rows, columns=["route", "months", "settled", "waiting"])
