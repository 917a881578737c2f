"""On the day a forecast is issued, how far do the figures reach, and which months are still ahead of its readers?

Figures are late: months between the last known one and the day of issue are forecast too, but a reader who plans counts
from the day of issue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from workbench.core.dates.calendar import add_months, month_number
from workbench.core.errors import AssumptionError, DataError
from workbench.studies.inflow.tabled import ALL, tabled

if TYPE_CHECKING:
    from workbench.models.inflow import Partial
    from workbench.studies.inflow.arrivals import Arrivals
    from workbench.studies.inflow.saved_runs import InflowResult

SPREAD = 0.2


@dataclass(frozen=True)
class Issue:
    """When a forecast is issued, and from which month on it looks ahead.

    Attributes
    ----------
    day
        The day of issue.
    as_of
        Last month whose figures are taken as they stand.
    share
        Share of its applications that the month after it holds already; None: that month is not looked at.
    """

    day: date
    as_of: str
    share: float | None = None
    spread: float = SPREAD

    @property
    def month(self) -> str:
        """The month of issue; the first month ahead is the one after it."""
        return f"{self.day:%Y-%m}"

    @property
    def between(self) -> int:
        """Months after ``as_of`` up to the month of issue: past for the reader, not yet published."""
        return month_number(self.month) - month_number(self.as_of)


def issued(
    day: str, *, as_of: str = "", late: int | None = None, share: float | None = None, spread: float = SPREAD
) -> Issue:
    """Return the issue of a day, with its as-of month stated or found from how late the figures are.

    Parameters
    ----------
    day
        ``2019-11-20``.
    as_of
        Last month known; empty: found from ``late``.
    late
        Months after its end at which a month's figures are out: with 2, on 20 November August is known.

    Raises
    ------
    AssumptionError, DataError
        If the day is none, or the figures would reach beyond it.
    """
    try:
        when = date.fromisoformat(day)
    except ValueError:
        raise DataError(f"'{day}' is no day", where="--issued", do="write it as 2019-11-20") from None
    if not as_of:
        if late is None or late < 0:
            raise AssumptionError(
                "how late are the figures?", why="a day of issue alone does not say what is known on it",
                do="name the last month known (--as-of), or the months of delay (--late 2)",
            )  # fmt: skip
        as_of = add_months(f"{when:%Y-%m}", -1 - late)
    found = Issue(when, as_of, share, spread)
    if found.between < 0 or (found.between == 0 and share is not None):
        raise AssumptionError(
            f"figures to {as_of} cannot be known on {day}",
            why="that month had not ended",
            do="check --as-of and --issued",
        )
    return found


def partial_of(arrivals: Arrivals, as_of: str, issue: Issue) -> Partial | None:
    """Return what the table holds of the month after ``as_of``, where the issue says that it is a part.

    Raises
    ------
    DataError
        If the table holds nothing of that month.
    """
    if issue.share is None:
        return None
    from workbench.models.inflow import Partial

    month = add_months(as_of, 1)
    rows = arrivals.table[(arrivals.table["month"] == month) & arrivals.table["persons"].notna()]
    if rows.empty:
        raise DataError(
            f"the table holds nothing of {month}", where=arrivals.vintage.name,
            why="that month was said to be published in part", do="leave --partial out, or name an earlier --as-of",
        )  # fmt: skip
    figures = dict(zip(rows["destination"].astype(str), rows["persons"].astype(float), strict=True))
    return Partial(figures, issue.share, issue.spread)


def issue_of(result: InflowResult) -> Issue | None:
    """Return the issue with which a saved forecast was made, None where no day was named."""
    day = result.record.scenario.get("issued")
    return None if day is None else Issue(date.fromisoformat(day), str(result.record.scenario["as_of"]))


def ahead(result: InflowResult) -> InflowResult:
    """Return the months of a saved forecast that its readers count: those after its month of issue, or all."""
    issue = issue_of(result)
    return result if issue is None else from_issue(result, issue)


def months_ahead(result: InflowResult) -> list[str]:
    """Return the months of a saved forecast that its readers count, first to last."""
    return [str(month) for month in ahead(result).draws.labels("month")]


def from_issue(result: InflowResult, issue: Issue) -> InflowResult:
    """Return the forecast of the months after the month of issue, as a reader on that day counts them."""
    months = [month for month in result.draws.labels("month") if str(month) > issue.month]
    return replace(result, as_of=issue.month, horizon=len(months), draws=result.draws.select(month=list(months)))


def issued_table(result: InflowResult, issue: Issue) -> pd.DataFrame:
    """Return the rows of the months ahead and of their sum, and those of the months between, marked by ``ahead``.

    Returns
    -------
    pandas.DataFrame
        As :func:`workbench.studies.inflow.tabled.tabled`, with ``ahead`` (months after the month of issue; 0 and below:
        over for the reader, not published; for ``month`` = ``all`` how many months the sum holds) and ``issued``.
    """
    ahead = tabled(from_issue(result, issue))
    both = tabled(result)
    between = both[both["month"].isin([str(month) for month in result.draws.labels("month")[: issue.between]])]
    table = pd.concat([between, ahead], ignore_index=True)
    months = table["month"].map(lambda month: 0 if month == ALL else month_number(month) - month_number(issue.month))
    whole = len(result.draws.labels("month")) - issue.between
    table.insert(list(table).index("month") + 1, "ahead", months.where(table["month"] != ALL, whole))
    return table.assign(as_of=result.as_of, issued=issue.day.isoformat())
