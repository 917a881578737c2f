"""The backtest for real and in small: the model fitted at each origin, workers, a kill half-way, the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
SMALL = (
    *("--first-origin", "2018-03", "--last-origin", "2018-09", "--every", "3", "--horizons", "3-4"),
    *("--models", "workbench-inflow,LocalLevelT", "--draws", "50", "--tune", "100", "--chains", "2"),
)
FILES = ("forecasts.parquet", "samples.parquet", "backtest.json", "scores.json", "arrivals.csv")


def start(arrivals: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "workbench", "inflow", "backtest", "--arrivals", str(arrivals), "--out", str(out)]
    return subprocess.Popen(
        [*command, *SMALL, *more],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def arrivals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped arrivals of three destinations."""
    lines = (ROOT / "data" / "localities" / "eu" / "arrivals.csv").read_text(encoding="utf-8").splitlines()
    chosen = [line for line in lines if line.split(",")[1] in ("destination", "NO", "SE", "DE")]
    path = tmp_path_factory.mktemp("arrivals") / "three.csv"
    path.write_text("\n".join(chosen) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def done(arrivals: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("contest") / "out"
    process = start(arrivals, out, "--workers", "2")
    said, progress = process.communicate(timeout=600)
    # So few draws do not pass the diagnostics, so the result carries a warning.
    assert process.returncode in (0, 4), progress
    assert "LocalLevelT" in said and "Traceback" not in progress
    return out


@pytest.mark.whole
def test_it_writes_forecasts_and_scores(done: Path) -> None:
    scores = json.loads((done / "scores.json").read_text(encoding="utf-8"))
    assert scores["series"] == ["DE", "NO", "SE"] and scores["origins"]["count"] == 3
    overall = scores["periods"]["overall"]
    assert overall["forecasts"] == 3 * 3 * 2
    assert 0 < overall["models"]["workbench-inflow"]["log_crps"] < 1
    assert {f["origin"] for f in scores["fallbacks"]["which"]} <= {"2018-03", "2018-06", "2018-09"}


@pytest.mark.slow
def test_killed_half_way_it_is_taken_up_and_one_worker_gives_the_same_bytes(
    done: Path, arrivals: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = start(arrivals, out, "--workers", "1")
    deadline = time.monotonic() + 300
    while not list(out.glob("tasks/**/record.json")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    os.killpg(process.pid, 9)
    process.communicate(timeout=60)
    kept = {path: path.stat().st_mtime_ns for path in out.glob("tasks/**/record.json")}
    assert 0 < len(kept) < 3 and not (out / "scores.json").exists()
    again = start(arrivals, out, "--workers", "1")
    _, progress = again.communicate(timeout=600)
    assert again.returncode in (0, 4), progress
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    for name in FILES:
        assert (out / name).read_bytes() == (done / name).read_bytes(), name


@pytest.mark.whole
def test_bad_input_is_refused_with_a_message(arrivals: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(arrivals.read_text(encoding="utf-8").replace("2018-05,NO,", "2018-05,NO,-"), encoding="utf-8")
    process = start(bad, tmp_path / "out")
    said, told = process.communicate(timeout=120)
    assert process.returncode == 2 and "negative" in told and "Traceback" not in told and not said
    assert not (tmp_path / "out" / "scores.json").exists()
