"""What readers of the guide answered, in sentences and tables."""

from __future__ import annotations

from datetime import date

import pandas as pd

from workbench.presentation.findings import Finding, Interval
from workbench.presentation.languages import day, say, spelled
from workbench.presentation.origin import locality_name
from workbench.presentation.tables import Column, Table
from workbench.presentation.title_block import Front
from workbench.presentation.wording import leading, listing, number, percent
from workbench.studies.pilot import LEVEL, SMALLEST, Pilot

AVERAGE = 68
"""The score of an average product on the System Usability Scale (Sauro 2011)."""


def front(result: Pilot, language: str = "en") -> Front:
    """Return the head of the report; comments make it one for the municipality alone."""
    last = max((vintage.last_period for vintage in result.record.inputs), default="")
    name = locality_name(result.locality, language)
    until = (
        say("answers to {day}", language, day=day(date.fromisoformat(last), language))
        if last
        else say("no answers yet", language)
    )
    return Front(
        title=say("Guide for newcomers: what readers answered", language),
        subtitle=f"{name} · {until}",
        vintage=leading(until),
        record=result.record,
        description=headline(result, language).sentence,
        edition="municipal",
        language=language,
    )


def headline(result: Pilot, language: str = "en") -> Finding:
    """Return whether the guide helped, in the language with most answers, with its interval."""
    if result.helped.empty:
        return Finding(
            say("No language has the {number} answers that are needed to show any.", language, number=SMALLEST),
            headline=True,
            language=language,
        )
    most = result.helped.sort_values("answers").iloc[-1]
    told = say(
        "Of {answers} answers in {tongue}, {yes} said that the page helped ({share}; {level}: {low} to {high}).",
        language,
        answers=number(most["answers"], language=language),
        tongue=spelled(str(most["group"]), language),
        yes=number(most["yes"], language=language),
        share=percent(most["share"], language=language),
        level=percent(LEVEL, language=language),
        low=percent(most["low"], language=language),
        high=percent(most["high"], language=language),
    )
    interval = Interval(LEVEL, float(most["low"]), float(most["high"]))
    return Finding(
        told, float(most["share"]), say("share of answers", language), (interval,), headline=True, language=language
    )


def withheld(result: Pilot, language: str = "en") -> Finding:
    """Return which languages are not shown, and why."""
    if not result.withheld:
        return Finding(say("Nothing is withheld.", language), language=language)
    tongues = listing([spelled(each, language) for each in result.withheld], language)
    return Finding(
        say(
            "Withheld, because fewer than {number} readers answered: {tongues}.",
            language,
            number=SMALLEST,
            tongues=tongues,
        ),
        language=language,
    )


def helped(result: Pilot, language: str = "en") -> Table:
    """Return the share of yes by language."""
    named = tuple(spelled(str(each), language) for each in result.helped["group"])
    return _shares(
        result.helped, "helped-by-language", say("Did the page help? By language", language), named, language
    )


def pages(result: Pilot, language: str = "en") -> Table:
    """Return the share of yes by page, the least helpful first."""
    table = result.pages.sort_values(["share", "group"], ignore_index=True)
    caption = say("Did the page help? By page, the least helpful first", language)
    return _shares(table, "helped-by-page", caption, tuple(table["group"].astype(str)), language)


def usability(result: Pilot, language: str = "en") -> Table:
    """Return the usability scores by language."""
    table = result.usability
    return Table(
        name="usability",
        caption=say("System Usability Scale, 0 to 100; an average product scores {score}", language, score=AVERAGE),
        columns=(
            Column(say("Language", language), tuple(spelled(str(each), language) for each in table["group"]), False),
            Column(say("Surveys", language), tuple(number(each, language=language) for each in table["answers"])),
            Column(say("Mean score", language), tuple(number(each, 1, language) for each in table["score"])),
            Column(_interval(language), _ends(table, 1, language)),
        ),
        data=table,
        language=language,
    )


def comments(result: Pilot, language: str = "en") -> Table:
    """Return the comments that may be read, as they were written."""
    table = result.comments
    return Table(
        name="comments",
        caption=say("Comments, of languages with at least {number} of them", language, number=SMALLEST),
        columns=(
            Column(say("Page", language), tuple(table["page"]), False),
            Column(say("Language", language), tuple(spelled(each, language) for each in table["language"]), False),
            Column(say("Comment", language), tuple(" ".join(each.split()) for each in table["comment"]), False),
        ),
        data=table,
        language=language,
    )


def _shares(table: pd.DataFrame, name: str, caption: str, groups: tuple[str, ...], language: str) -> Table:
    first = say("Language", language) if name.endswith("language") else say("Page", language)
    percents = table[["low", "high"]] * 100
    return Table(
        name=name,
        caption=caption,
        columns=(
            Column(first, groups, False),
            Column(say("Answers", language), tuple(number(each, language=language) for each in table["answers"])),
            Column(say("Yes (%)", language), tuple(number(100 * each, 0, language) for each in table["share"])),
            Column(_interval(language), _ends(percents, 0, language)),
        ),
        data=table,
        language=language,
    )


def _interval(language: str) -> str:
    return say("{level} interval", language, level=percent(LEVEL, language=language))


def _ends(table: pd.DataFrame, decimals: int, language: str) -> tuple[str, ...]:
    return tuple(
        f"{number(low, decimals, language)}–{number(high, decimals, language)}"
        for low, high in zip(table["low"], table["high"], strict=True)
    )
