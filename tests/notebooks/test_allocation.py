"""The walk-through of allocation runs from start to end, in small."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest

pytestmark = pytest.mark.whole
ROOT = Path(__file__).parent.parent.parent


def test_the_allocation_notebook_runs_and_says_what_was_proved(tmp_path: Path) -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "03_allocation.ipynb", as_version=4)
    done = papermill.execute_notebook(
        notebook, str(tmp_path / "done.ipynb"), {"households": 40}, kernel_name="python3", progress_bar=False
    )
    said = "\n".join(o.get("text", "") for cell in done.cells for o in cell.get("outputs", []))
    assert "certified" in said and "Cost in score" in said
    assert "the smallest easing that works: lower" in said
