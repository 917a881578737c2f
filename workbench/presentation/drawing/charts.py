"""Charts in the project's look: fans of what may come; drawn without any global state."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from workbench.core.dates.calendar import month_number
from workbench.core.errors import ReportError
from workbench.presentation.drawing.theme import BANDS, COLOURS, TEXT_WIDTH_IN, font_file, matplotlib_style
from workbench.presentation.languages import month, say
from workbench.presentation.wording import number, percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Fan:
    """One series with its forecast.

    Parameters
    ----------
    title
        Name of the series, as a reader says it.
    observed, later
        Values indexed by month (``YYYY-MM``): known at the as-of month, and published since.
    forecast
        Columns ``month``, ``median``, and ``low50``, ``high50`` … as :meth:`workbench.core.draws.Draws.summary` makes.
    marks
        Months with an event, each numbered on the chart in this order.
    """

    title: str
    observed: pd.Series
    forecast: pd.DataFrame
    later: pd.Series
    marks: tuple[str, ...] = ()


@cache
def _register_fonts() -> None:
    for style in ("Regular", "Bold", "It"):
        font_manager.fontManager.addfont(str(font_file(style)))


def style() -> AbstractContextManager[None]:
    """Return the context in which a chart is drawn and saved: the project's look, whatever the user has set."""
    _register_fonts()
    settings: Any = {**matplotlib.rcParamsDefault, **matplotlib_style()}
    # The context would not set the backend back, and a notebook would no longer show the user's own charts.
    settings.pop("backend")
    return matplotlib.rc_context(settings)


def svg_text(drawing: Drawing, name: str) -> str:
    """Return a drawing as SVG without date, so that the same figures give the same bytes."""
    held = io.StringIO()
    with style():
        matplotlib.rcParams["svg.hashsalt"] = name
        drawing.savefig(held, format="svg", metadata={"Date": None, "Creator": None})
    text = held.getvalue()
    return text[text.index("<svg") :]


def _panel(axes: Axes, fan: Fan, as_of: str, compact: bool, language: str) -> None:
    now = month_number(as_of)
    past = np.array([month_number(m) for m in fan.observed.index])
    steps = np.array([month_number(m) for m in fan.forecast["month"]])
    for level, fill in BANDS.items():
        low, high = (fan.forecast[f"{end}{round(level * 100)}"].to_numpy(float) for end in ("low", "high"))
        axes.fill_between(steps, low, high, color=fill, linewidth=0)
    axes.axvline(now, color=COLOURS.quiet, linewidth=0.6)
    axes.plot(steps, fan.forecast["median"], color=COLOURS.accent, linewidth=1.4 if compact else 1.8)
    size = 1.6 if compact else 2.6
    axes.plot(past, fan.observed.to_numpy(float), color=COLOURS.ink, marker="o", markersize=size, linewidth=0.9)
    if len(fan.later):
        known = [month_number(m) for m in fan.later.index]
        axes.plot(
            known,
            fan.later.to_numpy(float),
            linestyle="none",
            marker="o",
            markersize=size + 1.6,
            markerfacecolor=COLOURS.paper,
            markeredgecolor=COLOURS.ink,
            markeredgewidth=0.8,
        )
    first, last = past.min(), max(steps.max(), now)
    axes.set_xlim(first - 0.7, last + 0.7)
    years = [n for n in range(first, last + 1) if n % 12 == 0]
    axes.set_xticks(years, [str(n // 12) for n in years])
    axes.yaxis.set_major_locator(MaxNLocator(4 if compact else 6, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, language=language)))


def _apart(wanted: Sequence[float], gap: float) -> list[float]:
    """Return label positions at least ``gap`` apart, each as near to where it is wanted as its order allows."""
    order = np.argsort(wanted)
    placed = np.array(wanted, dtype=float)
    for lower, upper in itertools.pairwise(order):
        placed[upper] = max(placed[upper], placed[lower] + gap)
    placed -= max(0.0, float(np.mean(placed - np.array(wanted))))
    return [float(x) for x in placed]


def fan_chart(fan: Fan, as_of: str, unit: str, language: str = "en") -> Drawing:
    """Draw one series large: observed, median and three bands, each named directly beside what it names.

    Parameters
    ----------
    unit
        What the y-axis counts, e.g. ``Asylum applicants per month``.
    """
    with style():
        drawing = Drawing(figsize=(TEXT_WIDTH_IN, 3.1))
        axes = drawing.add_axes((0.085, 0.085, 0.755, 0.78))
        _panel(axes, fan, as_of, compact=False, language=language)
        highest = max(fan.observed.max(), fan.forecast["high95"].max(), fan.later.max() if len(fan.later) else 0)
        axes.set_ylim(0, float(highest) * 1.08 or 1)
        _marked(axes, fan.marks)
        drawing.text(0.0, 0.975, unit, color=COLOURS.quiet, va="top")
        end = fan.forecast.iloc[-1]
        names = [(say("median", language), end["median"], COLOURS.accent)]
        names += [(_band(level, language), end[f"high{round(level * 100)}"], COLOURS.quiet) for level in BANDS]
        heights = _apart([float(y) for _, y, _ in names], 0.058 * axes.get_ylim()[1])
        for (text, wanted, colour), y in zip(names, heights, strict=True):
            axes.annotate(
                text,
                (axes.get_xlim()[1] - 0.7, wanted),
                (1.015, y),
                textcoords=axes.get_yaxis_transform(),
                color=colour,
                fontsize=8.5,
                va="center",
                arrowprops={"arrowstyle": "-", "color": COLOURS.quiet, "linewidth": 0.4, "shrinkA": 0, "shrinkB": 0},
                annotation_clip=False,
            )
        first, last = axes.get_xlim()
        axes.annotate(
            say("data to {month}", language, month=month(as_of, language)),
            (month_number(as_of), axes.get_ylim()[1]),
            (0, 3),
            textcoords="offset points",
            color=COLOURS.quiet,
            fontsize=8.5,
            ha="center" if month_number(as_of) > first + 0.2 * (last - first) else "left",
            va="bottom",
        )
        near = fan.observed.iloc[len(fan.observed) // 4 : len(fan.observed) // 2 + 1]
        if len(near):
            middle = month_number(near.index[len(near) // 2])
            _below(axes, middle, float(near.min()), say("observed", language))
        if len(fan.later):
            low = min(float(fan.later.min()), float(fan.forecast["low95"].min()))
            between = (month_number(fan.later.index[0]) + month_number(fan.later.index[-1])) / 2
            _below(axes, between, low, say("published since", language))
    return drawing


def _marked(axes: Axes, marks: Sequence[str]) -> None:
    """Draw a dotted rule for each month with an event, its numbers at the top inside; one rule for a shared month."""
    numbers: dict[str, list[str]] = {}
    for at, when in enumerate(marks, 1):
        numbers.setdefault(when, []).append(str(at))
    for when, told in numbers.items():
        axes.axvline(month_number(when), color=COLOURS.quiet, linewidth=0.8, linestyle=(0, (1, 2)))
        axes.annotate(
            ", ".join(told),
            (month_number(when), axes.get_ylim()[1]),
            (2, -2),
            textcoords="offset points",
            color=COLOURS.quiet,
            fontsize=8.5,
            ha="left",
            va="top",
        )


def _band(level: float, language: str) -> str:
    return say("{share} of outcomes", language, share=percent(level))


def _below(axes: Axes, x: float, y: float, text: str) -> None:
    axes.annotate(text, (x, y), (0, -7), textcoords="offset points", ha="center", va="top", fontsize=8.5)


def _top(fan: Fan) -> float:
    """Return the highest figure that is drawn of a series."""
    return float(max(fan.observed.max(), fan.forecast["high95"].max(), fan.later.max() if len(fan.later) else 0))


def fan_charts(
    fans: Sequence[Fan], as_of: str, unit: str, columns: int = 3, language: str = "en", own_scales: bool = False
) -> Drawing:
    """Draw several series as small multiples: one span of months for all, one scale for each row or each series."""
    if not fans:
        raise ReportError("there is no series to draw", do="choose at least one destination")
    rows = -(-len(fans) // columns)
    with style():
        height = 0.70 + 1.01 * rows
        drawing = Drawing(figsize=(TEXT_WIDTH_IN, height))
        grid = drawing.subplots(rows, columns, sharex=True, sharey=False if own_scales else "row", squeeze=False)
        drawing.subplots_adjust(
            left=0.085,
            right=0.995,
            bottom=0.24 / height,
            top=1 - 0.70 / height,
            hspace=0.40,
            wspace=0.26 if own_scales else 0.07,
        )
        for axes, fan in zip(grid.flat, fans, strict=False):
            _panel(axes, fan, as_of, compact=True, language=language)
            axes.set_title(fan.title, pad=3)
        for place in range(len(fans), rows * columns):
            grid.flat[place].set_axis_off()
            grid.flat[place - columns].tick_params(labelbottom=True)
        tops = [_top(fan) for fan in fans]
        for at, axes in zip(range(len(fans)), grid.flat, strict=False):
            row = at // columns * columns
            top = tops[at] if own_scales else max(tops[row : row + columns])
            axes.set_ylim(0, top * 1.06 or 1)
        drawing.text(0.0, 1 - 0.02 / height, unit, color=COLOURS.quiet, va="top")
        _key(drawing, any(len(f.later) for f in fans), 1 - 0.23 / height, language)
    return drawing


def _key(drawing: Drawing, later: bool, top: float, language: str) -> None:
    ink, paper = COLOURS.ink, COLOURS.paper
    marks: list[tuple[Line2D | Patch, str]] = [
        (Line2D([], [], color=ink, marker="o", markersize=2.6, linewidth=0.9), say("observed", language)),
        (Line2D([], [], color=COLOURS.accent, linewidth=1.6), say("forecast median", language)),
    ]
    marks += [(Patch(color=BANDS[0.5]), _band(0.5, language))]
    marks += [(Patch(color=BANDS[level]), percent(level)) for level in (0.8, 0.95)]
    if later:
        hollow = Line2D([], [], linestyle="none", marker="o", markersize=4, markerfacecolor=paper, markeredgecolor=ink)
        marks.append((hollow, say("published since", language)))
    drawing.legend(
        [mark for mark, _ in marks],
        [text for _, text in marks],
        loc="upper left",
        bbox_to_anchor=(-0.004, top),
        ncols=len(marks),
        frameon=False,
        fontsize=8.5,
        borderpad=0,
        borderaxespad=0,
        handlelength=1.3,
        handletextpad=0.5,
        columnspacing=1.3,
    )
