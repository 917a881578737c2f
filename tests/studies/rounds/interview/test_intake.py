"""From the form to the phone and back into the register, in four scripts, whatever comes back."""

from __future__ import annotations

import csv
import json
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyxform.xls2xform import convert

from workbench.core.errors import DataError, WorkbenchError
from workbench.sources import localities
from workbench.store import database, visibility
from workbench.store.database import Store
from workbench.store.households import casework, records
from workbench.studies.rounds import registers
from workbench.studies.rounds.interview import form as forms
from workbench.studies.rounds.interview import intake
from workbench.studies.rounds.interview.xlsform import write_xlsform

pytestmark = pytest.mark.quick

NORWAY = localities.load("norway")
FORM = forms.load(NORWAY)
TEXTS = {"en": 'Cook; "chef", 3 years', "nb": "Kokk på sjøen, æøå", "ar": "طبّاخ، ٣ سنوات", "uk": "Кухар, м'ясо"}


def answers(number: int = 1, **other: Any) -> dict[str, Any]:
    return {
        "_uuid": f"u{number}", "case_number": f"case-{number}", "population": "asylum", "held": "2026-02-03",
        "consent_settlement": "yes", "consent_health": "yes", "languages": "ar ku", "schooling": "unknown",
        "upper_secondary": "no", "step_free": "yes", "ties": "0301 1103", "specialist_health": "yes",
        "rehabilitation": "no", "occupation": TEXTS["ar"], "work_years": "3", **other,
    }  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = database.create(str(tmp_path / "r.sqlite"))
    with made.writing() as c:
        for number in range(1, 5):
            member = records.Member(f"case-{number}", date(1990, 1, 1))
            records.register(c, (member,), who="anna", population="asylum", deadline=date(2026, 8, 1))
    return made


def as_csv(path: Path, rows: list[dict[str, Any]], separator: str = "/") -> Path:
    section = {name: f"section_{q.section}{separator}" for name, q in FORM.questions.items()}
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        table = csv.writer(file)
        table.writerow([section.get(name, "") + name for name in names])
        table.writerows([row.get(name, "") for name in names] for row in rows)
    return path


def as_json(path: Path, rows: list[Any]) -> Path:
    path.write_text(json.dumps({"results": rows}), encoding="utf-8")
    return path


def load(store: Store, path: Path) -> intake.Imported:
    return intake.import_file(store, path, FORM, NORWAY, who="anna")


def folder(store: Store, household: str) -> dict[str, Any]:
    with store.writing() as c:
        return records.folder(c, household, who="anna", why="case")


def rows(store: Store) -> int:
    counted = "SELECT (SELECT count(*) FROM interview) + count(*) FROM audit"
    with store.reading() as c:
        return int(c.exec_driver_sql(counted).scalar() or 0)


def test_the_form_compiles_for_phones_in_every_language(tmp_path: Path) -> None:
    path = write_xlsform(FORM, tmp_path / "form.xlsx")
    said: list[str] = []
    made = convert(path, warnings=said, validate=False)
    for label in ("Interview before settlement", "Trenger noen en bolig uten trinn?", "العربية", "Чи потрібне комусь"):
        assert label in made.xform
    assert all(f"/{name}" in made.xform for name in FORM.questions)
    assert "section_languages/languages , 'other')" in made.xform


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("kind", ["csv", "csv-", "json", "nested"])
def test_every_answer_comes_back_in_every_script(store: Store, tmp_path: Path, language: str, kind: str) -> None:
    given = answers(occupation=TEXTS[language])
    if kind == "nested":
        groups: dict[str, Any] = {"_uuid": "u1"}
        for name, q in FORM.questions.items():
            if name in given:
                groups.setdefault(f"section_{q.section}", {})[name] = given[name]
        path = as_json(tmp_path / "s.json", [groups])
    elif kind == "json":
        path = as_json(tmp_path / "s.json", [given])
    else:
        path = as_csv(tmp_path / "s.csv", [given], "-" if kind == "csv-" else "/")
    (household,) = load(store, path).households
    kept = folder(store, household)
    want = {name: value for name, value in given.items() if name != "_uuid"}
    assert kept["interview"][0]["answers"] == {**want, "languages": ["ar", "ku"], "work_years": 3}
    assert kept["languages"] == ["ar", "ku"] and kept["ties"] == ["0301", "1103"]
    assert kept["needs"] == ["specialist_health", "step_free_dwelling"]
    assert kept["household"]["state"] == "ready"


def test_importing_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    path = as_csv(tmp_path / "s.csv", [answers(1), answers(2)])
    assert load(store, path).new == 2
    before = rows(store)
    again = load(store, path)
    assert (again.new, again.known) == (0, 2) and rows(store) == before


def test_the_same_submission_with_other_answers_is_refused(store: Store, tmp_path: Path) -> None:
    load(store, as_csv(tmp_path / "s.csv", [answers(1)]))
    with pytest.raises(DataError, match="imported earlier with other answers"):
        load(store, as_csv(tmp_path / "t.csv", [answers(1, work_years="9")]))


def test_unknown_is_not_no(store: Store, tmp_path: Path) -> None:
    (household,) = load(store, as_csv(tmp_path / "s.csv", [answers(1, step_free="unknown")])).households
    kept = folder(store, household)
    assert kept["household"]["state"] == "interviewed" and "step_free_dwelling" not in kept["needs"]
    with pytest.raises(DataError, match="row 2, column 'step_free': is not answered"):
        load(store, as_csv(tmp_path / "t.csv", [answers(2, step_free="")]))


def test_without_consent_nothing_about_health_is_kept(store: Store, tmp_path: Path) -> None:
    (household,) = load(store, as_csv(tmp_path / "s.csv", [answers(1, consent_health="no")])).households
    kept = folder(store, household)
    assert kept["needs"] == ["step_free_dwelling"] and kept["household"]["state"] == "ready"
    assert not {"specialist_health", "rehabilitation"} & set(kept["interview"][0]["answers"])


FAULTS = {
    "held": "2026-13-01", "consent_settlement": "perhaps", "languages": "ar xx", "work_years": "-4", "ties": "9999",
    "upper_secondary": "yes no", "population": "family", "case_number": "case-99",
}  # fmt: skip


@pytest.mark.parametrize("question", FAULTS)
def test_a_fault_is_named_by_row_and_question_without_the_answer(store: Store, tmp_path: Path, question: str) -> None:
    before = rows(store)
    bad = answers(2, **{question: FAULTS[question]})
    with pytest.raises(DataError) as told:
        load(store, as_csv(tmp_path / "s.csv", [answers(1), bad]))
    (fault,) = told.value.faults
    assert (fault.row, fault.column) == (3, question)
    assert FAULTS[question] not in told.value.message().replace(str(tmp_path), "")
    assert rows(store) == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"__version__": "7"}, "version is unknown"),
        ({"_uuid": ""}, "no identifier"),
        ({"_uuid": "u1"}, "stands in row 2"),
    ],
)
def test_what_surrounds_the_answers_is_checked_too(
    store: Store, tmp_path: Path, change: dict[str, str], told: str
) -> None:
    with pytest.raises(DataError, match=told):
        load(store, as_csv(tmp_path / "s.csv", [answers(1), {**answers(2), **change}]))


def test_a_table_that_is_no_export_of_the_form_is_refused_in_one_sentence(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "0301.csv"
    path.write_text("household,persons,answer\n" + "H1,2,\n" * 30, encoding="utf-8")
    with pytest.raises(DataError, match="no export of the form") as caught:
        load(store, path)
    assert "_uuid, case_number" in caught.value.message() and caught.value.faults == ()


def test_faults_of_the_answers_and_of_the_register_are_named_together(store: Store, tmp_path: Path) -> None:
    before = rows(store)
    wrong = [answers(1, held="2999-01-01"), answers(2, case_number="case-99"), answers(3, work_years="-4"), answers(4)]
    with pytest.raises(DataError) as told:
        load(store, as_csv(tmp_path / "s.csv", wrong))
    assert [(each.row, each.column) for each in told.value.faults] == [
        (2, "held"),
        (3, "case_number"),
        (4, "work_years"),
    ]
    assert "has not come yet" in told.value.message() and rows(store) == before


def test_the_name_of_a_deployment_is_no_version_of_the_form(store: Store, tmp_path: Path) -> None:
    exported = {"__version__": "vEUxHkLAqYYhUF9HGpKjfi", "form_version": FORM.version}
    assert load(store, as_csv(tmp_path / "s.csv", [{**answers(1), **exported}])).new == 1
    with pytest.raises(DataError, match="version is unknown"):
        load(store, as_csv(tmp_path / "t.csv", [{**answers(2), **exported, "form_version": "0"}]))


def test_a_thousand_malformed_files_end_in_a_sentence_or_an_import(store: Store, tmp_path: Path) -> None:
    rng = random.Random(3)
    sound = (as_csv(tmp_path / "s.csv", [answers(1), answers(2)]), as_json(tmp_path / "s.json", [answers(1)]))
    whole = {path.suffix: path for path in sound}
    values = [None, "", "x" * 6000, 10**40, -1, 3.5, True, [], [[1]], {}, {"a": {"b": []}}, "\x00", "\ud800", "nan"]
    ended = {"refused": 0, "imported": 0}
    for at in range(1000):
        kind = rng.choice([".csv", ".json", "answers"])
        path = tmp_path / f"m{'.json' if kind == 'answers' else kind}"
        if kind == "answers":
            given = answers(rng.randint(1, 4), _uuid=f"m{at}")
            for name in rng.sample(sorted(given), rng.randint(0, 2)):
                given[name] = rng.choice(values)
            as_json(path, [given] if rng.random() < 0.95 else [given, rng.choice(values)])
        else:
            text = bytearray(whole[kind].read_bytes())
            for _ in range(rng.randint(1, 6)):
                spot = rng.randrange(len(text))
                text[spot : spot + rng.randint(0, 40)] = rng.randbytes(rng.randint(0, 5))
            path.write_bytes(text)
        try:
            load(store, path)
            ended["imported"] += 1
        except WorkbenchError as error:
            assert "\x00" not in error.message()
            ended["refused"] += 1
    assert ended["refused"] > 500 and sum(ended.values()) == 1000


def test_each_answer_is_shown_as_its_question_says(store: Store, tmp_path: Path) -> None:
    given = answers(1, safety_concern="yes", safety_note="a brother")
    (household,) = load(store, as_csv(tmp_path / "s.csv", [given])).households
    register = forms.with_form(registers.field_register(NORWAY), FORM)

    def seen(role: str, state: str) -> dict[str, Any]:
        shown = visibility.seen(register, folder(store, household), role=role, state=state, concerned=True)
        return dict((shown.get("interview") or [{}])[0].get("answers", {}))

    assert "safety_note" in seen("directorate", "ready") and "safety_note" not in seen("interviewer", "ready")
    assert seen("municipality", "proposed") == seen("statistician", "settled") == {}
    for role in visibility.ROLES:
        for state in visibility.STATES:
            may = {n for n, q in FORM.questions.items() if register.fields[f"interview.answers.{n}"].shown(role, state)}
            assert set(seen(role, state)) == may & set(given)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('uk = "Справа" }', 'uk = "" }', "section 'case' has no label in 'uk'"),
        ('type = "integer"', 'type = "number"', "its type is none of"),
        ('question = "population"', 'question = "bedrooms"', "does not come before it"),
        ('name = "held"', 'name = "population"', "no word of its own"),
        ('"select_one level"', '"select_one levels"', "no choices 'levels'"),
        ('retention = "interview"', "", "retention or who sees it is not said"),
    ],
)
def test_a_form_with_a_fault_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "settlement.toml"
    text = (NORWAY.folder / "forms/settlement.toml").read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=told):
        forms.read_form(path)


def test_of_interviews_held_on_one_day_the_last_one_is_the_newest(store: Store, tmp_path: Path) -> None:
    for number in range(6):  # identifiers are random: six in the right order by chance are one in 720
        given = answers(1, _uuid=f"u{number}", upper_secondary="unknown", work_years=str(number))
        household = load(store, as_json(tmp_path / "f.json", [given])).households[0]
    read_back, _ = registers.own_answers(store, NORWAY, household, FORM, who="ingrid")
    with store.reading() as c:
        newest = casework.newest_answers(c, household)
    assert newest is not None and str(newest[2]["work_years"]) == str(read_back["work_years"]) == "5"
    assert [each["version"] for each in folder(store, household)["interview"]] == [1, 2, 3, 4, 5, 6]
