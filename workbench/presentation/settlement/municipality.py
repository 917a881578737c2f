"""What one municipality's part of a settlement forecast says, in sentences, in each language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.models.settlement.not_fitted import CARRIED, made_by
from workbench.presentation.findings import Finding, Several
from workbench.presentation.languages import say
from workbench.presentation.origin import locality_name
from workbench.presentation.settlement import forecast_checked
from workbench.presentation.settlement.forecast import expected
from workbench.presentation.settlement.forecast_checked import stands_in
from workbench.presentation.title_block import Front
from workbench.presentation.wording import number, percent

if TYPE_CHECKING:
    from workbench.studies.settlement.municipality.municipality import MunicipalityResult


def front(m: MunicipalityResult, language: str = "en") -> Front:
    """Return the head of the report."""
    result = m.result
    years = [result.label(year) for year in result.years]
    period = years[0] if len(years) == 1 else f"{years[0]}-{years[-1]}"
    data = say("data to {year}", language, year=result.label(result.as_of))
    return Front(
        title=say("{place}: newcomers to expect", language, place=m.name),
        subtitle=f"{locality_name(m.country.locality, language)} · {period} · {data}",
        vintage=data,
        record=result.record,
        description=headline(m, language).sentence,
        attention=stands_in(result, language).strip(),
        language=language,
    )


def headline(m: MunicipalityResult, language: str = "en") -> Finding:
    """Return how many the municipality can expect, given the national total."""
    return expected(m.result, m.code, language)


def beside_quota(m: MunicipalityResult, language: str = "en") -> Finding:
    """Return how the newest accepted number lies to what is expected; the year's own is not known."""
    result, shown = m.result, m.country.shown
    year = result.as_of
    accepted = shown["accepted"].get((year, m.code), np.nan) if len(shown) else np.nan
    if np.isnan(accepted):
        return Finding(
            say(
                "No accepted number of {place} is in the data for {year}.",
                language,
                place=m.name,
                year=result.label(year),
            ),
            language=language,
        )
    drawn = m.expected.select(year=result.years[0]).values.to_numpy()
    return Finding(
        say(
            "In {year} {place} accepted {accepted}. The chance that more are expected in {next} is {chance}.",
            language, year=result.label(year), place=m.name, accepted=number(float(accepted), language=language),
            next=result.label(result.years[0]),
            chance=percent(float((drawn > accepted).mean()), language=language),
        ),
        language=language,
    )  # fmt: skip


def lost(m: MunicipalityResult, language: str = "en") -> Finding:
    """Return whether simple rules did better on this table's past, or that nobody has looked."""
    verdict = m.result.verdict
    if not verdict.tried:
        told = say("Whether the model beats simple rules on this table has not been looked at here.", language)
    elif verdict.lost:
        told = forecast_checked.lost(m.result, language).strip()
    else:
        told = say(
            "On this table's past the model missed by {model} of all persons, the best simple rule by {rule}.",
            language,
            rule=percent(verdict.rule_wape, language=language),
            model=percent(verdict.wape, language=language),
        )  # fmt: skip
    return Finding(told, language=language)


def key_findings(m: MunicipalityResult, language: str = "en") -> Several:
    """Return the sentences that matter; a lost contest stands first."""
    parts = [headline(m, language), beside_quota(m, language)]
    if told := carried_over(m, language):
        parts.append(Finding(" ".join(told), language=language))
    return Several((lost(m, language), *parts) if m.result.verdict.lost else (*parts, lost(m, language)))


def carried_over(m: MunicipalityResult, language: str = "en") -> tuple[str, ...]:
    """Return what is estimated, carried over and assumed where nothing was fitted to the country's own figures."""
    if made_by(m.result.diagnostics) != CARRIED:
        return ()
    return (
        say("Estimated from the country's own figures: nothing but the population of its municipalities.", language),
        say(
            "Carried over from Norway: how much more or less than their share of the population municipalities of like "
            "size receive, how that changes from year to year, and how often they receive nobody.",
            language,
        ),
        say(
            "Assumed: this country's municipalities differ as those of like size in Norway do. Own housing, the labour "
            "market and agreements play no part, and neither does a municipality's own past.",
            language,
        ),
    )


def how_sure(m: MunicipalityResult, language: str = "en") -> Finding:
    """Return whether the fit can be trusted and what is not claimed."""
    return Finding(
        say(
            "The intervals come from {draws} draws of whole persons that add up to the national total in every draw, "
            "so "
            "that this municipality's figures agree with those of all others.",
            language, draws=number(m.result.draws.size, language=language),
        ),
        caveats=(
            *(() if m.result.diagnostics.ok else (stands_in(m.result, language).strip(),)),
            say(
                "The forecast says where newcomers will live if how many come is right; it does not say where they "
                "should.",
                language,
            ),
        ),
        language=language,
    )  # fmt: skip
