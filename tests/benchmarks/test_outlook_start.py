"""How long a reader waits for the outlook: printed, not judged. `make bench` runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from workbench.core.machine import BROWSERS

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent


def test_first_useful_widget(saved_runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        pytest.fail("This benchmark needs Chromium. On Debian: apt-get install chromium", pytrace=False)
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "app", "outlook", "--port", "0", "--runs", str(saved_runs)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    url = process.stdout.readline().strip()
    rows = [("server listens", time.monotonic() - began, 0.0)]
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path=chromium,
                args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            )
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            for visit in ("cold (first visit of this browser)", "warm", "warm", "warm"):
                page = context.new_page()
                began = time.monotonic()
                page.goto(url, wait_until="commit")
                page.wait_for_selector(".mw-headline", timeout=60_000)
                first = time.monotonic() - began
                page.wait_for_selector(".mw-charts figure", timeout=60_000)
                rows.append((visit, first, time.monotonic() - began))
                page.close(run_before_unload=True)
            browser.close()
    finally:
        process.terminate()
        process.wait(timeout=30)
    with capsys.disabled():
        print("\n  outlook: seconds to            headline   charts")
        for label, first, charts in rows:
            print(f"  {label:<36} {first:5.1f}    {charts:5.1f}")
    assert len(rows) == 5
