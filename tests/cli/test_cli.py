"""The command line as a user meets it: help, exit codes, messages, nothing half-written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner, Result

from workbench.cli import app
from workbench.cli.steps import WARNING
from workbench.core.contracts import CONTRACTS
from workbench.reporting.build import BuiltReport

pytestmark = pytest.mark.quick
ROOT = Path(__file__).parents[2]
COMMANDS = (
    ("demo",),
    ("data", "list"),
    ("data", "check"),
    ("inflow", "backtest"),
    ("inflow", "score"),
    ("inflow", "fit"),
    ("inflow", "forecast"),
    ("settlement", "fit"),
    ("settlement", "forecast"),
    ("settlement", "backtest"),
    ("allocate",),
    ("allocate", "verify"),
    ("app",),
    ("report", "list"),
    ("report", "build"),
    ("locality", "list"),
    ("locality", "show"),
    ("locality", "check"),
    ("locality", "new"),
    ("doctor",),
)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_shows_an_example(command: tuple[str, ...]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0 and f"Example: workbench {' '.join(command)}" in " ".join(result.stdout.split())


def test_data_list_names_localities_sources_and_contracts() -> None:
    text = run("data", "list").stdout
    assert all(word in text for word in ("norway", "Eurostat", "arrivals", "households"))
    assert "in one month since their permit, the month of the permit being 0" in text
    for case in CONTRACTS["rules"].cases:
        assert f"{case.value} ({', '.join(case.needs)}" in text and case.meaning in text
    assert "[capacity_…]" in text and "e.g. capacity_school" in text
    body = json.loads(run("data", "list", "--json").stdout)
    assert "capacity_school" in body["prefixed"]["places"]["capacity_"]["meaning"]
    assert body["kinds"]["rules"]["intake floor"]["needs"] == ["place", "limit"]
    assert body["localities"]["norway"]["places"] == 357
    assert body["contracts"]["arrivals"]["persons"]["unit"] == "persons"


def test_a_good_file_is_good_and_a_bad_one_is_refused_with_every_fault(tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text("month,destination,persons\n2019-01,NO,190\n", encoding="utf-8")
    assert run("data", "check", path, "--as", "arrivals", "--locality", "eu").exit_code == 0
    assert json.loads(run("data", "check", path, "--as", "arrivals", "--json").stdout)["rows"] == 1
    whole = Path(__file__).parent.parent.parent / "data" / "localities" / "eu" / "arrivals.csv"
    said = run("data", "check", whole, "--as", "arrivals", "--locality", "eu")
    assert said.exit_code == 0 and "remark: Figures are rounded to 5" in said.stdout and "Austria" in said.stdout
    assert {r["kind"] for r in json.loads(run("data", "check", whole, "--as", "arrivals", "--json").stdout)["remarks"]}
    path.write_text("month,destination,persons\n2019-01,NO,-1\n2019-01,NO,x\n", encoding="utf-8")
    result = run("data", "check", path, "--as", "arrivals")
    assert result.exit_code == 2
    assert all(word in result.stderr for word in ("my.csv", "row 2", "negative", "row 3", "'x'", "stands already"))
    body = json.loads(run("data", "check", path, "--as", "arrivals", "--json").stdout)
    assert body["valid"] is False and len(body["faults"]) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("data", "check", "none.csv", "--as", "arrivals"), "no such file"),
        (("data", "check", "none.csv", "--as", "arivals"), "did you mean 'arrivals'"),
        (("inflow", "fit", "--as-of", "2019-13"), "not a month"),
        (("inflow", "fit", "--locality", "norwy"), "did you mean 'norway'"),
        (("inflow", "fit", "--arrivals", "none.csv"), "no such file"),
        (("inflow", "backtest", "--out", "x", "--surge", "2015"), "no first and last origin"),
        (("inflow", "backtest", "--out", "x", "--pandemic", "soon"), "--pandemic: 'soon' is not a month"),
        (("settlement", "forecast", "--from-inflow", "/no/such", "--share", ".5"), "saved as '/no/such'"),
        (("settlement", "forecast", "--from-inflow", "*", "--share", ".5"), "saved as '*'"),
        (("settlement", "forecast", "--from-inflow", ".", "--share", ".5"), "no saved run"),
        (("settlement", "fit", "--data", "none.csv"), "no such file"),
        (("settlement", "forecast", "--as-of", "2023", "--total", "9000"), "2023 is a part year"),
        (("settlement", "forecast", "--as-of", "2022"), "--total"),
        (("settlement", "forecast", "--as-of", "2020", "--total", "0"), "national total '0' is no number"),
        (("settlement", "backtest", "--year", "2022"), "no backtest from 2022"),
        (("settlement", "backtest", "--contest", "after"), "no contest 'after'"),
        (("report", "build", "inflo"), "did you mean 'inflow'"),
        (("report", "build", "inflow", "-p", "as_off=2019-09"), "did you mean 'as_of'"),
        (("report", "build", "inflow", "-p", "horizon=six"), "horizon"),
        (("report", "build", "inflow", "-p", "horizon"), "key=value"),
        (("inflow", "fit", "--source", "arivals"), "did you mean 'arrivals'"),
        (("locality", "check", "norwy"), "did you mean 'norway'"),
        (("locality", "show", "norwy"), "did you mean 'norway'"),
        (("locality", "new", "My Town"), "cannot be a locality's identifier"),
        (("allocate", "--households", "none.csv", "--places", "none.csv"), "no such file"),
    ],
)
def test_bad_input_is_one_message_with_exit_code_2_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert said in result.stderr and "Traceback" not in result.output
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_an_interrupt_is_said_and_has_its_own_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.sources.localities.available", interrupt)
    result = run("data", "list")
    assert result.exit_code == 130 and "nothing half-written" in result.stderr


def test_an_interrupt_of_code_from_a_string_has_that_exit_code_too(tmp_path: Path) -> None:
    """As in imports that build their code; Python would end itself by the signal after all is said."""
    (tmp_path / "stopped.py").write_text(
        "from workbench.cli import app\napp.command('stop')(lambda: exec('raise KeyboardInterrupt'))\napp(['stop'])\n"
    )
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    ended = subprocess.run([sys.executable, "-m", "stopped"], env=paths, capture_output=True, text=True, check=False)
    assert ended.returncode == 130 and "nothing half-written" in ended.stderr


def tables(folder: Path) -> tuple[str, ...]:
    (folder / "h.csv").write_text("household,adults,children,seniors,ties\nA,1,0,0,301\n", encoding="utf-8")
    (folder / "p.csv").write_text("place,capacity\n0301,2\n", encoding="utf-8")
    return ("allocate", "--households", str(folder / "h.csv"), "--places", str(folder / "p.csv"))


def placed(households: str, places: str, scores: str) -> dict[str, Any]:
    """The result of a plan of small tables, all in the working folder."""
    for name, text in {"h": households, "p": places, "s": scores}.items():
        Path(f"{name}.csv").write_text(text, encoding="utf-8")
    assert run("allocate", "--households", "h.csv", "--places", "p.csv", "--scores", "s.csv").exit_code == 0
    return dict(json.loads(Path("result.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("clash", [("--out", "h.csv"), ("--json", "p.csv"), ("--out", "x.csv", "--json", "x.csv")])
def test_a_result_never_overwrites_an_input_or_the_other_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clash: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    command = tables(tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    result = run(*command, *clash)
    assert result.exit_code == 2 and "overwrite" in result.stderr
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_what_cannot_be_written_is_refused_before_the_work_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = tables(tmp_path)
    for more in (("--json", "h.csv/r.json"), ("--out", "plan.xlsx")):
        assert run(*command, *more).exit_code == 2
        assert sorted(p.name for p in tmp_path.iterdir()) == ["h.csv", "p.csv"]


def test_a_forecast_does_not_overwrite_its_own_arrivals(tmp_path: Path) -> None:
    own = tmp_path / "a.csv"
    own.write_text("month,destination,persons\n2024-01,X,5\n", encoding="utf-8")
    done = run("inflow", "forecast", "--arrivals", own, "--as-of", "2024-06", "--out", own)
    assert (
        done.exit_code == 2 and "one of the inputs" in done.stderr and "2024-01,X,5" in own.read_text(encoding="utf-8")
    )


def test_an_infinite_number_is_refused(tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text("household,adults,children,seniors,weight\nA,1,0,0,inf\n", encoding="utf-8")
    done = run("data", "check", tmp_path / "h.csv", "--as", "households")
    assert done.exit_code == 2 and "column 'weight'" in done.stderr + done.stdout


def test_the_result_says_what_it_was_made_from_and_lost_ties_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*tables(tmp_path))
    assert result.exit_code == 0 and "weights of norway" in result.stderr and "count for nothing: 301" in result.stderr
    body = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert (
        body["asked"]["gap"] == 0.0005 and len(body["inputs"]["households"]) == 64 and body["matching"]["ties"] == 0.6
    )


def test_the_result_lies_beside_the_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*tables(tmp_path), "--out", "june/plan.csv")
    assert done.exit_code == 0 and "june/result.json" in done.stdout
    assert {path.name for path in (tmp_path / "june").iterdir()} == {"plan.csv", "result.json", "result.npz"}
    assert not (tmp_path / "result.json").exists() and run("allocate", "verify", "june/result.json").exit_code == 0
    other = run(*tables(tmp_path), "--out", "june/july.csv")
    assert other.exit_code == 0 and (tmp_path / "june" / "july-result.json").exists()
    again = run(*tables(tmp_path), "--out", "june/plan.csv")
    assert again.exit_code == 2 and "plan.csv" in again.stderr


def test_a_certificate_is_recomputed_from_the_files_and_tampering_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    homes = "household,adults,children,seniors\nA,1,0,0\nB,2,1,0\nC,1,0,0\n"
    rooms = "place,capacity,name\nX,3,Xby\nY,2,Yby\n"
    body = placed(homes, rooms, "household,X,Y\nA,0.9,0.2\nB,0.5,\nC,0.4,0.3\n")
    assert body["certificate"] == "result.npz" and {row["name"] for row in body["by_place"]} == {"Xby", "Yby"}
    assert body["persons_placed"] == body["persons_placed_bound"] == 5
    good = run("allocate", "verify", "result.json")
    assert good.exit_code == 0 and "The certificate holds" in good.stdout
    (tmp_path / "result.json").write_text(json.dumps({**body, "value": body["value"] + 0.1}), encoding="utf-8")
    assert run("allocate", "verify", "result.json").exit_code == 4
    (tmp_path / "result.json").write_text(json.dumps(body), encoding="utf-8")
    scores = (tmp_path / "s.csv").read_text(encoding="utf-8")
    (tmp_path / "s.csv").write_text(scores.replace("0.4", "0.8"), encoding="utf-8")
    changed = run("allocate", "verify", "result.json")
    assert changed.exit_code == 4 and "NOT input scores" in changed.stdout


def test_any_altered_number_that_follows_from_the_inputs_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    homes, rooms = "household,adults,children,seniors\nA,1,0,0\nB,2,1,0\n", "place,capacity\nX,3\nY,2\n"
    body = placed(homes, rooms, "household,X,Y\nA,0.9,0.2\nB,0.5,\n")
    plan, result = tmp_path / "plan.csv", tmp_path / "result.json"
    table = pd.read_csv(plan, keep_default_na=False)

    def caught(part: str) -> bool:
        told = run("allocate", "verify", "result.json")
        return told.exit_code == 4 and f"NOT {part}" in told.stdout

    for column in ("score", "price"):
        table.assign(**{column: table[column] + 0.01}).to_csv(plan, index=False)
        assert caught("scores and prices of the plan"), column
    table.to_csv(plan, index=False)
    for name, column, part in (
        ("assignment", "score", "assignment"),
        ("by_place", "placed", "persons by place"),
        ("by_group", "mean_score", "groups"),
    ):
        rows = [{**body[name][0], column: body[name][0][column] + 1}, *body[name][1:]]
        result.write_text(json.dumps({**body, name: rows}), encoding="utf-8")
        assert caught(part), name
    result.write_text(json.dumps({**body, "households_placed": 1}), encoding="utf-8")
    assert caught("households placed")
    result.write_text(json.dumps(body), encoding="utf-8")
    assert run("allocate", "verify", "result.json").exit_code == 0
    proof = tmp_path / "result.npz"
    proof.write_bytes(proof.read_bytes()[:300])
    cut = run("allocate", "verify", "result.json")
    assert cut.exit_code == 2 and "cannot read the certificate" in cut.stderr and "Traceback" not in cut.output


def test_what_is_wrong_between_tables_is_named_with_file_and_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "h.csv").write_text(
        "household,adults,children,seniors,linked_with\nA,1,0,0,\nB,0,0,0,\nC,1,0,0,Q\n", encoding="utf-8"
    )
    (tmp_path / "p.csv").write_text("place,capacity,minimum\nX,3,4\n", encoding="utf-8")
    result = run("allocate", "--households", "h.csv", "--places", "p.csv")
    assert result.exit_code == 2 and "Traceback" not in result.output
    for part in ("row 3", "row 4", "h.csv", "'Q'", "row 2", "p.csv"):
        assert part in result.stderr, result.stderr
    assert not (tmp_path / "plan.csv").exists()


def test_the_version_is_printed() -> None:
    result = run("--version")
    assert result.exit_code == 0 and result.stdout.startswith("migration-workbench ")


@pytest.mark.parametrize(("attention", "code"), [("", 0), ("Attention. The chains disagree.", WARNING)])
def test_a_report_with_a_warning_says_it_and_ends_with_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attention: str, code: int
) -> None:
    built = BuiltReport("tiny", tmp_path / "a.pdf", tmp_path / "a.html", tmp_path / "a.ipynb", {}, attention)
    monkeypatch.setattr("workbench.reporting.build.build", lambda *_, **__: built)
    monkeypatch.setattr("workbench.reporting.build.published", lambda *_: "")
    found = run("report", "build", "tiny")
    assert found.exit_code == code and "PDF: " in found.stdout and attention in found.stderr
    told = run("report", "build", "tiny", "--json")
    assert told.exit_code == code and json.loads(told.stdout)["attention"] == attention


def test_every_command_that_writes_a_file_asks_before_it_replaces_one() -> None:
    def commands(of: click.Command, *name: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
        inner = getattr(of, "commands", {})
        for each, command in inner.items():
            yield from commands(command, *name, each)
        if not inner:
            yield name, of

    for name, command in commands(typer.main.get_command(app)):
        told = {each.name: str(getattr(each, "help", "")) for each in command.params}
        files = [each for each in ("out", "preview", "json_file") if not told.get(each, "Folder").startswith("Folder")]
        assert not files or "overwrite" in told, (name, files)
