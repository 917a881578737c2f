"""The settlement road on real figures, in small: forecast from a file, report, notebook, an interrupted backtest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import papermill
import pytest
from pypdf import PdfReader

pytestmark = pytest.mark.whole
ROOT = Path(__file__).parent.parent
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}
WARNED = 4  # so few draws fail the diagnostics, which is said and not hidden


def workbench(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workbench", *arguments]
    return subprocess.run(command, cwd=cwd, env=ENV, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table of one's own: twelve areas, six years, quotas."""
    folder = tmp_path_factory.mktemp("a folder with spaces")
    rng = np.random.default_rng(1)
    size = rng.lognormal(3, 0.7, 12)
    rows = []
    for year in range(2018, 2024):
        size = size * np.exp(0.2 * rng.standard_normal(12))
        rows += [(f"A{i:02d}", year, round(size[i]), round(size[i] * 1.1)) for i in range(12)]
    table = pd.DataFrame(rows, columns=["area", "period", "persons", "quota"])
    table.to_csv(folder / "mine.csv", index=False)
    return folder


def test_a_table_of_ones_own_is_forecast_and_adds_up(mine: Path) -> None:
    given = ("--data", "mine.csv", "--locality", "any", "--as-of", "2023", "--total", "400", "--total", "300")
    command = ("settlement", "forecast", *given, "--draws", "60", "--out", "where.csv", "--json")
    done = workbench(*command, cwd=mine)
    assert done.returncode in (0, WARNED), done.stderr
    body = json.loads(done.stdout)
    assert "400 persons" in body["headline"] and body["total"] == "given as a number" and not body["reused"]
    assert len(body["forecast"]) == 24 and {row["year"] for row in body["forecast"]} == {2024, 2025}
    assert "taken as a whole year" in " ".join(body["notes"])
    assert pd.read_csv(mine / "where.csv").groupby("level").size().to_dict() == {"municipality": 24, "nation": 2}
    assert [row["mean"] for row in body["nation"]] == [400, 300] and not body["counties"]
    again = json.loads(workbench(*command, "--overwrite", cwd=mine).stdout)
    assert again["reused"] and again["forecast"] == body["forecast"]


def test_a_fit_tells_a_program_its_notes_and_diagnostics(mine: Path) -> None:
    given = ("--data", "mine.csv", "--locality", "any", "--as-of", "2023", "--total", "400", "--draws", "60")
    done = workbench("settlement", "fit", *given, "--json", cwd=mine)
    body = json.loads(done.stdout)
    assert {"max_rhat", "min_bulk_ess", "min_tail_ess", "divergences", "draws"} <= set(body["diagnostics"])
    # Four chains of 60 draws, each the second of two that were taken.
    assert body["diagnostics"]["draws"] == 480 and "taken as a whole year" in " ".join(body["notes"])
    assert done.stdout.count(body["diagnostics"]["sentence"]) == 1


def test_draws_of_the_total_come_out_draw_by_draw_and_add_up(mine: Path) -> None:
    handed = pd.DataFrame({"draw": range(1, 302), "period": 2024, "persons": range(250, 551)})  # the middle is 400
    handed.sample(frac=1, random_state=1).to_parquet(mine / "totals.parquet", index=False)
    given = ("--data", "mine.csv", "--locality", "any", "--as-of", "2023", "--totals", "totals.parquet")
    done = workbench("settlement", "forecast", *given, "--draws", "60", "--out", "new/where.csv", cwd=mine)
    assert done.returncode in (0, WARNED), done.stderr
    assert "National total: 301 draws from totals.parquet." in done.stdout and "Folder made: new" in done.stdout
    draws = pd.read_parquet(mine / "new" / "where-draws.parquet")
    sums = draws.groupby(["draw", "total_draw", "level"])["persons"].sum().unstack().reset_index("total_draw")
    assert len(sums) == 301 and (sums["municipality"] == sums["nation"]).all()
    assert sums.set_index("total_draw")["nation"].to_dict() == handed.set_index("draw")["persons"].to_dict()


def test_a_backtest_takes_up_where_it_was(mine: Path) -> None:
    command = ("settlement", "backtest", "--data", "mine.csv", "--locality", "any", "--draws", "50", "--out", "back")
    first = workbench(*command, "--year", "2021", "--contest", "before", "--horizon", "2", cwd=mine)
    assert first.returncode in (0, WARNED), first.stderr
    kept = {path: path.stat().st_mtime_ns for path in (mine / "back" / "origins").rglob("result")}
    both = workbench(*command, "--year", "2021", "--horizon", "2", "--json", cwd=mine)
    assert both.returncode in (0, WARNED), both.stderr
    after = {path: path.stat().st_mtime_ns for path in (mine / "back" / "origins").rglob("result")}
    assert len(kept) == 1 and len(after) == 2 and kept.items() <= after.items()
    summary = json.loads((mine / "back" / "scores.json").read_text(encoding="utf-8"))
    assert summary == json.loads(both.stdout) and summary["persons_conserved_in_every_draw"]
    rows = pd.read_parquet(mine / "back" / "forecasts.parquet")
    assert set(rows["contest"]) == {"before", "quotas"} and {"last_settled-dirichlet", "accepted-point"} <= set(
        rows["method"]
    )
    assert {s["horizon"] for s in summary["scores"] if s["contest"] == "before"} == {1, 2}


@pytest.fixture(scope="module")
def norway(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("norway")
    done = workbench("report", "build", "settlement", "-p", "draws=50", cwd=folder)
    assert done.returncode == WARNED, done.stderr
    assert (
        "Attention: the fit failed its checks; these figures come from simple rules" in done.stderr
        and "PDF: " in done.stdout
    )
    return folder


def test_the_report_is_tagged_and_withholds_small_counts(norway: Path) -> None:
    reader = PdfReader(norway / "output" / "reports" / "settlement-norway-2021-en.pdf")
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en" and root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert all(word in text for word in ("Settlement: where newcomers will live", "By county", "Public edition"))
    assert "from workbench" not in text
    attached = {name: data[0].decode() for name, data in reader.attachments.items() if name.endswith(".csv")}
    observed = [line for name, csv in attached.items() if "municipality" in name for line in csv.splitlines()]
    assert len(observed) > 350
    assert not [line for line in observed[1:] if line.rsplit(",", 1)[1] in ("1.0", "2.0", "3.0", "4.0")]


def test_the_notebook_runs_on_the_same_saved_run(norway: Path) -> None:
    parameters = {"draws": 50, "runs": str(norway / "output" / "runs")}
    notebook = nbformat.read(ROOT / "notebooks" / "05_settlement.ipynb", as_version=4)
    done = papermill.execute_notebook(
        notebook, str(norway / "done.ipynb"), parameters, kernel_name="python3", cwd=str(ROOT), progress_bar=False
    )
    assert not [o for cell in done.cells for o in cell.get("outputs", []) if o.output_type == "error"]
