"""The cockpit page by setting and reading traits; no browser, no kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.apps import pages
from workbench.apps.cockpit.opening import Opening
from workbench.apps.cockpit.panel import CockpitPanel
from workbench.apps.cockpit.state import CockpitState
from workbench.apps.cockpit.view import CockpitView
from workbench.core.errors import AppError
from workbench.studies import cockpit
from workbench.studies.publishing import publish

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cockpit")
    cockpit.build("telemark", runs=folder)
    return folder


def test_the_page_shows_what_is_published_and_nothing_that_is_only_saved(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(pages.DRAFTS, raising=False)
    assert "No cockpit has been published yet" in CockpitView(Opening(CockpitState(runs=str(runs)))).head.value
    publish("cockpit", by="a test", runs=runs)
    page = CockpitView(Opening(CockpitState(runs=str(runs), locality="telemark", place="4003")))
    assert "Cockpit: Skien" in page.head.value and "Draft" not in page.head.value


def test_choices_change_cards_pictures_and_address(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pages.DRAFTS, "1")
    page = CockpitView(Opening(CockpitState(runs=str(runs))))
    assert "Draft" in page.head.value and page.cards.value.count("<section") == 12
    page.place.value = "4003"
    page.area.value = "housing"
    assert page.cards.value.count("<section") == 3 and "Skien" in page.head.value
    page.bridge.box.children[1].click()
    assert page.charts.value.count("<svg role=") == 2 and "No funnel plot" in page.charts.value
    page.language.value = "nb"
    assert "Trangboddhet" in page.cards.value and "Styringsbilde: Skien" in page.head.value
    assert page.state.query() == "locality=telemark&place=4003&area=housing&indicator=overcrowded&language=nb"
    assert CockpitState.from_query(page.state.query(), runs=str(runs)) == page.state
    assert "workbench.studies import cockpit" in page.foot.value


def test_an_address_that_cannot_be_followed_is_said(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pages.DRAFTS, "1")
    page = CockpitView(Opening(CockpitState(runs=str(runs), place="0805")))
    assert "has no place 0805" in page.blocker.value and page.cards.value == ""
    with pytest.raises(AppError, match="no area"):
        CockpitState(area="sport")
    monkeypatch.setenv(pages.QUERY, "area=sport")
    assert "usual choice is shown" in CockpitPanel().state().notice
