"""The mapped functions, importable here and by the worker processes."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parent


@pytest.fixture(scope="session")
def shared_out() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        patch.setenv("PYTHONPATH", os.pathsep.join([str(FOLDER), str(FOLDER.parent.parent)]))
        yield importlib.import_module("shared_out")
        sys.modules.pop("shared_out", None)
