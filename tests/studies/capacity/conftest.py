"""A small synthetic agency as a locality folder, and one saved plan of it."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from workbench.sources import localities
from workbench.studies.capacity import study

UNITS = ["Alder", "Birch"]


@pytest.fixture(scope="package")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("agency") / "small"
    shutil.copytree(localities.available()["example_agency"], folder)
    for name, column in (
        ("units", "unit"),
        ("queues", "unit"),
        ("teams", "unit"),
        ("intake", "unit"),
        ("past", "place"),
    ):
        table = pd.read_csv(folder / f"{name}.csv")
        table[table[column].isin(UNITS)].to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.fixture(scope="package")
def planned(small: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[study.CapacityResult, Path]:
    runs = tmp_path_factory.mktemp("runs")
    return study.study(locality=small, horizon=6, draws=20, seed=1, runs=runs), runs
