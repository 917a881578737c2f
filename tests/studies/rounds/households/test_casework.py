"""A household by commands: entered from a file, what blocks it, corrected, and leaving."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.studies.rounds.road import TODAY, answer, run, sent, states, table

pytestmark = pytest.mark.quick


def test_people_with_faults_are_named_by_row_without_their_cells(register: Path) -> None:
    good = {"household": "x", "case_number": "x1", "born": "1990-01-01", "population": "asylum", "permit": "2026-01-01"}
    bad = [
        {**good, "born": "Zquux"},
        {**good, "population": "Zquux"},
        {**good, "permit": ""},
        {**good, "case_number": "c0-0"},
    ]
    for row, told in zip(bad, ("'born'", "'population'", "'permit'", "already in household"), strict=True):
        assert told in run("register", "people", table(register / "b.csv", [row]), "--who", "anna", code=2).output
    mixed = [good, {**good, "case_number": "x2", "population": "family"}]
    assert (
        "differs among" in run("register", "people", table(register / "b.csv", mixed), "--who", "anna", code=2).output
    )
    assert states() == {"ready": 9}


def test_a_person_in_two_households_of_a_file_is_named_by_row(register: Path) -> None:
    one = {"household": "x", "case_number": "x1", "born": "1990-01-01", "population": "asylum", "permit": "2026-01-01"}
    both = table(register / "b.csv", [one, {**one, "household": "y"}])
    said = run("register", "people", both, "--who", "anna", code=2).output
    assert "row 3, column 'case_number': the person stands in row 2 already, in another household" in said
    assert states() == {"ready": 9}


def test_a_household_that_leaves_gives_its_place_back(register: Path) -> None:
    key, lists = sent(register)
    household, other = lists["0301"][:2]
    for each in (household, other):
        answer(key, "0301", each)
    taken = sum(row["taken"] for row in json.loads(run("places", "show", "--json").stdout))
    case = ("register", "case", "move")
    assert "needs a reason" in run(*case, household, "withdraw", "--who", "anna", code=2).output
    assert "cannot 'pause'" in run(*case, household, "pause", "--reason", "illness", "--who", "anna", code=2).output
    assert "no step of a caseworker" in run(*case, household, "settle", "--who", "anna", code=2).output
    assert "'withdrawn'" in run(*case, household, "withdraw", "--reason", "own_wish", "--who", "anna").output
    assert taken - sum(row["taken"] for row in json.loads(run("places", "show", "--json").stdout)) == 2
    seen = run(
        "register", "show", household, "--role", "municipality", "--place", "0301", "--who", "o", "--why", "case"
    )
    assert seen.output.strip() == "{}"
    assert "'recall'" in run(*case, other, "recall", "--reason", "error", "--who", "anna", code=2).output
    run("round", "decide", key, other, "--who", "berit", "--today", TODAY)
    run(*case, other, "move_on", "--reason", "left_the_country", "--who", "anna")
    offers = json.loads(run("round", "status", "--json").stdout)[0]["offers"]
    assert offers["withdrawn"] == 2
    run(*case, lists["1103"][0], "recall", "--reason", "error", "--who", "anna")
    run(*case, lists["1103"][0], "pause", "--reason", "illness", "--who", "anna")
    run(*case, lists["1103"][0], "resume", "--who", "anna")
    run("register", "audit", "verify")


def test_what_blocks_a_household_is_said_and_corrected(register: Path) -> None:
    person = {"household": "b", "case_number": "b1", "born": "", "population": "asylum", "permit": "2026-01-15"}
    run("register", "people", table(register / "b.csv", [person]), "--who", "anna")
    with sqlite3.connect(register / "r.sqlite") as raw:
        ((household,),) = raw.execute("SELECT household FROM person WHERE case_number = 'b1'").fetchall()
    blockers = ("register", "case", "blockers", household, "--who", "anna")
    said = run(*blockers).output
    assert "The date of birth of 1 of 1 members is not known." in said and "The interview has not been held." in said
    told = {
        "_uuid": "ub", "case_number": "b1", "population": "asylum", "held": "2026-02-03", "consent_settlement": "yes",
        "consent_health": "no", "languages": "ar", "upper_secondary": "unknown", "step_free": "no",
    }  # fmt: skip
    run("intake", "import", table(register / "i.csv", [told]), "--who", "anna")
    assert "The answer to 'upper_secondary' is not known yet." in run(*blockers).output
    correct = ("register", "case", "correct", household)
    born = (*correct, "born", "1990-02-03", "--case-number", "b1", "--who", "anna", "--why", "typo")
    assert "'interviewed'" in run(*born, "--version", "1").output
    assert (
        "changed since you opened it"
        in run(*born[:4], "born", "1991-02-03", *born[6:], "--version", "1", code=2).output
    )
    clear = ("register", "case", "move", household, "clear", "--who", "anna")
    assert "'upper_secondary' is not known yet" in run(*clear, code=2).output
    again = {**told, "_uuid": "ub2", "held": "2026-02-05", "upper_secondary": "no"}
    run("intake", "import", table(register / "i.csv", [again]), "--who", "anna")
    assert run(*blockers).output.strip() == "Nothing blocks it." and states() == {"ready": 10}
    for field, value, why in (
        ("deadline", "2025-01-01", "before the permit"),
        ("deadline", "soon", "is no day"),
        ("apart_from", household, "names the household itself"),
        ("linked_with", "H0", "no such household"),
        ("state", "settled", "cannot be corrected here"),
        ("confidential_address", "perhaps", "is yes or no"),
    ):
        assert why in run(*correct, field, value, "--who", "anna", "--why", "typo", code=2).output
    run("register", "audit", "verify")
