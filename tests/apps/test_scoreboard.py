"""The scoreboard page by its traits: what was published and may be read, in each language."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.apps.scoreboard import panel
from workbench.apps.serving import first_view
from workbench.core.runs.archive import archive_of
from workbench.studies import publishing

pytestmark = pytest.mark.quick


@pytest.fixture
def runs(saved_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = Path(shutil.copytree(saved_runs, tmp_path / "runs"))
    monkeypatch.setenv("WORKBENCH_RUNS", str(found))
    return found


def test_what_is_under_embargo_is_not_scored_for_readers(runs: Path) -> None:
    publishing.publish("inflow", by="Kari", runs=runs, embargo="2099-01-01")
    assert panel.Opening().blockers == ("No forecast has been published yet, so none is scored.",)
    assert "No forecast has been published yet" in first_view.page("scoreboard", "en")
    assert "Ingen prognos har publicerats" in first_view.page("scoreboard", "sv")


def test_the_page_says_what_the_report_says_in_each_language_without_a_kernel(runs: Path) -> None:
    publishing.publish("inflow", by="Kari", runs=runs)
    archive_of(runs).withdraw("inflow-0001", by="Ola", reason="wrong table")
    assert first_view.made_ahead("scoreboard") and panel.Opening().blockers == ()
    english, norwegian, swedish = (first_view.page("scoreboard", language) for language in ("en", "nb", "sv"))
    assert "published figures came out inside their 80\N{NO-BREAK SPACE}% interval" in english
    assert "This workbench" in english and "The same month a year before" in english and "came nearer" in english
    for said in (english, norwegian, swedish):
        assert "RandomWalk" not in said and "wrong table" in said and said.count("<table") == 2 and "base64" in said
    assert "Resultattavle" in norwegian and "Resultattavla" in swedish
    assert "published figures" not in norwegian + swedish
