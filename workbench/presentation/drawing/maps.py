"""A plan on a map: circles at the centroids of places, area in proportion to persons, the dense region as an inset."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.textpath import TextPath

from workbench.core.errors import ReportError
from workbench.core.storage import shipped
from workbench.presentation.drawing.charts import style
from workbench.presentation.drawing.theme import COLOURS, TEXT_WIDTH_IN
from workbench.presentation.languages import say, say_many
from workbench.presentation.wording import count, number, rounded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABELLED = 6
LETTERS, LINE = 8, 9.5
"""Size of the letters and height of a line of a name on a map, points."""
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
AWAY = (2, 12, 24)
"""How far from its circle a name may stand, points; a thin line leads there where it is not the nearest."""
LEADER = {"arrowstyle": "-", "linewidth": 0.6, "color": COLOURS.quiet, "shrinkA": 0}
DENSE_SHARE = 0.15
LAND: dict[str, Any] = {"facecolor": COLOURS.panel, "edgecolor": "#C3CAD2", "linewidths": 0.5, "zorder": 0}
AROUND = 1.0
"""How far outside its places a map shows the coast, degrees."""


def outlines(lon: np.ndarray, lat: np.ndarray) -> list[np.ndarray]:
    """Return the rings of land (point x longitude, latitude; degrees) that reach into the region of some places.

    Notes
    -----
    Natural Earth (public domain): Norway, Sweden and Denmark. A region elsewhere has none.
    """
    table = pd.read_csv(shipped.path("data") / "maps" / "country_outlines.csv")
    low = np.array([lon.min(), lat.min()]) - AROUND
    high = np.array([lon.max(), lat.max()]) + AROUND
    rings = [ring[["lon", "lat"]].to_numpy(float) for _, ring in table.groupby(["country", "ring"], sort=False)]
    return [ring for ring in rings if (ring.min(axis=0) < high).all() and (ring.max(axis=0) > low).all()]


def credit(places: pd.DataFrame, language: str = "en") -> str:
    """Return whose outlines a map of these places (``lon``, ``lat``) shows; empty if it shows none."""
    drawn = outlines(places["lon"].to_numpy(float), places["lat"].to_numpy(float))
    return " " + say("Outlines: Natural Earth.", language) if drawn else ""


def equal_area(
    lon: np.ndarray, lat: np.ndarray, region: tuple[np.ndarray, np.ndarray] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Project degrees to kilometres so that areas compare (east, north of the middle of the region).

    Parameters
    ----------
    region
        Longitudes and latitudes whose range sets the projection; default those projected.

    Notes
    -----
    Albers conic on a sphere of radius 6371 km; standard parallels a sixth of the range inside the southernmost and
    northernmost place.
    """
    wide, tall = region or (lon, lat)
    south, north = np.radians([tall.min(), tall.max()])
    first, second = south + (north - south) / 6, north - (north - south) / 6
    middle_lon, middle_lat = np.radians((wide.min() + wide.max()) / 2), (south + north) / 2
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
    places: pd.DataFrame,
    unit: str = "Persons placed, by municipality",
    told: Callable[..., str] = number,
    language: str = "en",
) -> Drawing:
    """Draw how many persons each place receives.

    Parameters
    ----------
    places
        One row per place: ``name``, ``lon``, ``lat`` (degrees), ``placed`` (persons).
    unit
        What the circles show.
    told
        How a number of persons is written beside a circle: exactly, or rounded as a forecast is (``count``).
    """
    if len(places) < 2:
        raise ReportError("a map needs at least two places with a position", do="show the table instead")
    lon, lat = places["lon"].to_numpy(float), places["lat"].to_numpy(float)
    x, y = equal_area(lon, lat)
    land = [np.column_stack(equal_area(ring[:, 0], ring[:, 1], (lon, lat))) for ring in outlines(lon, lat)]
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
        for axes in (whole, inset):
            axes.add_collection(PolyCollection(land, **LAND), autolim=False)
            _dots(axes, x, y, placed, scale)
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
        towns = say_many(
            "{number} municipality", "{number} municipalities", int(inside.sum()), language, number=int(inside.sum())
        )
        inset.set_title(say("Around {place} ({towns})", language, place=capital, towns=towns), pad=4)
        written = np.array(
            [f"{name} {told(v, language=language)}" for name, v in zip(places["name"], placed, strict=True)]
        )
        _names(whole, written, x, y, placed, ~inside, scale)
        _names(inset, written, x, y, placed, inside, scale)
        most = rounded(biggest) if told is count else biggest
        _sizes(drawing, most, scale, 0.05 + 0.4 * TEXT_WIDTH_IN / height + 0.10, language)
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
    named: np.ndarray,
    scale: float,
) -> None:
    """Write the names of those places of ``named`` that receive most; never over a circle, a name or the edge."""
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
        if not named[at]:
            continue
        text = str(names[at])
        reach = np.array([TextPath((0, 0), text, size=LETTERS).get_extents().width + 2, LINE]) / 2
        for away, side in product(AWAY, SIDES):
            # A corner of the name on a diagonal lies as far from the centre as its edge does beside the circle.
            gap = (radius[at] + away) / np.hypot(*side)
            middle = spots[at] + np.array(side) * (gap + reach)
            box = np.concatenate([middle - reach, middle + reach])
            apart = np.linalg.norm(spots - np.clip(spots, box[:2], box[2:]), axis=1)
            if (box[:2] < 0).any() or (box[2:] > size).any() or any(_overlap(box, other) for other in written):
                continue
            if (apart < radius).any():
                continue
            written.append(box)
            axes.annotate(
                text,
                (x[at], y[at]),
                tuple(middle - spots[at]),
                textcoords="offset points",
                ha="center",
                va="center_baseline",
                fontsize=LETTERS,
                arrowprops=None if away == AWAY[0] else {**LEADER, "shrinkB": radius[at]},
                path_effects=[withStroke(linewidth=2.2, foreground=COLOURS.paper)],
            )
            break


def _overlap(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((one[:2] < other[2:]).all() and (other[:2] < one[2:]).all())


def _sizes(drawing: Drawing, biggest: float, scale: float, bottom: float, language: str) -> None:
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
    most = number(int(biggest), language=language)
    persons = say_many("{number} person", "{number} persons", int(biggest), language, number=most)
    texts = [say("none", language), *(number(v, language=language) for v in steps[:-1]), persons]
    for at, text in zip(spots, texts, strict=True):
        axes.text(at, -1.0, text, ha="center", va="bottom", fontsize=8.5, color=COLOURS.quiet)
