"""A browser, and pages served as their command serves them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from workbench.core.machine import BROWSERS

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 180_000
expect.set_options(timeout=PATIENCE)  # a busy machine is slow, not wrong
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Served:
    """A running `workbench app`: its process and its whole address."""

    process: subprocess.Popen[str]
    url: str
    log: Path
    folder: Path

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def kernels(self) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [c for c in children if c.status() != psutil.STATUS_ZOMBIE]

    def kernels_fall_to(self, number: int, seconds: float = PATIENCE / 1000) -> bool:
        until = time.monotonic() + seconds
        while len(self.kernels()) > number and time.monotonic() < until:
            time.sleep(0.2)
        return len(self.kernels()) == number


def started(arguments: Sequence[str], folder: Path, log: Path, **variables: str) -> subprocess.Popen[str]:
    """Start `workbench app` in a folder; its own address is the second line that it prints."""
    with log.open("w") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "workbench", "app", *arguments, "--port", "0"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )


def address(process: subprocess.Popen[str]) -> str:
    """Wait until a page is served and return its address."""
    assert process.stdout is not None
    process.stdout.readline()
    return process.stdout.readline().strip()


@pytest.fixture(scope="session")
def serve(saved_runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    running = []

    def start(*arguments: str, page: str = "outlook", runs: Path = saved_runs, path: tuple[Path, ...] = ()) -> Served:
        shown = [] if "--published" in arguments else ["--drafts", "--no-ahead"]
        given = [argument for argument in arguments if argument != "--published"]
        log, folder = tmp_path_factory.mktemp("log") / "server.txt", tmp_path_factory.mktemp("elsewhere")
        command = [page, "--runs", str(runs), *shown, *given]
        process = started(command, folder, log, PYTHONPATH=os.pathsep.join(map(str, (ROOT, *path))))
        running.append(process)
        return Served(process, address(process), log, folder)

    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(timeout=PATIENCE / 1000)


@pytest.fixture(scope="session")
def served(serve: Callable[..., Served]) -> Served:
    return serve()


@pytest.fixture
def quiet(served: Served) -> Served:
    """The server while nobody visits it, so that its kernels can be counted."""
    assert served.kernels_fall_to(0)
    return served


def grave(page: Page, *also: str) -> list[tuple[str, str]]:
    """Return axe's serious and critical findings, and those of rules that begin with one of ``also``: rule, element."""
    return [
        (each["id"], each["nodes"][0]["html"])
        for each in Axe().run(page).response["violations"]
        if each["impact"] in ("serious", "critical") or each["id"].startswith(also)
    ]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.fail("The browser tests need Chromium. On Debian: apt-get install chromium", pytrace=False)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def _open(context: BrowserContext, served: Served, query: str = "") -> Page:
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(served.url + query)
    page.wait_for_selector("body[data-mw-up]")
    return page


def _leave(context: BrowserContext) -> None:
    """Leave every page as a reader does, so that its kernel ends at once, and close the context."""
    for page in context.pages:
        page.goto("about:blank")
    context.close()


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page of a server as a new visitor, and wait until its widgets are up."""
    contexts: list[BrowserContext] = []

    def open_page(served: Served, query: str = "", **options: Any) -> Page:
        contexts.append(chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}))
        return _open(contexts[-1], served, query)

    yield open_page
    for context in contexts:
        with suppress(PlaywrightError):  # a test closed it
            _leave(context)


@pytest.fixture(scope="module")
def reader(chromium: Browser, served: Served) -> Iterator[Page]:
    """One page for the tests of a file that only look at it: see ``looked_at``."""
    context = chromium.new_context()
    page = _open(context, served)
    page.wait_for_selector(".mw-charts figure")
    yield page
    _leave(context)


@pytest.fixture
def looked_at(reader: Page) -> Callable[..., Page]:
    """Show the reader's page in a language and of a size; its choices stay as they are."""

    def look(language: str = "en", width: int = 1280, height: int = 900) -> Page:
        reader.emulate_media(media="screen")
        reader.set_viewport_size({"width": width, "height": height})
        reader.locator(".mw-controls select").first.select_option(index=["en", "nb", "sv"].index(language))
        expect(reader.locator("html")).to_have_attribute("lang", language)
        reader.wait_for_selector(".mw-charts figure")
        reader.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
        return reader

    return look
