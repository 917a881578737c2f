"""What a forecast of asylum applications says, in sentences and tables; :mod:`inflow_figures` draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from workbench.core.calendar import month_name
from workbench.presentation.findings import Finding, Interval, Several
from workbench.presentation.front import Front
from workbench.presentation.inflow_series import (
    destinations,
    during,
    months,
    period_words,
    published_since,
    who,
    year_before,
)
from workbench.presentation.origin import locality_name
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import (
    about,
    between,
    chance,
    change,
    count,
    counted,
    listing,
    number,
    percent,
    period,
    span,
)

if TYPE_CHECKING:
    from workbench.studies.inflow import InflowResult

UNIT = "applicants"
LEVELS = (0.8, 0.95)
ABOVE, BELOW = "▲", "▼"


def _intervals(result: InflowResult) -> tuple[float, tuple[Interval, ...]]:
    total = result.draws.sum()
    ends = [(level, *total.interval(level)) for level in LEVELS]
    return float(total.quantile(0.5)), tuple(Interval(level, float(low), float(high)) for level, low, high in ends)


def front(result: InflowResult, locality: str, edition: str = "public") -> Front:
    """Return the head of the report; the locality is named by its identifier or folder."""
    return Front(
        title="Asylum applications: the next months",
        subtitle=f"{locality_name(locality)} · {period_words(result)} · data to {month_name(result.as_of)}",
        vintage=f"Data to {month_name(result.as_of)}",
        record=result.record,
        description=headline(result).sentence,
        warning="" if result.diagnostics.ok else f"Attention. {result.diagnostics.sentence()}",
        edition=edition,
    )


def headline(result: InflowResult) -> Finding:
    """Return how many applicants to expect in all, with the 80 % and the 95 % interval."""
    median, (inner, outer) = _intervals(result)
    return Finding(
        f"{who(result)} can expect {about(median)} asylum applicants {during(result)}; "
        f"80 % {between(inner.low, inner.high, median)}, 95 % {between(outer.low, outer.high, median)}.",
        estimate=median,
        unit=UNIT,
        intervals=(inner, outer),
        headline=True,
    )


def against_last_year(result: InflowResult) -> Finding:
    """Return whether more applicants are expected than in the same months a year before, and how sure that is."""
    before = year_before(result)
    if before.isna().any(axis=None):
        return Finding(
            "The same months a year before were not published for every destination, so nothing is compared."
        )
    total, earlier = result.draws.sum(), float(before.to_numpy().sum())
    rise = float((total.values > earlier).mean())
    median = float(total.quantile(0.5))
    told = f"; the median is {change(median / earlier - 1)}" if earlier else ""
    return Finding(
        f"Against the same months a year before ({about(earlier)} applicants), {chance(rise, 'a rise')}{told}.",
        estimate=rise,
        unit="probability",
    )


def largest(result: InflowResult, first: int = 3) -> Finding:
    """Return which destinations receive most, and their share of the total."""
    names = destinations(result)[:first]
    medians = [float(result.draws.select(destination=name).sum().quantile(0.5)) for name in names]
    total = result.draws.sum()
    share = float((result.draws.select(destination=names).sum().values / total.values.clip(1)).median())
    told = listing([f"{result.names[n]} ({about(v)})" for n, v in zip(names, medians, strict=True)])
    if len(destinations(result)) <= first:
        return Finding(f"Expected by destination: {told}.")
    return Finding(
        f"Most apply in {told}: together {percent(share)} of all.", estimate=share, unit="share of applicants"
    )


def key_findings(result: InflowResult) -> Several:
    """Return the three sentences that matter."""
    return Several((headline(result), against_last_year(result), largest(result)))


def by_month(result: InflowResult) -> Table:
    """Return the forecast of all destinations together, month by month, with the whole period as the last row."""
    monthly, whole = result.draws.sum("destination").summary(LEVELS), result.draws.sum().summary(LEVELS)
    rows = pd.concat([monthly, whole.assign(month="all")], ignore_index=True)
    return _table(
        result,
        "inflow-by-month",
        f"Month by month: {who(result).lower() if len(result.names) > 1 else who(result)}",
        rows,
        Column("Month", (*map(month_name, months(result)), "Whole period"), right=False),
        [_row_totals(wide) for wide in (year_before(result), published_since(result))],
    )


def by_destination(result: InflowResult) -> Table:
    """Return the forecast of the whole period by destination, largest first, with all together as the last row."""
    order = destinations(result)
    each = result.draws.sum("month").summary(LEVELS).set_index("destination").loc[order].reset_index()
    rows = pd.concat([each, result.draws.sum().summary(LEVELS).assign(destination="all")], ignore_index=True)
    return _table(
        result,
        "inflow-by-destination",
        f"Where they apply: {period_words(result)}, by destination",
        rows,
        Column("Destination", (*(result.names[d] for d in order), "All together"), right=False),
        [_row_totals(wide.T) for wide in (year_before(result), published_since(result))],
    )


def _row_totals(wide: pd.DataFrame) -> list[float]:
    """Return row sums and their total; a sum with a missing cell is missing."""
    each = wide.sum(axis=1, skipna=False)
    return [*each.tolist(), float(each.sum(skipna=False))]


def _table(
    result: InflowResult, name: str, caption: str, rows: pd.DataFrame, first: Column, seen: list[list[float]]
) -> Table:
    before, since = seen
    records = rows.to_dict("records")
    columns = [
        first,
        Column("A year before", tuple(number(v) for v in before)),
        Column("Forecast median", tuple(count(r["median"]) for r in records)),
        Column("80 % interval", tuple(span(r["low80"], r["high80"]) for r in records)),
        Column("95 % interval", tuple(span(r["low95"], r["high95"]) for r in records)),
    ]
    notes = ["Applicants. Forecasts are rounded to three digits, intervals outward; medians do not add up."]
    if len(result.later):
        marks = [_mark(v, r["low95"], r["high95"]) for v, r in zip(since, records, strict=True)]
        columns.append(Column("Published since", tuple(f"{m}{number(v)}" for m, v in zip(marks, since, strict=True))))
        notes.append(f"{ABOVE} above, {BELOW} below the 95 % interval; a dash: not published for every month.")
    return Table(
        name=name,
        caption=caption,
        columns=tuple(columns),
        data=rows.assign(year_before=before, published_since=since),
        sources=result.sources,
        notes=(" ".join(notes),),
        total_last=True,
    )


def _mark(value: float, low: float, high: float) -> str:
    return f"{ABOVE} " if value > high else f"{BELOW} " if value < low else ""


def what_happened(result: InflowResult) -> Finding:
    """Return how the figures published since compare with the forecast; one origin is no proof either way."""
    since = published_since(result)
    months = [m for m in since.index[since.notna().all(axis=1)]]
    if not months:
        return Finding(
            "For these months no figures had been published in the data used, so the forecast stands unchecked."
        )
    draws = result.draws.select(month=months)
    actual = float(since.loc[months].to_numpy().sum())
    where = [("inside the 80 % interval", 0.8), ("outside the 80 % but inside the 95 % interval", 0.95)]
    told = "outside the 95 % interval"
    for words, level in reversed(where):
        low, high = (float(v) for v in draws.sum().interval(level))
        told = words if low <= actual <= high else told
    lows, highs = draws.sum("month").interval(0.8)
    each = since.loc[months].sum().reindex(draws.labels("destination")).to_numpy()
    hit = int(((lows.values <= each) & (each <= highs.values)).sum())
    return Finding(
        f"For {period(months[0], months[-1])}, {number(actual)} applicants were published since: {told} of the "
        f"forecast. Of {counted(len(each), 'destination')}, {hit} came out inside their "
        "exact 80 % interval, which the table rounds outward.",
        estimate=actual,
        unit=UNIT,
        caveats=("One forecast that came out well or badly proves little: only many forecasts from many months do.",),
    )


def how_sure(result: InflowResult) -> Finding:
    """Return whether the fit can be trusted, what the intervals mean and what is not claimed."""
    said = result.diagnostics.sentence()
    return Finding(
        f"{said} The intervals come from {number(result.draws.size)} draws of whole persons, and every sum on these "
        "pages is taken draw by draw, so that totals and parts agree.",
        caveats=(
            *(
                ()
                if result.diagnostics.ok
                else ("Attention: the fit failed its checks; do not decide on these figures.",)
            ),
            "The intervals cover what months before the as-of month can teach. A war, a closed border or a new law "
            "that nobody could know then is not in them.",
            "Beside the forecast stands only a simple rule, the same months a year before. Nothing is said about an "
            "agency's own forecasts, which we do not have.",
        ),
    )
