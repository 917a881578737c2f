"""What a settlement forecast says, in sentences; :mod:`forecast_tables` holds the tables, :mod:`figures` draws it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.models.settlement.not_fitted import CARRIED, COMBINED, made_by
from workbench.presentation.findings import Finding, Interval, Several
from workbench.presentation.languages import marked, say
from workbench.presentation.origin import locality_name
from workbench.presentation.settlement import noted
from workbench.presentation.settlement.forecast_checked import came, looks_back, lost, municipalities, stands_in
from workbench.presentation.title_block import Front
from workbench.presentation.wording import about, between, leading, number, percent
from workbench.studies.settlement.totals.national import KNOWN_SINCE

if TYPE_CHECKING:
    from workbench.studies.settlement import SettlementResult

UNIT = "persons"

EXPECTED = {
    "some": (
        marked("{condition}, {place} can expect {persons}; {intervals}."),
        marked("{condition}, {place} could expect {persons}; {intervals}."),
    ),
    "few": (
        marked(
            "{condition}, {place} will probably receive nobody; the chance that anybody comes is {chance}; {intervals}."
        ),
        marked(
            "{condition}, {place} would probably receive nobody; the chance that anybody came was {chance}; "
            "{intervals}."
        ),
    ),
    "none": (
        marked("{condition}, {place} will probably receive nobody; the chance that anybody comes is {chance}."),
        marked("{condition}, {place} would probably receive nobody; the chance that anybody came was {chance}."),
    ),
}
"""What one municipality can expect, and could expect where the year is past: somebody, hardly anybody, nobody."""

LEVELS = (0.8, 0.95)
LEAST, LESS = 0.01, marked("less than 1 in 100")
"""Smallest chance that is given as a figure, and what stands for a smaller one."""


def front(result: SettlementResult, locality: str, edition: str = "public", language: str = "en") -> Front:
    """Return the head of the report; the locality is named by its identifier or folder, or empty for none."""
    data = say("data to {year}", language, year=result.label(result.as_of))
    named = [locality_name(locality, language)] if locality else []
    return Front(
        title=say("Settlement: where newcomers will live", language),
        subtitle=" · ".join([*named, _period(result, language), data]),
        vintage=leading(data),
        record=result.record,
        description=headline(result, language).sentence,
        attention=stands_in(result, language).strip(),
        edition=edition,
        language=language,
    )


def _period(result: SettlementResult, language: str) -> str:
    first, last = result.label(result.years[0]), result.label(result.years[-1])
    return first if first == last else say("{first} to {last}", language, first=first, last=last)


def _checks(result: SettlementResult, language: str) -> str:
    """Return whether the fit passed its checks; the figures of the checks stand in the run record."""
    if made_by(result.diagnostics) == COMBINED:
        return say(
            "Simple rules were combined, each by how well it did on this table's past; the intervals are as wide as "
            "the combination's past errors.",
            language,
        )
    if made_by(result.diagnostics) == CARRIED:
        return say("Nothing was fitted here.", language)
    if language == "en":
        return result.diagnostics.sentence()
    if result.diagnostics.ok:
        return say("The fit of the model passed its checks.", language)
    return say("The fit of the model failed its checks.", language)


def medians(result: SettlementResult, year: int | None = None) -> pd.DataFrame:
    """Return the forecast of one year (the first) by municipality, most persons first; columns of ``Draws.summary``."""
    chosen = result.draws.select(year=year or result.years[0])
    table = chosen.summary((0.5, *LEVELS)).assign(name=lambda t: t["municipality"].map(result.names))
    # Where most medians are zero, the upper ends of the intervals say who receives more.
    order = ["median", *(f"high{round(100 * level)}" for level in LEVELS)]
    return table.sort_values([*order, "municipality"], ascending=[*(False for _ in order), True], ignore_index=True)


def headline(result: SettlementResult, language: str = "en") -> Finding:
    """Return how many settle in the municipality that receives most, given the national total."""
    found = expected(result, str(medians(result)["municipality"].iloc[0]), language)
    return replace(found, sentence=f"{stands_in(result, language)}{lost(result, language)}{found.sentence}")


def expected(result: SettlementResult, code: str, language: str = "en") -> Finding:
    """Return how many one municipality can expect in the first year, given the national total, and how many came."""
    year = result.years[0]
    draws = result.draws.select(municipality=code, year=year)
    middle = float(draws.quantile(0.5))
    intervals = tuple(Interval(level, *map(float, draws.interval(level))) for level in LEVELS)
    totals = np.asarray(result.draws.select(year=year).sum().values, float)
    told = {
        "condition": condition(totals, result.given, result.label(year), language),
        "place": result.names[code],
        "intervals": ", ".join(
            f"{percent(i.level, language=language)} {between(i.low, i.high, language)}" for i in intervals if i.high > 0
        ),
    }
    if middle > 0:
        told["persons"] = about(middle, language)
        kind = "some"
    else:
        some = float((draws.values.to_numpy() > 0).mean())
        told["chance"] = percent(some, language=language) if some >= LEAST else say(LESS, language)
        kind = "few" if told["intervals"] else "none"
    sentence = say(EXPECTED[kind][looks_back(result)], language, **told)
    return Finding(
        f"{sentence}{came(result, code, year, intervals, language)}",
        estimate=middle,
        unit=say(UNIT, language),
        intervals=intervals,
        headline=True,
        language=language,
    )


def condition(totals: np.ndarray, given: str, when: str, language: str = "en") -> str:
    """Return under which national totals (one each draw) a forecast stands: known since, foreseen or assumed.

    ``given`` says how the total is given, as :class:`~workbench.studies.settlement.SettlementResult` has it, and
    ``when`` is what the year is called.
    """
    total, low, high = np.quantile(totals, (0.5, 0.1, 0.9), method="inverted_cdf")
    if low < high:  # the total is itself foreseen
        return say(
            "If {total} persons are settled in the country in {year} (itself a forecast: 80 % {between})",
            language,
            total=about(total, language),
            year=when,
            between=between(low, high, language),
        )
    persons = number(float(total), language=language)
    if given == KNOWN_SINCE:
        return say(
            "Of the {total} persons settled in the country in {year} (a total known only afterwards)",
            language,
            total=persons,
            year=when,
        )
    return say(
        "If {total} persons are settled in the country in {year} (an assumed total)", language, total=persons, year=when
    )


def needed_for_half(result: SettlementResult) -> float:
    """Return in how many municipalities half of the newcomers of the first year settle, median over draws."""
    draws = result.draws.select(year=result.years[0]).values.to_numpy()
    running = np.cumsum(-np.sort(-draws, axis=1), axis=1)
    return float(np.median((running < running[:, -1:] / 2).sum(axis=1) + 1))


def concentration(result: SettlementResult, language: str = "en") -> Finding:
    """Return in how many municipalities half of the newcomers settle, and how many are likely to receive any."""
    draws = result.draws.select(year=result.years[0]).values.to_numpy()
    half = needed_for_half(result)
    likely = int(((draws > 0).mean(axis=0) >= 0.8).sum())
    told = {
        "half": number(half, language=language),
        "all": municipalities(draws.shape[1], language),
        "likely": number(likely, language=language),
    }
    return Finding(
        say(
            "Half of them were expected in about {half} of {all}; {likely} were likely to receive at least one person.",
            language,
            **told,
        )
        if looks_back(result)
        else say(
            "Half of them settle in about {half} of {all}; {likely} are likely to receive at least one person.",
            language,
            **told,
        ),
        estimate=half,
        unit=say("municipalities", language),
        language=language,
    )


def quotas_used(result: SettlementResult, language: str = "en") -> Finding:
    """Return which quotas the forecast knows."""
    return Finding(_quotas(result, language), language=language)


def _quotas(result: SettlementResult, language: str) -> str:
    year = result.label(result.years[0])
    if result.contest == "quotas":
        return say(
            "The forecast uses the final quotas of {year}, which were settled during that year: nobody has them at its "
            "start.",
            language,
            year=year,
        )
    accepted = result.observed.get("accepted")
    if accepted is not None and (accepted.fillna(0) > 0).any():
        last = result.label(result.as_of)
        return say("The forecast uses quotas up to {last} and none of {year}.", language, last=last, year=year)
    if result.observed["settled"].isna().all():
        return say(
            "No settled persons of this country are in the data: the forecast is carried over from municipalities of "
            "like size in another country, and is no better than that.",
            language,
        )
    return say("The table holds no quotas: the forecast follows from who was settled where before.", language)


def key_findings(result: SettlementResult, language: str = "en") -> Several:
    """Return the three sentences that matter."""
    return Several((headline(result, language), concentration(result, language), quotas_used(result, language)))


def method(result: SettlementResult, language: str = "en") -> Finding:
    """Return how the figures are made: by the share model, by simple rules combined, or carried over."""
    adding_up = say(
        "Shares are drawn, scaled to one and turned into whole persons that add up to the national total.", language
    )
    if made_by(result.diagnostics) == CARRIED:
        told = say("Shares are carried over from municipalities of like size in another country.", language)
    elif made_by(result.diagnostics) == COMBINED or not result.diagnostics.ok:
        told = say(
            "Several simple rules foresee each area's share from the past of this table: the last share, smoothed "
            "shares, means, a change that goes on and, where periods are shorter than a year, the season. Each rule "
            "counts by how well it did on earlier periods of this table, and the intervals are as wide as the "
            "combination's errors there.",
            language,
        )
    else:
        told = say(
            "A Bayesian model follows the share of each municipality from year to year, compared with its share of the "
            "population. It learns how much of a change lasts, how much small municipalities swing, how far accepted "
            "quotas tell the level, and who takes part at all; a municipality without any history starts from its "
            "population, its age structure, its distance to a large town and its earlier refugees.",
            language,
        )
    return Finding(f"{told} {adding_up}", language=language)


def how_sure(result: SettlementResult, language: str = "en") -> Finding:
    """Return whether the fit can be trusted, what the intervals mean and what is not claimed."""
    intervals = say(
        "The intervals come from {draws} draws of whole persons that add up to the national total in every draw, so "
        "that municipalities, counties and the country agree.",
        language,
        draws=number(result.draws.size, language=language),
    )
    return Finding(
        f"{_checks(result, language)} {intervals}",
        caveats=(
            *(() if result.diagnostics.ok else (stands_in(result, language).strip(),)),
            *(noted.told(note, language) for note in result.notes),
            say(
                "The delay from permit to settlement and the route (assigned, own housing, family, resettled) are not "
                "in the shipped figures and play no part here; an authority's own table is needed for them.",
                language,
            ),
            say(
                "No services are derived from these persons: no shipped table holds a ratio of services to newcomers.",
                language,
            ),
        ),
        language=language,
    )
