"""Fixtures: a folder (with a space in its name) that holds report notebooks on made-up results."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

FABRICATED = Path(__file__).parent.parent / "presentation" / "fabricated.py"

PARAMETERS = """locality = "norway"  # locality shown in the title
count = 6  # how many destinations [destinations]
fail = False  # whether the last cell fails
converged = True  # whether the fit passed its checks
runs = ""  # folder of saved runs"""

STUDY = f"""import importlib.util
spec = importlib.util.spec_from_file_location("fabricated", {str(FABRICATED)!r})
fabricated = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fabricated)
result = fabricated.{{}}
print("working")"""

INFLOW = [
    "from workbench.presentation import inflow as page, origin\nfrom workbench.presentation.inflow import figures",
    STUDY.format("inflow_result(fabricated.made_up_arrivals(count), converged=converged)"),
    "page.front(result, locality)",
    "page.key_findings(result)",
    "figures.fan_total(result)",
    "## By destination\n\nProse with *emphasis*, a [link](https://example.org) and “signs” < & $ # @.",
    "page.by_destination(result)",
    "figures.fans_by_destination(result)",
    "## How we know",
    "page.how_sure(result)",
    "origin.data_used(result.record)",
    "origin.run_facts(result.record)",
    'origin.how_to_rerun("tiny", locality=locality, count=count)',
    "1 / (0 if fail else 1);",
]

ALLOCATION = [
    "from workbench.presentation import allocation as page, origin\n"
    "from workbench.presentation.allocation import figures",
    STUDY.format("allocation_result()"),
    "page.front(result, locality)",
    "page.key_findings(result)",
    "figures.plan_on_map(result)",
    "## Where they go",
    "page.unplaced(result)",
    "page.binding_limits(result)",
    "page.by_group(result)",
    "page.by_county(result)",
    "page.by_place(result)",
    "## How we know",
    "page.how_sure(result)",
    "page.assumptions(result)",
]


def write(path: Path, cells: list[str]) -> None:
    parameters = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    about = {"title": "A tiny report", "reader": "tests"}
    made = [new_markdown_cell(c) if c.startswith("##") else new_code_cell(c) for c in cells]
    nbformat.write(new_notebook(cells=[parameters, *made], metadata={"kernelspec": kernel, "workbench": about}), path)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("some reports {1}")
    write(made / "tiny.ipynb", INFLOW)
    write(made / "plan.ipynb", ALLOCATION)
    return made
