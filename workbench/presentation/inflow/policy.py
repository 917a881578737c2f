"""What changed in policy in the months of a chart, and what was seen around it: never called an effect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from workbench.core.dates.calendar import add_months
from workbench.presentation.findings import Finding
from workbench.presentation.inflow.series import destinations, months
from workbench.presentation.languages import day, place, say
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import count, listing, number
from workbench.studies.inflow.policy import Event, calendar_of, seen_around, within

if TYPE_CHECKING:
    from workbench.studies.inflow.saved_runs import InflowResult

LARGEST = 3
"""Destinations whose own events a chart of all together marks: those of others do not show in its line."""
SHOWN = 6
"""Events marked on a chart; of more the latest."""


def shown(result: InflowResult, years: int) -> tuple[Event, ...]:
    """Return the events of a forecast's calendar that a chart of the last ``years`` and the months ahead can mark.

    On a chart of many destinations only events that concern all or one of the largest can be seen in the line.
    """
    events = calendar_of(result)
    if not events:
        return ()
    start = add_months(result.as_of, -12 * years + 1)
    return within(events, destinations(result)[:LARGEST], start, months(result)[-1])[-SHOWN:]


def key(result: InflowResult, events: Sequence[Event], language: str = "en") -> str:
    """Return what the numbers on a chart stand for, in a sentence; empty without events."""
    if not events:
        return ""
    parts = []
    for at, event in enumerate(events, 1):
        told = f"({at}) {day(event.day, language)}: {event.name(language)}"
        if event.month > result.as_of:
            unknown = say("not known to the forecast", language)
            told = f"{told} ({unknown})"
        parts.append(told)
    return say("Marked: {events}.", language, events="; ".join(parts))


def events_table(result: InflowResult, language: str = "en") -> Table | Finding:
    """Return the events of the calendar that fall into the observed months, and what was seen around each."""
    every = calendar_of(result)
    if not every:
        return Finding(say("No calendar of policy events is kept for these figures.", language), language=language)
    known = result.arrivals
    events = within(every, list(result.names), str(known["month"].min()), result.as_of)
    alone = destinations(result) if len(result.names) == 1 else []
    rows = seen_around(known, events, alone)
    rows = rows[rows["before"].notna() & rows["after"].notna()].reset_index(drop=True)
    if rows.empty:
        return Finding(say("No event of the calendar falls into the months observed.", language), language=language)
    called = {event.code: event for event in events}
    return table(rows, called, result, language)


def table(rows: pd.DataFrame, called: dict[str, Event], result: InflowResult, language: str = "en") -> Table:
    """Return rows of :func:`workbench.studies.inflow.policy.seen_around` as a table."""
    everywhere = say("all together", language)
    where = [
        everywhere if code == "all" else place(code, result.names.get(code, code), language)
        for code in rows["destination"]
    ]
    named = [called[code].name(language) for code in rows["event"]]
    days = [day(called[code].day, language) for code in rows["event"]]
    sources = listing(sorted({called[code].source for code in rows["event"]}), language)
    return Table(
        name="inflow-policy-events",
        caption=say("Changes of policy, and how many applied a month before and after", language),
        columns=(
            Column(say("Event", language), tuple(named), right=False),
            Column(say("Day", language), tuple(days), right=False),
            Column(say("Destination", language), tuple(where), right=False),
            Column(say("Before", language), tuple(count(v, language) for v in rows["before"])),
            Column(say("After", language), tuple(count(v, language) for v in rows["after"])),
            Column(say("Change", language), tuple(_signed(v, language) for v in rows["change"])),
            Column(say("Year earlier", language), tuple(_signed(v, language) for v in rows["year_before"])),
        ),
        data=rows,
        notes=(
            say(
                "Means of the three months before and after the month of the event. What followed an event is not its "
                "effect; the last column shows what the season did a year earlier.",
                language,
            ),
            say("Events: {sources}.", language, sources=sources),
        ),
        sources=result.sources,
        language=language,
    )


def _signed(share: float, language: str) -> str:
    if pd.isna(share):
        return number(float("nan"), language=language)
    mark = "+" if share > 0 else "−" if share < 0 else ""
    return f"{mark}{number(abs(100 * share), language=language)} %"
