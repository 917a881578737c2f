"""Waiting, places and answers as pictures, each with its figures in a table beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import FuncFormatter, MaxNLocator

from workbench.presentation.drawing.charts import style
from workbench.presentation.drawing.theme import CATEGORIES, COLOURS, TEXT_WIDTH_IN
from workbench.presentation.findings import Figure, Finding
from workbench.presentation.languages import say
from workbench.presentation.rounds import words
from workbench.presentation.wording import number, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from workbench.studies.rounds.account import Account

SIX_MONTHS = 183
"""Days of the goal: settled within six months of the permit."""
DASHES = ("-", "--", ":", "-.")


def waiting_curve(result: Account, language: str = "en") -> Figure:
    """Return the share of households that still wait for a decision, by days since the permit."""
    curve = result.curve
    with style():
        drawing = Drawing(figsize=(TEXT_WIDTH_IN, 2.8))
        axes = drawing.add_axes((0.09, 0.17, 0.88, 0.73))
        axes.fill_between(curve["day"], curve["low"], curve["high"], step="post", color=COLOURS.band95, linewidth=0)
        axes.step(curve["day"], curve["waiting"], where="post", color=COLOURS.accent, linewidth=1.6)
        _goal(axes, curve["day"].max(), language)
        _share_of_days(drawing, axes, language)
    middle = words.days(result.median[0], language)
    return Figure(
        name="round-waiting",
        drawing=drawing,
        caption=say(
            "How long households of all municipalities wait for a decision: half have one after {days} from the "
            "permit.",
            language,
            days=middle,
        )
        if np.isfinite(result.median[0])
        else say(
            "How long households of all municipalities wait for a decision: {days} after the permit {share} still "
            "wait.",
            language,
            days=words.days(float(curve["day"].max()), language),
            share=percent(float(curve["waiting"].iloc[-1]), language=language),
        ),
        alternative=say(
            "Falling step line: the share of households without a decision, by days since the permit. Band: 95 % "
            "interval.",
            language,
        ),
        source=_source(result, language),
        data=curve,
    )


def places_by_week(result: Account, language: str = "en") -> Figure | Finding:
    """Return places offered, taken and paused, by week of the year."""
    frame = result.weeks.assign(paused=result.weeks["places"].where(result.weeks["paused"].notna(), 0))
    table = frame.groupby("week")[["places", "taken", "paused"]].sum().reset_index()
    if len(table) < 2:
        return Finding(say("Places of one week only are known; the table gives them.", language), language=language)
    return Figure(
        name="round-places",
        drawing=_bars(table, language),
        caption=say(
            "Places by week, persons: {taken} of {places} offered are taken.",
            language,
            taken=number(table["taken"].sum(), language=language),
            places=number(table["places"].sum(), language=language),
        ),
        alternative=say("Bars by week: places offered in light blue, taken in dark, paused in orange.", language),
        source=_source(result, language),
        data=table,
    )


def waiting_by_group(result: Account, language: str = "en") -> Figure | Finding | None:
    """Return the median wait of each group with its interval; nothing in a municipality's edition."""
    if result.place:
        return None
    table = result.fairness[np.isfinite(result.fairness["median"])]
    if len(table) < 2:
        few = say(
            "Fewer than two groups have a median wait yet, so the groups are not drawn beside each other.", language
        )
        return Finding(few, language=language)
    at = np.arange(len(table))[::-1]
    right = float(np.nanmax(np.where(np.isfinite(table["high"]), table["high"], table["median"]))) * 1.08
    with style():
        drawing = Drawing(figsize=(TEXT_WIDTH_IN, 0.75 + 0.27 * len(table)))
        axes = drawing.add_axes((0.3, 0.5 / drawing.get_figheight(), 0.67, 1 - 0.8 / drawing.get_figheight()))
        for y, row in zip(at, table.to_dict("records"), strict=True):
            axes.plot([row["low"], min(row["high"], right)], [y, y], color=COLOURS.band50, linewidth=3)
            axes.plot(row["median"], y, marker="o", color=COLOURS.accent, markersize=5)
        axes.axvline(float(table["median"].iloc[0]), color=COLOURS.quiet, linewidth=0.6)
        axes.set_yticks(at, [words.group(name, language) for name in table["group"]])
        axes.set_xlim(0, right)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, language=language)))
        axes.set_xlabel(say("Median days from permit to decision, with 95 % interval", language))
    return Figure(
        name="round-fairness",
        drawing=drawing,
        caption=say("Waiting by group: the line marks all households.", language),
        alternative=say("Dots with intervals: median days until a decision by group; the table gives them.", language),
        source=_source(result, language),
        data=table,
    )


def waiting_beside(curves: Mapping[str, pd.DataFrame], source: str, language: str = "en") -> Figure:
    """Return how the share of those who still wait falls under several practices.

    Parameters
    ----------
    curves
        For each practice, by the name readers know: ``day, waiting, low, high``.
    """
    with style():
        drawing = Drawing(figsize=(TEXT_WIDTH_IN, 2.9))
        axes = drawing.add_axes((0.09, 0.17, 0.88, 0.71))
        for at, (name, curve) in enumerate(curves.items()):
            colour, dash = CATEGORIES[at % len(CATEGORIES)], DASHES[at % len(DASHES)]
            axes.step(
                curve["day"], curve["waiting"], where="post", color=colour, linestyle=dash, linewidth=1.6, label=name
            )
        _goal(axes, max(float(curve["day"].max()) for curve in curves.values()), language)
        axes.legend(loc="lower left", frameon=False)
        _share_of_days(drawing, axes, language)
    data = pd.concat([curve.assign(practice=name) for name, curve in curves.items()], ignore_index=True)
    return Figure(
        name="waiting-beside",
        drawing=drawing,
        caption=say("Share of households not settled yet, by days since the permit.", language),
        alternative=say(
            "Falling step lines, one for each practice: {names}. The table gives the figures.",
            language,
            names=", ".join(curves),
        ),
        source=source,
        data=data,
    )


def _bars(table: pd.DataFrame, language: str) -> Drawing:
    with style():
        drawing = Drawing(figsize=(TEXT_WIDTH_IN, 2.5))
        axes = drawing.add_axes((0.09, 0.19, 0.88, 0.66))
        axes.bar(table["week"], table["places"], color=COLOURS.band80, width=0.8, label=say("offered", language))
        axes.bar(table["week"], table["taken"], color=COLOURS.accent, width=0.8, label=say("taken", language))
        if table["paused"].any():
            axes.bar(
                table["week"], table["paused"], bottom=table["places"] - table["paused"], width=0.8,
                color="none", edgecolor=COLOURS.attention, hatch="////", linewidth=0.6, label=say("paused", language),
            )  # fmt: skip
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, frameon=False, borderaxespad=0.2)
        axes.xaxis.set_major_locator(MaxNLocator(12, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, language=language)))
        axes.set_xlabel(say("Week", language))
        drawing.text(0.0, 0.985, say("Places, persons", language), color=COLOURS.quiet, va="top")
    return drawing


def _goal(axes: Axes, last: float, language: str) -> None:
    axes.set_xlim(0, max(float(last), 30.0) * 1.02)
    if last >= SIX_MONTHS:
        axes.axvline(SIX_MONTHS, color=COLOURS.quiet, linewidth=0.6)
        top = axes.get_xaxis_transform()  # above the drawing, where no curve runs through it
        text = say("six months", language)
        axes.text(SIX_MONTHS, 1.01, text, color=COLOURS.quiet, ha="center", va="bottom", fontsize=8.5, transform=top)


def _share_of_days(drawing: Drawing, axes: Axes, language: str) -> None:
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, language=language)))
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.set_xlabel(say("Days since the permit", language))
    drawing.text(0.0, 0.985, say("Still waiting", language), color=COLOURS.quiet, va="top")


def _source(result: Account, language: str) -> str:
    return say("Source: the register. Run {key}.", language, key=result.record.short_key)
