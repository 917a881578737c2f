"""How many persons will be settled in all, if so many settle per application that the inflow model forecasts?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import month_range
from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError
from workbench.studies.inflow.saved_runs import InflowResult
from workbench.studies.settlement.table.data import Observed
from workbench.studies.settlement.totals.national import (
    LONGEST,
    Totals,
    settled_per_applicant,
    totals_from_applications,
)


def totals_from_inflow(
    forecast: InflowResult,
    observed: Observed,
    *,
    destination: str,
    as_of: int,
    shares: Sequence[float | str],
    seed: int,
) -> Totals:
    """Return the totals that an inflow forecast implies, draw by draw, if so many persons settle per application.

    Parameters
    ----------
    destination
        Whose applications.
    as_of
        The applications of this year settle in the next, and so on as far as whole years of them are forecast. Months
        up to the forecast's own as-of month are the observed ones.
    shares
        Assumed persons settled in a year per application of the year before; with several, each draw takes one.
    """
    if observed.rhythm.each_year > 1:
        raise AssumptionError(
            f"an inflow forecast gives no total of a {observed.rhythm.name}",
            why="persons settled in a year follow from the applications of the year before",
            do=f"give the total of each {observed.rhythm.name} (--total, --totals), or a table of years",
        )
    ratios = _ratios(shares, forecast, observed, destination, as_of)
    drawn = forecast.draws.select(destination=destination)
    known = _observed(forecast, destination)
    ahead = set(drawn.labels("month"))
    columns: list[np.ndarray] = []
    for year in range(as_of, as_of + LONGEST):
        months = month_range(f"{year}-01", f"{year}-12")
        lacking = [month for month in months if month not in ahead and month not in known]
        if lacking and columns:
            break
        if lacking:
            raise DataError(
                f"the applications of {year} are not whole: {lacking[0]} to {lacking[-1]}, {len(lacking)} months, lack",
                where=f"inflow run {forecast.record.short_key}",
                why=f"what is settled in {year + 1} is estimated from all applications of {year}",
                do="forecast the inflow further, or choose an --as-of year that it covers",
            )
        persons = np.full(drawn.size, round(sum(known[month] for month in months if month not in ahead)))
        if future := [month for month in months if month in ahead]:
            persons = persons + drawn.select(month=future).sum().values.to_numpy()
        whole = Draws.from_array(persons[:, None], {"year": [year]}, "applicants")
        # The same seed each year: a draw keeps its share over the years.
        columns.append(totals_from_applications(whole, ratios, seed).persons)
    told = " or ".join(f"{ratio:g}" for ratio in ratios)
    each = "" if len(ratios) == 1 else ", one of them by chance for each draw"
    return Totals(
        np.hstack(columns),
        f"drawn from inflow run {forecast.record.short_key} ({drawn.size:,} draws of applications in {destination}), "
        f"if {told} persons settle per application of the year before{each}",
        tuple(range(drawn.size)),
        tuple(forecast.record.inputs),
        (
            f"Assumed and not estimated: {told} persons settle in a year per application, first and repeated, of the "
            f"year before{each}.",
        ),
    )


def _observed(forecast: InflowResult, destination: str) -> dict[str, float]:
    """Return the applications observed by month; partial last months count as not observed."""
    rows = forecast.quality.withheld(forecast.arrivals)
    rows = rows[rows["destination"] == destination].dropna(subset=["persons"])
    return {str(month): float(count) for month, count in zip(rows["month"], rows["persons"], strict=True)}


def _ratios(
    shares: Sequence[float | str], forecast: InflowResult, observed: Observed, destination: str, as_of: int
) -> list[float]:
    found = []
    for told in shares:
        try:
            value = float(told)
        except ValueError:
            value = float("nan")
        if not 0 < value < float("inf"):
            raise AssumptionError(f"the share '{told}' is no number above 0", do="give persons settled per application")
        found.append(value)
    if found:
        return found
    monthly = pd.DataFrame(sorted(_observed(forecast, destination).items()), columns=["month", "persons"])
    past = settled_per_applicant(observed, monthly) if len(monthly) else {}
    told_past = ", ".join(f"{ratio:.2f} ({year})" for year, ratio in past.items() if year <= as_of)
    raise AssumptionError(
        "nothing says how many persons are settled per application",
        why="not all who apply stay, and others settle without applying: it is an assumption, and somebody's",
        do="give it: --share PERSONS, repeatable, each draw then takes one"
        + (f"; in past years it was {told_past}" if told_past else ""),
    )
