"""Periods that are no years, areas that end or merge, code changes, population of the locality."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.core.dates.rhythm import Rhythm, rhythm_of
from workbench.core.errors import AssumptionError, DataError
from workbench.models.settlement.contest import rules
from workbench.models.settlement.evidence import BEFORE
from workbench.models.settlement.panel.panel import SettlementPanel
from workbench.studies import settlement
from workbench.studies.settlement.backtest import backtest as settlement_backtest
from workbench.studies.settlement.backtest import verdict
from workbench.studies.settlement.table import areas, checks
from workbench.studies.settlement.table.data import Observed, read_settlement

pytestmark = pytest.mark.quick


def table(folder: Path, rows: list[tuple[object, ...]], head: str = "area,period,persons") -> Path:
    path = folder / "mine.csv"
    path.write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")
    return path


QUARTERS = [f"{year}Q{quarter}" for year in (2013, 2014) for quarter in (1, 2, 3, 4)]
MERGED = [
    *((a, year, n) for a, n in (("Ash", 40), ("Birch", 60), ("Oak", 300)) for year in (2012, 2013, 2014)),
    *(("Oak", year, 310) for year in (2015, 2016)),
    *(("Ash and Birch", year, 105) for year in (2015, 2016)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "each_year", "step"),
    [(["2014", "2015.0"], 1, 1), (["2014Q4", "2015-Q1"], 4, 1), (["2014-12", "2015M02"], 12, 2)],
)
def test_periods_are_numbers_that_can_be_subtracted(texts: list[str], each_year: int, step: int) -> None:
    rhythm = rhythm_of(texts)
    first, last = (rhythm.number(text) for text in texts)
    assert rhythm.each_year == each_year and last - first == step
    assert rhythm.number(rhythm.label(last)) == last and rhythm.year(last) == 2015


def test_mixed_and_foreign_periods_are_refused() -> None:
    with pytest.raises(DataError, match="not of one kind"):
        rhythm_of(["2014", "2014Q1"])
    with pytest.raises(DataError, match="'2014' is no quarter"):
        Rhythm(4).number("2014")


def test_quarters_are_forecast_as_quarters(tmp_path: Path) -> None:
    rows = [(area, quarter, 10 + at) for area in ("Ash", "New York") for at, quarter in enumerate(QUARTERS)]
    asked = settlement.ask(locality=None, file=table(tmp_path, rows), as_of="2014Q2", total=[20, 20])
    assert asked.observed.rhythm.label(asked.as_of) == "2014-Q2"
    assert not any("not modelled" in note for note in asked.observed.notes)  # without quotas, rules follow seasons
    totals = tmp_path / "totals.csv"
    totals.write_text("period,persons\n2014Q4,50\n2015-Q1,60\n", encoding="utf-8")
    ahead = settlement.totals_from_table(totals, Rhythm(4).number("2014-Q3"), Rhythm(4))
    assert ahead.persons.tolist() == [[50, 60]]
    with pytest.raises(DataError, match="'2014' is no quarter"):
        settlement.ask(locality=None, file=table(tmp_path, rows), as_of="2014", total=[20])
    orders = settlement_backtest.origins(asked.observed, horizon=2)
    assert next(iter(orders)) == "before-2013-Q2" and all(order.contest == BEFORE for order in orders.values())


def test_a_likely_merger_is_named_and_its_old_codes_get_nobody(tmp_path: Path) -> None:
    observed = read_settlement(locality=None, file=table(tmp_path, MERGED))
    told = " ".join(observed.notes)
    assert "Likely a merger in 2015: Ash and Birch end with 100 persons, Ash and Birch begins with 105" in told
    panel = observed.panel(2016)
    assert panel.ended == ("Ash", "Birch") and panel.gone.sum() == 2
    for shares in rules.available(panel, 2016, BEFORE).values():
        assert shares[panel.gone].sum() == 0 and shares.sum() == pytest.approx(1)
    assert observed.panel(2014).ended == ()  # at that time nobody knew
    kept = read_settlement(locality=None, file=table(tmp_path, MERGED), still=["Ash"])
    assert kept.panel(2016).ended == ("Birch",)
    with pytest.raises(DataError, match="no area 'Elm'"):
        read_settlement(locality=None, file=table(tmp_path, MERGED), still=["Elm"])


def test_a_table_that_leaves_out_nobody_has_no_ended_areas() -> None:
    rows = (
        [("A", y, 5) for y in range(2010, 2020)]
        + [("B", y, 3) for y in (2010, 2014)]
        + [("C", 2011, 1), ("C", 2016, 1)]
    )
    assert areas.ended(pd.DataFrame(rows, columns=["municipality", "year", "settled"]), 2019) == ()


def test_areas_that_come_and_go_in_a_table_without_empty_rows_are_no_mergers() -> None:
    rows = [(f"S{k}", y, 9) for k in range(9) for y in (2010 + k % 3, 2014 + k % 4, 2019)]
    rows += [("A", 2012, 4), ("B", 2012, 5), ("C", 2013, 9)]  # as if A and B had become C
    found = pd.DataFrame(rows, columns=["municipality", "year", "settled"])
    assert areas.mergers(found) == ()
    full = pd.DataFrame(
        [("S", y, 9) for y in range(2010, 2020)] + rows[-3:], columns=["municipality", "year", "settled"]
    )
    assert [merger.new for merger in areas.mergers(full)] == ["C"]


def test_a_stock_and_areas_that_begin_are_pointed_out() -> None:
    years = range(2010, 2018)
    flow = [(area, y, 50 + 40 * ((y + k) % 2)) for k, area in enumerate("ABC") for y in years]
    stock = [(area, y, 500 + 10 * (y - 2010)) for area in "ABC" for y in years]
    begun = [*flow, ("D", 2014, 30), ("D", 2015, 20)]
    said = [
        (checks.told_stock(rows, 2017), checks.told_first_rows(rows, 2017))
        for rows in (pd.DataFrame(r, columns=["municipality", "year", "settled"]) for r in (flow, stock, begun))
    ]
    assert said[0] == ([], []) and not said[2][0]
    assert "change by 2 %" in said[1][0][0] and "stock" in said[1][0][0] and not said[1][1]
    assert "at most 13.6 %" in said[2][1][0] and "rows with 0 persons" in said[2][1][0]


def test_code_changes_bring_a_table_to_todays_areas(tmp_path: Path) -> None:
    changes = tmp_path / "changes.csv"
    changes.write_text("old,new,share\nAsh,Ash and Birch,1\nBirch,Ash and Birch,0.5\nBirch,Oak,0.5\n", encoding="utf-8")
    observed = read_settlement(locality=None, file=table(tmp_path, MERGED), changes=changes)
    wide = observed.settlement.pivot(index="year", columns="municipality", values="settled")
    assert wide.loc[2013].to_dict() == {"Ash and Birch": 70.0, "Oak": 330.0}
    assert observed.panel(2016).ended == () and "2 old codes were brought" in observed.notes[0]
    changes.write_text("old,new,share\nAsh,Oak,0.7\n", encoding="utf-8")
    with pytest.raises(DataError, match="loses or makes persons"):
        read_settlement(locality=None, file=table(tmp_path, MERGED), changes=changes)
    changes.write_text("old,new\nAsh,Birch\nBirch,Ash\n", encoding="utf-8")
    with pytest.raises(DataError, match="circle"):
        read_settlement(locality=None, file=table(tmp_path, MERGED), changes=changes)
    with pytest.raises(DataError, match="without a file"):
        read_settlement(changes=changes)


def test_a_file_of_a_locality_takes_its_population(tmp_path: Path) -> None:
    rows = [(code, year, 10) for code in ("0301", "1103", "4601") for year in (2019, 2020, 2021)]
    observed = read_settlement(file=table(tmp_path, rows))
    assert observed.population is not None and observed.panel(2021).population.min() > 100_000
    assert any("354 places of the locality without any row" in note for note in observed.notes)
    sweden = [(code, year, 10) for code in ("0180", "1480") for year in (2019, 2020, 2021)]
    assert read_settlement(locality="sweden", file=table(tmp_path, sweden)).panel(2021).population.min() > 500_000


def test_the_contest_that_cannot_be_held_names_the_one_that_can(tmp_path: Path) -> None:
    rows = [(area, year, 10 + year - 2010) for area in ("A", "B", "C") for year in range(2005, 2012)]
    observed = read_settlement(locality=None, file=table(tmp_path, rows))
    with pytest.raises(AssumptionError, match="cannot be held") as caught:
        settlement_backtest.origins(observed, contests=["quotas"])
    assert "--contest before" in caught.value.do
    assert list(settlement_backtest.origins(observed))[-1] == "before-2010"


def test_rules_smooth_and_take_the_mean_of_known_shares() -> None:
    persons = np.array([[10.0, 90.0], [50.0, 50.0]])
    empty = np.full((2, 2), np.nan)
    asked = np.array([[1.0, 1.0], [1.0, 3.0]])
    panel = SettlementPanel(("A", "B"), (2000, 2001), persons, persons, persons, asked, empty, np.ones((2, 2)), {})
    found = rules.available(panel, 2001, BEFORE)
    assert found["smoothed_70"][0] == pytest.approx(0.7 * 0.5 + 0.3 * 0.1)
    assert found[rules.MEAN][0] == pytest.approx((0.5 + 0.25) / 2)


def goal(wape: float, crps: float, horizon: int = 1) -> dict[str, object]:
    return {
        "contest": BEFORE, "horizon": horizon, "period": "all", "wape": wape, "best_rule": "last_settled",
        "best_rule_wape": 0.2, "crps": crps, "best_rule_crps": 0.15, "origins": 5,
    }  # fmt: skip


def test_what_a_backtest_found_is_kept_for_the_table_it_was_held_on(tmp_path: Path) -> None:
    rows = [(area, year, 10) for area in ("A", "B") for year in range(2010, 2014)]
    mine: Observed = read_settlement(locality=None, file=table(tmp_path, rows))
    assert not verdict.verdict(mine, BEFORE, 1, runs=tmp_path).tried
    verdict.keep(mine, [goal(0.1, 0.1), goal(0.1, 0.16, horizon=2)], tmp_path)
    assert verdict.verdict(mine, BEFORE, 1, runs=tmp_path).lost is False
    assert verdict.verdict(mine, BEFORE, 3, runs=tmp_path).lost is True  # CRPS counts as well
    other = read_settlement(locality=None, file=table(tmp_path, [*rows, ("C", 2010, 1)]))
    assert not verdict.verdict(other, BEFORE, 1, runs=tmp_path).tried


def test_a_backtest_scores_an_area_that_begins_after_its_origin_as_not_foreseen(tmp_path: Path) -> None:
    rows = [(area, year, 10 + year % 3) for area in ("A", "C") for year in range(2010, 2018)]
    path = table(tmp_path, [*rows, ("B", 2016, 5), ("B", 2017, 6)])
    order = settlement_backtest.origins(read_settlement(locality=None, file=path), years=[2014], horizon=2)[
        "before-2014"
    ]
    assert order.known.municipalities == ("A", "C") and order.happened.municipalities == ("A", "B", "C")
    found = settlement_backtest.in_all_areas(np.array([[4, 6], [7, 3]]), order.known, order.happened)
    assert found.tolist() == [[4, 0, 6], [7, 0, 3]]
