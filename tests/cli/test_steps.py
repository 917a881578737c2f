"""Is it said at once what is being done, and how far it is, on a terminal and without one?"""

from __future__ import annotations

import sys

import pytest

from workbench.cli.steps import step

pytestmark = pytest.mark.quick


def told(of: str, capsys: pytest.CaptureFixture[str], steps: int = 40) -> str:
    with step("Work", of) as progress:
        for done in range(1, steps + 1):
            progress(done, steps)
    return capsys.readouterr().err


def test_without_a_terminal_counts_are_lines_and_few(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told("origins", capsys).splitlines()
    assert lines[:3] == ["Work …", "  1 of 40 origins", "  4 of 40 origins"]
    assert lines[-2] == "  40 of 40 origins" and len(lines) == 13 and lines[-1].startswith("Work: done in")
    assert len(told("", capsys).splitlines()) == 2


def test_on_a_terminal_every_count_is_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert told("origins", capsys).split("\r")[1:4] == [f"Work … {done} of 40 origins" for done in (1, 2, 3)]
    assert " 50 %" in told("", capsys)
