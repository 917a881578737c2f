"""The page that the invented town brings, in a real browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import grave

pytestmark = pytest.mark.whole


def test_a_guests_page_is_served_in_our_frame(opened, serve, town: Path) -> None:
    page = opened(serve(page="districts", path=(town,)), "&language=nb&year=2025")
    assert page.title() == "Districts of Eksempelby – Migration Workbench"
    expect(page.locator("h1")).to_have_text("Districts of Eksempelby")
    expect(page.locator(".mw-headline")).to_contain_text("In 2025, Nordhavn settled 50 %")
    expect(page.locator("main")).to_contain_text("Siden kommer fra pakken workbench-eksempelby 1.0.0.")
    assert page.locator("html").get_attribute("lang") == "nb"
    assert "token" not in page.url and "year=2025" in page.url
    page.get_by_label("Year").select_option("2024")
    expect(page.locator(".mw-headline")).to_contain_text("In 2024, Nordhavn settled 39 %")
    expect(page.locator("tbody tr")).to_have_count(4)
    assert grave(page) == []


def test_a_guest_that_breaks_while_its_page_is_served_says_so(opened, serve, town: Path, tmp_path: Path) -> None:
    frail = Path(shutil.copytree(town, tmp_path / "frail"))
    served = serve(page="districts", path=(frail,))
    module = frail / "eksempelby" / "panel.py"
    module.write_text(module.read_text().replace("sorted({", "secret_name({"))
    page = opened(served, "&language=sv")
    expect(page.locator("main")).to_contain_text("Något gick fel på den här sidan")
    expect(page.locator("main")).not_to_contain_text("secret_name")
