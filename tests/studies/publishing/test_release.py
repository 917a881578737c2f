"""What was published is what readers see, and it is scored beside simple rules and others' forecasts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from workbench.core.errors import DataError
from workbench.core.runs.archive import archive_of
from workbench.core.runs.provenance import RECORD, RunRecord, RunStore
from workbench.models import hubverse
from workbench.studies import inflow, publishing
from workbench.studies.publishing import scores
from workbench.studies.publishing.entered import enter

pytestmark = pytest.mark.quick
HEAD = "origin_month,location,target_month,p10,p50,p90\n"


@pytest.fixture(scope="module")
def board(saved_runs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, scores.Scoreboard]:
    runs = Path(shutil.copytree(saved_runs, tmp_path_factory.mktemp("scored") / "runs"))
    publishing.publish("inflow", by="Kari Nordmann", runs=runs)
    archive_of(runs).withdraw("inflow-0001", by="Ola", reason="wrong table")
    theirs = runs / "agency.csv"
    theirs.write_text(
        "origin_month,location,target_month,p10,p50,p90\n"
        "2019-09,NO,2019-10,0,0,0\n2019-09,SE,2019-10,100,1000,3000\n2019-09,SE,2030-01,1,2,3\n"
    )
    enter(theirs, model="agency", by="Kari", runs=runs)
    return runs, scores.study(runs=runs)


def test_a_withdrawn_forecast_is_scored_too_by_hand_and_beside_rules_and_others(board) -> None:
    runs, found = board
    rows = found.rows.set_index(["model", "location", "target_month"])
    zero = rows.loc[("agency", "NO", "2019-10")]
    assert zero["score_first"] == pytest.approx(2 * (0.1 + 0.5 + 0.9) / 3 * zero["first"])  # of 0, 0, 0
    table = found.by_model().set_index("model")
    assert {"workbench-inflow", "agency", *scores.RULES} == set(table.index) and table.loc["agency", "forecasts"] == 2
    assert found.rows["look_back"].all() and found.blocks == 1 and found.waiting >= 1
    ours = rows.loc["workbench-inflow"]
    assert ours["withdrawn"].all() and ours["inside"].equals(ours["first"].between(ours["p10"], ours["p90"]))
    run = archive_of(runs).all()[0]
    frozen = hubverse.read(run.folder / publishing.release.TABLE)
    assert len(frozen) == 19 * 6 and set(frozen["model_id"]) == {publishing.release.MODEL}


def test_readers_see_what_was_published_and_not_what_was_saved_since(saved_runs: Path, tmp_path: Path) -> None:
    runs = Path(shutil.copytree(saved_runs, tmp_path / "runs"))
    assert inflow.published(runs=runs).result is None
    made = publishing.publish("inflow", by="Kari", runs=runs)
    source = next(runs.glob("inflow/*"))
    newer = RunRecord.from_json((source / RECORD).read_text())
    newer = newer.__class__(**{**newer.__dict__, "key": "f" * 64, "created": "2030-01-01T00:00:00+00:00", "seal": ""})
    newer = newer.__class__(**{**newer.__dict__, "seal": newer.content()})
    shutil.copytree(source, runs / "inflow" / ("f" * 16))
    (runs / "inflow" / ("f" * 16) / RECORD).write_text(newer.to_json())
    newest, shown = inflow.newest(runs=runs), inflow.published(runs=runs)
    assert newest.result is not None and newest.result.record.key == "f" * 64 and newest.publication is None
    assert shown.result is not None and shown.result.record.key == made.key and shown.publication == made
    assert inflow.study(run="published", runs=runs).record.key == made.key
    assert publishing.parameters(made) == {"as_of": "2019-09", "horizon": 6, "seed": 1}


def test_a_publication_knows_how_it_was_fitted_so_that_a_rerun_makes_the_same(tmp_path: Path) -> None:
    store = RunStore(tmp_path)

    def published(settings: dict[str, object], told: dict[str, object]) -> dict[str, object]:
        fit = store.get_or_run("settlement-fit", {"as_of": "2020", **settings}, (), lambda _: {})
        scenario = {"as_of": "2020", "horizon": 1, "seed": 0, "locality": "", "fit": fit.record.key}
        run = store.get_or_run("settlement", scenario, (), lambda _: told)
        return publishing.parameters(publishing.publish(run.folder, by="Kari", runs=tmp_path))

    asked = {"as_of": "2020", "horizon": 1, "seed": 0}
    sampled = {"draws": 60, "tune": 70, "chains": 2}
    assert published(sampled, {"total": 900}) == {**asked, "total": 900, **sampled}
    assert published({"method": "rules", "draws": 240}, {"total": 0}) == {**asked, "draws": 240, "chains": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "column missing"),
        (
            HEAD + "2019-09,NO,2019-09,1,2,3\n",
            "not after the last month known",
        ),
        (HEAD + "2019-09,NO,2019-10,3,2,1\n", "do not rise"),
        (HEAD + "2019-9x,NO,2019-10,a,2,3\n", "no month"),
        (HEAD, "no rows"),
    ],
)
def test_a_table_that_is_no_forecast_is_refused_with_every_fault(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "theirs.csv").write_text(text)
    with pytest.raises(DataError, match=said):
        enter(tmp_path / "theirs.csv", model="agency", by="Kari", runs=tmp_path)
    assert not (tmp_path / "published").exists()


def test_what_is_no_result_is_not_published(saved_runs: Path, tmp_path: Path) -> None:
    for name in ("nothing", "inflo"):
        with pytest.raises(DataError, match="no saved run is called"):
            publishing.publish(name, by="Kari", runs=saved_runs)
    RunStore(tmp_path).get_or_run("inflow-fit", {}, (), lambda folder: {})
    with pytest.raises(DataError, match="is a fit, no result"):
        publishing.publish("inflow-fit", by="Kari", runs=tmp_path)
    with pytest.raises(DataError, match="no forecast is published"):
        scores.study(runs=tmp_path)


def test_the_weighted_interval_score_of_one_value_is_its_absolute_error() -> None:
    one = pd.DataFrame({"p10": [5.0], "p50": [5.0], "p90": [5.0]}).to_numpy()
    assert scores.weighted_interval_score(one, pd.Series([9.0]).to_numpy())[0] == pytest.approx(4.0)
    assert scores.weighted_interval_score(one, pd.Series([2.0]).to_numpy())[0] == pytest.approx(3.0)
