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
