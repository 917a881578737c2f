"""How long do households wait for a place, those that still wait counted too?

Those who still wait have waited at least so long: the Kaplan–Meier estimate uses that, a mean of the decided leaves it
out and looks too short. See Kaplan and Meier (1958), "Nonparametric estimation from incomplete observations"; intervals
by the log-log transform (Kalbfleisch and Prentice 1980); the test of equal waiting is the log-rank test (Mantel 1966).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

LEVEL = 0.95
SMALLEST = 10
"""Households that a group must have for a curve; below, its median says nothing."""
LARGE = 5
"""Persons from which on a household is large."""
DISABLED = ("step_free_dwelling", "rehabilitation")
"""Needs that stand for a disability; the register asks for no diagnosis."""
CLOSED = ("withdrawn", "moved_on")


@dataclass(frozen=True)
class Waits:
    """Days from the permit of each household of a group, and whether they ended (in a decision, or settled)."""

    days: np.ndarray
    ended: np.ndarray

    @property
    def size(self) -> int:
        """How many households they are."""
        return len(self.days)

    def where(self, mask: Any) -> Waits:
        """Return those of a part."""
        return Waits(self.days[mask], self.ended[mask])

    def curve(self) -> pd.DataFrame:
        """Return ``day, waiting, low, high``: the share that still waits after each day, with its 95 % interval."""
        if not self.size:
            return pd.DataFrame({name: np.empty(0) for name in ("day", "waiting", "low", "high")})
        still = _ecdf(self).sf
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # before the first end and after the last: filled in below
            found = still.confidence_interval(LEVEL, method="log-log")
        share = still.probabilities
        low, high = (np.where(np.isnan(at.probabilities), share, at.probabilities) for at in (found.low, found.high))
        names = ("day", "waiting", "low", "high")
        rows = [(0.0, 1.0, 1.0, 1.0), *zip(still.quantiles, share, low, high, strict=True)]
        return pd.DataFrame(rows, columns=list(names))

    def median(self) -> tuple[float, float, float]:
        """Return the day after which half have their place, with its 95 % interval; infinite: not reached."""
        table = self.curve()

        def first(name: str) -> float:
            reached = table.loc[table[name] <= 0.5, "day"]
            return float(reached.iloc[0]) if len(reached) else np.inf

        return first("waiting"), first("low"), first("high")


def waits(rows: pd.DataFrame, today: date, *, until: str = "decided") -> Waits:
    """Return the days from permit to decision (or ``settled``); who withdrew or still waits is counted to that day.

    Parameters
    ----------
    rows
        ``permit, state, since`` and the day named by ``until``, as :func:`workbench.store.rounds.facts.waiting` says.
    """
    permit = pd.to_datetime(rows["permit"])
    end = pd.to_datetime(rows[until])
    # What lies after the day of the report is not known on it.
    end = end.where(end <= pd.Timestamp(today))
    gone = pd.to_datetime(rows["since"]).where(rows["state"].isin(CLOSED))
    last = end.fillna(gone).fillna(pd.Timestamp(today))
    days = (last.where(last <= pd.Timestamp(today), pd.Timestamp(today)) - permit).dt.days
    known = (permit.notna() & (days >= 0)).to_numpy()
    return Waits(days.to_numpy(float)[known], end.notna().to_numpy()[known])


def groups(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the groups whose waiting is compared, as masks: by size, by need, by route; and ``all``."""
    sizes = rows["persons"]
    needs = rows["needs"].str.split(";")
    disabled = needs.map(lambda named: bool(set(named) & set(DISABLED)))
    found = {
        "all": pd.Series(True, index=rows.index),
        "single": sizes == 1,
        "small": (sizes > 1) & (sizes < LARGE),
        "large": sizes >= LARGE,
        "disabled": disabled,
        "not_disabled": ~disabled,
    }
    return found | {f"route:{route}": rows["population"] == route for route in sorted(rows["population"].unique())}


def fairness(rows: pd.DataFrame, today: date) -> pd.DataFrame:
    """Return how long each group waits from permit to decision, beside everybody else.

    Returns
    -------
    DataFrame
        ``group, households, decided, median, low, high`` (days; infinite: not reached), ``overdue`` (households past
        their deadline without a decision), ``p`` (log-rank test against all other households; absent for ``all`` and
        where either side has under ten).
    """
    known = rows[pd.to_datetime(rows["permit"]) <= pd.Timestamp(today)]
    everybody = waits(known, today)
    late = (pd.to_datetime(known["deadline"]) < pd.Timestamp(today)) & ~known["state"].isin(CLOSED)
    late &= ~(pd.to_datetime(known["decided"]) <= pd.Timestamp(today))
    told = []
    for name, mask in groups(known).items():
        mine, others = everybody.where(mask.to_numpy(bool)), everybody.where(~mask.to_numpy(bool))
        enough = mine.size >= SMALLEST
        middle = mine.median() if enough else (np.nan, np.nan, np.nan)
        told.append(
            {
                "group": name,
                "households": mine.size,
                "decided": int(mine.ended.sum()),
                **dict(zip(("median", "low", "high"), middle, strict=True)),
                "overdue": int((late & mask).sum()),
                "p": _log_rank(mine, others) if enough and others.size >= SMALLEST else np.nan,
            }
        )
    return pd.DataFrame(told)


def _log_rank(one: Waits, other: Waits) -> float:
    from scipy.stats import logrank

    if not (one.ended.any() and other.ended.any()):
        return float("nan")
    return float(logrank(_censored(one), _censored(other)).pvalue)


def _ecdf(given: Waits) -> Any:
    from scipy.stats import ecdf

    return ecdf(_censored(given))


def _censored(given: Waits) -> Any:
    from scipy.stats import CensoredData  # loaded where a curve is asked for: a register is opened without it

    return CensoredData.right_censored(given.days, ~given.ended)
