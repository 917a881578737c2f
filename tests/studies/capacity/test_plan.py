import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pypdf import PdfReader

from workbench.apps.capacity.opening import Opening
from workbench.apps.capacity.state import CapacityState
from workbench.apps.capacity.view import CapacityView
from workbench.core.draws import Draws
from workbench.core.errors import AppError, AssumptionError, ContradictionError, DataError
from workbench.presentation import capacity as page
from workbench.presentation.capacity import plan
from workbench.reporting.build import build
from workbench.studies import publishing
from workbench.studies.capacity import staffing, study, wait
from workbench.studies.capacity.agency import read_agency
from workbench.studies.capacity.intake import ForecastUsed, cases_of

pytestmark = pytest.mark.whole


def test_a_plan_is_saved_found_again_and_says_the_same(planned, small):
    result, runs = planned
    again = study.study(locality=small, horizon=6, draws=20, seed=1, runs=runs)
    newest = study.latest(runs=runs)
    assert again.reused and newest is not None
    for found in (again, newest):
        assert found.backlog == result.backlog
        assert page.key_findings(found).plain() == page.key_findings(result).plain()
    assert result.totals["plan"].mean() < result.totals["today"].mean()
    assert page.headline(result).estimate == np.quantile(
        result.backlog.values.sel(month=result.months[-1]).sum("stage"), 0.5, method="inverted_cdf"
    )


def test_causes_and_costs_add_up(planned):
    result, _ = planned
    uncertain = result.uncertain(20)
    stated = staffing.problem(result.data, uncertain)
    path = staffing.judge(result.data, uncertain, stated, result.orders).path
    change = path.backlog[:, -1].mean() - result.data.agency.waiting.sum()
    assert sum(result.causes.values()) == pytest.approx(change)
    costs = page.by_choice(result).data
    assert costs["total"].to_numpy() == pytest.approx([result.totals[c].mean() for c in costs["choice"]])
    total = [float(cell) for cell in page.by_choice(result).columns[-2].cells]
    assert plan.saving(result).estimate == pytest.approx(total[0] - total[2])  # who subtracts finds what is said
    assert f"{total[0] - total[2]:.1f} million euro" in plan.saving(result).sentence


def test_a_what_if_without_a_change_is_the_plan_and_more_cases_mean_more_waiting(planned):
    result, _ = planned
    same = study.what_if(result)
    assert same.cost == pytest.approx(same.plan_cost) and same.backlog[:, -1].mean() == pytest.approx(result.end)
    more = study.what_if(result, intake=1.3)
    assert more.backlog[:, -1].mean() > same.backlog[:, -1].mean()
    staffed = study.what_if(result, more_hires={("Alder", "decision"): 20.0})
    assert staffed.backlog[:, -1].mean() < same.backlog[:, -1].mean()


def test_the_draws_of_an_inflow_forecast_are_the_intake_draw_by_draw(small, tmp_path):
    months = read_agency(small).months(3)
    persons = np.random.default_rng(1).poisson(400, (20, 1, 4))
    labels = {"destination": ["XX"], "month": [*months, "2027-02"]}
    cases = cases_of(Draws.from_array(persons, labels, "applicants"), 0.5)
    used = ForecastUsed("XX", "2026-10", "abc", 0.5, passed=False)
    result = study.study(locality=small, horizon=3, draws=20, intake=cases, forecast=used, runs=tmp_path)
    assert result.forecast == used
    for language, said in (("en", "0.50 cases for each"), ("nb", "0,50 saker per"), ("sv", "0,50 ärenden per")):
        assert said in page.how_sure(result, language).caveats[0]
    drawn = result.uncertain(20).intake.sum(axis=(2, 3))
    np.testing.assert_array_equal(drawn, np.round(persons[:, 0, :3] * 0.5))
    with pytest.raises(DataError, match="does not reach 2027-03"):
        study.study(locality=small, horizon=6, draws=20, intake=cases, runs=tmp_path)


def test_limits_that_collide_are_told_with_the_smallest_easing(small, tmp_path):
    with pytest.raises(ContradictionError, match="no staffing plan keeps every limit") as told:
        study.study(locality=small, horizon=6, draws=20, budget=1000, late=50, runs=tmp_path)
    text = str(told.value)
    assert "'budget' of 1,000 euro would have to be" in text or "'budget' alone makes a plan possible" in text
    assert "'late' of 50 case-months beyond the limit would have to be" in text
    assert not list(Path(tmp_path).glob("capacity/*"))


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("queues", lambda t: t.assign(waiting=t["waiting"].where(t.index > 0, -5)), "row 2, column 'waiting'.*-5"),
        ("routes", lambda t: t[t["stage"] != "settlement"], r"queues: row \d+, column 'stage': no way leads out"),
        ("teams", lambda t: t.assign(stage=t["stage"].replace("appeal", "apeal")), "no stage 'apeal'"),
        ("intake", lambda t: t.assign(case_type=t["case_type"].replace("minor", "child")), "no case type 'child'"),
        (
            "teams",
            lambda t: t.assign(staff=t["staff"].where(t["stage"] != "decision", 0)),
            r"queues: row \d+, column 'stage': .*nobody works",
        ),
    ],
)
def test_tables_that_do_not_hold_together_are_refused_by_row_and_value(small, tmp_path, name, change, said):
    folder = Path(shutil.copytree(small, tmp_path / "bad"))
    change(pd.read_csv(folder / f"{name}.csv")).to_csv(folder / f"{name}.csv", index=False)
    with pytest.raises(DataError, match=said):
        read_agency(folder)


def test_ages_are_refused_where_more_were_closed_than_waited(tmp_path):
    file = tmp_path / "ages.csv"
    file.write_text(
        "stage,case_type,came,month,waiting,decided\nall,a,2026-01,2026-02,5,9\nall,a,2026-03,2026-02,5,1\n"
    )
    with pytest.raises(DataError) as told:
        wait.read_ages(file)
    assert "row 2" in str(told.value)
    file.write_text("stage,case_type,came,month,waiting,decided\nall,a,2026-03,2026-02,5,1\n")
    with pytest.raises(DataError, match="counted before it came"):
        wait.read_ages(file)


def test_small_groups_are_withheld_and_the_sentence_says_so_in_three_languages(planned):
    result, _ = planned
    hidden = [p for p in result.waits.promises if p.withheld]
    assert hidden and all(p.months50 is None for p in hidden)
    shown = wait.promise_of(result.waits, "standard")
    for language, withheld, lead in (
        ("en", "too few cases", "If you apply now"),
        ("nb", "for få saker", "Hvis du søker nå"),
        ("sv", "för få ärenden", "Om du ansöker nu"),
    ):
        assert withheld in page.for_applicant(result.waits, hidden[0], language).sentence
        assert page.for_applicant(result.waits, shown, language).sentence.startswith(lead)
    cells = page.waits_table(result.waits).columns[-1].cells
    assert [c == "–" for c in cells] == [p.withheld for p in result.waits.promises]
    with pytest.raises(DataError, match="did you mean 'standard'"):
        wait.promise_of(result.waits, "standrd")


def test_the_page_follows_its_choices_in_three_languages(planned, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_DRAFTS", "1")
    _, runs = planned
    view = CapacityView(Opening(CapacityState(), runs=str(runs)))
    assert "will wait in April 2027" in view.first.value and "synthetic" in view.head.value
    assert "Draft: this was not published" in view.head.value and "study.latest()" in view.foot.value
    assert view.tables.value.count("<table>") == 5 and "<svg" not in view.charts.value
    view.draw()
    assert view.charts.value.count("<svg role=") == 2
    view.hires.value = 4.0
    assert "Compared with the plan" in view.tried.value and "what_if(result" in view.foot.value
    view.language.value = "sv"
    assert "Jämfört med planen" in view.tried.value and view.stage.label == "Registrering"
    view.intake.value = 900.0
    assert "ett tal från 0 till 300" in view.blocker.value
    asked = CapacityState.from_query(view.state.query())
    assert asked == view.state
    none = CapacityView(Opening(CapacityState(), runs=str(tmp_path)))
    assert "No plan has been published yet" in none.head.value and none.tables.value == ""
    with pytest.raises(AppError):
        CapacityState.from_query("hires=many")


def test_readers_see_the_published_plan_and_no_plan_whose_agency_has_changed(planned, small, tmp_path):
    result, saved = planned
    runs = Path(shutil.copytree(saved, tmp_path / "runs"))
    assert CapacityView(Opening(CapacityState(), runs=str(runs))).result is None
    publication = publishing.publish("capacity", by="Kari Nordmann", runs=runs)
    view = CapacityView(Opening(CapacityState(), runs=str(runs)))
    assert publication.id in view.head.value and "Draft" not in view.head.value
    assert "study.published()" in view.foot.value and view.result.record.key == result.record.key
    queues = Path(small) / "queues.csv"
    before = queues.read_text()
    try:
        pd.read_csv(queues).assign(waiting=9).to_csv(queues, index=False)
        with pytest.raises(DataError, match="queues' of the agency has changed since the plan was made"):
            study.published(runs=runs)
    finally:
        queues.write_text(before)


def test_an_assumption_out_of_range_is_refused(small, tmp_path):
    with pytest.raises(AssumptionError, match="'budget' is -1"):
        study.study(locality=small, horizon=3, draws=20, budget=-1, runs=tmp_path)
    with pytest.raises(AssumptionError, match="5 draws of 3 months"):
        study.study(locality=small, horizon=3, draws=5, runs=tmp_path)


def test_the_report_is_built_with_its_charts_tables_and_the_word_synthetic(planned, small, tmp_path):
    _, runs = planned
    given = {"locality": str(small), "horizon": 6, "draws": 20, "language": "nb", "runs": str(runs)}
    built = build("capacity", given, tmp_path)
    text = " ".join(page.extract_text() for page in PdfReader(built.pdf).pages)
    assert "syntetisk" in text and "Hvis du søker nå" in text and "saksbehandler" in text
    html = built.html.read_text()
    assert html.count("<svg") >= 2 and html.count("<table") >= 5 and str(small) not in html
