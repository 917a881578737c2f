"""A page that nobody uses warns and then lets go of its kernel: minutes of waiting, so it is a slow one."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow
CHARTS = ".mw-charts figure"


def test_an_idle_page_warns_and_then_ends(opened, serve) -> None:
    served = serve("--idle-minutes", "0.5")
    page = opened(served)
    page.wait_for_selector(CHARTS)
    alarm = page.get_by_role("alert")
    expect(alarm).to_contain_text("Without use")
    alarm.get_by_role("button", name="Stay").click()
    expect(alarm).to_be_empty()
    assert len(served.kernels()) == 1
    expect(alarm).to_contain_text("lost the connection", timeout=120_000)
    assert served.kernels_fall_to(0)
