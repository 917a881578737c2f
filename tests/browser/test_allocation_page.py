"""The allocation page in a browser: by keyboard alone, two users apart, a killed kernel, three languages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import grave
from workbench.studies.allocation import batches

pytestmark = pytest.mark.slow
PATIENCE = 180
SAID = {"en": "5 of 5 persons", "nb": "5 av 5 personer", "sv": "5 av 5 personer"}
LABEL = """() => {
  const at = document.activeElement, box = at && at.closest('.widget-inline-hbox');
  return at ? (at.tagName === 'BUTTON' ? at.innerText : (box ? box.innerText : '')).trim() : '';
}"""


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("batches")
    week = home / "week-48"
    week.mkdir()
    pd.DataFrame(
        {"household": ["A", "B", "C"], "adults": [1, 1, 2], "children": [0, 1, 0], "seniors": 0,
         "needs": ["", "school", ""], "group": ["one", "more", "more"]}
    ).to_csv(week / "households.csv", index=False)  # fmt: skip
    pd.DataFrame(
        {"place": ["p", "q", "r"], "capacity": [2, 2, 4], "services": ["", "school", "school"],
         "name": ["Pe", "Qu", "Er"], "lon": [10.0, 11.0, 12.0], "lat": [60.0, 61.0, 60.5]}
    ).to_csv(week / "places.csv", index=False)  # fmt: skip
    pd.DataFrame(
        {"household": ["A", "B", "C"], "p": [0.9, 0.5, 1.0], "q": [0.5, 0.6, 0.7], "r": [0.2, 0.3, 0.4]}
    ).to_csv(week / "scores.csv", index=False)
    before = os.environ.get(batches.FOLDER)
    os.environ[batches.FOLDER] = str(home)
    yield home
    os.environ.pop(batches.FOLDER)
    if before is not None:
        os.environ[batches.FOLDER] = before


def tab_to(page: Page, label: str) -> None:
    """Press the tabulator until the control of that name has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(LABEL).startswith(label):
            return
    raise AssertionError(f"no way to '{label}' by keyboard")


def test_a_plan_is_changed_by_keyboard_kept_through_a_killed_kernel_and_undone(
    serve: Callable[..., object], batch: Path, chromium: Browser, tmp_path: Path
) -> None:
    served = serve(page="allocation", runs=tmp_path / "output" / "runs")
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    page.goto(served.url)
    said = page.locator(".mw-page")
    expect(said).to_contain_text(SAID["en"])

    tab_to(page, "Household")
    page.keyboard.type("A")
    tab_to(page, "Place")
    page.keyboard.type("Pe")
    tab_to(page, "Reason")
    page.keyboard.type("work found there")
    tab_to(page, "Apply")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("It costs")
    expect(said).to_contain_text("work found there")

    other = chromium.new_context()
    other.set_default_timeout(1000 * PATIENCE)
    beside = other.new_page()
    beside.goto(served.url)
    expect(beside.locator(".mw-page")).to_contain_text(SAID["en"])
    expect(beside.locator(".mw-page")).to_contain_text("Nothing yet.")
    assert "work found there" not in beside.content()
    other.close()

    for kernel in served.kernels():
        kernel.kill()
    page.goto(page.url)
    expect(page.locator(".mw-page")).to_contain_text("work found there")

    tab_to(page, "Undo")
    page.keyboard.press("Enter")
    expect(page.locator(".mw-page")).to_contain_text("Nothing yet.")
    for at, (language, sentence) in enumerate(SAID.items()):
        page.locator(".mw-controls select").first.select_option(index=at)
        expect(page.locator(".mw-headline").first).to_contain_text(sentence)
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            if folder := os.environ.get("WORKBENCH_PICTURES"):
                page.screenshot(path=f"{folder}/allocation-{language}-{width}.png", full_page=True)
            assert grave(page) == [], (language, width)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (language, width)
    context.close()
