"""The register's pages in a browser: an interview by keyboard alone in Arabic, a list answered, each page looked at."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE, address, grave, started
from tests.store import scenes
from workbench.presentation.languages import LANGUAGES
from workbench.store import audit, database
from workbench.store.households import records

pytestmark = pytest.mark.whole
WHO = {"intake": "ingrid", "offers": "kari", "places": "kari", "rounds": "dina", "folder": "dina"}
CHOICES = ("places", "rounds")
FORM = scenes.FORM
Visit = Callable[..., "contextmanager[Page]"]


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register with a person to interview and a round that was sent to three municipalities."""
    path = tmp_path_factory.mktemp("register") / "r.sqlite"
    born = datetime.now(UTC).date() - timedelta(days=11_000)
    scenes.sent(str(path), records.Member("c1", born, "Zquuxina", "Zquux"))
    return path


@pytest.fixture(scope="module")
def visit(register: Path, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """Sign in to a page and open it; each page has its own server, and all are started at once."""
    running, addresses = {}, {}
    for name in WHO:
        folder = tmp_path_factory.mktemp(name)
        running[name] = started([name], folder, folder / "log", **{database.VARIABLE: str(register)})

    @contextmanager
    def come(name: str, width: int = 1280) -> Iterator[Page]:
        if name not in addresses:
            addresses[name] = address(running[name])
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale="en-US")
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(addresses[name])
        page.fill("input[name=login]", WHO[name])
        page.fill("input[name=password]", scenes.PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("body[data-mw-up]")
        yield page
        page.goto("about:blank")
        context.close()

    yield come
    for process in running.values():
        process.terminate()
    for process in running.values():
        process.wait(timeout=PATIENCE / 1000)


def tab_to(page: Page, control: Locator) -> None:
    """Press Tab until a control has the focus, as somebody without a mouse does."""
    for _ in range(120):
        if control.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {control}")


def sound(page: Page) -> None:
    """Check a page as it stands: no serious finding of axe, nothing cut off at the side."""
    assert grave(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off at the side"


def headline_first(page: Page) -> None:
    """Check that on a phone the choices open by a button, below which the headline is seen at once."""
    choices = page.locator(".mw-choices").first
    expect(choices).to_be_hidden()
    place = page.locator(".mw-headline").bounding_box()
    assert place is not None and place["y"] < 700
    page.locator(".mw-toggle").click()
    expect(choices).to_be_visible()
    page.locator(".mw-toggle").click()


def test_an_interview_is_held_by_keyboard_alone_in_arabic(visit: Visit, register: Path) -> None:
    with visit("intake") as page:
        tab_to(page, page.get_by_label("Language", exact=True))
        for _ in range(FORM.languages.index("ar")):
            page.keyboard.press("ArrowDown")
        page.wait_for_selector(".mw-rtl")

        def of(name: str) -> Locator:
            question = FORM.questions[name]
            return page.get_by_label(question.label["ar"] + (" *" if question.required else ""), exact=True)

        tab_to(page, of("case_number"))
        page.keyboard.type("c1")
        for name, text in {
            "population": "asylum", "held": "", "consent_settlement": "yes", "consent_health": "no",
            "languages": "ar", "upper_secondary": "no", "wishes": "قرب البحر", "step_free": "no",
        }.items():  # fmt: skip
            if name == "languages":
                tick = page.get_by_role("checkbox", name=FORM.choices["language"]["ar"]["ar"], exact=True)
                tab_to(page, tick)
                page.keyboard.press("Space")
            elif name == "held":
                tab_to(page, of(name))
                page.keyboard.type("02032026")
            elif FORM.questions[name].choices:
                tab_to(page, of(name))
                codes = list(FORM.choices[FORM.questions[name].choices])
                for _ in range(1 + codes.index(text)):
                    page.keyboard.press("ArrowDown")
            else:
                tab_to(page, of(name))
                page.keyboard.type(text)
                page.keyboard.press("Tab")
        hand_in = page.get_by_role("button", name=FORM.said("hand_in", "ar"))
        expect(hand_in).to_be_enabled()
        assert of("wishes").evaluate("element => getComputedStyle(element).direction") == "rtl"
        sound(page)
        tab_to(page, hand_in)
        page.keyboard.press("Enter")
        expect(page.locator(".mw-said")).to_contain_text(FORM.said("handed_in", "ar", household="H").removesuffix("."))
    store = database.opened(str(register))
    with store.reading() as c:
        kept = c.exec_driver_sql("SELECT answers FROM interview WHERE form = 'settlement'").scalar_one()
        assert json.loads(kept)["wishes"] == "قرب البحر"
        assert audit.verify(c).faults == ()
    store.engine.dispose()


def test_a_municipality_answers_its_list(visit: Visit, register: Path) -> None:
    with visit("offers") as page:
        expect(page.locator(".mw-headline")).to_have_text("2 of 2 offers wait for your answer.")
        sound(page)
        page.get_by_role("button", name="Decline").first.click()
        expect(page.locator(".mw-refused")).to_be_visible()  # a refusal needs its reason
        page.get_by_role("button", name="Accept").first.click()
        expect(page.locator(".mw-headline")).to_have_text("1 of 2 offers wait for your answer.")
        expect(page.get_by_label("Reason, if you decline")).to_have_count(1)
        page.get_by_label("Reason, if you decline").select_option(label="No room left")
        page.get_by_role("button", name="Decline").click()
        expect(page.locator(".mw-headline")).to_have_text("0 of 2 offers wait for your answer.")
        page.get_by_role("button", name="Open the folder").click()
        expect(page.get_by_text("Your reading is noted.")).to_be_visible()
        sound(page)
    store = database.opened(str(register))
    with store.reading() as c:
        told = c.exec_driver_sql("SELECT state FROM proposal WHERE place = '0301' ORDER BY state").scalars().all()
        assert told == ["accepted", "declined"] and audit.verify(c).faults == ()
    store.engine.dispose()


@pytest.mark.parametrize("name", WHO)
def test_each_page_is_sound_in_every_language_and_on_a_phone(visit: Visit, name: str) -> None:
    languages = FORM.languages if name == "intake" else tuple(LANGUAGES)
    with visit(name) as page:
        choose = page.locator(".mw-controls select").first
        for code in languages:
            choose.select_option(index=languages.index(code))
            expect(page.locator(".mw-rtl")).to_have_count(1 if code == "ar" else 0)
            expect(page.locator("html")).to_have_attribute("lang", code if code in LANGUAGES else "en")
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 900})
                sound(page)
                if name in CHOICES and width == 390:
                    headline_first(page)
                if folder := os.environ.get("WORKBENCH_PICTURES"):
                    page.screenshot(path=f"{folder}/{name}-{code}-{width}.png", full_page=True)
