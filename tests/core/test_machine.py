"""What a machine lacks, made to lack it: each check must see it and name the command that mends it."""

from __future__ import annotations

import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.core import machine

pytestmark = pytest.mark.quick


def test_packages_that_are_missing_or_other_are_named_with_the_command() -> None:
    assert machine.packages(["numpy>=2", "no-such-package==1; python_version < '3'"]).well
    found = machine.packages(["numpy==0.1", "no-such-package>=2", "pytest>=1"])
    assert not found.well and "no-such-package is missing" in found.found and "numpy is " in found.found
    assert found.mend.startswith(shlex.quote(sys.executable)) and found.mend.endswith("'no-such-package>=2' numpy==0.1")


def test_this_environment_is_measured_against_the_lock_only_if_it_is_the_checkouts_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = tmp_path / "checkout"
    (root / ".venv").mkdir(parents=True)
    (root / "requirements.lock").write_text("numpy==0.1\nno-such-package==9\n")
    monkeypatch.setattr(machine, "checkout", lambda: root)
    assert all("==0.1" not in line for line in machine.wanted_packages())
    monkeypatch.setattr(sys, "prefix", str(root / ".venv"))
    assert machine.wanted_packages() == ["numpy==0.1"]


def test_an_old_python_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.python().well
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    found = machine.python()
    assert not found.well and "make" in found.mend


def test_a_browser_is_looked_for_only_where_there_are_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.shutil, "which", lambda name: "/bin/chromium" if name == "chromium" else None)
    assert machine.browser() == machine.Finding("browser", True, "/bin/chromium", "apt-get install chromium")
    monkeypatch.setattr(machine.shutil, "which", lambda _: None)
    found = machine.browser()
    assert found is not None and not found.well and found.mend == "apt-get install chromium"
    monkeypatch.setattr(machine, "checkout", lambda: None)
    assert machine.browser() is None


def test_a_folder_that_cannot_be_written_and_a_full_disk_lack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.writable("runs", tmp_path / "not" / "yet", "x").well
    assert not (tmp_path / "not").exists()
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("WORKBENCH_RUNS", str(file / "runs"))
    found = machine.runs_folder()
    assert not found.well and str(file) in found.found and "WORKBENCH_RUNS" in found.mend
    monkeypatch.setattr(machine, "ROOM_GB", 1e9)
    assert not machine.space(tmp_path).well


def test_a_scheduler_that_listens_is_well_and_one_that_does_not_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert machine.scheduler(f"tcp://127.0.0.1:{port}").well
        assert machine.scheduler(f"127.0.0.1:{port}").well
    found = machine.scheduler(f"tcp://127.0.0.1:{port}")
    assert not found.well and "does not answer" in found.found and f"--port {port}" in found.mend
    for bad in ("tcp://", "here", "tcp://host:99999999"):
        assert "no address" in machine.scheduler(bad).found


def test_looking_at_the_machine_loads_no_dask_and_nothing_heavy() -> None:
    code = (
        "import workbench.core.machine as m; m.scheduler('tcp://127.0.0.1:1'); import sys; print(sorted(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert all(f"'{name}'" not in loaded for name in ("dask", "distributed", "numpy", "pandas"))
