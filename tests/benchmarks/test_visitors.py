"""How long 1, 10 and 50 visitors at once wait for a published page, as it is served and as it was: printed."""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import TimeoutError as TookTooLong

from workbench.core.machine import BROWSERS
from workbench.studies import publishing

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent
PATIENCE = 120
CHOOSE = 10
"""Up to so many visitors at once are also waited for until they can make a choice."""
WAYS = {"made ahead": ("--live", "12"), "a kernel each": ("--no-ahead", "--live", "60")}
VISITORS = {"made ahead": (1, 10, 50), "a kernel each": (1, 10)}
"""Fifty kernels at some 250 MB each are not asked of the machine."""
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@contextmanager
def served(runs: Path, folder: Path, *options: str) -> Iterator[tuple[str, psutil.Process]]:
    command = [sys.executable, "-m", "workbench", "app", "outlook", "--port", "0", "--runs", str(runs), *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield process.stdout.readline().strip(), psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=60)


def memory(process: psutil.Process) -> float:
    """Return the proportional memory of the server and its kernels, MB."""
    return sum(each.memory_full_info().pss for each in [process, *process.children(recursive=True)]) / 2**20


def answered(url: str, visitors: int) -> float:
    """Return after how long the last of some visitors at once has the whole text, without a browser, s."""

    def get(_: int) -> float:
        began = time.monotonic()
        with urlopen(url, timeout=PATIENCE) as answer:  # our own server on this machine
            answer.read()
        return time.monotonic() - began

    with ThreadPoolExecutor(visitors) as pool:
        return max(pool.map(get, range(visitors)))


async def visit(browser: Browser, url: str, widgets: bool) -> tuple[float, float]:
    """Return after how long a visitor sees the headline and may make a choice, s; NaN where there is no room."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    page: Page = await context.new_page()
    began = time.monotonic()
    first = alive = float("nan")
    with suppress(TookTooLong):  # what did not come in time is said as NaN
        await page.goto(url, wait_until="commit", timeout=PATIENCE * 1000)
        await page.wait_for_selector(".mw-headline", timeout=PATIENCE * 1000)
        first = time.monotonic() - began
        if widgets:
            await page.wait_for_selector(".mw-controls select", timeout=PATIENCE * 1000)
            alive = time.monotonic() - began
    await context.close()
    return first, alive


async def together(chromium: str, url: str, visitors: int, widgets: bool) -> list[tuple[float, float]]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium, args=FLAGS)
        found = await asyncio.gather(*(visit(browser, url, widgets) for _ in range(visitors)))
        await browser.close()
        return list(found)


def test_visitors_at_once(saved_runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        pytest.fail("This benchmark needs Chromium. On Debian: apt-get install chromium", pytrace=False)
    runs = Path(shutil.copytree(saved_runs, tmp_path / "runs"))
    publishing.publish("inflow", by="a benchmark", runs=runs)
    rows = []
    for way, options in WAYS.items():
        with served(runs, tmp_path, *options) as (url, process):
            until = time.monotonic() + PATIENCE
            if way == "made ahead":  # the views are made once, when the server starts
                while b"inflow-0001" not in urlopen(url, timeout=PATIENCE).read() and time.monotonic() < until:
                    time.sleep(1)
            for visitors in VISITORS[way]:
                text = answered(url, visitors) if way == "made ahead" else float("nan")
                seen = asyncio.run(together(chromium, url, visitors, widgets=visitors <= CHOOSE))
                first, alive = zip(*seen, strict=True)
                print(
                    way, visitors, text, sorted(first), sorted(alive), memory(process), os.getloadavg()[0], flush=True
                )
                rows.append((way, visitors, text, statistics.median(first), max(first), max(alive), memory(process)))
    with capsys.disabled():
        load = os.getloadavg()[0]
        print(f"\n  outlook, seconds; load {load:.0f}")
        print("  way          visitors  text (last)  headline (median, last)  first widget (last)  memory MB")
        for way, visitors, text, middle, last, alive, used in rows:
            print(f"  {way:<16} {visitors:>6} {text:>11.2f} {middle:>13.2f} {last:>8.2f} {alive:>18.1f} {used:>14.0f}")
    assert len(rows) == 5
