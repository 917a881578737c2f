"""Do parts add up to the total in every draw, say whose shares they are, and refuse shares that are too old?"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.core.dates.calendar import month_range
from workbench.core.draws import Draws
from workbench.core.errors import DataError, ModelError
from workbench.models.inflow.composition import divided, share_paths
from workbench.models.quality import JOINT
from workbench.studies.inflow import composition

pytestmark = pytest.mark.quick
MONTHS = month_range("2015-01", "2019-06")
AHEAD = ["2019-07", "2019-08", "2019-09"]


@pytest.fixture
def result() -> Any:
    rng = np.random.default_rng(1)
    values = rng.poisson(1000, (500, 2, 3))
    arrivals = pd.DataFrame(
        [(m, p, 1000.0) for m in MONTHS for p in ("NO", "SE")], columns=["month", "destination", "persons"]
    )
    draws = Draws.from_array(values, {"destination": ["NO", "SE"], "month": AHEAD}, "asylum applications")
    return SimpleNamespace(draws=draws, names={"NO": "Norway", "SE": "Sweden"}, as_of="2019-06", arrivals=arrivals)


def origins(until: str = "2019-06", other: float = 300.0) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    rows = [
        (month, "NO", origin, float(rng.poisson(size)))
        for month in MONTHS if month <= until
        for origin, size in (("SYR", 500), ("AFG", other), ("ERI", 4))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["month", "destination", "origin", "persons"])


def write(folder: Path, table: pd.DataFrame) -> Path:
    file = folder / "shares.csv"
    table.astype({"persons": int}).to_csv(file, index=False)
    return file


def test_parts_add_up_in_every_draw_and_small_ones_are_gathered(result: Any, tmp_path: Path) -> None:
    found = composition.by_origin(result, file=write(tmp_path, origins()), seed=3)
    codes = [str(code) for code in found.draws.labels("destination")]
    assert codes == [f"NO{JOINT}{part}" for part in ("SYR", "AFG", "OTH")]
    total = found.draws.sum("destination").values.transpose("draw", "month").to_numpy()
    assert (total == result.draws.values.sel(destination="NO").transpose("draw", "month").to_numpy()).all()
    assert set(found.left_out) == {"SE"} and found.until == {"NO": "2019-06"}
    assert found.agreement["NO"] == pytest.approx(0.8, abs=0.02)
    share = float(found.draws.select(destination=codes[0]).values.median()) / 1000
    assert share == pytest.approx(500 / 804, abs=0.03)
    again = composition.by_origin(result, file=write(tmp_path, origins()), seed=3)
    assert again.draws == found.draws


def test_late_shares_are_carried_to_the_month_and_too_old_ones_refused(result: Any, tmp_path: Path) -> None:
    late = composition.by_origin(result, file=write(tmp_path, origins("2019-03")))
    assert late.until == {"NO": "2019-03"}
    with pytest.raises(DataError, match="no destination of the forecast can be divided") as caught:
        composition.by_origin(result, file=write(tmp_path, origins("2018-06")))
    assert "2018-06, more than 6 months before 2019-06" in (caught.value.why or "")
    with pytest.raises(DataError, match="no origins"):
        composition.by_origin(result, file=write(tmp_path, origins().drop(columns="origin").drop_duplicates(["month"])))


def test_first_time_and_repeated_are_parts_of_one_table(result: Any, tmp_path: Path) -> None:
    table = result.arrivals.assign(first_time=800)
    found = composition.first_time(result, file=write(tmp_path, table))
    codes = [str(code) for code in found.draws.labels("destination")]
    assert codes == ["NO|first", "NO|repeat", "SE|first", "SE|repeat"] and not found.left_out
    assert float(found.draws.select(destination=codes[0]).values.median()) == pytest.approx(800, abs=40)
    with pytest.raises(DataError, match="has no first-time"):
        composition.first_time(result, file=write(tmp_path, result.arrivals))


def test_shares_that_moved_in_the_past_are_less_certain_than_steady_ones() -> None:
    rng = np.random.default_rng(4)
    steady = pd.DataFrame(rng.poisson([900, 300, 300], (60, 3)), index=MONTHS[:54] + AHEAD + ["a", "b", "c"])
    walk = np.exp(np.cumsum(rng.normal(0, 0.2, (60, 3)), axis=0))
    moving = pd.DataFrame(rng.poisson(500 * walk), index=steady.index)
    paths = [share_paths(t, 6, 800, np.random.default_rng(1))[:, -1] for t in (steady, moving)]
    spread = [float(np.log(each[:, 0] / each[:, 1]).std()) for each in paths]
    assert spread[1] > 3 * spread[0]
    assert np.allclose(share_paths(steady, 6, 10, rng).sum(axis=-1), 1)
    parts = divided(np.full((10, 6), 77), share_paths(steady, 6, 10, rng), rng)
    assert (parts.sum(axis=-1) == 77).all()
    with pytest.raises(ModelError, match="stretches of 6 months"):
        share_paths(steady.tail(15), 6, 10, rng)
    hole = steady.astype(float)
    hole.iloc[-2] = np.nan
    with pytest.raises(ModelError, match="last months"):
        share_paths(hole, 6, 10, rng)
