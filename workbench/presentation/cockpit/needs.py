"""What newcomers need, in words: the headline, a table beside reported places, and what is assumed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.presentation.findings import Finding, Interval
from workbench.presentation.languages import marked, say, say_many
from workbench.presentation.settlement.forecast import condition
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import DASH, about, between, count, number, percent, span, step
from workbench.studies.cockpit.needs import AGES, HOUSEHOLDS, OLDER_SHARE, RATES, Needs
from workbench.studies.settlement.totals.national import KNOWN_SINCE

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

CERTAIN = marked("Shares of ages and of who needs a place are assumed and taken as certain.")
NO_INTERVAL = marked(
    "A dash in place of an interval: it is narrower than the rounding, because the national total is given."
)
PARTS = {
    AGES: marked("Ages under 56"),
    OLDER_SHARE: marked("Ages from 56"),
    HOUSEHOLDS: marked("Households"),
    RATES: marked("Needs"),
}
"""What the sources below the table of assumptions belong to."""


def label(need: str, language: str = "en") -> str:
    """Return what a need is called; one of a locality's own as it is written."""
    return say(NEEDS[need], language) if need in NEEDS else need.replace("_", " ")


def headline(found: Needs, municipality: str | None = None, language: str = "en") -> Finding:
    """Return how many newcomers come, under which national total, and how many places in school they need."""
    rows = found.summary(municipality)
    each = found.persons.sum("age")
    draws = each.sum() if municipality is None else each.select(municipality=municipality)
    low, high = (float(end) for end in draws.interval(0.8))
    middle = float(draws.quantile(0.5))
    schools = rows[rows["need"] == "school"]
    school = (schools if len(schools) else rows).iloc[0]
    need = say(
        "{need}: {figure}",
        language,
        need=label(str(school["need"]), language),
        figure=_with_interval(school, language),
    )
    totals = np.asarray(each.sum().values, float)
    when, since = str(found.year), found.given == KNOWN_SINCE
    if municipality is None and since:
        told = say(
            "{total} newcomers were settled in {year} in all municipalities (a total known only afterwards). {need}.",
            language,
            total=number(middle, language=language),
            year=when,
            need=need,
        )
    elif municipality is None:
        told = say(
            "{condition}, all municipalities together need the following. {need}.",
            language,
            condition=condition(totals, found.given, when, language),
            need=need,
        )
    else:
        material = {
            "condition": condition(totals, found.given, when, language),
            "place": found.names[municipality],
            "persons": about(middle, language),
            "interval": between(low, high, language),
            "need": need,
        }
        told = (
            say("{condition}, {place} could expect {persons} (80 % {interval}). {need}.", language, **material)
            if since
            else say("{condition}, {place} can expect {persons} (80 % {interval}). {need}.", language, **material)
        )
    return Finding(
        f"{told} {say(CERTAIN, language)}",
        estimate=middle,
        unit=say("persons", language),
        intervals=(Interval(0.8, low, high),),
        headline=True,
        language=language,
    )


def _narrow(row: pd.Series, level: int) -> bool:
    """Return whether an interval is narrower than the step to which the figure in it is rounded."""
    return bool(row[f"high{level}"] - row[f"low{level}"] < step(float(row["median"])))


def _with_interval(row: pd.Series, language: str) -> str:
    """Return a need with its interval; where everything it follows from is given, there is none."""
    figure = about(float(row["median"]), language)
    if _narrow(row, 80):
        return figure
    interval = between(float(row["low80"]), float(row["high80"]), language)
    return say("{figure} (80 % {interval})", language, figure=figure, interval=interval)


def table(found: Needs, municipality: str | None = None, language: str = "en") -> Table:
    """Return what is needed with intervals, beside what was reported as free."""
    rows = found.summary(municipality)
    place = say("all municipalities", language) if municipality is None else found.names[municipality]

    def ends(level: int) -> tuple[str, ...]:
        return tuple(
            DASH if _narrow(row, level) else span(row[f"low{level}"], row[f"high{level}"], language)
            for _, row in rows.iterrows()
        )

    inner, outer = ends(80), ends(95)
    return Table(
        name="cockpit-needs",
        caption=say("Needs of the newcomers of {year} in {place}", language, year=found.year, place=place),
        columns=(
            Column(say("Need", language), tuple(label(need, language) for need in rows["need"]), right=False),
            Column(say("Median", language), tuple(count(value, language) for value in rows["median"])),
            Column(say("80 % interval", language), inner),
            Column(say("95 % interval", language), outer),
            Column(
                say("Reported free", language),
                tuple(number(value, language=language) if value == value else DASH for value in rows["reported"]),
            ),
        ),
        data=rows,
        sources=tuple(dict.fromkeys(vintage.source for vintage in found.run.inputs)),
        notes=(
            say(CERTAIN, language),
            *([say(NO_INTERVAL, language)] if DASH in inner else []),
            say("A dash under “Reported free”: no municipality reported places of this kind.", language),
            say("Families come together, so one municipality may differ more than the intervals say.", language),
        ),
        language=language,
    )


def assumptions(found: Needs, language: str = "en") -> Table:
    """Return every share that the needs assume, one in a row; dates and sources, as the locality states them, below.

    The exact figures behind the table hold date and source of each row.
    """
    rows = [(one, key, value) for one in found.assumed for key, value in one.values.items()]
    return Table(
        name="cockpit-needs-assumed",
        caption=say("What the needs assume", language),
        columns=(
            Column(
                say("What", language),
                tuple(_of_whom(one.parameter, key, language) for one, key, _ in rows),
                right=False,
            ),
            Column(say("Share", language), tuple(percent(value, language=language) for *_, value in rows)),
            Column(say("From", language), tuple(one.start for one, *_ in rows), right=False),
        ),
        data=pd.DataFrame(
            [(one.description, key, value, one.start, one.source) for one, key, value in rows],
            columns=["what", "key", "value", "from", "source"],
        ),
        notes=tuple(
            say("{what}: {source}.", language, what=say(PARTS[one.parameter], language), source=one.source.rstrip("."))
            for one in found.assumed
        ),
        language=language,
    )


def _of_whom(parameter: str, key: str, language: str) -> str:
    """Return which persons or households a share is of, e.g. ``Kindergarten places: of those 0 to 5 years``."""
    if parameter == HOUSEHOLDS:
        return say_many(
            "Households of {number} person", "Households of {number} persons", int(key), language, number=key
        )
    if parameter == AGES:
        return say("Newcomers under 56: {age}", language, age=_years(key, language))
    need, _, age = key.rpartition("/")
    if not need:
        return say("All newcomers: {age}", language, age=_years(age, language))
    if age == "all":
        return say("{need}: of all", language, need=label(need, language))
    return say("{need}: of those {age}", language, need=label(need, language), age=_years(age, language))


def _years(age: str, language: str) -> str:
    first, _, last = age.partition("-")
    if last:
        return say("{first} to {last} years", language, first=first, last=last)
    return say("{first} years and over", language, first=first.rstrip("+"))
