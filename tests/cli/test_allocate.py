"""`workbench allocate` as a process: stopped by hand or by the clock, given what cannot be, told what has no place."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.whole
WORKBENCH = [sys.executable, "-m", "workbench", "allocate"]


def tables(folder: Path, households: int, places: int) -> list[str]:
    """Households for room that is just enough, as files; the options that name them."""
    draw = np.random.default_rng(3)
    homes = pd.DataFrame({"household": [f"h{i}" for i in range(households)], "adults": draw.integers(1, 3, households)})
    homes["children"], homes["seniors"] = draw.integers(0, 4, households), 0
    persons = int(homes[["adults", "children"]].to_numpy().sum())
    rooms = pd.DataFrame({"place": [f"p{j}" for j in range(places)], "capacity": 1.03 * persons / places})
    rooms["capacity"] = np.ceil(rooms["capacity"]).astype(int)
    scores = pd.DataFrame(draw.random((households, places)).round(4), columns=rooms["place"])
    scores.insert(0, "household", homes["household"])
    for name, table in {"households": homes, "places": rooms, "scores": scores}.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    return [f"--{name}={folder / name}.csv" for name in ("households", "places", "scores")]


def results(folder: Path) -> list[str]:
    return ["--out", str(folder / "plan.csv"), "--json", str(folder / "result.json")]


def is_honest(folder: Path, ended: str) -> None:
    """The result says how it ended, its gap is that of its own bound, and verifying agrees."""
    told = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert ended in told["status"] and told["gap"] > 0
    assert told["gap"] == pytest.approx((told["bound"] - told["value"]) / max(1, abs(told["bound"])))
    done = subprocess.run(
        [*WORKBENCH, "verify", str(folder / "result.json")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_ctrl_c_returns_the_best_plan_so_far_with_its_gap(tmp_path: Path) -> None:
    command = [*WORKBENCH, *tables(tmp_path, 300, 60), *results(tmp_path), "--gap", "0", "--time-limit", "900"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "Before patterns" in line:
                process.send_signal(signal.SIGINT)
                break
        process.stderr.read()
        assert process.wait() == 4
    is_honest(tmp_path, "was interrupted")


def test_the_time_limit_returns_the_best_plan_so_far_with_its_gap(tmp_path: Path) -> None:
    command = [*WORKBENCH, *tables(tmp_path, 300, 60), *results(tmp_path), "--gap", "0", "--time-limit", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    is_honest(tmp_path, "its time was up")


def test_all_that_contradicts_itself_is_named_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    given = tables(tmp_path, 4, 2)
    homes = pd.read_csv(tmp_path / "households.csv").assign(
        linked_with=["h1", "", "", ""], apart_from=["h1", "", "h9", ""]
    )
    homes.to_csv(tmp_path / "households.csv", index=False)
    orders = [("h0", "p0", "pin"), ("h1", "p1", "pin"), ("h3", "p0", "pin"), ("h3", "p0", "ban")]
    rules = pd.DataFrame(orders, columns=["household", "place", "rule"]).assign(reason="made up")
    rules.to_csv(tmp_path / "rules.csv", index=False)
    before = set(os.listdir(tmp_path))
    command = [*WORKBENCH, *given, "--rules", str(tmp_path / "rules.csv"), *results(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    told = " ".join(done.stderr.split())
    for said in (
        "must also be kept apart",
        "h9",
        "by way of h0, to whom it is linked",
        "pinned to p0 and banned from it",
    ):
        assert said in told, done.stderr
    assert set(os.listdir(tmp_path)) == before


def test_a_household_larger_than_every_place_and_one_whose_need_is_unknown_are_unplaced_with_the_reason(
    tmp_path: Path,
) -> None:
    given = tables(tmp_path, 4, 2)
    homes = pd.read_csv(tmp_path / "households.csv")
    homes.loc[0, "children"] = 90
    homes["needs"] = ["", "dialysys", "", ""]
    homes.to_csv(tmp_path / "households.csv", index=False)
    done = subprocess.run([*WORKBENCH, *given, *results(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    why = {row["household"]: row["why"] for row in told["unplaced"]}
    assert "no place has room for its" in why["h0"] and "needs dialysys, which no place offers" in why["h1"]
