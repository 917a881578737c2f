"""How the outlook looks and reads: at every size, in every language, by keyboard, on paper."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import grave

pytestmark = pytest.mark.whole
CHARTS = ".mw-charts figure"
LANGUAGES = ("en", "nb", "sv")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_serious_accessibility_finding_and_no_landmark_within_another(
    looked_at: Callable[..., Page], language: str
) -> None:
    page = looked_at(language)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    for width in (1280, 820, 400):
        page.set_viewport_size({"width": width, "height": 900})
        assert grave(page, "landmark", "region") == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off at the side"
    inner = ":is(main, header, footer) :is(header, footer, [role=banner], [role=contentinfo])"
    assert page.locator(inner).count() == 0
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = false; })")


def contrast(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return by pixel the contrast of two pictures as WCAG defines it, 1 where they are the same."""

    def luminance(picture: np.ndarray) -> np.ndarray:
        part = picture / 255
        linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
        return linear @ np.array([0.2126, 0.7152, 0.0722]) + 0.05

    light, dark = luminance(before), luminance(after)
    return np.maximum(light, dark) / np.minimum(light, dark)


def picture(page: Page, clip: dict[str, float]) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB"))


def shown_by_focus(page: Page, control: Locator) -> float:
    """Return how many pixels change visibly when Tab reaches a control, as a share of a line around it."""
    middle = "element => element.scrollIntoView({block: 'center'})"  # its outline is not cut by the edge
    control.evaluate(middle)
    box = control.bounding_box()
    assert box is not None
    clip = {"x": box["x"] - 8, "y": box["y"] - 8, "width": box["width"] + 16, "height": box["height"] + 16}
    before = picture(page, clip)
    control.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert control.evaluate("element => element === document.activeElement")
    control.evaluate(middle)  # the page may have followed the keys there and back
    line, changed = 2 * (box["width"] + box["height"]), 0
    for _ in range(20):  # a busy machine draws the outline a moment later
        changed = int((contrast(before, picture(page, clip)) >= 3).sum())
        if changed >= line:
            break
        page.wait_for_timeout(100)
    page.evaluate("document.activeElement.blur()")
    return changed / line


def test_keyboard_focus_is_visible_on_every_kind_of_control(looked_at: Callable[..., Page]) -> None:
    page = looked_at()
    controls = {
        "language": page.get_by_label("Language"),
        "interval": page.get_by_label("Width of the interval"),
        "button": page.get_by_role("button", name="None"),
        "tick": page.get_by_role("checkbox", name="Norway", exact=True),
        "fold": page.locator("summary").first,
        "download": page.locator("a.mw-button").first,
    }
    shown = {name: shown_by_focus(page, control) for name, control in controls.items()}
    assert min(shown.values()) >= 1, shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [800, 390])
def test_with_little_room_headline_and_figure_come_first_and_choices_on_demand(
    looked_at: Callable[..., Page], language: str, width: int
) -> None:
    page = looked_at(language, width)
    for selector in (".mw-headline", CHARTS):
        box = page.locator(selector).first.bounding_box()
        assert box is not None and box["y"] < 900 - 50, selector
    shown, toggle = page.locator(".mw-choices:visible"), page.locator(".mw-toggle")
    every = page.locator(".mw-choices").count()
    assert every and len((toggle.get_attribute("aria-controls") or "").split()) == every
    expect(shown).to_have_count(0)
    toggle.focus()
    page.keyboard.press("Enter")
    expect(shown).to_have_count(every)
    expect(toggle).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(shown).to_have_count(0)
    expect(toggle).to_have_attribute("aria-expanded", "false")
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(shown).to_have_count(every)
    expect(toggle).to_be_hidden()


def test_on_a_phone_the_chart_shows_forecast_and_axis_together(opened, served) -> None:
    page = opened(served, "&language=sv", viewport={"width": 390, "height": 844})
    page.wait_for_selector(f"{CHARTS} .mw-axis")
    figure = page.locator(CHARTS).first
    figure.scroll_into_view_if_needed()
    assert figure.evaluate("f => f.scrollLeft > 50 && f.scrollLeft + f.clientWidth >= f.scrollWidth - 1")
    label = page.locator(f"{CHARTS} .mw-axis [id^=ytick] [id^=text]").first.bounding_box()
    whole, axis = figure.bounding_box(), page.locator(f"{CHARTS} .mw-axis").first.bounding_box()
    assert label is not None and whole is not None and axis is not None
    assert whole["x"] <= label["x"] and label["x"] + label["width"] <= axis["x"] + axis["width"] < whole["x"] + 90
    assert Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"] == []
    # Two frames of one name in a page, and one drawing is cut off by the other's, or by none.
    frames = page.evaluate("[...document.querySelectorAll('figure clipPath')].map(each => each.id)")
    assert len(frames) == len(set(frames)) > 5


def test_print_leaves_the_controls_out_and_says_how_sure_it_is(looked_at: Callable[..., Page]) -> None:
    page = looked_at()
    sure = page.locator("details[data-mw-print]").first
    expect(sure).not_to_have_attribute("open", "")
    page.emulate_media(media="print")
    expect(page.locator(".mw-controls")).to_be_hidden()
    expect(page.locator(".mw-headline")).to_be_visible()
    expect(sure).to_contain_text("How sure is this?")
    expect(sure.locator(".mw-caveat").first).to_be_visible()
    page.emulate_media(media="screen")
    expect(sure).not_to_have_attribute("open", "")
