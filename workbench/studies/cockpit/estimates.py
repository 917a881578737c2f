"""What is the true rate behind small counts, and how sure is a place's rank? One fit for each indicator with counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.models.diagnostics import Diagnostics
from workbench.models.smallarea.next_year import LEAST_YEARS, forecast
from workbench.models.smallarea.panel import SmallAreaPanel
from workbench.models.smallarea.ranks import ranks
from workbench.studies.cockpit.definitions import Definition

WINDOW = 3
"""Years that a fit sees; what is older tells little of today."""
PAST = 12
"""Years from which next year's rate is foreseen, where there are as many."""
LEAST = 10
"""Places from which on rates are estimated together."""


@dataclass(frozen=True)
class Estimated:
    """The rates of one indicator.

    Attributes
    ----------
    table
        One row per place: ``indicator, place, period``, ``estimate`` with ``estimate_low80`` … , ``rank`` with
        ``rank_low``, ``rank_high`` (95 %) and ``of``; ``next`` with ``next_low95``, ``next_high95``, what is to be
        published of the year after, where there are three years or more.
    """

    table: pd.DataFrame
    diagnostics: Diagnostics


def panel(
    figures: pd.DataFrame, of: Definition, groups: pd.DataFrame, size: pd.Series, *, window: int = WINDOW
) -> SmallAreaPanel | None:
    """Return what the model sees of an indicator's newest years; None where places or counts are too few."""
    mine = figures[(figures["indicator"] == of.id) & figures["place"].isin(groups.index)]
    mine = mine[mine["value"].notna() & (mine["denominator"] > 0)]
    if of.kind != "share" or mine["place"].nunique() < LEAST or not mine["period"].str.fullmatch("[0-9]{4}").all():
        return None
    last = int(mine["period"].max())
    years = tuple(range(max(int(mine["period"].min()), last - window + 1), last + 1))
    areas = tuple(str(code) for code in groups.index)

    def wide(name: str) -> np.ndarray:
        table = mine.pivot(index="place", columns="period", values=name)
        # Counts moved to today's borders hold fractions; the model counts whole persons.
        found: np.ndarray = (
            table.reindex(index=areas, columns=[str(year) for year in years]).fillna(0).round().to_numpy(float)
        )
        return found

    persons = wide("denominator")
    named = {str(name): tuple(groups[name].fillna("none").astype(str)) for name in groups if groups[name].nunique() > 1}
    kept = {name: labels for name, labels in named.items() if name != "kostra_group"}
    return SmallAreaPanel(
        areas, years, np.minimum(wide("numerator"), persons), persons, size.reindex(areas).to_numpy(float), kept
    )


def estimate(
    seen: SmallAreaPanel,
    of: Definition,
    *,
    seed: int,
    draws: int,
    tune: int,
    chains: int,
    progress: Callable[[int, int], None] | None = None,
) -> Estimated:
    """Fit the small-area model and return rates and ranks of the places seen in the last year."""
    from workbench.models.smallarea.fit import summary
    from workbench.models.smallarea.model import SmallAreaModel  # PyMC: only when a fit is really made

    fitted = SmallAreaModel().fit(seen, seed=seed, draws=draws, tune=tune, chains=chains, progress=progress)
    there = seen.persons[:, -1] > 0
    areas = tuple(np.array(seen.areas)[there].tolist())
    rates = fitted.rates()[:, there]
    found = summary(rates, areas, "estimate")
    found = found.join(ranked(rates, areas, highest_first=of.better != "lower"))
    table = found.reset_index().assign(indicator=of.id, period=str(seen.years[-1]))
    return Estimated(table, fitted.diagnostics)


def ahead(seen: SmallAreaPanel, *, seed: int) -> pd.DataFrame:
    """Return the rate of the year after a panel's last by place (index); no column where the years are too few."""
    if len(seen.years) < LEAST_YEARS:
        return pd.DataFrame(index=pd.Index(seen.areas, name="place"))
    told = forecast(seen, seed=seed)
    low, high = told.interval()
    columns = {"next": told.rate, "next_low95": low, "next_high95": high}
    return pd.DataFrame(columns, index=pd.Index(seen.areas, name="place"))


def ranked(rates: np.ndarray, areas: tuple[str, ...], *, highest_first: bool) -> pd.DataFrame:
    """Return the median rank of each area and the interval that holds 95 % of its ranks, among how many."""
    found = ranks(rates, highest_first=highest_first)
    middle, low, high = np.quantile(found, [0.5, 0.025, 0.975], axis=0, method="inverted_cdf").astype(int)
    data: dict[str, Any] = {"rank": middle, "rank_low": low, "rank_high": high, "of": len(areas)}
    return pd.DataFrame(data, index=pd.Index(areas, name="place"))
