"""Is a partial last month withheld from learning, said, and nothing else touched?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workbench.core.calendar import month_range
from workbench.studies.inflow.arrivals import CAVEATS, WITHHELD, Arrivals, read_arrivals

pytestmark = pytest.mark.quick


def own(tmp_path: Path, last: int) -> Arrivals:
    rng = np.random.default_rng(1)
    rows = [f"{month},NO,{rng.integers(300, 400)}" for month in month_range("2015-01", "2019-11")]
    path = tmp_path / "my.csv"
    path.write_text("\n".join(["month,destination,persons", *rows, f"2019-12,NO,{last}"]) + "\n", encoding="utf-8")
    return read_arrivals(file=path)


def test_a_partial_last_month_is_withheld_and_said(tmp_path: Path) -> None:
    arrivals = own(tmp_path, 30)
    assert arrivals.quality.mask == {("2019-12", "NO")}
    assert arrivals.caveats("2019-12") == (*CAVEATS, WITHHELD)
    learnt = arrivals.quality.withheld(arrivals.known("2019-12"))
    assert learnt["persons"].isna().sum() == 1 and arrivals.known("2019-12")["persons"].notna().all()


def test_a_forecast_from_before_a_partial_month_needs_no_caveat(tmp_path: Path) -> None:
    assert own(tmp_path, 30).caveats("2019-11") == CAVEATS == own(tmp_path, 350).caveats("2019-12")


def test_the_shipped_arrivals_are_withheld_nowhere() -> None:
    assert all(not read_arrivals(locality=name).quality.mask for name in ("eu", "norway", "sweden"))


def test_remarks_of_a_forecast_know_nothing_later_than_its_as_of_month(tmp_path: Path) -> None:
    """A series that ends, starts or breaks later was whole then; only which last months are partial is today's."""
    rng = np.random.default_rng(3)
    rows = ["month,destination,persons"]
    for at, month in enumerate(month_range("2012-01", "2019-12")):
        level = 300 if month <= "2018-06" else 3000
        rows += [f"{month},NO,{rng.integers(level, 2 * level)}", f"{month},SE,{rng.integers(300, 400) + at}"]
        rows += [f"{month},FI,{rng.integers(300, 400)}"] if month <= "2018-09" else []
        rows += [f"{month},DK,{rng.integers(300, 400)}"] if month >= "2018-09" else []
    path = tmp_path / "my.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    arrivals = read_arrivals(file=path)
    assert {r.kind for r in arrivals.quality.remarks} == {"break", "early_end", "late_start"}
    assert arrivals.quality_at("2018-06").remarks == ()
    assert {r.kind for r in arrivals.quality_at("2019-06").remarks} >= {"early_end", "late_start"}
    changed = arrivals.table.assign(persons=arrivals.table["persons"].where(arrivals.table["month"] <= "2018-06", 0))
    later = Arrivals(changed, arrivals.vintage, arrivals.names)
    assert later.quality.remarks != arrivals.quality.remarks and later.quality_at("2018-06").remarks == ()


def test_partial_last_months_stay_a_remark_of_a_forecast_made_from_them(tmp_path: Path) -> None:
    arrivals = own(tmp_path, 30)
    assert [r.kind for r in arrivals.quality_at("2019-12").remarks] == ["partial_end"]
    assert arrivals.quality_at("2019-11").remarks == ()
