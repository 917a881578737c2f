"""What a settlement forecast says of the whole country, in each language: for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.presentation.findings import Finding
from workbench.presentation.languages import say, say_many
from workbench.presentation.settlement import municipality as one
from workbench.presentation.settlement.forecast import LEVELS, expected, medians
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import count, number, percent, span
from workbench.studies.settlement.municipality import municipality as study

if TYPE_CHECKING:
    from workbench.studies.settlement import SettlementResult
    from workbench.studies.settlement.municipality.municipality import MunicipalityResult


def headline(result: SettlementResult, language: str = "en") -> Finding:
    """Return what the municipality that receives most can expect, given the national total."""
    return expected(result, str(medians(result)["municipality"].iloc[0]), language)


def by_municipality(result: SettlementResult, language: str = "en") -> Table:
    """Return every municipality of the first year, most persons first."""
    rows = medians(result)
    records = rows.to_dict("records")
    columns = [
        Column(say("Municipality", language), tuple(str(r["name"]) for r in records), right=False),
        Column(say("Median", language), tuple(count(r["median"], language) for r in records)),
    ]
    for level in LEVELS:
        at = round(100 * level)
        heading = say("{share} interval", language, share=percent(level, language=language))
        columns.append(Column(heading, tuple(span(r[f"low{at}"], r[f"high{at}"], language) for r in records)))
    year = result.label(result.years[0])
    return Table(
        name="settlement-all-municipalities",
        caption=say("Where they settle in {year}, by municipality", language, year=year),
        columns=tuple(columns),
        data=rows[["municipality", "name", *(c for c in rows.columns if c.startswith(("median", "low", "high")))]],
        sources=result.sources[:1],
        notes=(say("Persons. Forecasts are rounded, intervals outward; medians do not add up.", language),),
        language=language,
    )


def if_taken(m: MunicipalityResult, takes: int, language: str = "en") -> Finding:
    """Return how far a number of the municipality's own lies from what its past says."""
    below, _, _ = study.if_taken(m, takes)
    told = say(
        "If {place} takes {takes}, that is more than the forecast expects with a chance of {chance}; the others would "
        "then receive that much less or more.",
        language,
        place=m.name,
        takes=say_many("{n} person", "{n} persons", takes, language, n=number(takes, language=language)),
        chance=percent(below, language=language),
    )
    return Finding(told, language=language)


def how_sure(result: SettlementResult, language: str = "en") -> Finding:
    """Return what the intervals mean and what is not claimed."""
    of = study.of_saved(result)
    return one.how_sure(study.municipality(of, study.codes(of)[0]), language)
