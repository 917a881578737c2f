"""``workbench locality`` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from workbench.cli import app
from workbench.sources.template import MARK

pytestmark = pytest.mark.quick


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["locality", *(str(a) for a in arguments)])


def test_list_names_every_part_with_its_package() -> None:
    result = run("list")
    assert result.exit_code == 0 and result.stderr == ""
    assert "Norway, 357 places of level municipality (migration-workbench " in result.stdout
    body = json.loads(run("list", "--json").stdout)
    assert {"eu", "norway", "sweden"} <= set(body["localities"]) and body["skipped"] == []
    assert {"capacity", "settled_of_accepted", "arrivals", "inflow", "outlook"} <= {
        name for kind in ("rules", "indicators", "sources", "components", "panels") for name in body[kind]
    }


def test_show_says_what_a_localitys_tables_say_with_source() -> None:
    text = run("show", "norway").stdout
    assert "In 2022, 31,253 refugees were settled in Norway of 35,325 accepted" in text and "IMDi" in text
    assert (
        json.loads(run("show", "norway", "--json").stdout)["settled_of_accepted"]["unit"] == "share of persons accepted"
    )
    assert "No installed indicator" in run("show", "eu").stdout


def test_new_then_check_until_it_is_whole(tmp_path: Path) -> None:
    town = tmp_path / "new-haven"
    made = run("new", town)
    assert made.exit_code == 0 and f"workbench locality check {town}" in made.stdout
    result = run("check", town)
    assert result.exit_code == 2 and "locality.toml, line 3: still to be filled in" in result.stderr
    body = json.loads(run("check", town, "--json").stdout)
    assert body["valid"] is False and len(body["faults"]) > 5 and run("check", town, "--json").exit_code == 2
    for path in town.iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace(MARK, "ours"), encoding="utf-8")
    assert "is whole: places 2" in run("check", town).stdout
    assert json.loads(run("check", town, "--json").stdout)["valid"] is True
    before = {path.name: path.read_bytes() for path in town.iterdir()}
    again = run("new", town)
    assert again.exit_code == 2 and "something already" in again.stderr
    assert {path.name: path.read_bytes() for path in town.iterdir()} == before
