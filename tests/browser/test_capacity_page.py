"""The capacity page as a reader finds it: read without a kernel in three languages, on a desk and on a phone."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import grave
from workbench.studies import publishing
from workbench.studies.capacity import study

pytestmark = pytest.mark.whole
PATIENCE = 180
SAID = {"en": "published on", "nb": "publisert", "sv": "publicerad"}


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    runs = tmp_path_factory.mktemp("planned")
    study.study(horizon=6, draws=20, runs=runs)
    publishing.publish("capacity", by="Kari Nordmann", runs=runs)
    return runs


def test_a_published_plan_is_read_without_a_kernel_on_a_desk_and_on_a_phone(
    serve: Callable[..., object], planned: Path, chromium: Browser
) -> None:
    served = serve("--published", "--live", "0", page="capacity", runs=planned)
    for width in (1280, 390):
        context = chromium.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        for language, said in SAID.items():
            until = time.monotonic() + PATIENCE
            page.goto(f"{served.url}&language={language}")
            while "capacity-0001" not in page.content() and time.monotonic() < until:
                time.sleep(0.5)
                page.reload()
            assert said in page.locator(".mw-subtitle").inner_text()
            assert page.locator("html").get_attribute("lang") == language
            assert page.locator(".mw-charts figure svg").count() > 1 and page.locator("a[download]").count() == 5
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert grave(page) == []
        context.close()
    assert served.kernels() == []
