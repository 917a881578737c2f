"""``workbench doctor`` as a user meets it: all well is 0, a lack is 4 with the command that mends it."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from workbench.cli import app
from workbench.core import machine
from workbench.core.errors import ReportError
from workbench.presentation.drawing import theme

pytestmark = pytest.mark.quick


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WORKBENCH_SCHEDULER", raising=False)
    monkeypatch.delenv("WORKBENCH_RUNS", raising=False)
    # Whether this machine has a browser and every pinned version is the doctor's question, not this test's.
    monkeypatch.setattr(machine, "browser", lambda: None)
    monkeypatch.setattr(machine, "wanted_packages", lambda: ["numpy>=2"])


def test_a_machine_that_lacks_nothing_is_well_and_nothing_is_written(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0, result.output
    names = ("Python", "packages", "fonts", "plug-ins", "disk space", "working folder", "runs folder")
    assert all(f"ok    {name}" in result.stdout for name in names) and "scheduler" not in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_each_lack_has_its_command_and_the_exit_code_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_fonts() -> list[Path]:
        raise ReportError("the fonts are missing")

    monkeypatch.setattr(theme, "font_folders", no_fonts)
    monkeypatch.setattr(sys, "executable", "/a folder/python")
    monkeypatch.setattr(machine, "wanted_packages", lambda: ["no-such-package==1"])
    monkeypatch.setenv("WORKBENCH_SCHEDULER", "tcp://127.0.0.1:1")
    monkeypatch.setenv("WORKBENCH_RUNS", "/dev/null/runs")
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == 4
    body = json.loads(result.stdout)
    lacks = {found["name"]: found["mend"] for found in body["found"] if not found["well"]}
    assert body["well"] is False and set(lacks) == {"packages", "fonts", "runs folder", "scheduler"}
    assert all(lacks.values()) and "\n" not in "".join(lacks.values())
    assert all(shlex.split(lacks[name])[0] == "/a folder/python" for name in ("packages", "fonts"))
    text = CliRunner().invoke(app, ["doctor"]).stdout
    assert all(f"LACKS {name}" in text for name in lacks) and all(mend in text for mend in lacks.values())
