"""Whatever the role, the state, the field and the way out: nobody reads more than the field register says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.store import scenes
from workbench.core.errors import WorkbenchError
from workbench.store import database, extract, visibility
from workbench.store.database import Store
from workbench.store.households import records, states
from workbench.store.rounds import answers, settling
from workbench.studies.rounds import account, municipal, registers, sending
from workbench.studies.rounds.interview import form as forms
from workbench.studies.rounds.letters import decision

pytestmark = pytest.mark.quick

REGISTER = forms.with_form(registers.field_register(scenes.HOME), scenes.FORM)
MARKS = {
    "person.given_name": "Zgiven", "person.family_name": "Zfamily", "person.case_number": "Zcase",
    "household.apart_from": "Zapart", "household.linked_with": "Zlinked", "interview.answers.wishes": "Zwishes",
    "interview.answers.occupation": "Zwork", "interview.answers.skills": "Zskills",
    "interview.answers.safety_note": "Zsafety",
}  # fmt: skip
"""Words that stand in one field each: an answer with one of them gives its field away."""


def read(told: object) -> set[str]:
    """Return the fields whose mark stands in what somebody was given."""
    text = json.dumps(told, default=str, ensure_ascii=False)
    return {name for name, mark in MARKS.items() if mark in text}


def may(role: str, state: str) -> set[str]:
    return {name for name in MARKS if REGISTER.fields[name].shown(role, state)}


def marked(store: Store, round_: str) -> str:
    """Put the marks into the folder of a household that is proposed to Oslo; return it."""
    with store.writing() as c:
        home = str(next(each for each in answers.listed(c, round_) if each["place"] == "0301")["household"])
        held = records.folder(c, home, who="anna", why="test")
        names = {"given_name": "Zgiven", "family_name": "Zfamily", "case_number": "Zcase"}
        given: dict[str, Any] = {"who": "anna", "why": "test"}
        records.change(c, "person", held["person"][0]["id"], names, version=1, **given)
        ties = {"apart_from": "Zapart", "linked_with": "Zlinked"}
        records.change(c, "household", home, ties, version=held["household"]["version"], **given)
        told = {name.rpartition(".")[2]: mark for name, mark in MARKS.items() if "answers" in name}
        interview = held["interview"][0]
        records.change(c, "interview", interview["id"], {"answers": told}, version=interview["version"], **given)
    return home


def test_no_way_out_tells_more_than_the_field_register(tmp_path: Path) -> None:
    round_ = scenes.proposed(str(tmp_path / "r.sqlite"), 6)
    store = database.opened(str(tmp_path / "r.sqlite"))
    home = marked(store, round_)
    steps: dict[str, Callable[[Any], object]] = {
        "ready": lambda c: None,
        "proposed": lambda c: answers.send(c, round_, who="anna"),
        "accepted": lambda c: answers.respond(c, round_, home, True, place="0301", today=scenes.DAY, who="oslo"),
        "decided": lambda c: answers.decide(c, round_, home, today=scenes.DAY, who="dina"),
        "settled": lambda c: settling.settle(c, home, scenes.DAY, place="0301", today=scenes.DAY, who="oslo"),
    }
    for state, step in steps.items():
        with store.writing() as c:
            step(c)
        live = state != "ready"
        for role in visibility.ROLES:
            for place in ("0301", "1103") if role == "municipality" else ("",):
                seen = registers.view(store, scenes.HOME, home, role=role, place=place, who="x", why="case")
                mine = role != "municipality" or (live and place == "0301")
                assert read(seen) == (may(role, state) if mine else set()), (role, state, place)
        for place in ("0301", "1103"):
            listed = municipal.offers(store, scenes.HOME, place, who="x")
            assert read([vars(each) for each in listed]) <= may("municipality", state)
            folder = municipal.folder(store, scenes.HOME, home, place, who="x")
            assert read(folder) == (may("municipality", state) if live and place == "0301" else set())
        assert read(_files(store, round_, tmp_path / state)) <= may("municipality", "proposed")
        assert not read(_errors(store, round_, home)) and not read(_beyond(store, tmp_path))
        if state in ("decided", "settled"):
            (letter,) = decision.of_round(store, scenes.HOME, round_, today=scenes.DAY, who="x")
            assert read(vars(letter)) <= may("person", state)
    assert may("directorate", "ready") == set(MARKS) and "person.given_name" in may("municipality", "accepted")


def test_who_left_is_out_of_a_municipalitys_sight(tmp_path: Path) -> None:
    round_ = scenes.proposed(str(tmp_path / "r.sqlite"), 6)
    store = database.opened(str(tmp_path / "r.sqlite"))
    home = marked(store, round_)
    with store.writing() as c:
        answers.send(c, round_, who="anna")
        answers.respond(c, round_, home, True, place="0301", today=scenes.DAY, who="oslo")
        states.move(c, home, "withdraw", who="anna", reason="left")
    assert not read(municipal.folder(store, scenes.HOME, home, "0301", who="x"))


def _files(store: Store, round_: str, folder: Path) -> list[str]:
    """Return the lists that can be written now; none where no offer waits."""
    try:
        return [path.read_text() for path in sending.lists(store, round_, folder, REGISTER, who="x")]
    except WorkbenchError:
        return []


def _errors(store: Store, round_: str, home: str) -> list[str]:
    """Return what steps that cannot be say."""
    told = []
    for step in (
        lambda c: states.move(c, home, "interview", who="x"),
        lambda c: answers.respond(c, round_, home, True, place="1103", today=scenes.DAY, who="x"),
        lambda c: settling.settle(c, home, scenes.DAY, place="1103", today=scenes.DAY, who="x"),
        lambda c: records.register(c, (records.Member("Zcase"),), who="x", population="asylum"),
    ):
        with pytest.raises(WorkbenchError) as error, store.writing() as c:
            step(c)
        told.append(error.value.message())
    return told


def _beyond(store: Store, folder: Path) -> list[object]:
    """Return the audit, the statisticians' extract and the directorate's report."""
    with store.writing() as c:
        log = [list(row) for row in c.exec_driver_sql("SELECT * FROM audit").all()]
        rows = list(extract.extract(c, b"k" * 32, today=scenes.DAY, who="x"))
    told = account.account(store, scenes.HOME, "", today=scenes.DAY, who="x", runs=folder / "runs")
    return [log, rows, told.offers.to_dict(), told.longest.to_dict(), told.record.to_json()]
