"""The invented town's guide, whole, and copies of it to be damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.core.geography.places import Locality
from workbench.sources import localities

TOWN = Path(__file__).parent.parent / "plugins" / "eksempelby" / "eksempelby" / "locality"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TOWN, tmp_path / "eksempelby"))


@pytest.fixture
def town(folder: Path) -> Locality:
    return localities.load(folder)
