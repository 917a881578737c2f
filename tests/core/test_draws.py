from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from workbench.core.draws import Draws
from workbench.core.errors import DataError, ModelError

pytestmark = pytest.mark.quick

counts = arrays(np.int64, array_shapes(min_dims=3, max_dims=3, max_side=6), elements=st.integers(0, 10**9))


def labelled(values: np.ndarray) -> Draws:
    _, destinations, months = values.shape
    labels = {
        "destination": [f"D{i}" for i in range(destinations)],
        "month": [f"2020-{i + 1:02d}" for i in range(months)],
    }
    return Draws.from_array(values, labels)


@given(counts)
def test_sums_over_any_order_of_dimensions_are_the_same_whole_persons(values: np.ndarray) -> None:
    draws = labelled(values)
    assert draws.sum() == draws.sum("month").sum("destination") == draws.sum("destination").sum("month")
    assert (draws.sum().values.to_numpy() == values.sum(axis=(1, 2))).all()


@given(counts, st.data())
def test_groups_add_up_exactly_to_the_whole(values: np.ndarray, data: st.DataObject) -> None:
    draws = labelled(values)
    names = draws.labels("destination")
    groups = {name: data.draw(st.sampled_from("AB")) for name in names}
    grouped = draws.group("destination", groups, "bloc")
    assert grouped.sum() == draws.sum()
    for bloc in grouped.labels("bloc"):
        members = [name for name in names if groups[name] == bloc]
        assert grouped.select(bloc=bloc) == draws.select(destination=members).sum("destination")


@given(counts)
def test_intervals_nest_around_the_median_and_are_values_that_were_drawn(values: np.ndarray) -> None:
    table = labelled(values).summary()
    assert (table["low95"] <= table["low80"]).all() and (table["low80"] <= table["low50"]).all()
    assert (table["low50"] <= table["median"]).all() and (table["median"] <= table["high50"]).all()
    assert (table["high50"] <= table["high80"]).all() and (table["high80"] <= table["high95"]).all()
    assert set(table["median"]) <= set(values.ravel().tolist())


@given(values=counts)
def test_what_is_saved_is_what_is_loaded(tmp_path_factory: pytest.TempPathFactory, values: np.ndarray) -> None:
    draws = labelled(values)
    path = draws.save(tmp_path_factory.mktemp("draws") / "draws.nc")
    assert Draws.load(path) == draws


def test_one_number_per_draw_summarises_too() -> None:
    assert labelled(np.arange(24).reshape(4, 2, 3)).sum().summary()["median"].item() in (15, 51, 87, 123)


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.array([[-1]]), "negative"),
        (np.array([[0.5]]), "whole"),
        (np.array([[np.nan]]), "whole"),
        (np.array([[np.inf]]), "whole"),
    ],
)
def test_draws_that_would_not_add_up_are_refused(array: np.ndarray, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        Draws.from_array(array, {"month": ["2020-01"]})


def test_labels_must_be_there_and_differ() -> None:
    with pytest.raises(ModelError, match="no labels"):
        Draws(xr.DataArray(np.zeros((2, 2), int), dims=("draw", "month")))
    with pytest.raises(ModelError, match="twice"):
        Draws.from_array(np.zeros((2, 2), int), {"month": ["2020-01", "2020-01"]})
    with pytest.raises(ModelError, match="leading dimension"):
        Draws(xr.DataArray(np.zeros(2, int), dims=("month",), coords={"month": ["a", "b"]}))


def test_an_unknown_label_names_the_nearest() -> None:
    draws = labelled(np.zeros((2, 2, 2), int))
    with pytest.raises(DataError, match="no destination 'D9'"):
        draws.select(destination="D9")
    with pytest.raises(DataError, match="no group for destination D1"):
        draws.group("destination", {"D0": "A"}, "bloc")
    with pytest.raises(DataError, match="did you mean 'month'"):
        draws.sum("months")


def test_a_file_that_holds_no_draws_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.nc").write_text("not netCDF")
    with pytest.raises(DataError, match="cannot read"):
        Draws.load(tmp_path / "x.nc")
    xr.Dataset({"draws": ("draw", [1])}).to_netcdf(tmp_path / "y.nc", engine="h5netcdf")
    with pytest.raises(DataError, match="holds no draws"):
        Draws.load(tmp_path / "y.nc")
