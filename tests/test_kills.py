"""Kills of commands at events of the file system: what do they leave behind, and is anything half-written?"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from zipfile import BadZipFile

import numpy as np
import pandas as pd
import pytest

from tests.sources import publishers_files as made
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
    """A command, and how it is killed.

    Attributes
    ----------
    forks, same
        Whether it can be forked, and whether it writes the same names each time.
    fresh
        A folder that is removed before each kill, so that the command fits and saves once more.
    """

    command: tuple[str, ...]
    kills: int
    forks: bool = True
    same: bool = True
    fresh: str = ""


ROADS = {
    "allocate": Road(("allocate", "--households=h.csv", "--places=p.csv", "--out=out/plan.csv", "--overwrite"), 30),
    "settlement": Road(("settlement", "moves", "--no-contest", "--out=out/moves.csv", "--overwrite"), 29),
    "staying": Road(
        (
            *("settlement", "staying", "--households=h.csv", "--places=n.csv", "--reason=tried"),
            *("--out=out/staying.csv", "--overwrite"),
        ),
        12,
    ),
    "read": Road(("data", "read", "e.tsv", "--as=arrivals", "--out=out/read.csv", "--overwrite"), 12),
    "forecast": Road(
        (
            *("inflow", "forecast", "--arrivals=a.csv", "--as-of=2018-06", "--horizon=2", "--draws=50"),
            *("--runs=saved", "--out=out/f.csv", "--overwrite"),
        ),
        10,
        forks=False,
        fresh="saved",
    ),
    "inflow": Road(
        (
            *("inflow", "backtest", "--arrivals=a.csv", "--first-origin=2018-01", "--last-origin=2018-01"),
            *("--models=RandomWalk", "--workers=1", "--out=out", "--overwrite"),
        ),
        10,
        forks=False,
    ),
    "report": Road(
        ("report", "build", "allocation", "-p", "households=20", "-p", "runs=runs", "--out=out"), 10, forks=False
    ),
}


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A folder with a short name, as sockets need; inputs in it, and a temporary folder of its own."""
    folder = Path(mkdtemp(prefix="k"))
    homes = [f"h{i},{1 + i % 2},{i % 3},0" for i in range(8)]
    (folder / "h.csv").write_text("\n".join(["household,adults,children,seniors", *homes]) + "\n", encoding="utf-8")
    (folder / "p.csv").write_text("place,capacity\nA,6\nB,5\nC,7\nD,4\n", encoding="utf-8")
    (folder / "n.csv").write_text("place,capacity\n0301,6\n1103,5\n5636,7\n", encoding="utf-8")
    (folder / "e.tsv").write_text(made.tsv(), encoding="utf-8")
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


def half_written(home: Path) -> list[str]:
    """Return the files that bear their final name and cannot be read to their end."""
    found = []
    for path in home.rglob("*"):
        if MARK in str(path) or (home / "tmp") in path.parents or not path.is_file():
            continue
        try:
            good = _ends(path)
        except (ValueError, OSError, EOFError, BadZipFile):
            good = False
        found += [] if good else [str(path.relative_to(home))]
    return found


def _ends(path: Path) -> bool:
    """Return whether a file ends as its kind does; where it cannot be read at all, its reader's error is raised."""
    if path.suffix in (".json", ".ipynb"):
        return json.loads(path.read_text(encoding="utf-8")) is not None
    if path.suffix == ".parquet":
        return pd.read_parquet(path) is not None
    if path.suffix == ".csv":
        return len(pd.read_csv(path)) > 0 and path.read_bytes().endswith(b"\n")
    if path.suffix == ".npz":
        with np.load(path) as stored:
            return all(stored[name] is not None for name in stored.files)
    if path.suffix == ".pdf":
        return path.read_bytes().rstrip().endswith(b"%%EOF")
    return path.suffix != ".html" or path.read_text(encoding="utf-8").rstrip().endswith("</html>")


def test_a_file_that_is_cut_short_is_found(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": range(99)})
    table.to_csv(tmp_path / "t.csv", index=False)
    table.to_parquet(tmp_path / "t.parquet")
    np.savez(tmp_path / "t.npz", a=table["a"].to_numpy())
    (tmp_path / "t.json").write_text(table.to_json(), encoding="utf-8")
    (tmp_path / "t.html").write_text("<html><p>so</p></html>\n", encoding="utf-8")
    assert half_written(tmp_path) == []
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        path.write_bytes(content[: len(content) * 2 // 3])
    assert sorted(half_written(tmp_path)) == ["t.csv", "t.html", "t.json", "t.npz", "t.parquet"]


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
        if road.fresh:
            shutil.rmtree(home / road.fresh, ignore_errors=True)
        for _ in range(3):  # a run may have fewer events than the one they were counted in: it is tried again, earlier
            code, had = killer.run(1 + round(k * (events - 1) / road.kills), number)
            if code not in (0, 4):
                break
            events = min(events, had)
        killed += code not in (0, 4)
        at_once += bool(left_over(home))
        assert half_written(home) == []
    until = time.monotonic() + 20  # what a killed command had started ends by itself
    code, _ = killer.run()
    while left_over(home) and time.monotonic() < until:
        time.sleep(1)
        code, _ = killer.run()
    killer.end()
    print(f"{name}: {events} events, {killed} of {road.kills} killed, {at_once} with something left over till the next")
    assert code in (0, 4) and left_over(home) == [] and half_written(home) == []
    # Nothing is shown where nothing was cut off: kills came before the end, and some while files were being written.
    assert killed >= road.kills * 0.9 and at_once >= 1
    if road.same:
        assert {path.relative_to(home) for path in home.rglob("*")} == names
