"""How old a saved result is, and whether it still says something about the months ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from workbench.core.runs.provenance import RunRecord
from workbench.presentation.languages import day, month, say, say_many
from workbench.presentation.wording import leading

NEW_FIGURES_AFTER = 35
"""Days after which monthly statistics have been published once more."""


@dataclass(frozen=True)
class Freshness:
    """How old a result is, in sentences; ``stale`` is empty while nothing speaks against using it."""

    data_to: str
    made: str
    stale: tuple[str, ...]


def freshness(
    record: RunRecord, *, as_of: str, last: str, today: date, repeatable: bool = True, language: str = "en"
) -> Freshness:
    """Return how old a result is on a day.

    Parameters
    ----------
    as_of, last
        Last month of data that the result knows, and last month that it forecasts.
    repeatable
        Whether the program and its libraries are still those that made it.
    """
    made = datetime.fromisoformat(record.created).date()
    age = (today - made).days
    if age <= 0:
        since = say("made today, {day}", language, day=day(made, language))
    else:
        since = say_many(
            "made yesterday, {day}",
            "made {number} days ago, {day}",
            age,
            language,
            number=age,
            day=day(made, language),
        )
    stale = []
    if last < f"{today:%Y-%m}":
        stale.append(say("the last month of the forecast, {month}, is past", language, month=month(last, language)))
    if age > NEW_FIGURES_AFTER:
        stale.append(say("newer monthly figures have probably been published", language))
    if not repeatable:
        stale.append(say("it was made with an earlier version of the program or its libraries", language))
    data_to = say("data to {month}", language, month=month(as_of, language))
    return Freshness(leading(data_to), leading(since), tuple(stale))
