"""The cockpit as pictures: the trend, the map and the funnel, each with the same figures in a table beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter, MaxNLocator

from workbench.models.smallarea.funnel import LEVELS, limits
from workbench.presentation.cockpit import words
from workbench.presentation.display import source_line
from workbench.presentation.drawing.charts import style
from workbench.presentation.drawing.maps import LAND, credit, equal_area, outlines
from workbench.presentation.drawing.theme import COLOURS, TEXT_WIDTH_IN
from workbench.presentation.findings import Figure, Finding
from workbench.presentation.languages import say
from workbench.presentation.wording import number, percent
from workbench.studies.cockpit.facts import series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from workbench.studies.cockpit.definitions import Definition
    from workbench.studies.cockpit.saved import Cockpit

LIFT = 1.12
"""Room above the highest value of a chart."""
DOTS = (14.0, 150.0)
"""Area of the smallest and largest circle of a map, square points."""


def trend(cockpit: Cockpit, indicator: str, place: str, language: str = "en") -> Figure | Finding:
    """Return how a place's figure moved, beside the compared group and the whole."""
    of = cockpit.definition(indicator)
    mine = _line(cockpit.figures, indicator, place, of.group)
    name = words.place(cockpit, place, language)
    if len(mine) < 2:
        return Finding(
            say(
                "{label}: a single period is published, so there is no trend.",
                language,
                label=of.text("label", language),
            )
        )
    lines = [(f"{name}, {words.group(of.group, language)}" if of.compare else name, mine, COLOURS.accent, "o")]
    if of.compare:
        beside = _line(cockpit.figures, indicator, place, of.compare)
        lines.append((f"{name}, {words.group(of.compare, language)}", beside, COLOURS.ink, "s"))
    if cockpit.code and cockpit.code != place and of.kind != "count":
        lines.append(
            (
                words.whole(cockpit.name, language),
                _line(cockpit.figures, indicator, cockpit.code, of.group),
                COLOURS.quiet,
                "",
            )
        )
    lines = [line for line in lines if len(line[1])]
    periods = sorted(set().union(*(line.index for _, line, _, _ in lines)))
    with style():
        drawing = Drawing(figsize=(TEXT_WIDTH_IN, 2.9))
        axes = drawing.add_axes((0.09, 0.13, 0.62, 0.74))
        ends = []
        for title, line, colour, marker in lines:
            at = [periods.index(period) for period in line.index]
            axes.plot(at, line.to_numpy(float), color=colour, marker=marker or None, markersize=3, linewidth=1.4)
            ends.append((float(line.iloc[-1]), title, colour))
        top = max(float(line.max()) for _, line, _, _ in lines)
        axes.set_ylim(0, top * LIFT or 1)
        shown = _few(len(periods))
        axes.set_xticks(shown, [words.period(periods[at], language) for at in shown])
        _scale(axes.yaxis, of, language)
        drawing.text(0.0, 0.985, words.unit(of, language), color=COLOURS.quiet, va="top")
        _labels(axes, ends, top * LIFT or 1)
    first, last = mine.index[0], mine.index[-1]
    said = say(
        "from {before} ({first}) to {now} ({last})",
        language,
        before=words.figure(of, float(mine.iloc[0]), language),
        first=words.period(first, language),
        now=words.figure(of, float(mine.iloc[-1]), language),
        last=words.period(last, language),
    )
    data = (
        pd.concat([line.rename(title) for title, line, _, _ in lines], axis=1).sort_index().reset_index(names="period")
    )
    return Figure(
        name=f"cockpit-trend-{indicator.replace('_', '-').lower()}",
        drawing=drawing,
        caption=f"{of.text('label', language)}: {said}.",
        alternative=say(
            "Line chart of {label} in {place}: {said}.",
            language,
            label=of.text("label", language),
            place=name,
            said=said,
        ),
        source=_source(cockpit, indicator, language),
        data=data,
    )


def on_map(cockpit: Cockpit, indicator: str, place: str, language: str = "en") -> Figure | Finding:
    """Return the newest figures of all places on a map; the table of all places says the same."""
    of = cockpit.definition(indicator)
    rows = series(cockpit, of)
    known = rows[rows["value"].notna() & rows["place"].isin(cockpit.positions["place"])]
    if known["place"].nunique() < 3:
        return Finding(say("No map: fewer than three places with a position have a figure.", language))
    period = str(known["period"].max())
    table = known[known["period"] == period].merge(cockpit.positions, on="place").dropna(subset=["lon", "lat"])
    table = table.assign(name=table["place"].map(cockpit.names)).sort_values("value", kind="stable")
    lon, lat = table["lon"].to_numpy(float), table["lat"].to_numpy(float)
    everywhere = (cockpit.positions["lon"].to_numpy(float), cockpit.positions["lat"].to_numpy(float))
    x, y = equal_area(lon, lat, everywhere)
    land = [np.column_stack(equal_area(ring[:, 0], ring[:, 1], everywhere)) for ring in outlines(lon, lat)]
    values = table["value"].to_numpy(float)
    low, high = (float(np.quantile(values, q)) for q in (0.02, 0.98))
    with style():
        tall = (float(np.ptp(y)) + 60) / (float(np.ptp(x)) + 60)
        drawing = Drawing(figsize=(TEXT_WIDTH_IN, min(max(0.62 * TEXT_WIDTH_IN * tall, 3.2), 4.4)))
        axes = drawing.add_axes((0.0, 0.0, 0.72, 0.94))
        axes.add_collection(PolyCollection(land, **LAND), autolim=False)
        axes.set(xticks=[], yticks=[], aspect="equal")
        axes.grid(False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        share = np.clip((values - low) / (high - low if high > low else 1.0), 0, 1)
        dots = DOTS[0] + share * (DOTS[1] - DOTS[0])
        axes.scatter(x, y, s=dots, facecolor=COLOURS.band50 + "B3", edgecolor=COLOURS.accent, linewidths=0.6)
        axes.set_xlim(x.min() - 30, x.max() + 30)
        axes.set_ylim(y.min() - 30, y.max() + 30)
        chosen = table["place"].to_numpy() == place
        if chosen.any():
            axes.scatter(
                x[chosen], y[chosen], s=dots[chosen] + 60, facecolor="none", edgecolor=COLOURS.alarm, linewidths=1.6
            )
            axes.annotate(
                f"{cockpit.names[place]} {words.figure(of, float(values[chosen][0]), language, unit=False)}",
                (float(x[chosen][0]), float(y[chosen][0])),
                (0, 11),
                textcoords="offset points",
                ha="center",
                fontsize=8.5,
                color=COLOURS.alarm,
                bbox={"facecolor": COLOURS.paper, "edgecolor": "none", "pad": 1, "alpha": 0.85},
            )
        drawing.text(
            0.0,
            0.995,
            f"{of.text('label', language)}, {words.unit(of, language)}, {words.period(period, language)}",
            color=COLOURS.quiet,
            va="top",
        )
        _sizes(drawing, of, low, high, language)
    lowest, highest = table.iloc[0], table.iloc[-1]
    extremes = say(
        "lowest in {low} ({low_value}), highest in {high} ({high_value})",
        language,
        low=lowest["name"],
        low_value=words.figure(of, float(lowest["value"]), language),
        high=highest["name"],
        high_value=words.figure(of, float(highest["value"]), language),
    )
    return Figure(
        name=f"cockpit-map-{indicator.replace('_', '-').lower()}",
        drawing=drawing,
        caption=say(
            "{label}, {period}: {extremes}. Small places swing.",
            language,
            label=of.text("label", language),
            period=words.period(period, language),
            extremes=extremes,
        ),
        alternative=say(
            "Map of {count} places as circles, larger where the figure is higher: {extremes}. The table of all places "
            "gives every figure.",
            language,
            count=number(len(table), language=language),
            extremes=extremes,
        ),
        source=_source(cockpit, indicator, language) + credit(table, language),
        data=table[["place", "name", "value"]].reset_index(drop=True),
    )


def funnel(cockpit: Cockpit, indicator: str, place: str, language: str = "en") -> Figure | Finding:
    """Return who differs from the whole by more than chance: rates by number of persons within funnel limits."""
    of = cockpit.definition(indicator)
    rows = series(cockpit, of)
    known = rows[rows["value"].notna() & (rows["denominator"] > 0) & rows["place"].isin(cockpit.groups.index)]
    if of.kind != "share" or known["place"].nunique() < 5:
        return Finding(say("No funnel plot: there are no counts of persons by place.", language))
    period = str(known["period"].max())
    table = known[known["period"] == period].sort_values("denominator").reset_index(drop=True)
    rate = float(table["numerator"].sum() / table["denominator"].sum())
    persons = table["denominator"].to_numpy(float)
    grid = np.unique(np.geomspace(max(persons.min(), 1), persons.max(), 200))
    low, high = limits(rate, persons, LEVELS[-1])
    outside = (table["value"] < low) | (table["value"] > high)
    with style():
        drawing = Drawing(figsize=(TEXT_WIDTH_IN, 3.3))
        axes = drawing.add_axes((0.09, 0.16, 0.88, 0.74))
        for level, dash in zip(LEVELS, ("--", "-"), strict=True):
            below, above = limits(rate, grid, level)
            for line in (below, above):
                axes.plot(grid, line, color=COLOURS.quiet, linestyle=dash, linewidth=0.8)
        axes.axhline(rate, color=COLOURS.ink, linewidth=0.8)
        axes.scatter(persons[~outside], table["value"][~outside], s=12, color=COLOURS.band50, linewidths=0)
        axes.scatter(persons[outside], table["value"][outside], s=14, marker="D", color=COLOURS.accent, linewidths=0)
        mine = table[table["place"] == place]
        if len(mine):
            at = (float(mine["denominator"].iloc[0]), float(mine["value"].iloc[0]))
            axes.scatter(*at, s=70, facecolor="none", edgecolor=COLOURS.alarm, linewidths=1.6, zorder=4)
            axes.annotate(
                cockpit.names[place], at, (7, 7), textcoords="offset points", color=COLOURS.alarm, fontsize=8.5
            )
        axes.set_xscale("log")
        axes.set_ylim(0, min(1.0, float(table["value"].max()) * LIFT) or 1)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, language=language)))
        axes.xaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))
        _scale(axes.yaxis, of, language)
        axes.set_xlabel(say("persons in all", language), color=COLOURS.quiet)
        drawing.text(
            0.0,
            0.985,
            f"{of.text('label', language)}, {words.unit(of, language)}, {words.period(period, language)}",
            color=COLOURS.quiet,
            va="top",
        )
    told = say(
        "{count} of {all} places lie outside the limits that chance alone keeps 99.8 % within",
        language,
        count=number(int(outside.sum()), language=language),
        all=number(len(table), language=language),
    )
    return Figure(
        name=f"cockpit-funnel-{indicator.replace('_', '-').lower()}",
        drawing=drawing,
        caption=f"{told}.",
        alternative=say(
            "Funnel plot: rates of places by their number of persons, around the rate of all ({rate}). {told}.",
            language,
            rate=words.figure(of, rate, language),
            told=told,
        ),
        source=_source(cockpit, indicator, language),
        data=table.assign(low=low, high=high)[["place", "numerator", "denominator", "value", "low", "high"]],
    )


def _line(figures: pd.DataFrame, indicator: str, place: str, group: str) -> pd.Series:
    chosen = figures[(figures["indicator"] == indicator) & (figures["place"] == place)]
    chosen = chosen[chosen["group"] == group] if group else chosen
    return chosen.dropna(subset=["value"]).set_index("period")["value"].sort_index()


def _few(count: int, most: int = 6) -> list[int]:
    step = -(-count // most)
    return [count - 1 - back for back in range(0, count, step)][::-1]


def _scale(axis: Any, of: Definition, language: str) -> None:
    axis.set_major_locator(MaxNLocator(5))
    if of.kind in ("share", "percent"):
        axis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, language=language)))
    else:
        decimals = 1 if of.kind == "ratio" else 0
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value, decimals, language)))


def _labels(axes: Axes, ends: list[tuple[float, str, str]], top: float) -> None:
    """Name each line at its end, names at least a line apart."""
    gap, last = top * 0.085, -1e9
    for value, title, colour in sorted(ends):
        at = max(value, last + gap)
        last = at
        axes.annotate(title, (1.02, at), xycoords=("axes fraction", "data"), color=colour, fontsize=8.5, va="center")


def _sizes(drawing: Drawing, of: Definition, low: float, high: float, language: str) -> None:
    axes = drawing.add_axes((0.74, 0.3, 0.26, 0.34))
    axes.set_axis_off()
    axes.set(xlim=(0, 4), ylim=(0, 3))
    for at, share in enumerate((1.0, 0.5, 0.0)):
        y = 2.5 - at
        axes.scatter(
            [0.5],
            [y],
            s=[DOTS[0] + share * (DOTS[1] - DOTS[0])],
            facecolor=COLOURS.band50 + "B3",
            edgecolor=COLOURS.accent,
            linewidths=0.6,
        )
        axes.text(
            1.1,
            y,
            words.figure(of, low + share * (high - low), language, unit=False),
            va="center",
            fontsize=8.5,
            color=COLOURS.quiet,
        )


def _source(cockpit: Cockpit, indicator: str, language: str) -> str:
    return f"{source_line(cockpit.sources.get(indicator, ()), language)}. " + say(
        "Run {key}.", language, key=cockpit.record.short_key
    )


def all_three(cockpit: Cockpit, indicator: str, place: str, language: str = "en") -> tuple[Figure | Finding, ...]:
    """Return trend, map and funnel of an indicator."""
    return tuple(made(cockpit, indicator, place, language) for made in (trend, on_map, funnel))
