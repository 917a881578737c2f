"""Which changes of policy fall into the months of a forecast, and what was seen around them?

A calendar is data for reading charts and writing scenarios. No model uses it, and what follows an event is not its
effect: season, war and other events fall into the same months.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from workbench.core.dates.calendar import add_months, month_range
from workbench.core.errors import AssumptionError, DataError, nearest
from workbench.sources import files, localities

if TYPE_CHECKING:
    from workbench.studies.inflow.saved_runs import InflowResult

TABLE = "policy_events"
AROUND = 3
"""Months before and after the month of an event whose means are compared; that month itself is part of neither."""


@dataclass(frozen=True)
class Event:
    """A change of policy: its day, whom it concerns, and who says so.

    Attributes
    ----------
    code
        Its short name, used in scenarios.
    destinations
        Codes of the destinations it concerns; empty: all.
    names
        What happened, by language.
    source
        The act, decision or list that gives the day.
    """

    code: str
    day: date
    destinations: tuple[str, ...]
    kind: str
    names: Mapping[str, str]
    source: str

    @property
    def month(self) -> str:
        """The month it falls in."""
        return f"{self.day:%Y-%m}"

    def concerns(self, destination: str) -> bool:
        """Return whether it concerns a destination (or corridor to it)."""
        return not self.destinations or destination.partition("|")[0] in self.destinations

    def name(self, language: str = "en") -> str:
        """Return what happened, in a language; in English where no translation is given."""
        return self.names.get(language) or self.names["en"]


def read_events(locality: str | Path = "eu", file: str | Path | None = None) -> tuple[Event, ...]:
    """Return the calendar of a locality, or of a file of one's own, the earliest first; empty if there is none.

    Raises
    ------
    DataError
        If the file does not keep the contract ``policy_events``.
    """
    if file is not None:
        table = files.read(Path(file), TABLE)
    else:
        home = localities.load(locality, "inflow")
        if TABLE not in home.tables:
            return ()
        table = localities.table(home, TABLE)
    rows = table.fillna("").to_dict("records")
    made = [
        Event(
            str(row["event"]),
            pd.Timestamp(row["date"]).date(),
            tuple(code.strip() for code in str(row["destinations"]).split(";") if code.strip()),
            str(row["kind"]),
            {"en": str(row["name"]), **{code: str(row.get(f"name_{code}", "")) for code in ("nb", "sv")}},
            str(row["source"]),
        )
        for row in rows
    ]
    return tuple(sorted(made, key=lambda event: (event.day, event.code)))


def calendar_of(result: InflowResult) -> tuple[Event, ...]:
    """Return the calendar of the locality that a forecast is about; empty for a table of one's own."""
    home = result.record.inputs[0].name.partition("/")[0] if result.record.inputs else ""
    return read_events(home) if home in localities.available() else ()


def within(events: Sequence[Event], destinations: Sequence[str], first: str, last: str) -> tuple[Event, ...]:
    """Return the events of some months, first and last included, that concern any of the destinations."""
    return tuple(
        event for event in events if first <= event.month <= last and any(map(event.concerns, map(str, destinations)))
    )


def named(events: Sequence[Event], code: str) -> Event:
    """Return the event of a short name; an unknown one is refused with the nearest."""
    for event in events:
        if event.code == code:
            return event
    known = [event.code for event in events]
    raise AssumptionError(
        f"the calendar has no event '{code}'",
        why=f"it holds {len(known)} events" if known else "the forecast's locality has no calendar",
        do=nearest(code, known) if known else "name the calendar: --calendar FILE",
    )


def around(table: pd.DataFrame, event: Event, destination: str, months: int = AROUND) -> tuple[float, float]:
    """Return mean persons a month before the month of an event and after it.

    Parameters
    ----------
    table
        Columns ``month``, ``destination``, ``persons``.
    destination
        Its code, or ``all`` for the sum over all destinations.

    Returns
    -------
    tuple
        NaN for a mean of which one month is not published (for a sum: by any destination).
    """
    if destination == "all":
        wide = table.pivot(index="month", columns="destination", values="persons").astype(float)
        series = wide.sum(axis=1, skipna=False)
    else:
        series = table[table["destination"] == destination].set_index("month")["persons"].astype(float)

    def mean(first: int, last: int) -> float:
        wanted = month_range(add_months(event.month, first), add_months(event.month, last))
        return float(series.reindex(wanted).mean(skipna=False))

    return mean(-months, -1), mean(1, months)


def seen_around(
    table: pd.DataFrame, events: Sequence[Event], destinations: Sequence[str] = (), months: int = AROUND
) -> pd.DataFrame:
    """Return what was seen around each event.

    Returns
    -------
    pandas.DataFrame
        One row for each event and destination: ``event``, ``date``, ``destination``, ``before``, ``after`` (mean
        persons a month), ``change`` (after over before, minus 1), ``year_before`` (the same change a year earlier: what
        the season alone might do). An event that concerns all has one row, for all together, unless
        destinations are named.

    Raises
    ------
    AssumptionError
        If the number of months is not 1 to 12.
    DataError
        If a destination stands nowhere in the table.
    """
    if not 1 <= months <= 12:
        raise AssumptionError(f"{months} months around an event", do="choose 1 to 12")
    have = sorted(map(str, table["destination"].unique()))
    for place in destinations:
        if place not in have:
            raise DataError(f"the table has no destination '{place}'", do=nearest(place, have))
    rows = []
    for event in events:
        wanted = [p for p in destinations or [d for d in event.destinations if d in have] if event.concerns(p)]
        for place in wanted or ([] if destinations or event.destinations else ["all"]):
            before, after = around(table, event, place, months)
            then, later = around(table, _a_year_earlier(event), place, months)
            rows.append(
                {
                    "event": event.code, "date": event.day.isoformat(), "destination": place,
                    "before": before, "after": after, "change": _change(before, after),
                    "year_before": _change(then, later),
                }
            )  # fmt: skip
    columns = ["event", "date", "destination", "before", "after", "change", "year_before"]
    return pd.DataFrame(rows, columns=columns)


def _a_year_earlier(event: Event) -> Event:
    return replace(event, day=event.day.replace(year=event.day.year - 1, day=1))  # the month counts; no 29 February


def _change(before: float, after: float) -> float:
    return after / before - 1 if before > 0 else float("nan")
