"""What a forecast of asylum applications looks like: fan charts of all destinations together and of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from workbench.core.calendar import add_months, month_name
from workbench.presentation.charts import Fan, fan_chart, fan_charts
from workbench.presentation.findings import Figure, Finding
from workbench.presentation.inflow_series import destinations, months, published, published_since, who
from workbench.presentation.wording import about, between, counted, listing, number, span

if TYPE_CHECKING:
    from workbench.studies.inflow import InflowResult

SHOWN_YEARS = 3


def _source(result: InflowResult) -> str:
    publishers = "; ".join(dict.fromkeys(source.line() for source in result.sources))
    known = f"Known at the forecast: data to {month_name(result.as_of)}"
    return f"Source: {publishers}. {known}. Run {result.record.short_key}."


def _fan(result: InflowResult, places: list[str], title: str) -> Fan:
    draws = result.draws.select(destination=places).sum("destination")
    start = add_months(result.as_of, -12 * SHOWN_YEARS + 1)

    def series(wide: pd.DataFrame) -> pd.Series:
        return wide[places].dropna().sum(axis=1)

    observed = series(published(result.arrivals, result).loc[start:])
    return Fan(title, observed, draws.summary(), series(published_since(result)))


def _fan_data(result: InflowResult, groups: dict[str, list[str]]) -> pd.DataFrame:
    """Return the figures drawn, one row per series and month (columns in persons)."""
    tables = []
    for label, places in groups.items():
        fan = _fan(result, places, label)
        past = pd.DataFrame({"month": fan.observed.index, "observed": fan.observed.to_numpy()})
        ahead = fan.forecast.merge(fan.later.rename("published_since"), on="month", how="left")
        tables.append(pd.concat([past, ahead]).assign(destination=label))
    data = pd.concat(tables)
    return data[["destination", *(c for c in data.columns if c != "destination")]]


def fan_total(result: InflowResult) -> Figure:
    """Return the fan chart of all destinations together."""
    places = destinations(result)
    fan = _fan(result, places, who(result))
    last = fan.forecast.iloc[-1]
    seen = " Hollow points show what was published since." if len(fan.later) else ""
    step, end = counted(result.horizon, "month"), month_name(str(last["month"]))
    return Figure(
        name="inflow-total",
        drawing=fan_chart(fan, result.as_of, "Asylum applicants per month"),
        caption=f"How sure the forecast is: the bands hold 50, 80 and 95 % of outcomes, {step} ahead.{seen}",
        alternative=(
            f"Line chart of asylum applicants per month. {_observed_words(fan)} The forecast median for {end} is "
            f"{about(last['median'])}; 80 % {between(last['low80'], last['high80'], last['median'])}, "
            f"95 % {between(last['low95'], last['high95'], last['median'])}.{seen}"
        ),
        source=_source(result),
        data=_fan_data(result, {"all": places}),
    )


def _observed_words(fan: Fan) -> str:
    if not len(fan.observed):
        return "No month was observed for every destination."
    low, high = fan.observed.idxmin(), fan.observed.idxmax()
    return (
        f"Observed since {month_name(str(fan.observed.index[0]))}: lowest {about(fan.observed[low])} in "
        f"{month_name(str(low))}, highest {about(fan.observed[high])} in {month_name(str(high))}."
    )


def fans_by_destination(result: InflowResult, first: int = 1, last: int = 9) -> Figure | Finding:
    """Return small multiples of the destinations ranked ``first`` to ``last`` by expected applicants."""
    chosen = destinations(result)[first - 1 : last]
    if not chosen:
        return Finding("There are no further destinations.")
    fans = [_fan(result, [place], result.names[place]) for place in chosen]
    ends = [(fan.title, fan.forecast.iloc[-1]) for fan in fans]
    words = "; ".join(f"{t}: {number(e['median'])} (80 %: {span(e['low80'], e['high80'])})" for t, e in ends)
    rank = "The largest destinations" if first == 1 else "The further destinations"
    return Figure(
        name=f"inflow-destinations-{first}-{first + len(chosen) - 1}",
        drawing=fan_charts(fans, result.as_of, "Asylum applicants per month; the thin rule marks the last month known"),
        caption=f"{rank}: {listing([fan.title for fan in fans])}. Each row has one scale.",
        alternative=f"Small line charts with forecast bands. Forecast for {month_name(months(result)[-1])}: {words}.",
        source=_source(result),
        data=_fan_data(result, {place: [place] for place in chosen}),
    )
