"""Does the command line read a publisher's file, write it in our columns, and refuse in words?"""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.sources import publishers_files as made
from workbench.cli import app

pytestmark = pytest.mark.quick


def run(*words: object) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["data", *map(str, words)])
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    return answer.exit_code, answer.output


def test_a_publishers_file_is_written_in_our_columns_and_not_over_another(tmp_path: Path) -> None:
    path, out = made.put(tmp_path, "eurostat_tsv"), tmp_path / "out.csv"
    code, said = run("read", path, "--as", "arrivals", "--out", out)
    assert code == 0 and "recognised as Eurostat TSV" in said and "EU27_2020 left out" in said
    assert out.read_text().splitlines()[0] == "month,destination,persons,first_time"
    assert run("check", out, "--as", "arrivals")[0] == 0
    before = out.read_bytes()
    assert run("read", path, "--out", out)[0] == 2 and out.read_bytes() == before
    assert run("read", f"{path}#geo=SE", "--out", path)[0] == 2


def test_a_choice_is_asked_and_taken(tmp_path: Path) -> None:
    path, out = tmp_path / "t.csv", tmp_path / "out.csv"
    path.write_text(made.sdmx(origins=True))
    code, said = run("read", path, "--out", out)
    assert code == 2 and "--choose citizen=TOTAL" in said and not out.exists()
    assert run("read", path, "--out", out, "--choose", "citizen")[0] == 2
    assert run("read", path, "--out", out, "--choose", "citizen=TOTAL")[0] == 0
    assert run("check", path, "--as", "arrivals", "--choose", "citizen=each")[0] == 0
