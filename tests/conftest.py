"""Every test says which ring it belongs to; a test without a ring is not collected."""

from __future__ import annotations

import pytest
from hypothesis import settings

RINGS = {"quick", "whole", "slow"}

# No timing in a test: the first example of a property may have to import a library.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    lost = sorted({item.nodeid for item in items if len(RINGS & {m.name for m in item.iter_markers()}) != 1})
    if lost:
        raise pytest.UsageError("mark each test with exactly one of quick, whole, slow: " + ", ".join(lost[:5]))
