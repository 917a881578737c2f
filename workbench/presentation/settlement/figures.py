"""What a settlement forecast looks like: expected persons on a map."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.presentation.display import source_line
from workbench.presentation.drawing.charts import style
from workbench.presentation.drawing.maps import credit, plan_map
from workbench.presentation.drawing.theme import BANDS, COLOURS, TEXT_WIDTH_IN
from workbench.presentation.findings import Figure, Finding
from workbench.presentation.languages import say
from workbench.presentation.settlement.forecast import medians
from workbench.presentation.wording import about, between, count, listing, number, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from workbench.studies.settlement import SettlementResult
    from workbench.studies.settlement.municipality.municipality import MunicipalityResult


def on_map(result: SettlementResult, language: str = "en") -> Figure | Finding:
    """Return the forecast medians of the first year on a map; the table of all places says the same in figures."""
    rows = medians(result).merge(result.positions, on="municipality")
    rows = rows.dropna(subset=["lon", "lat"]).reset_index(drop=True)
    if len(rows) < 2:
        return Finding(say("No map: the places have no positions.", language), language=language)
    year = result.label(result.years[0])
    five = zip(rows["name"][:5], rows["median"][:5], strict=True)
    most = listing([f"{name} ({count(value, language)})" for name, value in five], language)
    top = float(rows["median"][:10].sum() / max(rows["median"].sum(), 1))
    return Figure(
        name="settlement-map",
        drawing=plan_map(
            rows.rename(columns={"median": "placed"}),
            say("Forecast median {year}, persons by municipality", language, year=year),
            count,
            language,
        ),
        caption=say(
            "Newcomers settle all over the country; the ten municipalities with most take about {share}. A circle's "
            "area "
            "shows the median of the forecast, a dot a municipality with a median of none.",
            language,
            share=percent(top, language=language),
        ),
        alternative=say(
            "Map of municipalities as circles at their centroids. Most are expected in {most}. The table of all "
            "municipalities gives every figure with its interval.",
            language,
            most=most,
        ),
        source=f"{source_line(result.sources, language)}. "
        + say("Known at the forecast: data to {year}.", language, year=result.label(result.as_of))
        + " "
        + say("Run {key}.", language, key=result.record.short_key)
        + credit(rows, language),
        data=rows,
    )


def fan(m: MunicipalityResult, language: str = "en") -> Figure:
    """Return one municipality's past and the years ahead with their intervals."""
    result = m.result
    shown = m.country.shown
    there = len(shown) and m.code in shown.index.get_level_values("municipality")
    none = pd.DataFrame(columns=["accepted", "settled"])
    past = pd.DataFrame(shown.xs(m.code, level="municipality")) if there else none
    past = none if past[["accepted", "settled"]].isna().all(axis=None) else past
    rows = m.expected.summary(tuple(BANDS))
    middle, first = float(rows["median"].iloc[0]), result.label(result.years[0])
    low, high = float(rows["low80"].iloc[0]), float(rows["high80"].iloc[0])
    unit = say("Persons a year", language) if result.rhythm.each_year == 1 else say("Persons", language)
    data = pd.concat([past.reset_index(), rows.rename(columns={"index": "year"})], ignore_index=True)
    return Figure(
        name="municipality-fan",
        drawing=_years(past, rows, result.as_of, unit, language, result.label),
        caption=say(
            "Line: settled; open circles: accepted; bars: the forecast with its 50, 80 and 95 % intervals.", language
        ),
        alternative=say(
            "Chart of persons by year: settled and accepted in the past, and the forecast for {year}: {median}, 80 % "
            "{between}.",
            language, year=first, median=about(middle, language), between=between(low, high, language),
        ),
        source=f"{source_line(result.sources[:1], language)}. "
        + say("Run {key}.", language, key=result.record.short_key),
        data=data,
    )  # fmt: skip


def _years(
    past: pd.DataFrame, rows: pd.DataFrame, as_of: int, unit: str, language: str, label: Callable[[int], str]
) -> Drawing:
    """Draw a past line and, for each year ahead, a bar of three bands with the median across."""
    from matplotlib.figure import Figure as Drawing
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    with style():
        drawing = Drawing(figsize=(TEXT_WIDTH_IN, 2.5))
        axes = drawing.add_axes((0.085, 0.11, 0.9, 0.77))
        for _, row in rows.iterrows():
            for level, fill in BANDS.items():
                at = round(100 * level)
                axes.bar(row["year"], row[f"high{at}"] - row[f"low{at}"], 0.5, row[f"low{at}"], color=fill, linewidth=0)
            axes.hlines(row["median"], row["year"] - 0.25, row["year"] + 0.25, color=COLOURS.accent, linewidth=1.8)
        years = past.index.to_numpy(dtype=float)
        if len(past):
            axes.plot(
                years, past["settled"].to_numpy(float), color=COLOURS.ink, marker="o", markersize=2.6, linewidth=0.9
            )
            axes.plot(
                years,
                past["accepted"].to_numpy(float),
                linestyle="none",
                marker="o",
                markersize=4.6,
                markerfacecolor="none",
                markeredgecolor=COLOURS.quiet,
                markeredgewidth=0.8,
            )
        if len(past):
            axes.axvline(as_of + 0.5, color=COLOURS.quiet, linewidth=0.6)
        else:
            axes.set_xlim(float(rows["year"].min()) - 2, float(rows["year"].max()) + 2)
        held = [float(rows["high95"].max()), *np.nan_to_num(past.to_numpy(float)).ravel()] if len(past) else []
        axes.set_ylim(0, max([*held, float(rows["high95"].max()), 1.0]) * 1.08)
        ticks = [*map(int, years), *map(int, rows["year"])]
        axes.set_xticks(ticks, [label(year) for year in ticks])
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, language=language)))
        drawing.text(0.0, 0.975, unit, color=COLOURS.quiet, va="top")
    return drawing
