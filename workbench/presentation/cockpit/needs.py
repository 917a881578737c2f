"""What newcomers will need, in words: the headline, a table beside reported places, and what is assumed."""

from __future__ import annotations

import pandas as pd

from workbench.presentation.findings import Finding, Interval
from workbench.presentation.languages import marked, say
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import DASH, about, between, count, number, span
from workbench.studies.cockpit.needs import Needs

NEEDS = {
    "kindergarten": marked("Kindergarten places"),
    "school": marked("School places, 6 to 15 years"),
    "upper_secondary": marked("Places in upper secondary school"),
    "language_course": marked("Places in language courses"),
    "doctor_list": marked("Places on general practitioners' lists"),
    "dwelling_1_2": marked("Dwellings for 1 or 2 persons"),
    "dwelling_3_4": marked("Dwellings for 3 or 4 persons"),
    "dwelling_5_more": marked("Dwellings for 5 and more persons"),
}


def label(need: str, language: str = "en") -> str:
    """Return what a need is called; one of a locality's own as it is written."""
    return say(NEEDS[need], language) if need in NEEDS else need.replace("_", " ")


def headline(found: Needs, municipality: str | None = None, language: str = "en") -> Finding:
    """Return how many newcomers are expected, and how many places in school and kindergarten they need."""
    rows = found.summary(municipality).set_index("need")
    draws = found.persons.sum("age")
    draws = draws.sum() if municipality is None else draws.select(municipality=municipality)
    low, high = (float(end) for end in draws.interval(0.8))
    middle = float(draws.quantile(0.5))
    place = say("all municipalities", language) if municipality is None else found.names[municipality]
    school = rows.loc["school"] if "school" in rows.index else rows.iloc[0]
    return Finding(
        say(
            "In {year}, {persons} newcomers are expected in {place} (80 % {interval}); {need}: {figure} "
            "(80 % {needed}).",
            language,
            year=found.year,
            persons=about(middle, language),
            place=place,
            interval=between(low, high, language),
            need=label(str(school.name), language),
            figure=about(float(school["median"]), language),
            needed=between(float(school["low80"]), float(school["high80"]), language),
        ),
        estimate=middle,
        unit=say("persons", language),
        intervals=(Interval(0.8, low, high),),
        headline=True,
        language=language,
    )


def table(found: Needs, municipality: str | None = None, language: str = "en") -> Table:
    """Return what is needed with intervals, beside what was reported as free."""
    rows = found.summary(municipality)
    place = say("all municipalities", language) if municipality is None else found.names[municipality]

    def ends(level: int) -> tuple[str, ...]:
        return tuple(
            span(low, high, language) for low, high in zip(rows[f"low{level}"], rows[f"high{level}"], strict=True)
        )

    return Table(
        name="cockpit-needs",
        caption=say("What newcomers of {year} will need in {place}", language, year=found.year, place=place),
        columns=(
            Column(say("Need", language), tuple(label(need, language) for need in rows["need"]), right=False),
            Column(say("Median", language), tuple(count(value, language) for value in rows["median"])),
            Column(say("80 % interval", language), ends(80)),
            Column(say("95 % interval", language), ends(95)),
            Column(
                say("Reported free", language),
                tuple(number(value, language=language) if value == value else DASH for value in rows["reported"]),
            ),
        ),
        data=rows,
        sources=tuple(dict.fromkeys(vintage.source for vintage in found.run.inputs)),
        notes=(
            say("A dash: no municipality reported places of this kind; nothing is put in its place.", language),
            say("Families come together, so one municipality may differ more than the intervals say.", language),
        ),
        language=language,
    )


def assumptions(found: Needs, language: str = "en") -> Table:
    """Return every rate that the needs rest on, with its date and source, as the locality states them."""
    return Table(
        name="cockpit-needs-assumed",
        caption=say("What the needs assume", language),
        columns=(
            Column(say("What", language), tuple(name for name, *_ in found.assumed), right=False),
            Column(say("Value", language), tuple(value for _, value, *_ in found.assumed), right=False),
            Column(say("From", language), tuple(start for *_, start, _ in found.assumed), right=False),
            Column(say("Source", language), tuple(source for *_, source in found.assumed), right=False),
        ),
        data=pd.DataFrame(found.assumed, columns=["what", "value", "from", "source"]),
        language=language,
    )
