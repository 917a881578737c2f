"""Fixtures: made-up results in the shape that the studies return."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest


@pytest.fixture(scope="session")
def fabricated() -> ModuleType:
    path = Path(__file__).with_name("fabricated.py")
    spec = importlib.util.spec_from_file_location("fabricated", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def inflow_result(fabricated: ModuleType) -> SimpleNamespace:
    return fabricated.inflow_result()


@pytest.fixture(scope="session")
def allocation_result(fabricated: ModuleType) -> SimpleNamespace:
    return fabricated.allocation_result()
