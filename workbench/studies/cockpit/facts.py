"""What does one indicator say of one place? Value, trend, gap to the whole population, peers, rank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.models.smallarea.funnel import LEVELS, limits
from workbench.studies.cockpit import peers as compared
from workbench.studies.cockpit.definitions import WITH_COUNTS, Definition
from workbench.studies.cockpit.saved import Cockpit


@dataclass(frozen=True)
class Facts:
    """What is known of a place by one indicator; None where it is not known or may not be shown.

    Attributes
    ----------
    value, period
        Newest figure and its period; shares from 0 to 1.
    before, before_period
        Earliest figure of the last five before it.
    other, other_group
        Figure of the group it is set beside (the whole population, say), same period.
    whole, whole_name
        Figure of the country or county, same period.
    peers, peers_kind, peers_count
        Rate of all persons of the peers (the median where there are no counts), which peers, and how many.
    unlike
        ``above`` or ``below`` where the figure lies outside the 99.8 % limits of its peers' rate, by its own number of
        persons; empty where chance may be all, None where it cannot be said.
    estimate, low95, high95
        Estimated true rate and its 95 % interval.
    rank, rank_low, rank_high, of
        Median rank and the interval that holds 95 % of its ranks, among how many.
    next_rate, next_low95, next_high95
        Rate to be published of the year after, and its 95 % interval; None where the years are too few.
    withheld
        Whether a figure is there and not shown because small groups stand behind it.
    """

    indicator: str
    place: str
    value: float | None = None
    period: str = ""
    before: float | None = None
    before_period: str = ""
    other: float | None = None
    other_group: str = ""
    whole: float | None = None
    whole_name: str = ""
    peers: float | None = None
    peers_kind: str = ""
    peers_count: int = 0
    unlike: str | None = None
    estimate: float | None = None
    low95: float | None = None
    high95: float | None = None
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    of: int | None = None
    next_rate: float | None = None
    next_low95: float | None = None
    next_high95: float | None = None
    withheld: bool = False


def facts(cockpit: Cockpit, indicator: str, place: str) -> Facts:
    """Return what an indicator says of a place; ``cockpit`` is the public's or a municipality's, as asked."""
    of = cockpit.definition(indicator)
    rows = series(cockpit, of)
    mine = rows[rows["place"] == place]
    known = mine[mine["value"].notna()]
    gone = mine[mine["hidden"] | mine["withheld"]]
    if known.empty or (len(gone) and gone["period"].max() > known["period"].max()):
        return Facts(indicator, place, withheld=len(gone) > 0, period=str(gone["period"].max()) if len(gone) else "")
    last = known.loc[known["period"].idxmax()]
    period = str(last["period"])
    found: dict[str, object] = {"value": float(last["value"]), "period": period}
    earlier = known[known["period"] < period].sort_values("period").tail(5)
    if len(earlier):
        found |= {"before": float(earlier["value"].iloc[0]), "before_period": str(earlier["period"].iloc[0])}
    if of.compare:
        beside = _one(cockpit.figures, indicator, place, period, of.compare)
        found |= {"other": beside, "other_group": of.compare}
    now = rows[(rows["period"] == period) & rows["value"].notna()].set_index("place")
    found |= _whole(cockpit, now, place)
    kind, codes = compared.of(place, cockpit.groups, now["value"])
    if codes and of.kind != "count":
        found |= {"peers_kind": kind, "peers_count": len(codes), "peers": _together(of, now.loc[codes])}
        if of.kind == "share" and last["denominator"] > 0:
            found["unlike"] = _unlike(float(last["value"]), float(last["denominator"]), float(found["peers"]))  # type: ignore[arg-type]
    return Facts(indicator, place, **found, **_estimated(cockpit, indicator, place, period))  # type: ignore[arg-type]


def series(cockpit: Cockpit, of: Definition) -> pd.DataFrame:
    """Return the figures of an indicator for the group that it is about, all places and periods."""
    rows = cockpit.figures[cockpit.figures["indicator"] == of.id]
    return rows[rows["group"] == of.group] if of.group else rows


def missing_places(cockpit: Cockpit, of: Definition) -> list[str]:
    """Return the municipalities that have no figure in the newest period, by code: withheld or not published."""
    rows = series(cockpit, of)
    known = rows[rows["value"].notna()]
    if known.empty:
        return list(map(str, cockpit.groups.index))
    have = set(known.loc[known["period"] == known["period"].max(), "place"])
    return [str(code) for code in cockpit.groups.index if code not in have]


def _one(figures: pd.DataFrame, indicator: str, place: str, period: str, group: str) -> float | None:
    chosen = figures[
        (figures["indicator"] == indicator)
        & (figures["place"] == place)
        & (figures["period"] == period)
        & (figures["group"] == group)
    ]
    values = chosen["value"].dropna()
    return float(values.iloc[0]) if len(values) else None


def _whole(cockpit: Cockpit, now: pd.DataFrame, place: str) -> dict[str, object]:
    """Return the figure of the locality as a whole, else of what it lies in."""
    around = [code for code in cockpit.names if code not in cockpit.groups.index and code != cockpit.code]
    for code in (cockpit.code, *around):
        if code and code != place and code in now.index and code not in set(cockpit.groups["county"]):
            return {"whole": float(now["value"].loc[code]), "whole_name": cockpit.names.get(code, code)}
    return {}


def _together(of: Definition, rows: pd.DataFrame) -> float:
    if of.kind in WITH_COUNTS and rows["denominator"].sum() > 0:
        return float(rows["numerator"].sum() / rows["denominator"].sum())
    return float(rows["value"].median())


def _unlike(value: float, persons: float, rate: float) -> str:
    low, high = limits(rate, np.array([persons]), LEVELS[-1])
    return "below" if value < low[0] else "above" if value > high[0] else ""


def _estimated(cockpit: Cockpit, indicator: str, place: str, period: str) -> dict[str, object]:
    table = cockpit.estimates
    chosen = table[(table["indicator"] == indicator) & (table["place"] == place) & (table["period"] == period)]
    if chosen.empty:
        return {}
    row = chosen.iloc[0]
    return {
        "estimate": float(row["estimate"]),
        "low95": float(row["estimate_low95"]),
        "high95": float(row["estimate_high95"]),
        **{name: int(row[name]) for name in ("rank", "rank_low", "rank_high", "of")},
        **_ahead(row),
    }


def _ahead(row: pd.Series) -> dict[str, object]:
    if pd.isna(row.get("next", np.nan)):  # too few years, or a cockpit that was built before there was a forecast
        return {}
    return {"next_rate": float(row["next"]), **{n: float(row[n]) for n in ("next_low95", "next_high95")}}
