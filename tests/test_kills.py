"""Kills of commands at events of the file system: what do they leave behind, and is anything half-written?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import pytest

from workbench.core.storage.temporary import MARK

pytestmark = pytest.mark.slow

RUN = """
import os, sys
root, event, number, count = sys.argv[1], 0, 9, 0
forks = int(sys.argv[2])
def watch(name, arguments):
    global count
    if name.split(".")[0] not in ("open", "os", "shutil", "tempfile"):
        return
    paths = arguments[:1] if name == "open" else arguments[:2]
    told = [os.fspath(a) for a in paths if isinstance(a, (str, os.PathLike))]
    if any(os.path.abspath(t).startswith(root) for t in told if isinstance(t, str)):
        count += 1
        if count == event:
            os.kill(os.getpid(), number)
sys.addaudithook(watch)
sys.argv[:] = ["workbench", *sys.argv[3:]]
def once():
    from workbench.cli import main
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0
for line in sys.stdin:
    event, number = map(int, line.split())
    count, code = 0, 0
    child = os.fork() if forks and event else 0  # the first run loads what all need
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    else:
        code = once()
    if not child or code < 0:
        print("ENDED", code, count, flush=True)
    if not child and forks and event:
        os._exit(code)
"""
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL, signal.SIGHUP)


NEVER = 10**9


@dataclass(frozen=True)
class Road:
    """A command, how often it is killed, whether it can be forked, and whether it writes the same names each time."""

    command: tuple[str, ...]
    kills: int
    forks: bool = True
    same: bool = True


ROADS = {
    "allocate": Road(("allocate", "--households=h.csv", "--places=p.csv", "--out=out/plan.csv", "--overwrite"), 30),
    "settlement": Road(("settlement", "moves", "--no-contest", "--out=out/moves.csv", "--overwrite"), 29),
    "inflow": Road(
        (
            *("inflow", "backtest", "--arrivals=a.csv", "--first-origin=2018-01", "--last-origin=2018-01"),
            *("--models=RandomWalk", "--workers=1", "--out=out", "--overwrite"),
        ),
        8,
        forks=False,
    ),
    "report": Road(
        ("report", "build", "allocation", "-p", "households=20", "-p", "runs=runs", "--out=out"), 8, forks=False
    ),
}


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A folder with a short name, as sockets need; inputs in it, and a temporary folder of its own."""
    folder = Path(mkdtemp(prefix="k"))
    homes = [f"h{i},{1 + i % 2},{i % 3},0" for i in range(8)]
    (folder / "h.csv").write_text("\n".join(["household,adults,children,seniors", *homes]) + "\n", encoding="utf-8")
    (folder / "p.csv").write_text("place,capacity\nA,6\nB,5\nC,7\nD,4\n", encoding="utf-8")
    months = pd.period_range("2010-01", "2018-12", freq="M").astype(str)
    drawn = np.random.default_rng(1).poisson(300, len(months))
    pd.DataFrame({"month": months, "destination": "NO", "persons": drawn}).to_csv(folder / "a.csv", index=False)
    (folder / "tmp").mkdir()
    (folder / "out").mkdir()
    yield folder
    log = folder.parent / f"{folder.name}.log"
    assert "Traceback" not in log.read_text(encoding="utf-8")
    log.unlink()
    subprocess.run(["rm", "-rf", str(folder)], check=True)


class Killer:
    """Runs a command again and again, to its end or to an event at which it is killed.

    A command that starts no process is forked from one that has loaded all it needs: a kill then costs what it does.
    """

    def __init__(self, home: Path, road: Road) -> None:
        self.home, self.road, self.process = home, road, self._started(home, road)

    @staticmethod
    def _started(home: Path, road: Road) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", RUN, str(home), str(int(road.forks)), *road.command],
            cwd=home, env={**os.environ, "TMPDIR": str(home / "tmp")}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=(home.parent / f"{home.name}.log").open("a"),
        )  # fmt: skip

    def run(self, event: int = 0, number: int = signal.SIGKILL) -> tuple[int, int]:
        """Return how the command ended, and how many events there were."""
        if self.process.poll() is not None:
            self.process = self._started(self.home, self.road)
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{event} {int(number)}\n")
        self.process.stdin.flush()
        told = next((line for line in self.process.stdout if line.startswith("ENDED")), "")
        code, count = map(int, told.split()[1:]) if told else (self.process.wait(), 0)
        assert code in (0, 4, -number, 128 + number), code
        return code, count

    def end(self) -> None:
        """Let the process end, so that it takes its own temporary folder away."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(60)


def left_over(home: Path) -> list[str]:
    """Return what nobody asked for: unfinished folders anywhere, and whatever lies in the temporary folder."""
    unfinished = [path for path in home.rglob("*") if MARK in path.name]
    return sorted({str(path.relative_to(home)) for path in (*unfinished, *(home / "tmp").iterdir())})


def whole(home: Path) -> None:
    """Assert that every file that bears its final name can be read to its end."""
    for path in home.rglob("*"):
        if MARK in str(path) or (home / "tmp") in path.parents or not path.is_file():
            continue
        if path.suffix in (".json", ".ipynb"):
            json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".parquet":
            pd.read_parquet(path)
        elif path.suffix == ".csv":
            assert len(pd.read_csv(path)) and path.read_bytes().endswith(b"\n")
        elif path.suffix == ".npz":
            with np.load(path) as stored:
                assert all(stored[name] is not None for name in stored.files)
        elif path.suffix == ".pdf":
            assert path.read_bytes().rstrip().endswith(b"%%EOF")
        elif path.suffix == ".html":
            assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")


@pytest.mark.parametrize("name", ROADS)
def test_kills_leave_nothing_over_and_nothing_half_written(home: Path, name: str) -> None:
    road = ROADS[name]
    killer = Killer(home, road)
    killer.run()
    _, events = killer.run(NEVER)
    names = {path.relative_to(home) for path in home.rglob("*")}
    assert events > 10 and left_over(home) == []
    killed = at_once = 0
    for k in range(road.kills):
        number = SIGNALS[k % len(SIGNALS)]
        code, _ = killer.run(1 + round(k * (events - 1) / road.kills), number)
        killed += code not in (0, 4)
        at_once += bool(left_over(home))
        whole(home)
    until = time.monotonic() + 20  # what a killed command had started ends by itself
    code, _ = killer.run()
    while left_over(home) and time.monotonic() < until:
        time.sleep(1)
        code, _ = killer.run()
    killer.end()
    print(f"{name}: {events} events, {killed} of {road.kills} killed, {at_once} with something left over till the next")
    assert code in (0, 4) and left_over(home) == [] and killed >= road.kills * 0.9
    whole(home)
    if road.same:
        assert {path.relative_to(home) for path in home.rglob("*")} == names
