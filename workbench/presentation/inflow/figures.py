"""What a forecast of asylum applications looks like: fan charts of all destinations together and of each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from workbench.core.dates.calendar import add_months
from workbench.presentation.display import source_line
from workbench.presentation.drawing.charts import Fan, fan_chart, fan_charts
from workbench.presentation.findings import Figure, Finding
from workbench.presentation.inflow import policy
from workbench.presentation.inflow.series import destinations, disclosed, months, name, published, published_since, who
from workbench.presentation.languages import month, say, say_many
from workbench.presentation.wording import about, between, count, listing, percent, span
from workbench.studies.disclosure import SMALL

if TYPE_CHECKING:
    from workbench.studies.inflow.saved_runs import InflowResult

SHOWN_YEARS = 3


def _source(result: InflowResult, language: str) -> str:
    known = say("Known at the forecast: data to {month}.", language, month=month(result.as_of, language))
    run = say("Run {key}.", language, key=result.record.short_key)
    return f"{source_line(result.sources, language)}. {known} {run}"


def _fan(result: InflowResult, places: list[str], title: str) -> Fan:
    draws = result.draws.select(destination=places).sum("destination")
    start = add_months(result.as_of, -12 * SHOWN_YEARS + 1)

    def series(wide: pd.DataFrame) -> pd.Series:
        alone = disclosed(wide) if len(places) < wide.shape[1] else wide
        total = alone[places].dropna().sum(axis=1)
        return total[~total.round().isin(SMALL)]

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


def fan_total(result: InflowResult, language: str = "en") -> Figure:
    """Return the fan chart of all destinations together."""
    places = destinations(result)
    events = policy.shown(result, SHOWN_YEARS)
    fan = replace(_fan(result, places, who(result, language)), marks=tuple(event.month for event in events))
    last = fan.forecast.iloc[-1]
    seen = " " + say("Hollow points show what was published since.", language) if len(fan.later) else ""
    marked = f"{policy.key(result, events, language)} " if events else ""
    caption = say_many(
        "How sure the forecast is: the bands hold 50, 80 and 95 % of outcomes, {number} month ahead.",
        "How sure the forecast is: the bands hold 50, 80 and 95 % of outcomes, {number} months ahead.",
        result.horizon,
        language,
        number=result.horizon,
    )
    alternative = say(
        "Line chart of asylum applicants per month. {observed} The forecast median for {month} is {about}; "
        "80 % {inner}, 95 % {outer}.",
        language,
        observed=_observed_words(fan, language),
        month=month(str(last["month"]), language),
        about=about(last["median"], language),
        inner=between(last["low80"], last["high80"], language),
        outer=between(last["low95"], last["high95"], language),
    )
    return Figure(
        name="inflow-total",
        drawing=fan_chart(fan, result.as_of, say("Asylum applicants per month", language), language),
        caption=caption + seen,
        alternative=f"{alternative}{seen} {marked}".rstrip(),
        source=marked + _source(result, language),
        data=_fan_data(result, {"all": places}),
    )


def _observed_words(fan: Fan, language: str) -> str:
    if not len(fan.observed):
        return say("No month was observed for every destination.", language)
    low, high = fan.observed.idxmin(), fan.observed.idxmax()
    return say(
        "Observed since {start}: lowest {low} in {low_month}, highest {high} in {high_month}.",
        language,
        start=month(str(fan.observed.index[0]), language),
        low=about(fan.observed[low], language),
        low_month=month(str(low), language),
        high=about(fan.observed[high], language),
        high_month=month(str(high), language),
    )


def fans_by_destination(result: InflowResult, first: int = 1, last: int = 9, language: str = "en") -> Figure | Finding:
    """Return small multiples of the destinations ranked ``first`` to ``last`` by expected applicants."""
    chosen = destinations(result)[first - 1 : last]
    if not chosen:
        return Finding(say("There are no further destinations.", language))
    fans = [_fan(result, [place], name(result, place, language)) for place in chosen]
    each = []
    for fan in fans:
        end = fan.forecast.iloc[-1]
        inner = span(end["low80"], end["high80"], language)
        each.append(f"{fan.title}: {count(end['median'], language)} ({percent(0.8)}: {inner})")
    told = {"names": listing([fan.title for fan in fans], language)}
    if first == 1:
        caption = say("The largest destinations: {names}. Each has its own scale.", language, **told)
    else:
        caption = say("The further destinations: {names}. Each has its own scale.", language, **told)
    unit = say("Asylum applicants per month; the thin rule marks the last month known", language)
    return Figure(
        name=f"inflow-destinations-{first}-{first + len(chosen) - 1}",
        drawing=fan_charts(fans, result.as_of, unit, language=language, own_scales=True),
        caption=caption,
        alternative=say(
            "Small line charts with forecast bands. Forecast for {month}: {figures}.",
            language,
            month=month(months(result)[-1], language),
            figures="; ".join(each),
        ),
        source=_source(result, language),
        data=_fan_data(result, {place: [place] for place in chosen}),
    )
