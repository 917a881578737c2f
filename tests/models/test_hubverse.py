"""Are forecasts published as the hubverse wants them, and is a wrong table refused?"""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import DataError
from workbench.models import hubverse
from workbench.models.scores import LEVELS

pytestmark = pytest.mark.quick


def some(corridors: bool = False) -> pd.DataFrame:
    places = pd.DataFrame({"location": ["NO", "SE"], **({"origin": ["SYR", "AFG"]} if corridors else {})})
    values = np.sort(np.random.default_rng(1).gamma(3, 100, (2, 2, 23)), axis=-1)
    return hubverse.wide("workbench-inflow", "2019-12", places, [2, 3], values)


@pytest.mark.parametrize("corridors", [False, True])
def test_what_was_written_is_read_back(tmp_path: Path, corridors: bool) -> None:
    forecasts = some(corridors)
    path = hubverse.write(forecasts, tmp_path / "forecasts.parquet")
    key = [name for name in hubverse.KEY if name in forecasts]
    again = hubverse.read(path)
    pd.testing.assert_frame_equal(
        again.sort_values(key, ignore_index=True),
        forecasts.sort_values(key, ignore_index=True)[list(again.columns)],
        check_dtype=False,
    )
    assert ("origin" in pd.read_parquet(path)) == corridors


def test_the_origin_is_the_last_day_of_its_month_and_horizon_two_is_february() -> None:
    row = hubverse.to_long(some()).iloc[0]
    assert row["origin_date"] == datetime.date(2019, 12, 31) and row["horizon"] == 2
    assert row["target_end_date"] == datetime.date(2020, 2, 29)
    assert row["output_type"] == "quantile" and row["output_type_id"] == 0.01


def test_rows_in_another_order_give_the_same_file(tmp_path: Path) -> None:
    one = hubverse.write(some(), tmp_path / "one.parquet").read_bytes()
    assert one == hubverse.write(some().sample(frac=1, random_state=3), tmp_path / "two.parquet").read_bytes()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: t.drop(columns="horizon"), "column 'horizon'"),
        (lambda t: t.assign(horizon=t["horizon"] + 1), "not the months from origin to target"),
        (lambda t: t.assign(origin_date=datetime.date(2019, 12, 30)), "not the last day of a month"),
        (lambda t: t.assign(target_end_date=None), "not the last day of a month"),
        (lambda t: t.assign(value=-t["value"]), "missing or negative"),
        (lambda t: t.iloc[1:], "not all 23 quantiles"),
        (lambda t: pd.concat([t, t.iloc[:1]]), "stands twice"),
        (lambda t: t.assign(value=t["value"].to_numpy()[::-1]), "smaller than the one below"),
        (lambda t: t.assign(output_type="mean"), "not a quantile"),
        (lambda t: t.iloc[:0], "no rows"),
    ],
)
def test_a_wrong_table_is_refused_with_its_fault(tmp_path: Path, spoil, said: str) -> None:
    path = tmp_path / "bad.parquet"
    spoil(hubverse.to_long(some())).to_parquet(path, index=False)
    with pytest.raises(DataError, match=said):
        hubverse.read(path)


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("no")
    for path in (tmp_path / "x.parquet", tmp_path / "absent.parquet"):
        with pytest.raises(DataError, match="cannot read"):
            hubverse.read(path)


def test_the_levels_are_the_quantile_columns() -> None:
    assert [float(name) for name in hubverse.QUANTILES] == list(LEVELS)
