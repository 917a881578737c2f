"""What goes on paper: the interview read back, the blank form, the field register; and who a round leaves waiting."""

from __future__ import annotations

import csv
from pathlib import Path

import pypdf
import pytest
from typer.testing import CliRunner

from tests.store import scenes
from workbench.cli import app
from workbench.sources import localities
from workbench.store import database
from workbench.studies.rounds import offers, registers
from workbench.studies.rounds.interview import form as forms
from workbench.studies.rounds.interview import intake
from workbench.studies.rounds.plan import solve as plan

pytestmark = pytest.mark.quick


def run(*arguments: str | Path, code: int = 0) -> str:
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A household whose interview was handed in."""
    address = str(tmp_path / "r.sqlite")
    monkeypatch.setenv(database.VARIABLE, address)
    scenes.interviewees(address, 1)
    raw = {**scenes.RAW, "case_number": "c0", "safety_concern": "yes", "safety_note": "a cousin"}
    return intake.hand_in(database.opened(address), scenes.FORM, scenes.HOME, raw, submission="S1", who="ingrid")


def test_what_was_noted_is_read_back_in_the_persons_language(held: str, tmp_path: Path) -> None:
    out = tmp_path / "back.pdf"
    run("intake", "readback", held, out, "--language", "uk", "--who", "ingrid")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(out).pages)
    assert scenes.FORM.said("readback", "uk") in text and held in text and out.stat().st_mode & 0o077 == 0
    assert scenes.FORM.choices["language"]["ar"]["uk"] in text
    with database.opened().reading() as c:
        read = c.exec_driver_sql("SELECT count(*) FROM audit WHERE why = 'read_back'").scalar_one()
    assert read == 1
    assert "no language 'sv'" in run(
        "intake", "readback", held, tmp_path / "x.pdf", "--language", "sv", "--who", "a", code=2
    )
    assert "no such household" in run(
        "intake", "readback", "H0", tmp_path / "x.pdf", "--language", "uk", "--who", "a", code=2
    )
    assert not (tmp_path / "x.pdf").exists()


def test_the_printed_form_asks_every_question(tmp_path: Path) -> None:
    run("intake", "print", tmp_path / "f.pdf", "--language", "nb")
    text = " ".join("".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "f.pdf").pages).split())
    assert all(q.label["nb"] in text for q in scenes.FORM.questions.values())


def test_the_field_register_is_a_table_and_a_page(tmp_path: Path) -> None:
    for name in ("f.csv", "f.html"):
        run("register", "fields", "--out", tmp_path / name, "--language", "nb")
    rows = list(csv.DictReader((tmp_path / "f.csv").open(encoding="utf-8")))
    want = forms.with_form(registers.field_register(scenes.HOME), scenes.FORM).fields
    assert {row["field"]: row["municipality"] for row in rows} == {
        name: field.sees.get("municipality", "") for name, field in want.items()
    }
    page = (tmp_path / "f.html").read_text(encoding="utf-8")
    assert 'lang="nb"' in page and page.count("<tr") == len(want) + 1
    assert "ends in .csv or .html" in run("register", "fields", "--out", tmp_path / "f.txt", code=2)


def test_a_need_that_no_open_place_serves_leaves_its_household_waiting_and_places_the_others() -> None:
    base = {"adults": 1, "children": 0, "seniors": 0, "languages": "", "ties": "", "population": "asylum"}
    base |= {"arrived": "2026-01-01", "deadline": "2026-08-01", "apart_from": "", "linked_with": ""}
    rows = {
        "a": {**base, "household": "a", "needs": "specialist_health"},
        "b": {**base, "household": "b", "needs": ""},
        "c": {**base, "household": "c", "needs": "", "linked_with": "a"},
    }
    place = {"place": "0301", "name": "Oslo", "services": "upper_secondary", "languages": "", "kind": "all"}
    given = {"households": ["a", "b", "c"], "capacity": {"all": {"0301": 5}}, "rules": []}
    found = plan.solve(given, rows, [{**place, "weekly_places": "W1"}], plan.weights(scenes.HOME))
    assert found.pairs == (("b", "0301"),) and (found.persons, found.persons_placed) == (3, 1)


def test_a_locality_without_published_settlement_describes_its_places_for_a_round(tmp_path: Path) -> None:
    run("locality", "new", tmp_path / "town")
    town = localities.load(tmp_path / "town")
    found = offers._described(town, 2026)
    assert list(found) == ["A1", "A2"] and found["A1"]["services"] == "" and "lat" not in found["A1"]
