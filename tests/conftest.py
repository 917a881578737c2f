"""Every test says which ring it belongs to; a test without a ring is not collected."""

from __future__ import annotations

import pytest
from hypothesis import settings

# A busy machine is not a fault: no example fails for being slow.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

RINGS = {"quick", "whole", "slow"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    lost = sorted({item.nodeid for item in items if len(RINGS & {m.name for m in item.iter_markers()}) != 1})
    if lost:
        raise pytest.UsageError("mark each test with exactly one of quick, whole, slow: " + ", ".join(lost[:5]))
