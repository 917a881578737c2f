"""What every visitor reads at once, without a kernel and without JavaScript; the widgets grow behind it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import grave
from workbench.core.runs.archive import archive_of
from workbench.studies import publishing

pytestmark = pytest.mark.whole
PATIENCE = 180


@pytest.fixture(scope="module")
def published(saved_runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    runs = Path(shutil.copytree(saved_runs, tmp_path_factory.mktemp("published") / "runs"))
    publishing.publish("inflow", by="Kari Nordmann", runs=runs)
    return runs


def _ready(read, served, text: str) -> str:
    until = time.monotonic() + PATIENCE
    while text not in (body := read(served)) and time.monotonic() < until:
        time.sleep(0.5)
    return str(body)


def test_all_is_read_without_a_kernel_and_choices_only_where_there_is_room(
    serve: Callable[..., object], published: Path, chromium: Browser
) -> None:
    served = serve("--published", "--live", "0", runs=published)
    plain = chromium.new_context(java_script_enabled=False)
    page = plain.new_page()

    def read(served) -> str:
        page.goto(served.url + "&language=nb")
        return page.content()

    body = _ready(read, served, "publisert 2")
    assert "inflow-0001" in body and page.locator(".mw-charts figure svg").count() > 1
    assert page.locator("html").get_attribute("lang") == "nb" and page.locator("tbody tr").count() > 20
    assert page.locator("a[download]").count() == 3
    page.get_by_role("link", name="Svenska").click()
    assert "publicerad" in page.content()
    plain.close()

    context = chromium.new_context()
    page = context.new_page()
    page.goto(served.url)
    expect(page.locator("#mw-live")).to_contain_text("All places for readers who make choices are taken")
    assert grave(page) == []
    assert served.kernels() == []
    archive_of(published).withdraw("inflow-0001", by="Ola", reason="wrong table")
    assert "No forecast has been published yet" in _ready(
        lambda served: (page.goto(served.url), page.content())[1], served, "No forecast has been published yet"
    )
    context.close()


def test_the_widgets_take_the_place_of_what_was_made_ahead(
    serve: Callable[..., object], saved_runs: Path, tmp_path: Path, chromium: Browser
) -> None:
    runs = Path(shutil.copytree(saved_runs, tmp_path / "runs"))
    publishing.publish("inflow", by="Kari Nordmann", runs=runs)
    served = serve("--published", runs=runs)
    context = chromium.new_context()
    page = context.new_page()
    assert "mw-first" in _ready(lambda served: (page.goto(served.url), page.content())[1], served, "mw-first")
    page.wait_for_selector("body[data-mw-up]", timeout=1000 * PATIENCE)
    assert page.locator("#mw-first").count() == 0 and page.locator("h1").count() == 1
    page.locator(".mw-controls select").first.select_option(index=1)
    expect(page.locator("h1")).to_have_text("Asylsøknader: de neste månedene")
    page.goto("about:blank")
    assert served.kernels_fall_to(0)
    context.close()
