"""The figures behind an inflow report: who is forecast for which months, and what was published before and since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from workbench.core.dates.calendar import add_months, horizon_months
from workbench.models.quality import JOINT
from workbench.presentation.languages import place, say, spelled_out
from workbench.presentation.wording import period
from workbench.studies import disclosure
from workbench.studies.inflow.adding_up import OTHERS

if TYPE_CHECKING:
    from workbench.studies.inflow.saved_runs import InflowResult


def months(result: InflowResult) -> list[str]:
    """Return the months forecast, first to last."""
    return horizon_months(result.as_of, result.horizon)


def period_words(result: InflowResult, language: str = "en") -> str:
    """Return the months forecast in words."""
    ahead = months(result)
    return period(ahead[0], ahead[-1], language)


def during(result: InflowResult, language: str = "en") -> str:
    """Return the months forecast as an adverb: in one month, from one to another."""
    told = period_words(result, language)
    if result.horizon == 1:
        return say("in {month}", language, month=told)
    return say("from {period}", language, period=told)


def destinations(result: InflowResult) -> list[str]:
    """Return the destinations, the one with most expected applicants first."""
    medians = result.draws.sum("month").quantile(0.5)
    size = dict(zip(medians.coords["destination"].values.tolist(), medians.values.tolist(), strict=True))
    return sorted(size, key=lambda place: (-size[place], place))


def name(result: InflowResult, destination: str, language: str = "en") -> str:
    """Return what a destination, or a corridor to it, is called."""
    code, joint, origin = destination.partition(JOINT)
    called = place(code, result.names[destination], language)
    if not joint:
        return called
    others = say("other origins", language)
    return say(
        "{destination} from {origin}",
        language,
        destination=called,
        origin=others if origin == OTHERS else spelled_out(origin, language),
    )


def counts_detections(result: InflowResult) -> bool:
    """Return whether the forecast counts border detections by route, not applications."""
    return bool(result.record.scenario.get("of") == "detections")


def who(result: InflowResult, language: str = "en") -> str:
    """Return for whom the forecast is, as the subject of a sentence."""
    codes = destinations(result)
    if len(codes) == 1:
        return name(result, codes[0], language)
    if counts_detections(result):
        return say("The {number} routes together", language, number=len(codes))
    if JOINT in codes[0]:
        return say("The {number} corridors together", language, number=len(codes))
    return say("The {number} destinations together", language, number=len(codes))


def who_within(result: InflowResult, language: str = "en") -> str:
    """Return for whom the forecast is, as it stands within a sentence."""
    told = who(result, language)
    return told[:1].lower() + told[1:] if len(result.names) > 1 else told


def looks_back(result: InflowResult) -> bool:
    """Return whether every month forecast has been published since, so that the forecast is spoken of as past."""
    return bool(published_since(result).notna().all(axis=None))


def published(table: pd.DataFrame, result: InflowResult) -> pd.DataFrame:
    """Return published persons (index month, one column per destination; missing = not published)."""
    wide = table.pivot(index="month", columns="destination", values="persons").astype(float)
    return wide.reindex(columns=destinations(result)).sort_index()


def disclosed(wide: pd.DataFrame) -> pd.DataFrame:
    """Return published persons as they may be shown: counts of 1 to 4, and what would give them away, are missing.

    Notes
    -----
    Publishers such as Eurostat round to 5, so that nothing is withheld of theirs; an office's own table may hold them.
    """
    small = wide.round().isin(disclosure.SMALL).any(axis=1)
    told = wide.copy()
    for at in wide.index[small]:
        told.loc[at] = disclosure.shown(wide.loc[at], {})
    return told


def year_before(result: InflowResult) -> pd.DataFrame:
    """Return what was published for the same months a year before (index: the forecast's months)."""
    wide = published(result.arrivals, result).reindex([add_months(m, -12) for m in months(result)])
    wide.index = pd.Index(months(result), name="month")
    return wide


def published_since(result: InflowResult) -> pd.DataFrame:
    """Return what was published since for the forecast's months (index month; missing = not published)."""
    return published(result.later, result).reindex(pd.Index(months(result), name="month"))
