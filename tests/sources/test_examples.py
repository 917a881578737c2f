"""Every contract has an example that keeps it, and the examples do what their commands say."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from workbench.cli import app
from workbench.core.contracts.checking import contract, contracts
from workbench.sources import files
from workbench.sources.examples import example

pytestmark = pytest.mark.quick


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", sorted(contracts()))
def test_every_contract_has_an_example_that_keeps_it(name: str, tmp_path: Path) -> None:
    table, source = example(name)
    assert source and len(table)
    files.write(table, tmp_path / "e.csv")
    assert len(files.read(tmp_path / "e.csv", name)) == len(table)
    needed = {column.name for column in contract(name).columns if column.required}
    assert needed <= set(table.columns)


def test_the_examples_of_an_allocation_belong_together(tmp_path: Path) -> None:
    run = CliRunner()
    given = []
    for name in ("households", "places", "rules", "scores"):
        file = tmp_path / f"{name}.csv"
        assert run.invoke(app, ["data", "example", name, "--out", str(file)]).exit_code == 0
        given += [f"--{name}", str(file)]
    done = run.invoke(
        app, ["allocate", *given, "--out", str(tmp_path / "plan.csv"), "--json", str(tmp_path / "r.json")]
    )
    assert done.exit_code == 0, done.output
    plan = files.read(tmp_path / "plan.csv", "practice")
    assert set(plan.loc[plan["household"] == "H03", "place"]) == {"Aasby"}


def test_a_contract_is_told_column_by_column() -> None:
    told = CliRunner().invoke(app, ["data", "list", "--as", "households"])
    assert told.exit_code == 0 and "adults: persons of working age (persons)" in told.output
    assert "for example H01" in told.output and "linked_with [may be left out]" in told.output
    unknown = CliRunner().invoke(app, ["data", "list", "--as", "household"])
    assert unknown.exit_code == 2
