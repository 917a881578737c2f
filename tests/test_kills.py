"""A hundred kills of commands at events of the file system: what do they leave behind, and is anything half-written?"""

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
from shutil import copyfile
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import pytest

from workbench.core.shipped import path as shipped
from workbench.core.temporary import MARK

pytestmark = pytest.mark.slow

RUN = """
import os, sys
root, event, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
count, WRITES = 0, ("open", "os", "shutil", "tempfile")
def watch(name, arguments):
    global count
    told = (os.fspath(a) for a in arguments if isinstance(a, (str, os.PathLike)))
    if name.split(".")[0] in WRITES and any(os.path.abspath(t).startswith(root) for t in told if isinstance(t, str)):
        count += 1
        if count == event:
            os.kill(os.getpid(), number)
sys.addaudithook(watch)
sys.argv[:] = ["workbench", *sys.argv[4:]]
from workbench.cli import main
try:
    main()
finally:
    print("EVENTS", count, file=sys.stderr)
"""
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL, signal.SIGHUP)


@dataclass(frozen=True)
class Road:
    """A command, how often it is killed, and whether what it writes has the same names each time."""

    command: tuple[str, ...]
    kills: int
    same: bool = True


ROADS = {
    "allocate": Road(("allocate", "--households=h.csv", "--places=p.csv", "--out=out/plan.csv", "--overwrite"), 30),
    "settlement": Road(("settlement", "moves", "--no-contest", "--out=out/moves.csv", "--overwrite"), 25),
    "inflow": Road(
        (
            *("inflow", "backtest", "--arrivals=a.csv", "--first-origin=2018-01", "--last-origin=2018-01"),
            *("--models=RandomWalk", "--workers=1", "--out=out", "--overwrite"),
        ),
        10,
    ),
    "report": Road(("report", "build", "allocation", "-p", "households=20", "-p", "runs=runs", "--out=out"), 15),
    "publish": Road(("publish", "allocation", "--by=x", "--runs=runs"), 20, same=False),
}


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A folder with a short name, as sockets need; inputs in it, and a temporary folder of its own."""
    folder = Path(mkdtemp(prefix="k"))
    for short, name in {"h": "households", "p": "places"}.items():
        copyfile(shipped("data") / "examples" / f"{name}.csv", folder / f"{short}.csv")
    months = pd.period_range("2010-01", "2018-12", freq="M").astype(str)
    drawn = np.random.default_rng(1).poisson(300, len(months))
    pd.DataFrame({"month": months, "destination": "NO", "persons": drawn}).to_csv(folder / "a.csv", index=False)
    (folder / "tmp").mkdir()
    (folder / "out").mkdir()
    yield folder
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def run(home: Path, road: Road, event: int = 0, number: int = signal.SIGKILL) -> tuple[int, int]:
    """Run a command, killed at an event (0: never); return how it ended and how many events there were."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(home), str(event), str(int(number)), *road.command],
        capture_output=True, text=True, check=False, cwd=home, env={**os.environ, "TMPDIR": str(home / "tmp")},
    )  # fmt: skip
    ends = (0, 4, -number, 128 + number)
    assert done.returncode in ends, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("EVENTS")]
    return done.returncode, int(told[-1].split()[1]) if told else 0


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
    _, events = run(home, road)
    names = {path.relative_to(home) for path in home.rglob("*")}
    assert events > 10 and left_over(home) == []
    killed = at_once = 0
    for k in range(road.kills):
        number = SIGNALS[k % len(SIGNALS)]
        code, _ = run(home, road, event=1 + round(k * (events - 1) / (road.kills - 1)), number=number)
        killed += code not in (0, 4)
        at_once += bool(left_over(home))
        whole(home)
    until = time.monotonic() + 20  # what a killed command had started ends by itself
    code, _ = run(home, road)
    while left_over(home) and time.monotonic() < until:
        time.sleep(1)
        code, _ = run(home, road)
    print(f"{name}: {events} events, {killed} of {road.kills} killed, {at_once} with something left over till the next")
    assert code in (0, 4) and left_over(home) == [] and killed >= road.kills * 0.8
    whole(home)
    if road.same:
        assert {path.relative_to(home) for path in home.rglob("*")} == names
