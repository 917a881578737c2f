"""Every test says whether it is quick, whole or slow. A saved run and a town to look at."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

# A job in the background is started deaf to Ctrl-C, and so would be all it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

MARKS = {"quick", "whole", "slow"}
LONGEST = (
    "test_settlement_road.py", "test_contest.py", "test_model.py", "test_road.py", "test_wheel.py",
    "test_notebooks.py", "test_cluster.py",
)  # fmt: skip
"""Files that take minutes: they go first, so that two processes end at about the same time."""

# No timing in a test: the first example of a property may have to import a library.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    lost = sorted({item.nodeid for item in items if len(MARKS & {m.name for m in item.iter_markers()}) != 1})
    if lost:
        raise pytest.UsageError("mark each test with exactly one of quick, whole, slow: " + ", ".join(lost[:5]))
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def saved_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs with one forecast as the study saves it, its draws made up instead of fitted."""
    from workbench.core.dates.calendar import add_months, horizon_months
    from workbench.core.draws import Draws
    from workbench.core.runs.provenance import RunStore
    from workbench.models.diagnostics import Diagnostics
    from workbench.studies import inflow
    from workbench.studies.inflow import saved_runs as inflow_saved

    as_of, horizon = "2019-09", 6
    arrivals = inflow.read_arrivals()
    wide = arrivals.table.pivot(index="month", columns="destination", values="persons").astype(float)
    ahead = horizon_months(as_of, horizon)
    before = wide.loc[[add_months(month, -12) for month in ahead]].fillna(5).to_numpy().T
    rng = np.random.default_rng(4)
    walk = np.cumsum(rng.normal(0, 0.1, (400, len(wide.columns), horizon)), axis=2)
    draws = Draws.from_array(
        np.rint(before * np.exp(walk)).astype(int), {"destination": list(wide.columns), "month": ahead}
    )

    def compute(folder: Path) -> dict[str, Any]:
        good = Diagnostics(1.002, 900.0, 800.0, 0, 1200, "gain[NO]")
        inflow_saved.write(folder, arrivals, draws, good, as_of)
        return {"converged": True}

    runs = tmp_path_factory.mktemp("runs")
    scenario = {"as_of": as_of, "horizon": horizon, "seed": 1}
    RunStore(runs).get_or_run(inflow_saved.FORECAST, scenario, (arrivals.vintage,), compute, inflow.CAVEATS)
    return runs


@pytest.fixture(scope="session")
def install() -> Callable[[Path, Path], Path]:
    """Install a package into a folder of its own, as pip would, without asking any registry."""

    def run(source: Path, target: Path) -> Path:
        options = ("--quiet", "--offline", "--no-deps", "--no-build-isolation", "--target", str(target))
        command = [sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable, *options, str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return target

    return run


@pytest.fixture(scope="session")
def town(install: Callable[[Path, Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the invented town's package is installed."""
    folder = tmp_path_factory.mktemp("town")
    source = shutil.copytree(Path(__file__).parent / "plugins" / "eksempelby", folder / "source")
    return install(Path(source), folder / "installed")
