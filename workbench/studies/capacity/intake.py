"""How do an inflow forecast's applicants become an agency's cases? Draw by draw: one posterior all the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.core.dates.calendar import add_months, add_periods, last_month, period_months
from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError, nearest


@dataclass(frozen=True)
class ForecastUsed:
    """Which saved inflow forecast is the intake: destination, last month known, run, cases for each applicant.

    ``passed`` tells whether its fit passed its diagnostics.
    """

    destination: str
    as_of: str
    run: str
    share: float
    passed: bool


def cases_of(applicants: Draws, share: float = 1.0) -> Draws:
    """Return whole cases for each applicant forecast: ``share`` cases each, rounded, draw number by draw number.

    Parameters
    ----------
    share
        Cases of the agency for each applicant: below 1 where a case holds several persons.
    """
    if not (np.isfinite(share) and share >= 0):
        raise AssumptionError(f"{share} cases for each applicant", do="state a number that is not negative")
    values = applicants.values
    return Draws((values * share).round().astype("int64"), "cases")


def destination_of(applicants: Draws, destination: str | None) -> str:
    """Return the destination whose applicants are meant: the one named, or the only one of a forecast."""
    known = [str(name) for name in applicants.labels("destination")]
    if destination is None and len(known) > 1:
        raise AssumptionError(
            f"the inflow forecast has {len(known)} destinations",
            why="an agency receives the cases of its own country",
            do="name one with --destination: " + ", ".join(known),
        )
    chosen = destination or known[0]
    if chosen not in known:
        raise DataError(f"the inflow forecast has no destination '{chosen}'", do=nearest(chosen, known))
    return chosen


def of_periods(
    applicants: Draws, *, as_of: str, horizon: int, series: str, destination: str | None = None, share: float = 1.0
) -> dict[str, np.ndarray]:
    """Return a series' intake in the periods ahead from an inflow forecast, axes (draw, period), whole cases.

    Months are added up to the periods of the case flow before they are rounded; draw numbers stay.

    Parameters
    ----------
    as_of
        Last period of the case flow that may be known, a month or a quarter.
    destination
        Destination of the forecast; needed where it has several.

    Raises
    ------
    AssumptionError, DataError
        If the destination is not named, or is unknown; if the forecast does not reach a period ahead.
    """
    chosen = destination_of(applicants, destination)
    months = [str(month) for month in applicants.labels("month")]
    found = []
    for step in range(1, horizon + 1):
        period = add_periods(as_of, step)
        end, size = last_month(period), period_months(period)
        wanted = [add_months(end, -back) for back in reversed(range(size))]
        if absent := [month for month in wanted if month not in months]:
            raise DataError(
                f"the inflow forecast does not hold {absent[0]}, a month of {period}",
                why=f"it reaches from {months[0]} to {months[-1]}, and {horizon} periods after {as_of} are asked for",
                do=f"forecast {horizon * size} months from {last_month(as_of)}, or ask for fewer periods",
            )
        persons = applicants.select(destination=[chosen], month=wanted)
        found.append(persons.values.sum(dim=("destination", "month")).to_numpy())
    together = Draws.from_array(np.stack(found, axis=1), {"period": list(range(horizon))}, applicants.unit)
    return {series: cases_of(together, share).values.to_numpy()}
