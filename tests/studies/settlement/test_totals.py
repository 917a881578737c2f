from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from workbench.core.dates.rhythm import Rhythm
from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError
from workbench.studies import inflow, settlement
from workbench.studies.settlement.forecasting import levels as settlement_levels
from workbench.studies.settlement.table import checks as settlement_checks
from workbench.studies.settlement.table.data import Observed, read_settlement

pytestmark = pytest.mark.quick
HEAD = "area,period,persons,quota,requested,any_withheld\n"
GOOD = "".join(
    f"{area},{year},{10 + year - 2015},9,9,False\n" for year in range(2015, 2020) for area in ("A", "B", "C")
)


def written(folder: Path, rows: str, head: str = HEAD, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_text(head + rows, encoding="utf-8")
    return path


def read(folder: Path, rows: str, **asked: object) -> Observed:
    return read_settlement(file=written(folder, rows), locality=None, **asked)  # type: ignore[arg-type]


def test_persons_are_whole(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD.replace("A,2015,10,", "A,2015,10.0,")).last_whole == 2019
    with pytest.raises(DataError) as caught:
        read(tmp_path, GOOD.replace("A,2015,10,", "A,2015,10.5,"))
    assert caught.value.faults[0].row == 2 and str(caught.value.faults[0].value) == "10.5"
    assert "round" in caught.value.do


@pytest.mark.parametrize("cell", ["<5", ":"])
def test_a_withheld_cell_is_told_how_it_is_written(tmp_path: Path, cell: str) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, GOOD.replace("A,2015,10,", f"A,2015,{cell},"))
    assert "any_withheld" in caught.value.do and "empty" in caught.value.do


def test_a_year_that_has_not_begun_is_refused_and_the_running_one_is_a_part_year(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not begun; it is 2018") as caught:
        read(tmp_path, GOOD, this_year=2018)
    assert [fault.value for fault in caught.value.faults] == ["2019"]
    observed = read(tmp_path, GOOD, this_year=2019)
    assert observed.part_years == (2019,) and observed.last_whole == 2018


def test_area_years_without_a_row_are_named(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD).absent.empty
    observed = read(tmp_path, GOOD.replace("B,2017,12,9,9,False\n", ""))
    assert observed.absent.to_dict("records") == [{"municipality": "B", "year": 2017}]
    assert any("B 2017" in note and "nobody settled" in note for note in observed.notes)


def test_a_code_that_is_unknown_is_one_fault_however_often_it_stands_there(tmp_path: Path) -> None:
    rows = "".join(f"0104,{year},10,9,9,False\n" for year in range(2015, 2020))
    with pytest.raises(DataError) as caught:
        read_settlement(file=written(tmp_path, rows), locality="norway")
    assert len(caught.value.faults) == 1 and "in 5 rows" in caught.value.faults[0].what


def with_total(rows: str, years: range = range(2015, 2020), odd: int | None = None, name: str = "Whole") -> str:
    """Return the rows with one more area that is their sum, but for one year if told."""
    table = [line.split(",") for line in rows.splitlines()]
    sums = {year: sum(int(row[2]) for row in table if row[1] == str(year)) for year in years}
    return rows + "".join(f"{name},{year},{persons + (year == odd)},9,9,False\n" for year, persons in sums.items())


def test_a_row_that_is_the_sum_of_the_others_is_refused_by_name(tmp_path: Path) -> None:
    for rows, said in (
        (with_total(GOOD), "'Whole' is the sum of all others in each of 5 rows"),
        (with_total(GOOD, odd=2017), "area 'Whole' is the sum of the others in 4 of 5 years"),
        (with_total(GOOD, range(2018, 2020)), "area 'Whole' is the sum of the others in every year"),
        (with_total(GOOD, odd=2017, name="Total"), "'Total' is a sum of others by its name"),
    ):
        with pytest.raises(DataError, match=said) as caught:
            read(tmp_path, rows)
        assert "leave" in caught.value.message()


def test_an_area_that_equals_the_others_by_chance_is_an_area(tmp_path: Path) -> None:
    once = with_total(GOOD, range(2019, 2020))
    assert read(tmp_path, once).last_whole == 2019
    twice = with_total(GOOD, range(2017, 2020), odd=2019)
    assert read(tmp_path, twice).last_whole == 2019
    pair = "".join(f"{area},{year},{5 * (area != 'C')},9,9,False\n" for year in range(2015, 2020) for area in "ABC")
    assert read(tmp_path, pair).last_whole == 2019


def totals(folder: Path, rows: str, head: str = "draw,period,persons\n") -> Path:
    return written(folder, rows, head, "totals.csv")


def test_draws_of_the_total_keep_order_and_numbers(tmp_path: Path) -> None:
    file = totals(tmp_path, "2,2020,52\n1,2020,51\n1,2021,61\n3,2020,53\n2,2021,62\n3,2021,63\n")
    found = settlement.totals_from_table(file, 2019)
    assert found.persons.tolist() == [[51, 61], [52, 62], [53, 63]] and found.numbers == (1, 2, 3)
    assert "3 draws" in found.given


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("0,2020,50\n1,2020,51\n1,2021,61\n", "1 of 2 draws have no total for 2021"),
        ("0,2020,50\n1,2020,51\n3,2020,53\n", "missing: 2"),
    ],
)
def test_lost_draws_are_refused(tmp_path: Path, rows: str, said: str) -> None:
    with pytest.raises(DataError, match="not whole") as caught:
        settlement.totals_from_table(totals(tmp_path, rows), 2019)
    assert any(said in fault.what for fault in caught.value.faults)


@pytest.mark.parametrize("told", ["-5", "abc", "0", "4.5"])
def test_a_total_that_is_no_number_is_a_sentence(told: str) -> None:
    with pytest.raises(AssumptionError, match="no number of persons") as caught:
        settlement.given_totals([told])
    assert told in caught.value.what


def test_years_after_the_as_of_year_need_not_add_up_and_earlier_ones_must(tmp_path: Path) -> None:
    rows = "0,2018,39\n1,2018,39\n0,2019,50\n1,2019,60\n"
    observed = read(tmp_path, GOOD, totals=totals(tmp_path, rows), as_of=2018)
    assert observed.last_whole == 2019
    with pytest.raises(DataError, match="do not add up") as caught:
        read(tmp_path, GOOD, totals=totals(tmp_path, rows))
    assert len(caught.value.faults) == 1 and "2 of 2 draws" in caught.value.faults[0].what


def test_the_total_is_asked_for_once(tmp_path: Path) -> None:
    observed = read(tmp_path, GOOD)
    with pytest.raises(AssumptionError, match="given twice"):
        settlement.choose_totals(observed, 2019, ["9"], totals(tmp_path, "0,2020,50\n"))
    with pytest.raises(AssumptionError, match="given twice"):
        settlement.ask(total=["9000"], from_inflow="latest", runs=tmp_path)
    with pytest.raises(AssumptionError, match="no applications"):
        settlement.ask(total=["9000"], share=["0.5"], runs=tmp_path)
    with pytest.raises(DataError, match="no inflow forecast is saved"):
        settlement.ask(from_inflow="latest", share=["0.5"], runs=tmp_path)


def test_many_missing_rows_are_counted_by_year() -> None:
    missing = pd.DataFrame({"municipality": [f"M{i}" for i in range(30)], "year": [2016] * 20 + [2017] * 10})
    (said,) = settlement_checks.told_absent(missing, {})
    assert "In 30 cases an area has no row for a year" in said and "2016: 20" in said and "2017: 10" in said


def test_a_missing_row_is_named_by_its_place_and_not_by_a_code() -> None:
    (said,) = settlement_checks.told_absent(
        pd.DataFrame({"municipality": ["1111"], "year": [2018]}), {"1111": "Sokndal"}
    )
    assert "Sokndal 2018" in said and "1111" not in said


def test_a_total_far_beyond_every_known_year_is_remarked_on() -> None:
    table = pd.DataFrame({"year": [2018, 2019, 2020], "settled": [90.0, 100.0, 900.0]})
    assert settlement_checks.told_unheard_of(np.array([[300], [40]]), table, 2019) == []
    (said,) = settlement_checks.told_unheard_of(np.array([[100, 200], [301, 90], [90, 5000]]), table, 2019)
    assert "3 times" in said and "in 2 draws of 3, up to 5,000 persons" in said and "100, in 2019" in said
    (said,) = settlement_checks.told_unheard_of(np.array([[2000]]), table, 2019)
    assert "draw" not in said


def test_one_count_is_one_count() -> None:
    assert settlement_checks.told_hidden(0, 0) == []
    one, other = settlement_checks.told_hidden(1, 1)
    assert one.startswith("1 count was withheld") and other.startswith("1 empty count without such a mark is taken")


def test_each_draw_of_applications_gives_its_own_total() -> None:
    drawn = Draws.from_array(np.array([[[100, 200]], [[50, 50]]]), {"destination": ["NO"], "month": ["a", "b"]})
    found = settlement.totals_from_applications(drawn, [0.5], seed=1)
    assert found.persons.tolist() == [[150], [50]] and found.numbers == (0, 1)


def test_the_draws_of_a_saved_inflow_forecast_flow_in_one_by_one(saved_runs: Path) -> None:
    asked = settlement.ask(as_of=2019, from_inflow="latest", share=["0.5"], runs=saved_runs)
    before = inflow.latest(runs=saved_runs)
    assert before is not None
    norway = before.arrivals[before.arrivals["destination"] == "NO"].set_index("month")["persons"]
    observed = norway[(norway.index >= "2019-01") & (norway.index <= "2019-09")].sum()
    ahead = before.draws.select(destination="NO", month=["2019-10", "2019-11", "2019-12"]).sum().values.to_numpy()
    assert asked.totals.persons[:, 0].tolist() == np.rint(0.5 * (observed + ahead)).astype(int).tolist()
    assert asked.totals.numbers == tuple(range(400)) and len(set(ahead)) > 10
    assert any("Assumed and not estimated: 0.5 persons" in said for said in asked.totals.caveats)


def test_applications_that_are_not_whole_years_and_shares_nobody_gave_are_refused(saved_runs: Path) -> None:
    with pytest.raises(DataError, match="applications of 2020 are not whole"):
        settlement.ask(as_of=2020, from_inflow="latest", share=["0.5"], runs=saved_runs)
    with pytest.raises(AssumptionError, match="persons are settled per application") as caught:
        settlement.ask(as_of=2019, from_inflow="latest", runs=saved_runs)
    assert "--share" in caught.value.do and "(2016)" in caught.value.do
    with pytest.raises(AssumptionError, match="no number above 0"):
        settlement.ask(as_of=2019, from_inflow="latest", share=["-1"], runs=saved_runs)
    with pytest.raises(DataError, match="no inflow forecast is saved as 'ffff'"):
        settlement.ask(as_of=2019, from_inflow="ffff", share=["1"], runs=saved_runs)


def small(numbers: tuple[int, ...] = (7, 9)) -> SimpleNamespace:
    values = np.array([[[3, 4], [1, 0], [2, 2]], [[5, 1], [0, 2], [1, 3]]])
    return SimpleNamespace(
        draws=Draws.from_array(values, {"municipality": ["A", "B", "C"], "year": [2020, 2021]}),
        names={"A": "Aa", "B": "Bb", "C": "Cc"},
        parents={"A": "East", "B": "East", "C": ""},
        numbers=numbers,
        rhythm=Rhythm(),
    )


def test_municipalities_counties_and_the_nation_add_up_in_each_draw(tmp_path: Path) -> None:
    table, draws = settlement_levels.write(small(), tmp_path / "where.csv")  # type: ignore[arg-type]
    rows = pd.read_parquet(draws)
    sums = rows.pivot_table(index=["draw", "total_draw", "year"], columns="level", values="persons", aggfunc="sum")
    assert sums.index.get_level_values("total_draw").tolist() == [7, 7, 9, 9]
    assert sums["municipality"].tolist() == [6, 6, 6, 6] == sums["county"].tolist() == sums["nation"].tolist()
    east = rows[(rows["level"] == "county") & (rows["area"] == "East")]
    assert east["persons"].tolist() == [4, 4, 5, 3]
    written = pd.read_csv(table)
    assert set(written["level"]) == {"municipality", "county", "nation"} and len(written) == 2 * (3 + 2 + 1)
    assert written.groupby(["level", "year"])["mean"].sum().tolist() == [6.0] * 6
