"""The outlook in a real browser: its main job, languages, downloads, and what happens when it loses its kernel."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import grave
from workbench.presentation import inflow as shown
from workbench.studies import inflow

pytestmark = pytest.mark.whole
CHARTS = ".mw-charts figure"


def test_the_states_without_a_forecast_are_accessible_too(opened, serve, saved_runs: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    served = serve(runs=runs)
    for said in ("No forecast has been published yet", "is damaged"):
        page = opened(served)
        expect(page.locator("main")).to_contain_text(said)
        assert grave(page) == []
        if not runs.exists():
            shutil.copytree(saved_runs, runs)
            next(runs.glob("inflow/*/forecast.json")).unlink()


def test_the_main_job_by_keyboard_in_another_language(opened, served, saved_runs: Path) -> None:
    page = opened(served)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "mw-skip"
    page.get_by_label("Language").focus()
    page.keyboard.type("Norsk")
    expect(page.locator("h1")).to_have_text("Asylsøknader: de neste månedene")
    page.get_by_role("button", name="Ingen").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".mw-blocker")).to_have_text("Velg minst én destinasjon.")
    page.get_by_role("checkbox", name="Norge", exact=True).focus()
    page.keyboard.press("Space")
    result = inflow.latest(runs=saved_runs)
    sentence = shown.headline(inflow.only(result, ["NO"]), (0.8,), "nb").sentence
    expect(page.locator(".mw-headline")).to_have_text(sentence)
    expect(page.get_by_role("status")).to_have_text("1 destinasjon vises.")
    expect(page.locator(CHARTS)).to_have_count(1)
    assert page.locator("html").get_attribute("lang") == "nb" and page.title().startswith("Utsikter")


def test_a_reload_keeps_the_choice_and_the_address_holds_no_key(opened, served) -> None:
    page = opened(served)
    page.get_by_label("Interval").select_option(label="95\u00a0% of outcomes")
    page.get_by_role("button", name="None").click()
    expect(page.get_by_role("checkbox", name="Sweden", exact=True)).not_to_be_checked()
    page.get_by_role("checkbox", name="Sweden", exact=True).check()
    expect(page.locator(".mw-headline")).to_contain_text("Sweden could expect")
    page.wait_for_url("**destinations=SE")
    assert "token" not in page.url
    page.reload()
    expect(page.locator(".mw-headline")).to_contain_text("95\u00a0% between")
    expect(page.get_by_role("checkbox", name="Sweden", exact=True)).to_be_checked()
    expect(page.get_by_role("checkbox", name="Norway", exact=True)).not_to_be_checked()


def test_an_address_that_cannot_be_followed_is_said(opened, served) -> None:
    page = opened(served, "&level=0.3")
    expect(page.locator(".mw-blocker")).to_contain_text("does not have; the usual choice is shown")
    expect(page.locator(".mw-headline")).to_contain_text("80\u00a0% between")


def test_the_downloads_are_the_figures_shown(opened, served, saved_runs: Path) -> None:
    page = opened(served, "&language=sv&destinations=NO,SE")
    content = {}
    for name in ("Per månad (CSV)", "Per destination (CSV)", "Allt (Excel)"):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name).click()
        content[waiting.value.suggested_filename] = Path(waiting.value.path()).read_bytes()
    result = inflow.only(inflow.latest(runs=saved_runs), ["NO", "SE"])
    table = pd.read_csv(io.BytesIO(content["inflow-by-destination.csv"]), sep=";", decimal=",")
    assert table["Prognosens median"].tolist() == shown.by_destination(result).data["median"].tolist()
    book = openpyxl.load_workbook(io.BytesIO(content["inflow.xlsx"]))
    assert book.sheetnames == ["Om", "Månad", "Destination"]
    assert page.get_by_label("Språk").is_enabled()  # a download is no farewell: the kernel is still there


def test_a_killed_kernel_is_noticed(opened, quiet) -> None:
    served = quiet
    page = opened(served, "&language=nb")
    (kernel,) = served.kernels()
    kernel.kill()
    alarm = page.get_by_role("alert")
    expect(alarm).to_contain_text("mistet forbindelsen")
    expect(page.get_by_label("Språk")).to_be_disabled()
    alarm.get_by_role("button", name="Last inn på nytt").click()
    expect(page.locator(".mw-headline")).to_contain_text("de 19 destinasjonene")
