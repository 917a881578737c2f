"""What `workbench settlement` refuses, before it says that it works."""

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from workbench.cli import app

pytestmark = pytest.mark.quick


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def mine(folder: Path, name: str = "mine.csv") -> Path:
    rows = [(area, year, 12) for area in "ABC" for year in range(2015, 2020)]
    path = folder / name
    pd.DataFrame(rows, columns=["area", "period", "persons"]).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("command", ["fit", "forecast"])
@pytest.mark.parametrize(
    ("total", "said"),
    [("-5", "'-5' is no number of persons"), ("abc", "'abc' is no number of persons"), ("3.5", "'3.5' is no number")],
)
def test_a_total_that_is_no_number_is_refused_in_a_sentence(
    tmp_path: Path, command: str, total: str, said: str
) -> None:
    found = run(
        "settlement", command, "--data", mine(tmp_path), "--locality", "any", "--as-of", "2019", "--total", total
    )
    assert found.exit_code == 2 and said in found.output
    assert "Usage" not in found.output and "from 2019" not in found.output and "Fit to" not in found.output


@pytest.mark.parametrize(
    ("name", "said"),
    [("fake.xlsx", "not a readable workbook"), ("fake.parquet", "not a readable Parquet file")],
)
def test_a_file_that_is_not_what_its_ending_says_is_refused(tmp_path: Path, name: str, said: str) -> None:
    found = run("settlement", "forecast", "--data", mine(tmp_path, name), "--locality", "any", "--total", "9")
    assert found.exit_code == 2 and said in found.output and "Forecast from" not in found.output


def test_nothing_is_begun_that_cannot_be_written_or_learnt_from(tmp_path: Path) -> None:
    command = ("settlement", "forecast", "--data", mine(tmp_path), "--locality", "any", "--total", "9")
    for more, said in (
        (("--as-of", "2019", "--out", tmp_path / "a.txt"), ".csv or .parquet"),
        (("--as-of", "2019", "--out", tmp_path / "mine.csv"), "one of the inputs"),
        (("--as-of", "2015"), "cannot learn from the years up to 2015"),
        (("--as-of", "2024"), "no figures for 2024"),
    ):
        found = run(*command, *more)
        assert found.exit_code in (2, 3) and said in found.output and "Forecast from" not in found.output


def test_the_check_of_a_table_says_what_the_study_would_say(tmp_path: Path) -> None:
    path = mine(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("B,2017,12\n", ""), encoding="utf-8")
    found = run("data", "check", path, "--as", "settled_by_area")
    assert found.exit_code == 0 and "In 1 case an area has no row" in found.output and "B 2017" in found.output
    assert "In 1 case an area" in run("data", "check", path, "--as", "settled_by_area", "--json").output
    path.write_text(path.read_text(encoding="utf-8") + "A,2090,12\n", encoding="utf-8")
    found = run("data", "check", path, "--as", "settled_by_area")
    assert found.exit_code == 2 and "has not begun" in found.output


def test_a_refusal_leaves_no_folder_behind(tmp_path: Path) -> None:
    out = tmp_path / "new" / "where.csv"
    own = ("--data", mine(tmp_path), "--locality", "any", "--as-of", "2019")
    found = run("settlement", "forecast", *own, "--total", "abc", "--out", out)
    assert found.exit_code == 2 and not out.parent.exists()


def test_an_inflow_forecast_may_tell_the_total_of_a_fit_too(tmp_path: Path) -> None:
    own = ("--data", mine(tmp_path), "--locality", "any", "--as-of", "2019", "--runs", tmp_path)
    for command in ("fit", "forecast"):
        found = run("settlement", command, *own, "--from-inflow", "latest", "--share", "0.5")
        assert found.exit_code == 2 and "no inflow forecast is saved here" in found.output


def test_a_table_of_delays_may_hold_a_column_of_text_and_lack_a_month(tmp_path: Path) -> None:
    path = tmp_path / "delay.csv"
    path.write_text("route,months,settled,waiting,note\nasylum,0,9,0,a\nasylum,2,3,1,b\n", encoding="utf-8")
    found = run("settlement", "delay", "--data", path)
    assert found.exit_code == 0 and "asylum" in found.output and "month 1" in found.output, found.output
