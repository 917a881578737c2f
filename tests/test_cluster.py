"""The README's lines on a cluster, run as they stand (with a port that is free)."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.whole


def lines() -> list[str]:
    """Return the README's three commands: scheduler, worker, work."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## A cluster", 1)[1].split("\n## ", 1)[0]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    commands = re.findall(r"^    (.+)$", section, re.M)
    here = shlex.quote(str(Path(sys.executable).parent)) + "/"
    return [one.replace(".venv/bin/", here).replace("HOST", "127.0.0.1").replace("8786", port) for one in commands]


@pytest.fixture
def running() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_the_lines_of_the_readme_fit_three_months_on_a_worker_of_their_own(tmp_path: Path, running: ExitStack) -> None:
    scheduler, worker, fit = lines()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_TEMPORARY_DIRECTORY": str(tmp_path)}
    for name, command in (("scheduler", scheduler), ("worker", worker)):
        log = running.enter_context((tmp_path / f"{name}.log").open("wb"))
        process = subprocess.Popen(command, shell=True, env=env, stdout=log, stderr=log, start_new_session=True)
        running.callback(process.wait, 20)
        running.callback(os.killpg, process.pid, signal.SIGKILL)

    def work(fit: str = fit) -> subprocess.CompletedProcess[str]:
        command = f"{fit} --draws 50 --json"
        return subprocess.run(command, shell=True, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)

    for _ in range(5):  # the workers need a moment, and the program waits only a short one
        done = work()
        if "do:" not in done.stderr:
            break
    assert done.returncode in (0, 4), done.stderr  # 4: so short a run may miss a diagnostic, and says so
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [run["as_of"] for run in told] == ["2019-03", "2019-06", "2019-09"]
    assert not any(run["reused"] for run in told)
    again = [json.loads(line) for line in work().stdout.splitlines()]
    assert [run["folder"] for run in again] == [run["folder"] for run in told] and all(run["reused"] for run in again)
    alone = json.loads(work(fit.split(" --as-of")[0] + " --as-of 2019-06").stdout)
    assert alone["folder"] == told[1]["folder"] and alone["reused"]  # the same run as when it is asked for alone
    assert "Traceback" not in (tmp_path / "worker.log").read_text()
