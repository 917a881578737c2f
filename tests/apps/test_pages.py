"""Which pages there are, how the outlook opens as one of them, and what a guest's page says."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from workbench.apps import guest, pages
from workbench.apps.outlook.opening import Opening
from workbench.apps.outlook.panel import Outlook
from workbench.apps.outlook.state import OutlookState
from workbench.core.errors import AppError

pytestmark = pytest.mark.quick


def test_ours_has_a_notebook_of_its_own_and_an_unknown_page_is_refused_with_the_nearest() -> None:
    assert pages.notebook(pages.find("outlook")).name == "outlook.ipynb"
    assert all(pages.notebook(plugin).is_file() for plugin in pages.available().values())
    with pytest.raises(AppError, match="no page 'outlok'") as caught:
        pages.find("outlok")
    assert "did you mean 'outlook'" in caught.value.do


def test_what_the_address_asks_for_is_known_without_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_LANGUAGE", "sv")
    monkeypatch.setenv("QUERY_STRING", "token=x&year=2025&language=xx")
    assert pages.asked() == {"year": "2025", "language": "xx"} and pages.language() == "sv"
    monkeypatch.setenv("QUERY_STRING", "language=nb")
    assert pages.language() == "nb"


def test_the_outlook_passes_its_check_with_and_without_a_forecast(
    saved_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for runs in (saved_runs, tmp_path):
        monkeypatch.setenv("WORKBENCH_RUNS", str(runs))
        pages.check_panel(Outlook())


def test_the_outlook_names_what_stands_in_the_way(saved_runs: Path, tmp_path: Path) -> None:
    def blockers(runs: Path, **choices: object) -> tuple[str, ...]:
        return Opening(OutlookState(runs=str(runs), **choices)).blockers

    assert blockers(saved_runs) == ()
    assert blockers(saved_runs, destinations=(), language="nb") == ("Velg minst én destinasjon.",)
    assert blockers(tmp_path, language="sv") == ("Ingen prognos har publicerats ännu.",)


def test_a_page_whose_package_is_gone_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("WORKBENCH_PANEL", "districts")
    said = guest.page().children[0].children[0].value
    assert "cannot be shown" in said and "the people who run this page" in said and "<h1>districts</h1>" in said
    assert "start the server again" in caplog.text and "start the server" not in said.lower()


def test_typed_words_are_sent_as_a_whole_before_a_button_is_pressed() -> None:
    """Sent letter by letter, they wait for the kernel, and a button pressed at once would be heard first."""
    calls = [
        (path.name, call)
        for path in Path(pages.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("ipywidgets.Text", "ipywidgets.Textarea")
    ]
    assert len(calls) > 5
    for name, call in calls:
        assert any(ast.unparse(each) == "continuous_update=False" for each in call.keywords), (name, call.lineno)
