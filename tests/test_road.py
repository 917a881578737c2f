"""The whole road on real figures, in small: demo, its reports, the start notebook, an interrupt half-way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pandas as pd
import papermill
import pytest
from pypdf import PdfReader

from workbench.presentation import inflow as shown
from workbench.studies import inflow

pytestmark = pytest.mark.whole
ROOT = Path(__file__).parent.parent
SMALL = ("--draws", "350", "--households", "40")
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}


def workbench(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workbench", *arguments]
    return subprocess.run(command, cwd=cwd, env=ENV, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a folder with spaces")
    done = workbench("demo", *SMALL, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "said.txt").write_text(done.stdout, encoding="utf-8")
    (folder / "progress.txt").write_text(done.stderr, encoding="utf-8")
    return folder


def test_the_demo_says_what_a_person_wants_to_know(road: Path) -> None:
    said, progress = (road / "said.txt").read_text(), (road / "progress.txt").read_text()
    for words in (
        "asylum applicants",
        "80 %",
        "95 %",
        "synthetic persons",
        "below the best score",
        "Worst off",
        "inflow-eu-2019-09-en.pdf",
    ):
        assert words.replace(" %", "\u00a0%") in said or words in said, said
    for step in ("1/4", "2/4", "3/4", "4/4"):
        assert f"{step} " in progress
    assert "Traceback" not in progress and "Warning" not in progress


def test_a_second_run_uses_the_saved_runs_and_says_the_same(road: Path) -> None:
    done = workbench("demo", *SMALL, "--json", cwd=road)
    told = json.loads(done.stdout)
    assert told["reused"] == ["inflow", "allocation"]
    assert all(sentence in (road / "said.txt").read_text() for sentence in told["sentences"])


def test_the_newest_forecast_read_from_disk_says_the_same(road: Path) -> None:
    result = inflow.latest(runs=road / "output" / "runs")
    assert result is not None and shown.headline(result).sentence in (road / "said.txt").read_text()
    again = inflow.study(draws=350, runs=road / "output" / "runs")
    assert again.reused and again.draws == result.draws and again.diagnostics == result.diagnostics
    assert dict(again.names) == dict(result.names) and again.sources == result.sources
    for mine, its in ((result.arrivals, again.arrivals), (result.later, again.later)):
        pd.testing.assert_frame_equal(mine, its, check_dtype=False)


@pytest.mark.parametrize("name", ["inflow", "allocation"])
def test_reports_are_tagged_and_the_same_bytes_when_built_again(road: Path, name: str) -> None:
    files = {"inflow": "inflow-eu-2019-09-en.pdf", "allocation": "allocation-norway-2021-Q4-en.pdf"}
    pdf = road / "output" / "reports" / files[name]
    first = pdf.read_bytes()
    reader = PdfReader(pdf)
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en" and root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert "import workbench" not in text and "from workbench" not in text
    given = {"inflow": ("draws=350",), "allocation": ("households=40",)}[name]
    done = workbench("report", "build", name, *(w for g in given for w in ("-p", g)), cwd=road)
    assert done.returncode == 0, done.stderr
    assert pdf.read_bytes() == first


def test_a_report_with_a_bad_parameter_leaves_the_good_one_alone(road: Path) -> None:
    pdf = road / "output" / "reports" / "inflow-eu-2019-09-en.pdf"
    first = pdf.read_bytes()
    for bad in ("horizont=6", "as_of=2019-19"):
        done = workbench("report", "build", "inflow", "-p", bad, cwd=road)
        assert done.returncode == 2 and "Traceback" not in done.stderr
    assert pdf.read_bytes() == first


def test_the_start_notebook_runs_on_the_same_saved_runs(road: Path) -> None:
    parameters = {"draws": 350, "households": 40, "runs": str(road / "output" / "runs")}
    notebook = nbformat.read(ROOT / "notebooks" / "00_start_here.ipynb", as_version=4)
    before = sorted((road / "output" / "runs").rglob("record.json"))
    done = papermill.execute_notebook(
        notebook, str(road / "start.ipynb"), parameters, kernel_name="python3", cwd=str(ROOT), progress_bar=False
    )
    assert not [o for cell in done.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    assert sorted((road / "output" / "runs").rglob("record.json")) == before


def test_an_interrupt_leaves_no_half_written_run(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "inflow", "fit", "--draws", "5000"],
        cwd=tmp_path,
        env=ENV,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    runs = tmp_path / "output" / "runs"
    deadline = time.monotonic() + 120
    while not list(runs.rglob("*inflow-fit*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(3)
    assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130 and "nothing half-written" in said and "Traceback" not in said
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
