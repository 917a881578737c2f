"""A plan on a map: circles at the centroids of places, area in proportion to persons, the dense region as an inset."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from workbench.core.errors import ReportError
from workbench.presentation.charts import style
from workbench.presentation.theme import COLOURS, TEXT_WIDTH_IN
from workbench.presentation.wording import count, counted, number, rounded

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

LABELLED = 6
LETTER, LINE = 4.3, 9.5
"""Width of a letter and height of a line of a name on a map, points."""
DENSE_SHARE = 0.15


def equal_area(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Project degrees to kilometres so that areas compare (east, north of the middle of the region).

    Notes
    -----
    Albers conic on a sphere of radius 6371 km; standard parallels a sixth of the range inside the southernmost and
    northernmost place.
    """
    south, north = np.radians([lat.min(), lat.max()])
    first, second = south + (north - south) / 6, north - (north - south) / 6
    middle_lon, middle_lat = np.radians((lon.min() + lon.max()) / 2), (south + north) / 2
    n = (np.sin(first) + np.sin(second)) / 2
    c = np.cos(first) ** 2 + 2 * n * np.sin(first)
    radius = np.sqrt(c - 2 * n * np.sin(np.radians(lat))) / n
    radius0 = np.sqrt(c - 2 * n * np.sin(middle_lat)) / n
    angle = n * (np.radians(lon) - middle_lon)
    return 6371 * radius * np.sin(angle), 6371 * (radius0 - radius * np.cos(angle))


def dense_region(x: np.ndarray, y: np.ndarray, share: float = DENSE_SHARE) -> tuple[float, float, float]:
    """Return centre and half-width of the smallest square around a place that holds ``share`` of all places."""
    wanted = max(2, round(share * len(x)))
    reach = np.maximum(np.abs(x[:, None] - x[None, :]), np.abs(y[:, None] - y[None, :]))
    half = np.sort(reach, axis=1)[:, min(wanted, len(x)) - 1]
    at = int(np.argmin(half))
    return float(x[at]), float(y[at]), float(half[at]) * 1.06


def plan_map(
    places: pd.DataFrame, unit: str = "Persons placed, by municipality", told: Callable[[float], str] = number
) -> Drawing:
    """Draw how many persons each place receives.

    Parameters
    ----------
    places
        One row per place: ``name``, ``lon``, ``lat`` (degrees), ``placed`` (persons).
    unit
        What the circles show.
    told
        How a number of persons is written beside a circle: exactly, or rounded as a forecast is.
    """
    if len(places) < 2:
        raise ReportError("a map needs at least two places with a position", do="show the table instead")
    x, y = equal_area(places["lon"].to_numpy(float), places["lat"].to_numpy(float))
    placed = places["placed"].to_numpy(float)
    biggest = max(1.0, float(placed.max()))
    scale = 330 / biggest
    with style():
        tall = (float(np.ptp(y)) + 100) / (float(np.ptp(x)) + 80)
        height = min(max(0.58 * TEXT_WIDTH_IN * tall + 0.25, 3.4), 5.6)
        drawing = Drawing(figsize=(TEXT_WIDTH_IN, height))
        whole = drawing.add_axes((0.0, 0.0, 0.58, 0.955))
        inset = drawing.add_axes((0.6, 0.02, 0.4, 0.4 * TEXT_WIDTH_IN / height))
        drawing.text(0.0, 0.995, unit, color=COLOURS.quiet, va="top")
        across, up, half = dense_region(x, y)
        inside = (np.abs(x - across) <= half) & (np.abs(y - up) <= half)
        _dots(whole, x, y, placed, scale)
        _dots(inset, x, y, placed, scale)
        whole.set_aspect("equal")
        whole.set_xlim(x.min() - 40, x.max() + 40)
        whole.set_ylim(y.min() - 60, y.max() + 40)
        whole.add_patch(
            Rectangle(
                (across - half, up - half), 2 * half, 2 * half, fill=False, edgecolor=COLOURS.quiet, linewidth=0.7
            )
        )
        inset.set(xlim=(across - half, across + half), ylim=(up - half, up + half))
        for spine in inset.spines.values():
            spine.set(visible=True, color=COLOURS.quiet, linewidth=0.7)
        capital = places["name"].to_numpy()[np.where(inside, places["placed"], -1).argmax()]
        inset.set_title(f"Around {capital} ({counted(int(inside.sum()), 'municipality', 'municipalities')})", pad=4)
        _names(whole, places["name"].to_numpy(), x, y, np.where(inside, 0, placed), scale, told)
        _names(inset, places["name"].to_numpy(), x, y, np.where(inside, placed, 0), scale, told)
        _sizes(
            drawing, rounded(biggest) if told is count else biggest, scale, 0.05 + 0.4 * TEXT_WIDTH_IN / height + 0.10
        )
    return drawing


def _dots(axes: Axes, x: np.ndarray, y: np.ndarray, placed: np.ndarray, scale: float) -> None:
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.scatter(x, y, s=2.2, color="#B4BCC6", linewidths=0)
    order = np.argsort(-placed)
    order = order[placed[order] > 0]
    axes.scatter(
        x[order],
        y[order],
        s=placed[order] * scale,
        facecolor=COLOURS.band50 + "B3",
        edgecolor=COLOURS.accent,
        linewidths=0.6,
    )


def _names(
    axes: Axes,
    names: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    placed: np.ndarray,
    scale: float,
    told: Callable[[float], str],
) -> None:
    """Name the places that receive most, each on the side where it covers least; not over a name or the edge."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    axes.apply_aspect()
    size = 72 * np.array([figure.get_figwidth(), figure.get_figheight()]) * axes.get_position().size
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    spots = np.column_stack([(x - left) / (right - left), (y - bottom) / (top - bottom)]) * size
    radius = np.sqrt(placed * scale / np.pi)
    written: list[np.ndarray] = []
    for at in np.argsort(-placed, kind="stable"):
        if placed[at] <= 0 or len(written) == LABELLED:
            break
        text = f"{names[at]} {told(float(placed[at]))}"
        reach = np.array([LETTER * len(text), LINE]) / 2
        away = radius[at] + 2 + reach
        choices: list[tuple[float, int, np.ndarray, tuple[int, int]]] = []
        for side in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            middle = spots[at] + np.array(side) * away
            box = np.concatenate([middle - reach, middle + reach])
            if (box[:2] < 0).any() or (box[2:] > size).any() or any(_overlap(box, other) for other in written):
                continue
            beside = np.clip(spots, box[:2], box[2:])
            covered = np.maximum(0.0, radius - np.linalg.norm(spots - beside, axis=1))
            choices.append((float(covered.sum() - covered[at]), len(choices), box, side))
        if not choices:
            continue
        _, _, box, (across, up) = min(choices, key=lambda choice: choice[:2])
        written.append(box)
        axes.annotate(
            text,
            (x[at], y[at]),
            (across * (radius[at] + 2), up * (radius[at] + 2)),
            textcoords="offset points",
            ha={1: "left", -1: "right", 0: "center"}[across],
            va={1: "bottom", -1: "top", 0: "center"}[up],
            fontsize=8,
            path_effects=[withStroke(linewidth=2.2, foreground=COLOURS.paper)],
        )


def _overlap(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((one[:2] < other[2:]).all() and (other[:2] < one[2:]).all())


def _sizes(drawing: Drawing, biggest: float, scale: float, bottom: float) -> None:
    """Say what a circle's area means, with three examples and the dot for no persons."""
    steps = sorted({1.0, max(1.0, round(biggest / 4)), biggest})
    axes = drawing.add_axes((0.6, bottom, 0.4, 0.13))
    axes.set_axis_off()
    axes.set(xlim=(0, 4), ylim=(-1, 1))
    spots = [0.3 + k * 1.0 for k in range(len(steps) + 1)]
    axes.scatter(spots[:1], [0.3], s=2.2, color="#B4BCC6", linewidths=0)
    axes.scatter(
        spots[1:],
        [0.3] * len(steps),
        s=[v * scale for v in steps],
        facecolor=COLOURS.band50 + "B3",
        edgecolor=COLOURS.accent,
        linewidths=0.6,
    )
    texts = ["none", *(number(v) for v in steps[:-1]), counted(int(biggest), "person")]
    for at, text in zip(spots, texts, strict=True):
        axes.text(at, -1.0, text, ha="center", va="bottom", fontsize=8.5, color=COLOURS.quiet)
