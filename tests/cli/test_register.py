"""The register from the command line: what a program reads from it, and what it refuses in a sentence."""

from __future__ import annotations

import csv
import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from workbench.cli import app
from workbench.store import database
from workbench.store.households import records, states

pytestmark = pytest.mark.quick


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """A register with a household that was withdrawn long ago."""
    path = tmp_path / "register.sqlite"
    assert run("register", "create", "--store", path).exit_code == 0
    with database.opened(str(path)).writing() as c:
        member = records.Member("1", date(1990, 1, 1), "Zquuxina", "Zquuxsen")
        household = records.register(c, (member,), who="anna", population="asylum")
        states.move(c, household, "withdraw", who="anna", reason="left")
    return path


def test_status_and_audit_are_read_by_a_program(register: Path) -> None:
    told = json.loads(run("register", "status", "--json", "--store", register).stdout)
    assert told["households"]["withdrawn"] == 1 and sum(told["households"].values()) == 1
    done = run("register", "audit", "verify", "--json", "--store", register)
    assert done.exit_code == 0 and json.loads(done.stdout)["rows"] == 2
    head = json.loads(done.stdout)["head"]
    assert run("register", "audit", "verify", "--expect", head, "--store", register).exit_code == 0
    assert run("register", "audit", "verify", "--expect", "2:00", "--store", register).exit_code == 1


def test_an_altered_audit_ends_in_exit_code_1(register: Path) -> None:
    with sqlite3.connect(register) as raw:
        raw.execute("DROP TRIGGER audit_no_UPDATE")
        raw.execute("UPDATE audit SET who = 'eve' WHERE number = 1")
    done = run("register", "audit", "verify", "--json", "--store", register)
    assert done.exit_code == 1 and json.loads(done.stdout)["faults"] == ["row 1 was edited"]


def test_the_variable_names_the_register(register: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(database.VARIABLE, str(register))
    assert "withdrawn           1" in run("register", "status").stdout


def test_a_backup_is_restored(register: Path, tmp_path: Path) -> None:
    assert run("register", "backup", tmp_path / "b.zip", "--store", register).exit_code == 0
    again = tmp_path / "again.sqlite"
    assert run("register", "restore", tmp_path / "b.zip", "--store", again).exit_code == 0
    assert run("register", "status", "--store", again).stdout == run("register", "status", "--store", register).stdout
    refused = run("register", "restore", tmp_path / "b.zip", "--store", again)
    assert refused.exit_code == 2 and "not empty" in refused.output
    assert run("register", "restore", tmp_path / "none.zip", "--store", tmp_path / "x.sqlite").exit_code == 2


def test_retention_lists_then_erases(register: Path) -> None:
    late = ("--today", "2099-01-01", "--store", register)
    assert "3 due" not in run("register", "retention", *late).stdout
    due = json.loads(run("register", "retention", "--json", *late).stdout)["due"]
    assert [row["kind"] for row in due] == ["names", "case"]
    assert run("register", "retention", "--do", *late).exit_code == 0
    assert json.loads(run("register", "retention", "--json", *late).stdout)["due"] == []
    assert b"Zquux" not in b"".join(path.read_bytes() for path in register.parent.iterdir())


def test_an_extract_names_nobody(register: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"k" * 40)
    out = tmp_path / "extract.csv"
    asked = ("register", "extract", out, "--key-file", tmp_path / "key", "--today", "2026-03-02", "--store", register)
    assert run(*asked).exit_code == 0
    (row,) = csv.DictReader(out.open(encoding="utf-8"))
    assert row["from_18_to_66"] == "1" and "Zquux" not in out.read_text(encoding="utf-8")
    out.unlink()
    (tmp_path / "key").write_bytes(b"short")
    assert run(*asked).exit_code == 2 and not out.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("audit", "verify"),
        ("backup", "x.zip"),
        ("retention",),
        ("erase", "H1", "--who", "a", "--why", "b"),
    ],
)
def test_a_register_that_is_missing_is_said(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run("register", *arguments, "--store", tmp_path / "none.sqlite")
    assert done.exit_code == 2 and "no register here" in done.output and "Traceback" not in done.output
    assert not list(tmp_path.iterdir())


def test_fields_are_listed_with_who_sees_them() -> None:
    told = run("register", "fields").stdout
    assert "person.family_name: address the person; kept 365 days after closing" in told
    assert "household.apart_from: safety; kept 1825 days after closing; directorate from registered\n" in told


@pytest.mark.parametrize(
    "command",
    [
        ("places", "template", "p.xlsx"),
        ("intake", "xlsform", "f.xlsx"),
        ("register", "backup", "b.zip"),
        ("register", "fields", "--out", "fields.csv"),
    ],
)
def test_a_file_that_is_there_is_replaced_only_when_asked(
    command: tuple[str, ...], register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(register.parent)
    monkeypatch.setenv(database.VARIABLE, str(register))
    mine = Path(command[-1])
    mine.write_text("filled in by hand", encoding="utf-8")
    refused = run(*command)
    assert refused.exit_code == 2 and "--overwrite" in refused.output
    assert mine.read_text(encoding="utf-8") == "filled in by hand"
    assert run(*command, "--overwrite").exit_code == 0 and mine.read_bytes() != b"filled in by hand"


def test_a_page_that_works_in_another_folder_finds_the_register(
    register: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(register.parent)
    monkeypatch.delenv(database.VARIABLE, raising=False)
    for given in (register.name, "", "postgresql://kari:p%40ss@host/db"):
        there = database.anywhere(given)
        monkeypatch.chdir(tmp_path_factory.mktemp("kernel"))
        url = database.location(there)
        monkeypatch.chdir(register.parent)
        assert url == (database.location(given) if "://" in given else url)
        if given == register.name:
            assert url.database == str(register)
        elif not given:
            assert url.database == str(register.parent / database.DEFAULT)
