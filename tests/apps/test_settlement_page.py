"""The settlement page by setting and reading traits, on a forecast that needs no fit; no browser, no kernel."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.apps import pages
from workbench.apps.pages import check_panel
from workbench.apps.settlement import content
from workbench.apps.settlement.opening import Opening
from workbench.apps.settlement.panel import Settlement
from workbench.apps.settlement.state import SettlementState
from workbench.apps.settlement.view import SettlementView
from workbench.core.errors import AppError
from workbench.studies import publishing, settlement
from workbench.studies.settlement.forecasting import saved_runs

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    settlement.study(locality="sweden", total=[8000], runs=folder)
    return folder


@pytest.fixture(autouse=True)
def drafts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pages.DRAFTS, "1")


def view(runs: Path, **choices: object) -> SettlementView:
    return SettlementView(Opening(SettlementState(runs=str(runs), **choices)))  # type: ignore[arg-type]


def test_the_country_a_municipality_and_what_if(runs: Path) -> None:
    page = view(runs)
    assert "If 8,000 persons are settled in the country in 2026 (an assumed total)" in page.headline.value
    assert "Draft: this was not published" in page.head.value
    assert page.tables.value.count("<tr>") > 290 and page.charts.value.count("<svg") == 0
    page.place.value = "1281"
    assert "Lund can expect" in page.headline.value and page.tables.value.count('download="') == 3
    assert page.takes.disabled is False
    page.takes.value = "100"
    assert "If Lund takes 100 persons" in page.headline.value
    page.total.value = "4000"
    assert "If 4,000 persons" in page.headline.value and "with_total(result, 4000" in page.foot.value
    for text in ("many", "1,5", "-1", "2,000,000"):
        page.total.value = text
        assert f"“{text}” is not a number of persons" in page.blocker.value
        assert page.total.value == "4000" and "If 4,000 persons" in page.headline.value
    page.total.value = "5,000"
    assert page.blocker.value == "" and "If 5,000 persons" in page.headline.value
    page.total.value = "4 000"
    page.language.value = "sv"
    assert "Om 4 000 personer bosätts i landet 2026 (en antagen summa)" in page.headline.value.replace("\u00a0", " ")
    page.bridge.box.children[1].click()
    assert page.charts.value.count("<svg role=") == 1
    assert page.state.query() == "language=sv&municipality=1281&total=4000&takes=100"


def test_the_code_behind_a_page_gives_the_same_sentences(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = view(runs, municipality="1281", takes=50)
    assert page.saved is not None
    exec(content.code(page.saved, page.state))
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] in page.headline.value and printed[-1] in page.headline.value


def test_what_cannot_be_shown_is_said(runs: Path, tmp_path: Path) -> None:
    assert "No forecast has been published yet." in view(tmp_path).head.value
    page = view(runs, municipality="9999")
    assert "no municipality 9999" in page.blocker.value and page.tables.value == ""
    for query in ("total=many", "total=-5", "takes=99999999"):
        with pytest.raises(AppError):
            SettlementState.from_query(query)
    run = next((runs / saved_runs.FORECAST).iterdir())
    damaged = tmp_path / "other" / saved_runs.FORECAST / run.name
    damaged.mkdir(parents=True)
    for path in run.iterdir():
        (damaged / path.name).write_bytes(path.read_bytes() + (b" " if path.suffix == ".parquet" else b""))
    assert "cannot be shown" in view(tmp_path / "other").head.value


def test_readers_see_what_was_published_and_nothing_else(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = Path(shutil.copytree(runs, tmp_path / "runs"))
    monkeypatch.delenv(pages.DRAFTS)
    assert "No forecast has been published yet." in view(runs).head.value
    publishing.publish("settlement", by="Kari Nordmann", runs=runs)
    page = view(runs, total=4000)
    assert "Draft" not in page.head.value and "If 4,000 persons" in page.headline.value
    assert "saved_runs.published(" in page.foot.value


def test_the_page_keeps_its_contract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WORKBENCH_RUNS", str(tmp_path))
    check_panel(Settlement())
