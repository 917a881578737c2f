from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError, WorkbenchError
from workbench.models.settlement.evidence import BEFORE, QUOTAS, gather
from workbench.studies import settlement
from workbench.studies.settlement.backtest import backtest as settlement_backtest
from workbench.studies.settlement.table.data import Observed, great_circle, read_settlement

pytestmark = pytest.mark.quick
HEAD = "area,period,persons,quota,requested,any_withheld\n"


@pytest.fixture(scope="module")
def norway() -> Observed:
    return read_settlement()


def written(folder: Path, rows: str, head: str = HEAD) -> Path:
    path = folder / "mine.csv"
    path.write_text(head + rows, encoding="utf-8")
    return path


GOOD = "".join(
    f"{area},{year},{10 + year - 2015},9,9,False\n" for year in range(2015, 2020) for area in ("A", "B", "C")
)


def test_the_part_year_is_said_and_not_learnt_from(norway: Observed) -> None:
    assert norway.part_years == (2023,) and norway.last_whole == 2022
    assert any("2023 is a part year" in note for note in norway.notes)
    assert norway.settlement.loc[norway.settlement["year"] == 2023, "settled"].isna().all()
    with pytest.raises(DataError, match="2023 is a part year"):
        norway.panel(2023)
    quotas = norway.panel(2022)
    assert quotas.years[-1] == 2023 and quotas.persons[-1].sum() == 0 and np.nansum(quotas.accepted[-1]) > 30_000


def test_municipalities_of_one_name_are_told_apart(norway: Observed) -> None:
    assert norway.names["1515"] == "Herøy (Møre og Romsdal)" and norway.names["1818"] == "Herøy (Nordland)"


def test_withheld_and_empty_counts_are_counted_in_words(norway: Observed) -> None:
    table = norway.settlement[norway.settlement["year"] <= 2022]
    hidden = table["settled"].isna()
    marked = int((hidden & table["any_withheld"]).sum())
    assert any(note.startswith(f"{marked} counts were withheld") for note in norway.notes)
    assert any(note.startswith(f"{int(hidden.sum()) - marked} empty counts") for note in norway.notes)


def test_what_is_known_before_the_year_holds_nothing_of_it(norway: Observed) -> None:
    table = norway.settlement.copy()
    later = table["year"] > 2018
    for name in ("requested", "accepted", "settled"):
        table.loc[later, name] = table.loc[later, name] * np.linspace(0.1, 5, int(later.sum()))
    people = norway.population.copy() if norway.population is not None else None
    stock = norway.stock.copy() if norway.stock is not None else None
    assert people is not None and stock is not None
    people.loc[people["year"] > 2018, "total"] = people.loc[people["year"] > 2018, "total"] * 3
    stock.loc[stock["year"] > 2018, "stock"] = 1
    other = Observed(**{**norway.__dict__, "settlement": table, "population": people, "stock": stock})
    # Even a panel that goes further is cut: the model is handed the quotas and drops them unseen.
    for ahead in (0, 1):
        one, two = (gather(o.panel(2018, ahead), 2018, BEFORE, 4800) for o in (norway, other))
        for name in one.__dataclass_fields__:
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name), err_msg=name)
    for name, values in norway.panel(2018).covariates.items():
        np.testing.assert_array_equal(values, other.panel(2018).covariates[name])
    known = [gather(o.panel(2018), 2018, QUOTAS, 4800).signals for o in (norway, other)]
    assert not np.array_equal(*known)


def test_covariates_are_shipped_and_dated(norway: Observed) -> None:
    assert {"distance", "population", "aged_67_and_over"} <= set(norway.panel(2013).covariates)
    assert (
        "earlier_refugees" not in norway.panel(2013).covariates and "earlier_refugees" in norway.panel(2014).covariates
    )


def test_a_code_that_is_no_municipality_today_is_refused_with_the_code(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("A,", "0104,").replace("B,", "0301,").replace("C,", "1103,"))
    with pytest.raises(DataError, match="0104") as caught:
        read_settlement(file=path)
    assert "not translated" in caught.value.do and "Klass" in caught.value.do
    assert read_settlement(file=path, locality=None).last_whole == 2019


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (GOOD + "A,2019,5,5,5,False\n", "stands already"),
        (GOOD.replace("A,2017,12", "A,2017,-12"), "negative"),
        (GOOD.replace("A,2017,12", "A,2017,many"), "value not allowed"),
        ("".join(x + "\n" for x in GOOD.splitlines() if ",2017," not in x), "no municipality has a row in 2017"),
        (GOOD.replace("A,2017,12", "A,2017,").replace("B,2017,12", "B,2017,").replace("C,2017,12", "C,2017,"), "2017"),
    ],
)
def test_bad_tables_are_named_and_refused(tmp_path: Path, rows: str, said: str) -> None:
    path = written(tmp_path, rows)
    with pytest.raises(DataError, match=said):
        read_settlement(file=path, locality=None).panel(2018)


def test_a_part_year_of_ones_own_is_left_out_if_it_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    mine = read_settlement(file=path, locality=None, part_years=[2019])
    assert mine.last_whole == 2018 and "2019 is a part year" in mine.notes[0]
    assert "taken as a whole year" in read_settlement(file=path, locality=None).notes[-1]
    with pytest.raises(DataError, match="no year 2031"):
        read_settlement(file=path, locality=None, part_years=[2031])


@pytest.mark.parametrize(("total", "fits"), [(30, True), (34, False), (29, False)])
def test_totals_must_add_up(tmp_path: Path, total: int, fits: bool) -> None:
    path = written(tmp_path, GOOD)
    totals = tmp_path / "totals.csv"
    totals.write_text(f"period,persons\n2015,{total}\n2020,50\n", encoding="utf-8")
    if fits:
        observed = read_settlement(file=path, locality=None, totals=totals)
        assert settlement.totals_from_table(totals, 2019).persons.tolist() == [[50]]
        assert observed.last_whole == 2019
    else:
        with pytest.raises(DataError, match="do not add up") as caught:
            read_settlement(file=path, locality=None, totals=totals)
        assert caught.value.faults[0].value == total and "30 to 30" in caught.value.faults[0].allowed


def test_a_withheld_count_leaves_room_in_the_total(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("A,2015,10,9,9,False", "A,2015,,9,9,True"))
    totals = tmp_path / "totals.csv"
    for total, fits in ((23, True), (24, True), (25, False)):
        totals.write_text(f"period,persons\n2015,{total}\n", encoding="utf-8")
        if fits:
            read_settlement(file=path, locality=None, totals=totals)
        else:
            with pytest.raises(DataError, match="do not add up"):
                read_settlement(file=path, locality=None, totals=totals)


def test_totals_ahead_come_from_somewhere_or_are_asked_for(norway: Observed) -> None:
    assert settlement.choose_totals(norway, 2022, [9000, 8000]).persons.tolist() == [[9000, 8000]]
    back = settlement.totals_then_known(norway, 2020, 2)
    assert back.persons.tolist() == [[4484, 31257]] or back.persons.shape == (1, 2)
    assert "known since" in back.given
    with pytest.raises(AssumptionError, match="2023") as caught:
        settlement.totals_then_known(norway, 2022)
    assert "--total" in caught.value.do and "-p total=PERSONS" in caught.value.do


def test_draws_of_applications_become_draws_of_the_total(norway: Observed) -> None:
    draws = Draws.from_array(np.array([[[100, 200]], [[50, 50]]]), {"destination": ["NO"], "month": ["a", "b"]})
    totals = settlement.totals_from_applications(draws, [0.5], seed=1)
    assert totals.persons.tolist() == [[150], [50]]
    arrivals = pd.DataFrame({"month": [f"2012-{m:02d}" for m in range(1, 13)], "persons": 800})
    assert settlement.settled_per_applicant(norway, arrivals) == {2013: pytest.approx(6511 / 9600, rel=1e-3)}


def test_an_unknown_contest_and_quotas_for_two_years_are_refused(norway: Observed, tmp_path: Path) -> None:
    with pytest.raises(AssumptionError, match="contest 'after'"):
        settlement.fit(norway, as_of=2020, total=4000, contest="after", runs=tmp_path)
    with pytest.raises(AssumptionError, match="one year ahead only"):
        settlement.study(as_of=2019, total=[4000, 4000], contest=QUOTAS, runs=tmp_path)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_distances_are_those_of_the_globe() -> None:
    oslo, bergen = np.radians([[10.75, 59.91]]), np.radians([[5.32, 60.39]])
    assert great_circle(oslo, bergen)[0, 0] == pytest.approx(305, abs=3)
    assert great_circle(oslo, oslo)[0, 0] == pytest.approx(0, abs=1e-3)


def test_the_simple_rules_are_as_far_off_as_the_study_of_the_data_found(norway: Observed) -> None:
    table = settlement_backtest.rules_by_year(norway)
    assert table.index.tolist() == list(range(2013, 2023))
    assert table.loc[2019, (BEFORE, "last_accepted")] == pytest.approx(0.219, abs=0.01)
    assert table.loc[2019, (QUOTAS, "accepted")] == pytest.approx(0.096, abs=0.01)
    assert table.loc[2020, (QUOTAS, "accepted")] == pytest.approx(0.31, abs=0.02)


def test_the_origins_of_a_backtest_know_what_they_may(norway: Observed) -> None:
    orders = settlement_backtest.origins(norway, years=[2015, 2020])
    assert set(orders) == {"before-2015", "before-2020", "quotas-2015", "quotas-2020"}
    assert orders["before-2015"].known.years[-1] == 2015 and orders["quotas-2015"].known.years[-1] == 2016
    assert orders["before-2015"].horizon == 3 and orders["before-2020"].horizon == 2
    assert orders["quotas-2015"].horizon == 1
    with pytest.raises(AssumptionError, match="2022"):
        settlement_backtest.origins(norway, years=[2022])


def made_up_scores(error: Callable[[int], float]) -> pd.DataFrame:
    rows = []
    for year in (2018, 2019):
        for method, off in (("workbench-shares", 1.0), ("last_settled-point", 2.0)):
            for place in range(8):
                point = 10 + off * error(place)
                rows.append(
                    {
                        "municipality": str(place), "year": year, "persons": 10.0, "median": point, "mean": point,
                        "crps": off, "size": place % 4, "energy": off,
                        "in80": place > 0, "in95": True, "held80": 0.8, "held95": 1.0,
                        "contest": BEFORE, "horizon": 1, "as_of": year - 1, "method": method, "conserved": True,
                        "converged": year == 2018, "rhat": 1.004,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def test_a_summary_says_what_was_reached_and_what_not() -> None:
    found = settlement_backtest.summarise(made_up_scores(lambda place: 1.0))
    goal = next(g for g in found["goals"] if g["period"] == "all")
    assert (
        goal["wape"] == pytest.approx(0.1) and goal["best_rule_wape"] == pytest.approx(0.2) and goal["below_best_rule"]
    )
    assert not any(goal["held95_within_92_to_97"].values())  # all inside is too wide
    assert found["fits"] == {"made": 2, "converged": 1, "largest_rhat": 1.004, "by_rules": 0}
    assert "1 of 2 fits converged" in settlement_backtest.lines(found)[0]
    goals = [goal | {"crps_below_best_rule": False}]
    assert "LOST" not in settlement_backtest.lines(found)[2]
    assert settlement_backtest.lines(found | {"goals": goals})[2].startswith("LOST to a simple rule by CRPS: before")


def test_errors_are_ours(tmp_path: Path) -> None:
    for call in (
        lambda: read_settlement(locality="norwy"),
        lambda: read_settlement(file=tmp_path / "none.csv"),
        lambda: read_settlement(locality="eu"),
        lambda: read_settlement(locality=None),
    ):
        with pytest.raises(WorkbenchError):
            call()


def test_entering_loads_neither_sampler_nor_cluster_nor_drawing() -> None:
    slow = ("pymc", "nutpie", "distributed", "matplotlib", "pytensor")
    code = (
        "import sys; from workbench.studies.settlement.backtest import backtest; "
        "from workbench.studies.settlement.forecasting import answer; "
        "from workbench.studies.settlement.moves import moves; "
        f"print([m for m in {slow!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
