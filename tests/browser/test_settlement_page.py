"""The settlement page in a browser: read at once without a kernel, in three languages, on a phone."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import grave
from workbench.studies import publishing, settlement

pytestmark = pytest.mark.slow
PATIENCE = 180
HEADINGS = {
    "en": "Settlement: where newcomers will live",
    "nb": "Bosetting: hvor nyankomne vil bo",
    "sv": "Bosättning: var nyanlända kommer att bo",
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    runs = tmp_path_factory.mktemp("published")
    settlement.study(locality="sweden", total=[8000], runs=runs)
    publishing.publish("settlement", by="Kari Nordmann", runs=runs)
    return runs


def test_the_settlement_page_at_once_then_with_choices_in_three_languages_and_on_a_phone(
    serve: Callable[..., object], published: Path, chromium: Browser
) -> None:
    served = serve("--published", "--live", "0", page="settlement", runs=published)
    plain = chromium.new_context(java_script_enabled=False)
    plain.set_default_timeout(1000 * PATIENCE)
    page, until = plain.new_page(), time.monotonic() + PATIENCE
    while page.goto(served.url + "&language=nb") and "settlement-0001" not in page.content():
        assert time.monotonic() < until, "no first view"
        time.sleep(0.5)
    assert page.locator("tbody tr").count() >= 290 and page.locator(".mw-charts figure svg").count() == 1
    assert page.locator("h1").text_content() == HEADINGS["nb"]
    assert served.kernels() == []
    plain.close()

    served = serve(page="settlement", runs=published)
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    page.goto(served.url)
    page.wait_for_selector("body[data-mw-up]")
    page.wait_for_selector(".mw-charts figure")
    for at, (language, heading) in enumerate(HEADINGS.items()):
        page.locator(".mw-controls select").first.select_option(index=at)
        expect(page.locator("h1")).to_have_text(heading)
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.wait_for_selector(".mw-charts figure")
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert grave(page, "landmark", "region") == [], (language, width)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (language, width)
    choices, toggle = page.locator(".mw-choices"), page.locator(".mw-toggle")
    expect(choices).to_be_hidden()
    headline = page.locator(".mw-headline").first.bounding_box()
    assert headline is not None and headline["y"] < 700
    toggle.click()
    expect(choices).to_be_visible()
    choices.locator("select").select_option(label="Lund")
    expect(page.locator(".mw-headline").first).to_contain_text("Lund")
    page.goto("about:blank")
    context.close()
