"""One road from the permit to the letter, by the commands alone; and what each step refuses."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import pypdf
import pytest
from typer.testing import CliRunner

from tests.studies.rounds.road import TODAY, answer, opened, run, sent, states, table
from workbench.cli import app
from workbench.presentation.rounds.letters import decision

pytestmark = pytest.mark.quick


def test_from_the_permit_to_the_letter(register: Path) -> None:
    assert states() == {"ready": 9}
    key = opened("--deciders", "2")
    told = json.loads(run("round", "propose", key, "--who", "anna", "--json").stdout)
    assert (told["persons"], told["persons_placed"]) == (17, 15) and 0 <= told["gap"] <= 0.001
    run("round", "send", key, "--out", register / "lists", "--who", "anna")
    assert states() == {"ready": 1, "proposed": 8}
    lists = {path.stem: path for path in (register / "lists").iterdir()}
    rows = {place: list(csv.DictReader(path.open(encoding="utf-8"))) for place, path in lists.items()}
    assert [row["size"] for row in rows["4601"] if row["population"] == "unaccompanied_minor"] == ["1"]
    assert "Zquux" not in "".join(path.read_text(encoding="utf-8") for path in lists.values())

    refused = rows["0301"][0]["household"]
    for place, each in rows.items():
        for row in each:
            decline = row["household"] == refused
            row |= {"answer": "decline" if decline else "accept", "reason": "no_dwelling" if decline else ""}
        file = table(register / f"{place}.csv", each)
        run("round", "respond", key, "--place", place, "--file", file, "--who", place, "--today", TODAY)
    accepted = [row["household"] for each in rows.values() for row in each if row["household"] != refused]
    assert states() == {"ready": 2, "accepted": 7}

    again = json.loads(run("round", "propose", key, "--who", "anna", "--json").stdout)
    assert again["proposals"] == 1
    with sqlite3.connect(register / "r.sqlite") as raw:
        (draft,) = raw.execute("SELECT household, place FROM proposal WHERE state = 'draft'")
    assert draft != (refused, "0301")

    for household in accepted:
        assert "another person" in run("round", "decide", key, household, "--who", "berit", "--today", TODAY).stdout
        assert "second decider is the first" in run("round", "decide", key, household, "--who", "berit", code=2).output
    run("round", "close", key, "--who", "anna", code=2)
    both = run("round", "decide", key, *accepted, "--who", "carl", "--today", TODAY).stdout.splitlines()
    assert len(both) == len(accepted) and all(line.endswith(": decided.") for line in both)
    again = run("round", "decide", key, accepted[0], "--who", "carl", code=2).output
    assert "decided already: it goes to" in again
    assert "no offer in this round" in run("round", "decide", key, "H999", "--who", "carl", code=2).output
    offered = run("round", "status", key).stdout
    assert offered.count("  decided") == len(accepted) and refused in offered
    letters = ("round", "letters", key, "--out", register / "letters", "--who", "anna")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decision, "PARTS", (*decision.PARTS, "farewell"))
        assert "'farewell' in 'en'" in run(*letters, code=2).output  # and nothing is noted as sent
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decision, "FIELDS", ("names",))
        assert "nothing fills in what stands in braces: 'sender' in 'en'" in run(*letters, code=2).output
    run(*letters, "--language", "nb", code=2)
    assert "letters" not in run("round", "status").stdout
    assert "(7)" in run(*letters).stdout and "letters: 7 decision" in run("round", "status").stdout
    texts = [
        "".join(page.extract_text() for page in pypdf.PdfReader(p).pages) for p in (register / "letters").iterdir()
    ]
    assert len(texts) == 7 and all("Zquuxina" in text for text in texts)
    # Two households have no letter, and which two is a matter of lots: of three languages at least two are left.
    headings = {"Where you will live", "Her skal du bo", "Де ви житимете"}
    assert len(headings & {line for t in texts for line in t.split("\n")}) >= 2
    assert (register / "letters").stat().st_mode & 0o077 == 0
    run("round", "close", key, "--who", "anna", "--today", TODAY)
    assert states() == {"ready": 2, "decided": 7}
    offers = json.loads(run("round", "status", "--json").stdout)[0]["offers"]
    assert offers == {"decided": 7, "declined": 1}
    run("register", "audit", "verify")


def test_silence_is_not_acceptance(register: Path) -> None:
    key, lists = sent(register)
    household = lists["0301"][0]
    assert "until 2026-03-06" in run("round", "close", key, "--who", "anna", "--today", TODAY, code=2).output
    assert "after the deadline" in answer(key, "0301", household, code=2, today="2026-03-07")
    run("round", "close", key, "--who", "anna", "--today", "2026-03-07")
    assert states() == {"ready": 9}


def test_answers_that_cannot_be_are_refused(register: Path) -> None:
    key, lists = sent(register)
    household, other = lists["0301"][0], lists["1103"][0]
    assert "needs a reason" in answer(key, "0301", household, "--decline", code=2)
    assert "not offered to this municipality" in answer(key, "0301", other, code=2)
    assert "not offered to this municipality" in answer(key, "0301", "H0", code=2)
    assert "no municipality has accepted" in run("round", "decide", key, household, "--who", "berit", code=2).output
    answer(key, "0301", household)
    assert "'accepted' already" in answer(key, "0301", household, code=2)
    assert "wait for a decision" in run("round", "close", key, "--who", "a", "--today", "2026-03-09", code=2).output


def test_what_a_municipality_sees_grows_with_its_acceptance(register: Path) -> None:
    key, lists = sent(register)
    household = lists["0301"][0]

    def seen(place: str) -> str:
        asked = ("register", "show", household, "--role", "municipality", "--place", place)
        done = CliRunner().invoke(app, [*asked, "--who", "oslo", "--why", "case"])
        assert done.exit_code == 0
        return done.stdout

    assert seen("1103").strip() == "{}" and "size" in seen("0301") and "Zquux" not in seen("0301")
    answer(key, "0301", household)
    assert "Zquuxina" in seen("0301") and "apart_from" not in seen("0301") and seen("1103").strip() == "{}"


def test_an_override_has_its_price_and_the_ledger_gives_the_plan(register: Path) -> None:
    key = opened()
    run("round", "propose", key, "--who", "anna")
    with sqlite3.connect(register / "r.sqlite") as raw:
        near = raw.execute("SELECT household FROM proposal WHERE place = '1103'").fetchone()[0]
    said = run("round", "override", key, "pin", near, "0301", "--reason", "school", "--who", "anna").stdout
    assert float(said.split()[1]) > 0
    stale = run("round", "send", key, "--out", register / "l", "--who", "anna", code=2).output
    assert "propose` again" in stale and not (register / "l").exists()
    run("round", "propose", key, "--who", "anna")
    with sqlite3.connect(register / "r.sqlite") as raw:
        assert raw.execute("SELECT place FROM proposal WHERE household = ?", (near,)).fetchone() == ("0301",)
        ledger = raw.execute("SELECT kind, who, reason, price FROM override").fetchall()
    assert ledger[0][:3] == ("pin", "anna", "school") and json.loads(ledger[0][3])["score"] > 0
    assert "the plan that was kept" in run("round", "replay", key).output
    with sqlite3.connect(register / "r.sqlite") as raw:
        raw.execute("UPDATE round_solve SET input = replace(input, '\"pin\"', '\"ban\"') WHERE number = 2")
    run("round", "replay", key, code=1)


def test_a_swap_and_a_decline_stand_in_the_ledger_with_their_price_and_are_replayed(register: Path) -> None:
    key = opened()
    run("round", "propose", key, "--who", "anna")

    def at() -> dict[str, str]:
        with sqlite3.connect(register / "r.sqlite") as raw:
            return dict(
                raw.execute("SELECT household, place FROM proposal WHERE state IN ('draft', 'sent')").fetchall()
            )

    adults = {place: home for home, place in at().items() if place != "4601"}
    swap = ("round", "override", key, "swap")
    asked = ("--reason", "school", "--who", "anna")
    assert "no proposal" in run(*swap, adults["0301"], "H0", *asked, code=2).output
    assert "the same place" in run(*swap, adults["0301"], adults["0301"], *asked, code=2).output
    assert float(run(*swap, adults["0301"], adults["1103"], *asked).stdout.split()[1]) >= 0
    run("round", "propose", key, "--who", "anna")
    assert (at()[adults["0301"]], at()[adults["1103"]]) == ("1103", "0301")
    assert "the plan that was kept" in run("round", "replay", key).output
    run(*swap, adults["1103"], adults["0301"], *asked)  # and back: the newest order holds
    run("round", "propose", key, "--who", "anna")
    assert (at()[adults["0301"]], at()[adults["1103"]]) == ("0301", "1103")
    run(*swap, adults["0301"][:9], adults["1103"], *asked)
    run("round", "propose", key, "--who", "anna")
    lift = ("round", "override", key, "lift", adults["1103"])
    assert "no order holds" in run(*lift, "1103", *asked, code=2).output
    run(*lift, "0301", *asked)
    assert "no order holds" in run(*lift, "0301", *asked, code=2).output
    run("round", "propose", key, "--who", "anna")
    assert at()[adults["0301"]] == "1103" and "the plan that was kept" in run("round", "replay", key).output
    run("round", "send", key, "--out", register / "lists", "--who", "anna")
    answer(key, "1103", adults["0301"][:9], "--decline", "--reason", "no_dwelling")
    assert "1 declines priced" in run("round", "price", key, "--who", "anna").stdout
    assert "0 declines priced" in run("round", "price", key, "--who", "anna").stdout
    run("round", "propose", key, "--who", "anna")
    assert "the plan that was kept" in run("round", "replay", key).output
    one, other = ((0, "0301"), (1, "1103")), ((0, "1103"), (1, "0301"))
    pairs = {1: one, 3: other, 5: one}
    with sqlite3.connect(register / "r.sqlite") as raw:
        ledger = raw.execute(
            "SELECT number, kind, household, who, reason, price FROM override ORDER BY number"
        ).fetchall()
        assert [row[:5] for row in ledger] == [
            *((n + at, "swap", adults[place], "anna", "school") for n in (1, 3, 5) for at, place in pairs[n]),
            (7, "lift", adults["1103"], "anna", "school"),
            (8, "decline", adults["0301"], "1103", "no_dwelling"),
        ]
        assert json.loads(ledger[7][5])["score"] >= 0 >= json.loads(ledger[6][5])["score"]
        raw.execute("UPDATE override SET place = '4601' WHERE number = 8")
    run("round", "replay", key, code=1)  # a ledger that was altered gives another plan


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--deadline", "2026-03-01"), "has passed"),
        (("--deciders", "3"), "one or two persons decide"),
        (("--deadline", "soon"), "no day"),
    ],
)
def test_a_round_that_cannot_be_is_refused(register: Path, more: tuple[str, ...], told: str) -> None:
    asked = ("round", "open", "2026", "10", "--deadline", "2026-03-06", "--who", "anna", "--today", TODAY)
    assert told in run(*asked, *more, code=2).output
    key = opened()
    assert "open already" in run(*asked, code=2).output and key in run("round", "status").stdout
    assert "no municipality has free places" in run(*asked[:3], "11", *asked[4:], code=2).output


def test_a_round_is_closed_and_then_takes_nothing(register: Path) -> None:
    key = opened()
    run("round", "close", key, "--who", "anna", "--today", TODAY)
    assert "'closed'" in run("round", "propose", key, "--who", "anna", code=2).output
    assert "no such round" in run("round", "propose", "R0", "--who", "anna", code=2).output


def test_a_municipality_that_does_not_exist_gets_no_account(register: Path) -> None:
    (register / "password").write_text("four words in a row\n", encoding="utf-8")
    asked = (
        "users",
        "add",
        "nowhere",
        "--role",
        "municipality",
        "--password-file",
        register / "password",
        "--who",
        "a",
    )
    assert "no place of locality" in run(*asked, "--municipality", "9999", code=2).output
    run(*asked, "--municipality", "0301")


def test_answers_noted_in_part_are_a_warning(register: Path) -> None:
    key, lists = sent(register)
    rows = [{"household": each, "answer": "decline", "reason": ""} for each in lists["0301"]]
    rows[0] |= {"answer": "accept"}
    asked = ("round", "respond", key, "--place", "0301", "--who", "oslo", "--today", TODAY, "--file")
    said = run(*asked, table(register / "a.csv", rows), code=4).output
    assert f"1 of {len(rows)} noted" in said and "row 3: 'decline' needs a reason" in said


def test_a_list_that_cannot_be_noted_says_why_at_once(register: Path) -> None:
    key, lists = sent(register)
    unanswered = table(register / "a.csv", [{"household": each, "answer": ""} for each in lists["0301"]])
    asked = ("round", "respond", key, "--who", "oslo", "--file")
    assert "no row has an answer yet" in run(*asked, unanswered, "--place", "0301", code=2).output
    filled = table(register / "b.csv", [{"household": each, "answer": "accept"} for each in lists["0301"]])
    assert "was offered to 'Oslo'" in run(*asked, filled, "--place", "Oslo", "--today", TODAY, code=2).output
    late = run(*asked, filled, "--place", "0301", "--today", "2026-06-01", code=2).output
    assert late.count("after the deadline") == 1 and "--today" in late
    one = ("round", "respond", key, "--place", "0301", "--household", lists["0301"][0], "--who", "oslo", "--decline")
    assert "'no house' is no code" in run(*one, "--reason", "no house", "--today", TODAY, code=2).output


def test_a_demo_says_that_it_is_synthetic_and_can_be_worked_with(tmp_path: Path) -> None:
    store = ("--store", str(tmp_path / "demo.sqlite"))
    assert "Synthetic register" in run("register", "demo", *store, "--households", "60").stdout
    assert "not empty" in run("register", "demo", *store, code=2).output
    with sqlite3.connect(tmp_path / "demo.sqlite") as raw:
        names = {name for (name,) in raw.execute("SELECT DISTINCT given_name FROM person")}
        found = dict(raw.execute("SELECT state, count(*) FROM household GROUP BY state"))
    assert names == {"Synthetic"} and {"ready", "interviewed", "registered"} <= set(found)
    asked = ("round", "open", "2026", "1", "--deadline", "2026-01-09", "--who", "anna", "--today", "2026-01-02")
    key = run(*asked, *store).stdout.strip()
    told = json.loads(run("round", "propose", key, "--who", "anna", "--json", *store).stdout)
    assert told["persons_placed"] > 0 and told["gap"] <= 0.001
    run("register", "audit", "verify", *store)
