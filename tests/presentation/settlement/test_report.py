from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from workbench.core.draws import Draws
from workbench.core.runs.provenance import RunRecord, Source
from workbench.models.diagnostics import Diagnostics
from workbench.models.settlement import moves
from workbench.models.settlement.leaving_by_size import LeavingBySize
from workbench.models.settlement.not_fitted import CARRIED, COMBINED, NotFitted
from workbench.presentation import settlement as page
from workbench.presentation.settlement import figures as settlement_figures
from workbench.presentation.tables import Table
from workbench.studies.settlement import SettlementResult
from workbench.studies.settlement.backtest.verdict import Verdict
from workbench.studies.settlement.moves.moves import Moves, MovesResult

pytestmark = pytest.mark.quick
SOURCE = Source("A publisher", "A table", "free")
PERSONS = np.array([[[60], [30], [6], [4], [0]], [[50], [36], [9], [3], [2]], [[55], [33], [7], [5], [0]]])
PLACES = ["A", "B", "C", "D", "E"]


@pytest.fixture
def result(tmp_path: Path) -> SettlementResult:
    draws = Draws.from_array(PERSONS, {"municipality": PLACES, "year": [2021]}, "persons settled")
    table = pd.DataFrame({"municipality": PLACES, "year": 2020, "settled": [50.0, 30.0, 3.0, 7.0, np.nan]})
    later = pd.DataFrame({"municipality": PLACES, "year": 2021, "settled": [58.0, 40.0, 7.0, 4.0, 0.0]})
    record = RunRecord("settlement", "0" * 64, {}, (), {}, "2026-11-23T00:00:00+00:00")
    return SettlementResult(
        record=record,
        as_of=2020,
        contest="before",
        draws=draws,
        observed=table,
        later=later,
        diagnostics=Diagnostics(1.002, 900.0, 800.0, 0, 1200, "step"),
        names=dict(zip(PLACES, ["Aby", "Bby", "Cby", "Dby", "Eby"], strict=True)),
        parents={"A": "North", "B": "North", "C": "South", "D": "South", "E": "South"},
        positions=pd.DataFrame({"municipality": PLACES, "lon": [5.0, 6, 7, 8, 9], "lat": [58.0, 59, 60, 61, 62]}),
        sources=(SOURCE,),
        notes=("1 count was withheld.",),
        given="given as a number",
        reused=False,
    )


def test_the_headline_says_what_it_rests_on(result: SettlementResult) -> None:
    found = page.headline(result)
    assert "100 persons" in found.sentence and "Aby" in found.sentence and "about 55" in found.sentence
    assert found.estimate == 55 and [i.level for i in found.intervals] == [0.8, 0.95]
    assert "an assumed total" in found.sentence and not found.caveats  # what the total is stands once


def test_the_headline_gives_the_interval_of_a_total_that_is_itself_foreseen(result: SettlementResult) -> None:
    drawn = PERSONS * np.array([1, 2, 3])[:, None, None]
    draws = Draws.from_array(drawn, {"municipality": PLACES, "year": [2021]}, "persons settled")
    sentence = page.headline(replace(result, draws=draws)).sentence
    assert "about 200 persons" in sentence and "between 100 and 300" in sentence


def test_small_observed_counts_are_in_no_table_and_no_attachment(result: SettlementResult) -> None:
    table = page.by_municipality(result)
    seen = dict(zip(table.data["municipality"], table.data["settled_before"], strict=True))
    assert seen["A"] == 50 and seen["B"] == 30
    assert all(np.isnan(seen[place]) for place in "CDE")  # 3 is small, 7 would give it away, E was withheld already
    county = page.by_county(result).data.set_index("county")["settled_before"]
    assert county["North"] == 80 or np.isnan(county["North"])
    assert "3" not in {cell.strip() for row in table.rows for cell in row[1:2]}


def test_what_came_stands_beside_the_forecast_with_small_counts_withheld(result: SettlementResult) -> None:
    later = pd.DataFrame({"year": 2021, "municipality": PLACES, "settled": [61.0, 30.0, 3.0, 7.0, 8.0]})
    table = page.by_municipality(replace(result, later=later))
    since = dict(zip(table.data["municipality"], table.data["settled_since"], strict=True))
    assert table.columns[-1].heading == "Settled 2021" and since["A"] == 61 and np.isnan(since["C"])
    assert page.by_county(replace(result, later=later)).data["settled_since"].iloc[-1] == 109
    none = page.by_municipality(replace(result, later=later.iloc[:0]))
    assert none.columns[-1].heading != "Settled 2021"


def test_counties_add_up_draw_by_draw(result: SettlementResult) -> None:
    table = page.by_county(result).data
    assert table["county"].tolist()[-1] == "All" and table.iloc[-1]["median"] == 100
    assert page.by_county(result).rows[-1][3] == "100"


def test_a_total_that_is_given_stands_exactly_and_sums_say_what_they_leave_out(result: SettlementResult) -> None:
    more = PERSONS.copy()
    more[:, 0, 0] += 31_153
    draws = Draws.from_array(more, {"municipality": PLACES, "year": [2021]}, "persons settled")
    table = page.by_county(replace(result, draws=draws))
    assert table.rows[-1][2:5] == ("31,253", "31,253", "31,253")
    assert "leave out" in table.notes[0] and "leave out" not in page.by_municipality(result).notes[0]


def test_what_happened_counts_intervals_and_names_the_simple_rule(result: SettlementResult) -> None:
    sentence = page.what_happened(result).sentence
    assert "5 municipalities" in sentence and "4 came out inside" in sentence and "last year's shares" in sentence


def test_a_failed_fit_is_said_before_anything_else(result: SettlementResult) -> None:
    failed = replace(result, diagnostics=Diagnostics(1.2, 90.0, 80.0, 50, 1200, "step"))
    said = "the fit failed its checks; these figures come from simple rules combined"
    assert said in page.front(failed, "norway").attention
    assert page.headline(failed).sentence.startswith(f"Attention: {said}")
    assert "must not be relied on" in page.how_sure(failed).sentence
    assert page.front(result, "norway").attention == ""


def test_the_map_says_in_words_what_it_shows(result: SettlementResult) -> None:
    figure = settlement_figures.on_map(result)
    assert "Aby (55)" in figure.alternative and "<svg" in figure.svg


def test_retention_stands_beside_what_was_assumed(result: SettlementResult) -> None:
    settled = result.draws.select(year=2021)
    assumed = moves.draw_hazards(moves.MovePriors(), 200, np.random.default_rng(1))
    hazard = moves.Hazard(assumed, assumed, 200.0, moves.MovePriors())
    km = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0))) * 100
    gravity = moves.Gravity(
        np.array([1.0, 0.5, 0.0]), np.eye(3) * 0.01, 100.0, moves.gravity_features(np.full(5, 1000.0), km, np.ones(5))
    )
    sized = LeavingBySize(hazard, np.tile([0.5, 0.2, 0.0, -0.3], (200, 1)), pd.DataFrame())
    known = Moves(hazard, sized, gravity, tuple(PLACES), np.array([0, 1, 2, 3, 3]), ())
    stayed, living = moves.follow_cohort(settled, [known.staying(y) for y in moves.HORIZONS], gravity, seed=1)
    anchor = pd.DataFrame({"years": [7], "share": [0.99], "source": ["somewhere"]})
    moved = MovesResult(known, hazard.retention(), stayed, living, settled, (SOURCE,), result.names, anchor)
    beside = page.anchors(moved)
    assert isinstance(beside, Table) and "misses 1 figure" in beside.caption
    assert beside.notes[0].startswith("A figure from elsewhere says that 99\u00a0% still live there after 7 years")
    assert beside.notes[0].endswith("More may stay than is shown here.")
    assert page.cohort(moved, settled.labels("municipality")[0]).data["years"].tolist() == [1, 3, 5]
    table = page.retention(moved)
    assert [row[0] for row in table.rows] == ["1 year", "3 years", "5 years"]
    assert all(row[1] == row[3] for row in table.rows)  # nothing learnt: posterior is prior
    assert "assumption" in table.notes[0]
    net = page.net_moves(moved, rows=2)
    assert len(net.rows) == 4 and "Moves" not in net.name
    assert "population" in page.gravity_words(moved).sentence
    sizes = page.retention_by_size(moved)
    assert [row[0] for row in sizes.rows] == ["under 3,000", "3,000 to 9,999", "10,000 to 29,999", "30,000 and over"]
    three = sizes.data.query("years == 3")["median"].to_numpy()
    assert (np.diff(three) > 0).all() and "relatives" in sizes.notes[0]
    unknown = replace(moved, known=replace(known, by_size=None))
    assert "cannot be told apart" in page.retention_by_size(unknown).sentence


def test_headline_and_table_give_a_place_in_one_rounding(result: SettlementResult) -> None:
    draws = Draws.from_array(PERSONS * 21 + 3, {"municipality": PLACES, "year": [2021]}, "persons settled")
    more = replace(result, draws=draws)
    sentence, row = page.headline(more).sentence, page.by_municipality(more).rows[0]
    assert f"about {row[2]};" in sentence and row[2] in settlement_figures.on_map(more).alternative
    for interval in row[3:]:
        assert interval.replace(" \u2013 ", " and ") in sentence


def test_the_headline_says_whether_the_total_is_known_and_what_came(result: SettlementResult) -> None:
    assert "an assumed total" in page.headline(result).sentence
    back = page.headline(replace(result, given="what was settled in all, known since")).sentence
    assert "Of the 100 persons" in back and "known only afterwards" in back
    assert back.endswith("What came: 58, inside the 80\u00a0% interval.")
    assert "What came" not in page.headline(replace(result, later=result.later.head(0))).sentence


@pytest.mark.parametrize(
    ("came", "told"),
    [
        (58.0, "inside the 80\u00a0% interval"),
        (41.0, "inside the 95\u00a0% interval"),
        (80.0, "above the 95\u00a0% interval"),
        (20.0, "below the 95\u00a0% interval"),
    ],
)
def test_the_headline_says_whether_the_intervals_held_what_came(
    result: SettlementResult, came: float, told: str
) -> None:
    first = np.r_[40, np.repeat(np.arange(50, 60), 3), 70]  # 80 % lies within 50 to 59
    persons = np.column_stack([first, 100 - first, *[np.zeros_like(first)] * 3])[:, :, None]
    draws = Draws.from_array(persons, {"municipality": PLACES, "year": [2021]}, "persons settled")
    later = result.later.assign(settled=[came, 40.0, 7.0, 6.0, 0.0])
    assert page.headline(replace(result, draws=draws, later=later)).sentence.endswith(f"{told}.")


def test_an_effect_that_the_data_do_not_show_is_not_stated(result: SettlementResult) -> None:
    def sentence(centre: list[float], error: float) -> str:
        gravity = SimpleNamespace(centre=np.array(centre), covariance=np.eye(3) * error**2)
        gravity.carried = False
        return page.gravity_words(SimpleNamespace(known=SimpleNamespace(gravity=gravity))).sentence  # type: ignore[arg-type]

    told = sentence([0.8, 1.2, -0.06], 0.056)
    drawn, unclear = told.split("The data do not show an effect of ")
    assert "population" in drawn and "distance" in drawn and "more refugees there" in unclear
    assert "kept away by more refugees there" in sentence([0.8, 1.2, -0.5], 0.05)


def test_an_own_table_without_counties_or_moves_is_reported_all_the_same(result: SettlementResult) -> None:
    own = replace(result, parents=dict.fromkeys(PLACES, ""))
    assert page.front(own, "").subtitle == "2021 · data to 2020"
    assert page.by_county(own).plain() == "The table names no counties."
    for show in (page.retention, page.anchors, page.retention_by_size, page.net_moves, page.gravity_words):
        assert page.if_followed(show, None).plain() == ""
    assert "this table is your own" in page.not_followed(None).plain()


def test_the_method_named_is_the_one_that_was_used(result: SettlementResult) -> None:
    ways = {
        "Bayesian": result.diagnostics,
        "simple rules": NotFitted.of(COMBINED, 3),
        "carried over": NotFitted.of(CARRIED, 3),
    }
    for said, diagnostics in ways.items():
        told = page.method(replace(result, diagnostics=diagnostics)).sentence
        assert [word for word in ways if word in told] == [said]


def test_a_contest_lost_by_one_measure_is_not_called_lost_by_both(result: SettlementResult) -> None:
    def said(wape: float, crps: float) -> str:
        verdict = Verdict(True, "last_settled", wape, 0.2, crps, 0.15, 1, 5)
        found = replace(result, verdict=verdict)
        return f"{page.headline(found).sentence} {page.contest_words(found).sentence}"

    assert "Attention" not in said(0.1, 0.1) and "did worse: 20" in said(0.1, 0.1)
    both, error, crps = said(0.3, 0.3), said(0.3, 0.1), said(0.1, 0.3)
    assert "this model did better" not in both and "this model erred less" not in both
    assert "by CRPS, which counts the intervals too, this model did better" in error and "or better: 20" in error
    assert "this model erred less" in crps and "did worse: 20" in crps and "did as well or better: 15" in crps
