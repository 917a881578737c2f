"""The walk-throughs, run in small from end to end."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest

pytestmark = pytest.mark.whole
ROOT = Path(__file__).parent.parent


def test_the_inflow_notebook_runs_and_scores_a_contest(tmp_path: Path) -> None:
    parameters = {
        "destinations": ["NO", "SE"],
        "origins": ["2018-09"],
        "horizons": [3],
        "draws": 50,
        "runs": str(tmp_path / "runs"),
        "contest": str(tmp_path / "contest"),
    }
    notebook = nbformat.read(ROOT / "notebooks" / "01_inflow.ipynb", as_version=4)
    done = papermill.execute_notebook(
        notebook, str(tmp_path / "done.ipynb"), parameters, kernel_name="python3", cwd=str(ROOT), progress_bar=False
    )
    assert not [o for cell in done.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    assert (tmp_path / "contest" / "scores.json").exists()


def test_the_notebook_of_an_offices_month_runs_from_a_saved_forecast(tmp_path: Path, saved_runs: Path) -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "08_inflow_each_month.ipynb", as_version=4)
    done = papermill.execute_notebook(
        notebook,
        str(tmp_path / "done.ipynb"),
        {"run": "latest", "runs": str(saved_runs)},
        kernel_name="python3",
        cwd=str(ROOT / "notebooks"),
        progress_bar=False,
    )
    assert not [o for cell in done.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    said = str([o for cell in done.cells for o in cell.get("outputs", [])])
    for words in (
        "some month",
        "not its effect",
        "IF “As after the border",
        "As A and B judge it",
        "first-time applicants",
    ):
        assert words in said, words


def test_the_notebook_on_fairness_and_honesty_runs_in_small(tmp_path: Path) -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "04_fair_and_honest.ipynb", as_version=4)
    done = papermill.execute_notebook(
        notebook,
        str(tmp_path / "done.ipynb"),
        {"households": 24, "number_of_places": 8},
        kernel_name="python3",
        cwd=str(ROOT),
        progress_bar=False,
    )
    assert not [o for cell in done.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    said = str([o for cell in done.cells for o in cell.get("outputs", [])])
    assert "their truth is known" in said and said.count("image/png") == 4


def test_the_notebook_on_rounds_lives_through_a_small_year(tmp_path: Path) -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "06_rounds.ipynb", as_version=4)
    done = papermill.execute_notebook(
        notebook,
        str(tmp_path / "done.ipynb"),
        {"households": 40, "weeks": 6, "folder": str(tmp_path)},
        kernel_name="python3",
        cwd=str(ROOT / "notebooks"),
        progress_bar=False,
    )
    assert not [o for cell in done.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    said = str([o for cell in done.cells for o in cell.get("outputs", [])])
    assert "synthetic" in said and "first come, first placed" in said and said.count("<svg") >= 4


def test_the_notebook_on_capacity_forecasts_plans_and_tells_an_applicant(tmp_path: Path) -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "02_capacity.ipynb", as_version=4)
    done = papermill.execute_notebook(
        notebook,
        str(tmp_path / "done.ipynb"),
        {"as_of": "2017-Q4", "draws": 50, "runs": str(tmp_path / "runs")},
        kernel_name="python3",
        cwd=str(ROOT / "notebooks"),
        progress_bar=False,
    )
    assert not [o for cell in done.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    said = str([o for cell in done.cells for o in cell.get("outputs", [])])
    assert sum("<svg" in str(cell.get("outputs", [])) for cell in done.cells) >= 2
    assert "Hvis du søker nå" in said and "halvparten av sakene som ligner din, avgjøres innen" in said
