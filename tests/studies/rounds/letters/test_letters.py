"""Letters to municipalities: which are due, each written once, in the language asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pypdf
import pytest

from tests.studies.rounds.road import TODAY, answer, run, sent

pytestmark = pytest.mark.quick


def test_municipalities_are_written_to_once_each_and_what_is_due_is_listed(register: Path) -> None:
    key, lists = sent(register)
    letters = ("round", "letters", key, "--who", "anna")

    def due(day: str) -> dict[str, int]:
        (row,) = json.loads(run("round", "status", "--json", "--today", day).stdout)
        return dict(row["letters_due"])

    assert due(TODAY) == {"offers": 3}
    assert "(3)" in run(*letters, "--kind", "offers", "--out", register / "offers", "--today", TODAY).stdout
    assert due(TODAY) == {} and "letters due" not in run("round", "status", "--today", TODAY).stdout
    said = (register / "offers" / "offers-0301.txt").read_text(encoding="utf-8")
    assert "Til Oslo kommune" in said and "innen 6. mars 2026" in said and f"Husstander: {len(lists['0301'])}." in said
    assert "uke 10" in pypdf.PdfReader(register / "offers" / "offers-0301.pdf").pages[0].extract_text()
    assert (
        "no municipality is due"
        in run(*letters, "--kind", "reminder", "--out", register / "r", "--today", "2026-03-03", code=2).output
    )
    for household in lists["0301"]:
        answer(key, "0301", household, "--decline", "--reason", "no_dwelling")
    assert due("2026-03-04") == {"reminder": 2} and due("2026-03-07") == {"overdue": 2}
    wrong = run(*letters, "--kind", "reminder", "--out", register / "r", "--language", "xx", code=2).output
    assert "is written in 'xx'" in wrong and due("2026-03-04") == {"reminder": 2}
    run(*letters, "--kind", "reminder", "--out", register / "r", "--language", "en", "--today", "2026-03-04")
    run(*letters, "--kind", "overdue", "--out", register / "o", "--language", "sv", "--today", "2026-03-07")
    assert (register / "o" / "overdue-1103.txt").read_text(encoding="utf-8").startswith("Sista svarsdagen")
    assert due("2026-03-07") == {} and "3 offers, 2 overdue, 2 reminder" in run("round", "status").stdout
    run("round", "close", key, "--who", "anna", "--today", "2026-03-07")
    assert "'closed'" in run(*letters, "--kind", "overdue", "--out", register / "p", code=2).output
    request = ("places", "request", "2027", "--answer-by", "2026-12-15", "--out", register / "y", "--who", "anna")
    assert "is asked for anybody" in run(*request, "--today", TODAY, code=2).output
    run("places", "quota", "0301", "2027", "--asked", "900", "--who", "anna")
    run(*request, "--today", TODAY)
    said = (register / "y" / "year-0301.txt").read_text(encoding="utf-8")
    assert "bosette 900 personer i 2027." in said and "mindreårige" not in said and "Fra: " in said
    assert "decided" in run("round", "letters", key, "--who", "anna", "--out", register / "d", code=2).output
    assert not (register / "d").exists()
