"""What one municipality's part of a settlement forecast says, in tables, in each language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.presentation.findings import Finding
from workbench.presentation.languages import say, say_many
from workbench.presentation.settlement.forecast import LEVELS
from workbench.presentation.settlement.moves import missed
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import count, number, percent, span

if TYPE_CHECKING:
    from workbench.studies.settlement.municipality.municipality import MunicipalityResult

AGES = ("0-5", "6-15", "16-19", "20-55", "56+")
BLANK = "…………"


def age(name: str, language: str) -> str:
    """Return an age group as what it asks of a municipality."""
    return {
        "0-5": say("kindergarten age, 0 to 5 years", language),
        "6-15": say("primary and lower secondary school, 6 to 15 years", language),
        "16-19": say("upper secondary school, 16 to 19 years", language),
        "20-55": say("adults of 20 to 55 years: work and language courses", language),
        "56+": say("56 years and over", language),
    }[name]


def _period(m: MunicipalityResult, language: str) -> str:
    """Return the heading of a column of periods."""
    return say("Year", language) if m.result.rhythm.each_year == 1 else say("Period", language)


def quotas(m: MunicipalityResult, language: str = "en") -> Table | Finding:
    """Return what the municipality was asked, accepted and settled, year by year; small counts are withheld."""
    shown = m.country.shown
    if not len(shown):
        return Finding(say("No numbers of earlier years are in the data.", language), language=language)
    rows = shown.xs(m.code, level="municipality").reset_index() if m.code in shown.index.get_level_values(1) else None
    if rows is None or rows[["requested", "accepted", "settled"]].isna().all(axis=None):
        return Finding(say("No numbers of earlier years are in the data.", language), language=language)
    label = m.result.label

    def cells(name: str) -> tuple[str, ...]:
        return tuple(number(v, language=language) for v in rows[name])

    return Table(
        name="municipality-quotas",
        caption=say("What {place} was asked, accepted and settled", language, place=m.name),
        columns=(
            Column(_period(m, language), tuple(label(y) for y in rows["year"]), right=False),
            Column(say("Asked", language), cells("requested")),
            Column(say("Accepted", language), cells("accepted")),
            Column(say("Settled", language), cells("settled")),
        ),
        data=rows,
        sources=m.result.sources[:1],
        notes=(say("Persons. A dash: none published, or a small count that is withheld.", language),),
        language=language,
    )


def by_year(m: MunicipalityResult, language: str = "en") -> Table:
    """Return the forecast year by year, and the first year's months as if spread evenly."""
    rows = m.expected.summary((0.5, *LEVELS)).reset_index(drop=True)
    records = rows.to_dict("records")
    columns = [
        Column(_period(m, language), tuple(m.result.label(r["year"]) for r in records), right=False),
        Column(say("Median", language), tuple(count(r["median"], language) for r in records)),
    ]
    for level in LEVELS:
        at = round(100 * level)
        heading = say("{share} interval", language, share=percent(level, language=language))
        cells = tuple(span(r[f"low{at}"], r[f"high{at}"], language) for r in records)
        columns.append(Column(heading, cells))
    low, high = (float(end) for end in np.quantile(m.by_month, [0.1, 0.9], method="inverted_cdf"))
    if high > 0:
        month = say(
            "A month, if they come evenly over the year, which is assumed: {low} to {high} persons (80 %).",
            language,
            low=number(low, language=language),
            high=number(high, language=language),
        )
    else:
        month = say(
            "In nine months of ten nobody comes, if they come evenly over the year, which is assumed.", language
        )
    return Table(
        name="municipality-forecast",
        caption=say("How many {place} can expect", language, place=m.name),
        columns=tuple(columns),
        data=rows,
        sources=m.result.sources[:1],
        notes=(month,) if m.result.rhythm.each_year == 1 else (),
        language=language,
    )


def ages(m: MunicipalityResult, language: str = "en") -> Table | Finding:
    """Return children by stage of school, and adults, as draws."""
    found = m.composition
    if found is None:
        told = say("No ages or households of newcomers are stated for this locality.", language)
        return Finding(told, language=language)
    rows = found.ages.summary((0.5, *LEVELS)).set_index("age").loc[list(AGES)].reset_index()
    records = rows.to_dict("records")
    minors = max(found.minors.items(), default=None)
    notes = [
        say(
            "Persons of 56 and over: {share} of all, by published sums of the country. All other ages are assumed, and "
            "are the same in every municipality: its own may be quite different.",
            language, share=percent(found.older[0], language=language),
        )
    ]  # fmt: skip
    if minors:
        notes.append(
            say(
                "Unaccompanied minors are not told apart: {persons} were settled in the country in {year}, by "
                "published "
                "counts alone.",
                language, persons=number(minors[1], language=language), year=minors[0],
            )
        )  # fmt: skip
    return Table(
        name="municipality-ages",
        caption=say("How many children and adults among them: mostly assumed", language),
        columns=(
            Column(say("Age and need", language), tuple(age(r["age"], language) for r in records), right=False),
            Column(say("Median", language), tuple(count(r["median"], language) for r in records)),
            Column(
                say("{share} interval", language, share=percent(0.8, language=language)),
                tuple(span(r["low80"], r["high80"], language) for r in records),
            ),
        ),
        data=rows,
        sources=found.sources,
        notes=tuple(notes),
        language=language,
    )


def dwellings(m: MunicipalityResult, language: str = "en") -> Table | Finding:
    """Return dwellings by the persons who live in them, as draws."""
    found = m.composition
    if found is None:
        told = say("So dwellings by size cannot be counted either.", language)
        return Finding(told, language=language)
    rows = found.households.summary((0.5, *LEVELS))
    records = rows.to_dict("records")
    last = records[-1]["persons"]

    def named(persons: int) -> str:
        told = say_many("{n} person", "{n} persons", persons, language, n=persons)
        return say("{persons} or more", language, persons=told) if persons == last else told

    return Table(
        name="municipality-dwellings",
        caption=say("How many dwellings, by the persons in them: assumed", language),
        columns=(
            Column(say("Dwelling for", language), tuple(named(int(r["persons"])) for r in records), right=False),
            Column(say("Median", language), tuple(count(r["median"], language) for r in records)),
            Column(
                say("{share} interval", language, share=percent(0.8, language=language)),
                tuple(span(r["low80"], r["high80"], language) for r in records),
            ),
        ),
        data=rows,
        notes=(
            say(
                "Households by size are assumed, and invented for demonstration: put your own in their place.", language
            ),
        ),
        language=language,
    )


def staying(m: MunicipalityResult, language: str = "en") -> Table | Finding:
    """Return who is still there after 1, 3 and 5 years, and who lives there with those who move in."""
    moved = m.country.moved
    if moved is None:
        told = say("Who stays cannot be told: no stock of earlier newcomers is in the data.", language)
        return Finding(told, language=language)
    rows = []
    for after in moved.living.labels("years"):
        pair = [d.select(municipality=m.code, years=after).values.to_numpy() for d in (moved.stayed, moved.living)]
        (s10, s50, s90), (l10, l50, l90) = (np.quantile(x, [0.1, 0.5, 0.9], method="inverted_cdf") for x in pair)
        rows.append((int(after), s50, s10, s90, l50, l10, l90))
    names = ["years", "stayed", "stayed_low80", "stayed_high80", "living", "living_low80", "living_high80"]
    frame = pd.DataFrame(rows, columns=names)
    notes = [
        say(
            "Mostly assumed: published figures tell how many have moved, not when. How much nearness counts for movers "
            "is carried over from Denmark. Movers move once.",
            language,
        )
    ]
    notes += missed(moved.anchors_beside(), language)
    return Table(
        name="municipality-staying",
        caption=say("Who is still there, and who lives there with those who move in", language),
        columns=(
            Column(
                say("After", language),
                tuple(say_many("{n} year", "{n} years", r[0], language, n=r[0]) for r in rows),
                right=False,
            ),
            Column(say("Still there", language), tuple(count(r[1], language) for r in rows)),
            Column("80\u00a0%", tuple(span(r[2], r[3], language) for r in rows)),
            Column(say("Living there", language), tuple(count(r[4], language) for r in rows)),
            Column("80\u00a0% ", tuple(span(r[5], r[6], language) for r in rows)),
        ),
        data=frame,
        sources=moved.sources[:1],
        notes=tuple(notes),
        language=language,
    )


def peers(m: MunicipalityResult, language: str = "en") -> Table:
    """Return like municipalities beside this one."""
    records = m.peers.to_dict("records")
    how = (
        say("Compared with those nearest in size in the same official group of municipalities.", language)
        if m.compared_by == "group"
        else say("Compared with those nearest in population.", language)
    )
    return Table(
        name="municipality-peers",
        caption=say("{place} beside like municipalities", language, place=m.name),
        columns=(
            Column(say("Municipality", language), tuple(str(r["name"]) for r in records), right=False),
            Column(say("Inhabitants", language), tuple(number(r["population"], language=language) for r in records)),
            Column(say("Accepted before", language), tuple(number(r["accepted"], language=language) for r in records)),
            Column(say("Median", language), tuple(count(r["median"], language) for r in records)),
            Column("80\u00a0%", tuple(span(r["low80"], r["high80"], language) for r in records)),
            Column(say("Per 1,000", language), tuple(number(r["per_1000"], 1, language) for r in records)),
        ),
        data=m.peers,
        sources=m.result.sources[:2],
        notes=(how,),
        language=language,
    )


def answer_form(m: MunicipalityResult, language: str = "en") -> Table:
    """Return the form on which the municipality answers with a number of its own."""
    year = m.result.label(m.result.years[0])
    asked = (
        say("How many persons do you plan for in {year}?", language, year=year),
        say("Dwellings ready by then, and for how many persons each", language),
        say("Places free in kindergarten and at school", language),
        say("What here is wrong, and what do you know that the figures do not?", language),
        say("Who answers, on whose behalf, and when", language),
    )
    return Table(
        name="municipality-answer",
        caption=say("Your own number: the forecast proposes, {place} decides", language, place=m.name),
        columns=(
            Column(say("Question", language), asked, right=False),
            Column(say("Your answer", language), (BLANK * 3,) * len(asked), right=False),
        ),
        data=pd.DataFrame({"question": asked, "answer": ""}),
        language=language,
    )
