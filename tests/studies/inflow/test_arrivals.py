"""Is a doubtful last month told, as it could be then, and what do rows by origin add up to?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from workbench.core.dates.calendar import month_range
from workbench.core.errors import AssumptionError, DataError, TableNotice
from workbench.studies.inflow.arrivals import CAVEATS, DOUBTED, Arrivals, read_arrivals, read_detections

pytestmark = pytest.mark.quick


def own(tmp_path: Path, last: int) -> Arrivals:
    rng = np.random.default_rng(1)
    rows = [f"{month},NO,{rng.integers(300, 400)}" for month in month_range("2015-01", "2019-11")]
    path = tmp_path / "my.csv"
    path.write_text("\n".join(["month,destination,persons", *rows, f"2019-12,NO,{last}"]) + "\n", encoding="utf-8")
    return read_arrivals(file=path)


def test_a_doubtful_last_month_is_said_unless_figures_are_final(tmp_path: Path) -> None:
    arrivals = own(tmp_path, 30)
    assert arrivals.quality.mask == {("2019-12", "NO")}
    assert arrivals.caveats("2019-12") == (*CAVEATS, DOUBTED)
    assert replace(arrivals, final=True).caveats("2019-12") == CAVEATS
    assert arrivals.known("2019-12")["persons"].notna().all()


def test_a_forecast_from_before_a_partial_month_needs_no_caveat(tmp_path: Path) -> None:
    assert own(tmp_path, 30).caveats("2019-11") == CAVEATS == own(tmp_path, 350).caveats("2019-12")


def test_the_shipped_arrivals_are_withheld_nowhere() -> None:
    assert all(not read_arrivals(locality=name).quality.mask for name in ("eu", "norway", "sweden"))


def test_remarks_of_a_forecast_know_nothing_later_than_its_as_of_month(tmp_path: Path) -> None:
    """A series that ends, starts or breaks later was whole then, and a fall at its end was doubtful then."""
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


BY_ORIGIN = """month,destination,origin,persons
2019-01,NO,SYR,1000
2019-01,NO,AFG,500
2019-02,NO,SYR,1000
2019-02,NO,AFG,
2019-03,NO,SYR,1000
"""


@pytest.mark.parametrize(
    ("absent", "sums"), [("", [1500, None, 1000]), ("zero", [1500, None, 1000]), ("missing", [1500, None, None])]
)
def test_a_blank_origin_makes_the_sum_missing_and_an_absent_one_is_as_stated(
    tmp_path: Path, absent: str, sums: list[float | None]
) -> None:
    (tmp_path / "by_origin.csv").write_text(BY_ORIGIN, encoding="utf-8")
    with pytest.warns(TableNotice) as told:
        arrivals = read_arrivals(file=tmp_path / "by_origin.csv", absent=absent)
    assert [None if np.isnan(cell) else cell for cell in arrivals.table["persons"]] == sums
    said = " ".join(str(one.message) for one in told)
    assert "added up to destinations" in said and "NO 2019-02 (AFG)" in said
    assert ("absent" in said) == (absent != "zero")
    assert [note for note in arrivals.notes if "AFG" in note] and not any(str(tmp_path) in n for n in arrivals.notes)


def test_absent_destinations_are_none_where_their_publisher_omits_zeros(tmp_path: Path) -> None:
    (tmp_path / "my.csv").write_text(
        "month,destination,persons\n2019-01,NO,5\n2019-01,SE,7\n2019-02,NO,4\n", encoding="utf-8"
    )
    table = read_arrivals(file=tmp_path / "my.csv", absent="zero").table
    assert table.set_index(["destination", "month"])["persons"].to_dict()[("SE", "2019-02")] == 0
    assert len(read_arrivals(file=tmp_path / "my.csv").table) == 3
    with pytest.raises(AssumptionError, match="absent rows"):
        read_arrivals(file=tmp_path / "my.csv", absent="perhaps")


@pytest.mark.filterwarnings("ignore::workbench.core.errors.TableNotice")
def test_corridors_add_up_to_their_destination_and_small_ones_stand_together(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    rows = ["month,destination,origin,persons"]
    for month in month_range("2016-01", "2018-12"):
        rows += [f"{month},NO,SYR,{rng.integers(50, 90)}"]
        rows += [f"{month},NO,{origin},{rng.integers(1, 9)}" for origin in ("AFG", "ERI") if month > "2018-02"]
        rows += [f"{month},NO,IRQ,{rng.integers(1, 9)}"] if month < "2018-02" else []
    (tmp_path / "my.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    corridors = read_arrivals(file=tmp_path / "my.csv", corridors=True)
    assert set(corridors.table["destination"]) == {"NO|SYR", "NO|OTH"}
    whole = corridors.table.groupby("month")["persons"].sum()
    assert whole.equals(read_arrivals(file=tmp_path / "my.csv").table.set_index("month")["persons"].rename("persons"))
    # Who stands alone is decided by what the as-of month knew: IRQ was published then, and AFG was not yet.
    early = read_arrivals(file=tmp_path / "my.csv", corridors=True, as_of="2018-01")
    assert set(early.table["destination"]) == {"NO|SYR", "NO|IRQ"}
    (tmp_path / "no.csv").write_text("month,destination,persons\n2019-01,NO,5\n", encoding="utf-8")
    with pytest.raises(DataError, match="no origins"):
        read_arrivals(file=tmp_path / "no.csv", corridors=True)


@pytest.mark.filterwarnings("ignore::workbench.core.errors.TableNotice")
def test_detections_are_a_target_of_their_own(tmp_path: Path) -> None:
    rows = ["month,route,nationality,detections"]
    for month in month_range("2016-01", "2018-12"):
        rows += [f"{month},Sea,SYR,30", f"{month},Sea,AFG,12"]
        rows += [f"{month},Land,SYR,7"] if month != "2018-11" else []
        rows += [f"{month},Air,SYR,7"] if month == "2018-11" else []
    (tmp_path / "d.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    read = read_detections(file=tmp_path / "d.csv")
    table = read.table.set_index(["destination", "month"])["persons"]
    assert set(read.table["destination"]) == {"Sea", "Land", "Air"} and read.of == "detections"
    assert table["Sea", "2018-12"] == 42 and table["Land", "2018-11"] == 0 and table["Air", "2018-12"] == 0
    assert "not persons" in read.caveats("2018-12")[0]
    ours = read_detections().table
    assert ours.groupby("month")["persons"].sum().loc["2015-10"] > 100_000 and not ours["persons"].isna().any()
