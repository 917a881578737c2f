import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.text import Text

from workbench.core.errors import ReportError
from workbench.presentation.drawing.charts import _apart, fan_charts
from workbench.presentation.drawing.maps import credit, dense_region, equal_area, plan_map

pytestmark = pytest.mark.quick


def test_projected_areas_compare():
    """A cell of one degree has the area that the sphere gives it, in the south as in the north."""
    lon, lat = np.array([10.0, 11.0, 11.0, 10.0]), np.array([0.0, 0.0, 1.0, 1.0])
    for south in (58.0, 69.0):
        frame = np.array([4.0, 31.0]), np.array([57.0, 71.5])
        x, y = equal_area(np.append(lon, frame[0]), np.append(lat + south, frame[1]))
        x, y = x[:4], y[:4]
        area = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
        true = 6371**2 * np.radians(1) * (np.sin(np.radians(south + 1)) - np.sin(np.radians(south)))
        assert area == pytest.approx(true, rel=0.002)


def test_the_inset_is_where_places_are_dense():
    rng = np.random.default_rng(1)
    x = np.append(rng.normal(100, 1, 30), rng.uniform(-500, 500, 70))
    y = np.append(rng.normal(-200, 1, 30), rng.uniform(-500, 500, 70))
    across, up, half = dense_region(x, y, 0.25)
    assert abs(across - 100) < 5 and abs(up + 200) < 5 and half < 10


@given(arrays(float, st.integers(1, 6), elements=st.floats(0, 100)))
def test_labels_keep_apart_and_in_order(wanted):
    placed = np.array(_apart(wanted.tolist(), 5.0))
    order = np.argsort(wanted)
    assert (np.diff(placed[order]) >= 5 - 1e-6).all()


def test_nothing_to_draw_is_said():
    with pytest.raises(ReportError, match="at least two places"):
        plan_map(pd.DataFrame({"name": ["a"], "lon": [1.0], "lat": [1.0], "placed": [1]}))
    with pytest.raises(ReportError, match="no series"):
        fan_charts([], "2019-09", "x")


def test_no_name_covers_another_or_leaves_its_map(fabricated) -> None:
    places = fabricated.made_up_places(60).assign(placed=lambda rows: rows["capacity"])
    drawing = plan_map(places)
    drawing.draw_without_rendering()
    for axes in drawing.axes[:2]:
        boxes = [Text.get_window_extent(text) for text in axes.texts]
        assert len(boxes) > 2
        for at, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[:at])
            around = axes.get_window_extent().padded(3)
            assert around.contains(box.x0, box.y0) and around.contains(box.x1, box.y1)


def test_what_a_circle_means_stands_in_words_that_do_not_touch(fabricated) -> None:
    places = fabricated.made_up_places(60).assign(placed=lambda rows: 12_000 + rows["capacity"])
    drawing = plan_map(places)
    drawing.draw_without_rendering()
    boxes = [text.get_window_extent().padded(2) for text in drawing.axes[2].texts]
    assert len(boxes) == 4 and drawing.axes[2].texts[-1].get_text().endswith("persons")
    assert not any(box.overlaps(other) for at, box in enumerate(boxes) for other in boxes[:at])


def test_no_name_covers_a_circle() -> None:
    rng = np.random.default_rng(5)
    for crowd in (0.3, 1.5):  # degrees: crowded, so that many names fit nowhere
        lon, lat = rng.normal(11, crowd, 90), rng.normal(60, crowd, 90)
        persons = rng.integers(1, 60, 90)
        names = [f"Municipality {k}" for k in range(90)]
        drawing = plan_map(pd.DataFrame({"name": names, "lon": lon, "lat": lat, "placed": persons}))
        drawing.draw_without_rendering()
        assert sum(len(axes.texts) for axes in drawing.axes[:2]) > 1
        for axes in drawing.axes[:2]:
            circles = axes.collections[-1]
            centres = axes.transData.transform(circles.get_offsets())
            radii = np.sqrt(circles.get_sizes() / np.pi) * drawing.dpi / 72
            for text in axes.texts:
                box = Text.get_window_extent(text)  # the letters, without the line that leads to them
                nearest = np.clip(centres, [box.x0, box.y0], [box.x1, box.y1])
                assert (np.linalg.norm(centres - nearest, axis=1) > radii - 1).all(), text.get_text()


def test_land_lies_under_the_places_that_it_holds() -> None:
    """Oslo lies on drawn land and a point of the open sea does not; elsewhere nothing is drawn and nobody named."""
    lon, lat = np.array([5.3, 10.75, 25.0]), np.array([60.4, 59.93, 70.0])
    places = pd.DataFrame({"name": ["Bergen", "Oslo", "Tana"], "lon": lon, "lat": lat, "placed": [3, 9, 1]})
    (land,) = [c for c in plan_map(places).axes[0].collections if hasattr(c, "set_verts")][:1]
    paths = land.get_paths()
    for spot, dry in (((10.75, 59.93), True), ((4.0, 65.0), False)):
        point = np.column_stack(equal_area(*np.array(spot)[:, None], (lon, lat)))
        assert any(path.contains_points(point)[0] for path in paths) is dry
    assert "Natural Earth" in credit(places)
    assert credit(places.assign(lon=places["lon"] - 60)) == ""


def test_a_drawing_leaves_the_notebooks_own_charts_where_they_are_shown():
    """matplotlib's context does not set the backend back, so a drawing must not touch it."""
    import matplotlib

    from workbench.presentation.drawing.charts import style

    kept = dict.__getitem__(matplotlib.rcParams, "backend")
    try:
        matplotlib.rcParams["backend"] = "module://matplotlib_inline.backend_inline"
        with style():
            pass
        assert dict.__getitem__(matplotlib.rcParams, "backend") == "module://matplotlib_inline.backend_inline"
    finally:
        dict.__setitem__(matplotlib.rcParams, "backend", kept)
