"""The guide in a browser: open to all while the rest is closed, offline after one visit, readable for everybody."""

from __future__ import annotations

import http.client
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import grave
from workbench.store import database, guide

pytestmark = pytest.mark.whole
KINDS = ("index", "information/health", "processes/first-weeks", "plan", "events/index", "glossary/index", "survey")


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("guide") / "register.sqlite"
    database.create(str(path)).engine.dispose()
    return path


@pytest.fixture(scope="module")
def address(serve, register) -> str:
    return serve("--store", str(register)).origin + "/guide/norway/"


@pytest.fixture
def visitor(chromium, address):
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(180_000)
    yield page
    context.close()


def ask(address: str, path: str, method: str = "GET", body: str = "", **headers: str) -> http.client.HTTPResponse:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    connection.request(method, path, body or None, headers)
    return connection.getresponse()


def test_the_guide_is_open_and_all_else_stays_closed(address: str) -> None:
    answer = ask(address, "/guide/norway/ar/index.html")
    assert answer.status == 200 and answer.getheader("Set-Cookie") is None
    assert "default-src 'none'" in answer.getheader("Content-Security-Policy")
    assert ask(address, "/guide/norway/").status == 200 and ask(address, "/guide/sweden/sv/index.html").status == 200
    for path in ("/", "/voila/static/voila.js", "/api/kernels", "/guide", "/guides/norway/"):
        assert ask(address, path).status == 403, path
    assert ask(address, "/guide/norway/../../api").status in (403, 404)
    for path in ("/guide/norway/guide.toml", "/guide/norway/../locality.toml", "/guide/eu/", "/guide/norway/en/"):
        assert ask(address, path).status == (200 if path.endswith("en/") else 404), path
    assert ask(address, "/guide/norway/", Host="evil.example").status == 403


def test_after_one_visit_the_whole_guide_works_without_a_network(visitor: Page, address: str) -> None:
    asked: set[str] = set()
    visitor.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    visitor.goto(address + "en/index.html")
    visitor.wait_for_selector("body[data-saved]")
    visitor.context.set_offline(True)
    for name in ("ar/processes/first-weeks", "uk/information/health", "nb/plan", "en/glossary/index"):
        visitor.goto(f"{address}{name}.html")
        assert visitor.locator("h1").inner_text()
    visitor.goto(address + "nb/index.html")
    visitor.fill("#search", "fastle")
    expect(visitor.locator(".found a").first).to_have_text("Fastlege")
    assert visitor.locator("#offline").is_visible()
    assert asked == {urlsplit(address).netloc} and visitor.context.cookies() == []


def test_my_plan_shows_the_steps_of_these_answers_and_stays_on_the_device(visitor: Page, address: str) -> None:
    sent: list[str] = []
    visitor.on("request", lambda request: sent.append(request.method))
    visitor.goto(address + "ar/plan.html")
    assert visitor.locator("#plan > li:visible").count() == 0
    for question, answer in (("situation", "collective"), ("children", "small"), ("education", "no")):
        visitor.select_option(f"#q-{question}", answer)
    shown = [step.get_attribute("id") for step in visitor.locator("#plan > li:visible").all()]
    assert "apply-kindergarten" in shown and "introduction-choice" in shown
    assert not {"register-school", "introduction-meeting", "apply-recognition"} & set(shown)
    assert shown.index("register-address") < shown.index("bank-account")
    visitor.locator("#register-address input").check()
    with visitor.expect_download() as saved:
        visitor.click("[data-save]")
    text = Path(saved.value.path()).read_text(encoding="utf-8")
    assert "1. [x]" in text and "2. [ ]" in text
    visitor.reload()
    assert visitor.locator("#register-address input").is_checked()
    assert set(sent) == {"GET"} and visitor.context.cookies() == []
    visitor.click("[data-clear]")
    assert visitor.evaluate("localStorage.length") == 0


def test_without_scripts_every_page_reads_well(chromium, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "uk/plan.html")
    assert page.locator("#plan > li").count() > 10 and not page.locator("form.plan").is_visible()
    page.goto(address + "uk/index.html")
    assert not page.locator("form.search").is_visible()
    page.locator("nav.languages a[hreflang=ar]").click()
    assert page.locator("html").get_attribute("dir") == "rtl"
    context.close()


@pytest.mark.parametrize("language", ["en", "nb", "ar", "uk"])
def test_no_serious_fault_for_people_who_see_or_move_otherwise(visitor: Page, address: str, language: str) -> None:
    for kind in KINDS:
        visitor.goto(f"{address}{language}/{kind}.html")
        if kind == "plan":
            for name in ("situation", "children", "education"):
                visitor.select_option(f"#q-{name}", index=1)
        for direction in ("ltr", "rtl"):
            visitor.evaluate("dir => { document.documentElement.dir = dir }", direction)
            assert grave(visitor) == [], (kind, direction)
            wide = visitor.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, (kind, direction)


def test_answers_go_into_the_register_and_a_forged_form_does_not(visitor: Page, address: str, register: Path) -> None:
    visitor.goto(address + "ar/information/health.html")
    visitor.check("input[name=helped][value=yes]")
    visitor.fill("textarea", "<b>شكرا</b>")
    visitor.click("form.feedback button")
    visitor.wait_for_url("**/ar/thanks.html")
    visitor.goto(address + "ar/survey.html")
    for number in range(1, 11):
        visitor.check(f"input[name=q{number}][value='{1 + number % 5}']")
    visitor.click("form.survey button")
    visitor.wait_for_url("**/ar/thanks.html")
    store = database.opened(str(register))
    (answer,) = guide.answers(store, "norway")
    assert (answer.language, answer.page, answer.helped) == ("ar", "information/health", True)
    assert answer.comment == "<b>شكرا</b>" and guide.surveys(store, "norway")[0].answers[:2] == (2, 3)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    path = "/guide/norway/feedback"
    said = ask(address, path, "POST", "language=en&page=../../etc&helped=yes", **form)
    assert said.status == 303 and said.getheader("Location") == "en/refused.html"
    assert ask(address, path, "POST", "helped=yes", **form, **{"Sec-Fetch-Site": "cross-site"}).status == 403
    assert (
        ask(address, "/guide/norway/survey", "POST", "language=xx&q1=9", **form)
        .getheader("Location")
        .endswith("refused.html")
    )
    told = [
        ask(address, path, "POST", "language=en&page=plan&helped=no", **form).getheader("Location") for _ in range(30)
    ]
    assert told[0] == "en/thanks.html" and told[-1] == "en/too-many.html"
    assert len(guide.answers(store, "norway")) < 25
    assert ask(address, path, "POST", "x" * 20_000, **form).status in (400, 413)
