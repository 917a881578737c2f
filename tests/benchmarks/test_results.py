"""Does a measured table replace the one of its name, and leave the others as they are?"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

pytestmark = pytest.mark.quick


def test_a_section_of_the_results_is_replaced_and_the_others_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location("benchmark", Path(__file__).parent / "inflow.py")
    assert spec is not None and spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    monkeypatch.setattr(benchmark, "RESULTS", tmp_path / "RESULTS.md")
    benchmark.write("Inflow: speed", "first")
    benchmark.write("Inflow: contest-a", "a table\n\n### below it")
    benchmark.write("Inflow: speed", "second")
    told = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert told.startswith("# Results") and "first" not in told
    assert told.index("second") < told.index("## Inflow: contest-a") < told.index("### below it")
