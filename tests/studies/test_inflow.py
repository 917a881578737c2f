import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from workbench.core.errors import AssumptionError, DataError
from workbench.studies import inflow

pytestmark = pytest.mark.quick


def test_origins_are_added_up_to_destinations_and_a_missing_one_is_not_zero(tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text(
        "month,destination,origin,persons\n2019-01,NO,SYR,5\n2019-01,NO,AFG,7\n2019-02,NO,SYR,\n2019-02,NO,AFG,\n",
        encoding="utf-8",
    )
    table = inflow.read_arrivals(file=path).table
    assert table["persons"].fillna(-1).tolist() == [12, -1]


def test_the_shipped_arrivals_have_names_and_a_source() -> None:
    arrivals = inflow.read_arrivals()
    assert arrivals.names["EL"] == "Greece" and arrivals.vintage.source.publisher == "Eurostat"
    assert arrivals.known("2019-09")["month"].max() == "2019-09"


def test_months_after_the_as_of_month_do_not_change_what_is_known() -> None:
    arrivals = inflow.read_arrivals()
    other = arrivals.table.assign(persons=arrivals.table["persons"].where(arrivals.table["month"] <= "2019-09", 1))
    changed = inflow.Arrivals(other, arrivals.vintage, arrivals.names)
    pd.testing.assert_frame_equal(arrivals.known("2019-09"), changed.known("2019-09"))


@pytest.mark.parametrize(("as_of", "said"), [("2019-13", "not a month"), ("1999-01", "1999-01")])
def test_an_impossible_as_of_month_is_refused_before_anything_is_written(tmp_path: Path, as_of: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        inflow.study(as_of=as_of, runs=tmp_path)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


@pytest.mark.parametrize("horizon", [0, 25, -1])
def test_an_impossible_horizon_is_refused_before_the_fit(tmp_path: Path, horizon: int) -> None:
    with pytest.raises(AssumptionError, match="horizon"):
        inflow.study(horizon=horizon, runs=tmp_path)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_the_newest_saved_forecast_is_read_without_model_or_drawing(saved_runs: Path) -> None:
    code = (
        "import sys; from workbench.studies import inflow; "
        f"r = inflow.latest(runs={str(saved_runs)!r}); "
        "print(r.as_of, r.horizon, len(r.names), len(r.later) > 0, r.names['EL'], "
        "[m for m in ('pymc', 'nutpie', 'numba', 'arviz', 'cvxpy', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split(maxsplit=5) == ["2019-09", "6", "19", "True", "Greece", "[]\n"], done.stderr


def test_no_run_yet_is_none_and_an_older_format_is_a_sentence(saved_runs: Path, tmp_path: Path) -> None:
    assert inflow.latest(runs=tmp_path / "none") is None
    for spoil in ("forecast.json", "arrivals.csv"):
        runs = tmp_path / spoil
        shutil.copytree(saved_runs, runs)
        next(runs.glob(f"inflow/*/{spoil}")).unlink()
        with pytest.raises(DataError, match="older version of the program") as caught:
            inflow.latest(runs=runs)
        assert "workbench inflow forecast" in caught.value.do


def test_the_chosen_destinations_keep_their_draws(saved_runs: Path) -> None:
    result = inflow.latest(runs=saved_runs)
    assert result is not None and inflow.repeatable(result)
    north = inflow.only(result, ["NO", "SE"])
    assert list(north.names) == ["NO", "SE"] and set(north.arrivals["destination"]) == {"NO", "SE"}
    assert north.draws == result.draws.select(destination=["NO", "SE"])
    with pytest.raises(DataError, match="XX"):
        inflow.only(result, ["XX"])
