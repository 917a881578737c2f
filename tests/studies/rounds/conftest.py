"""A register filled once, and a copy of it for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.studies.rounds.road import fill


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of eight interviewed couples and one minor, with places in three municipalities in week 10."""
    folder = tmp_path_factory.mktemp("filled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_STORE", str(folder / "r.sqlite"))
        fill(folder)
    return folder


@pytest.fixture
def register(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the filled register, for one test to change."""
    monkeypatch.setenv("WORKBENCH_STORE", str(tmp_path / "r.sqlite"))
    return shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
