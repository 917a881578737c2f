"""Answers given under an earlier version of the form are read under the names of today; what was not asked is open."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from workbench.core.errors import DataError
from workbench.presentation.rounds import interview
from workbench.sources import localities
from workbench.store import database
from workbench.store.database import Store
from workbench.store.households import records
from workbench.studies.rounds.interview import form as forms
from workbench.studies.rounds.interview import intake, versions
from workbench.studies.rounds.interview.xlsform import write_xlsform

pytestmark = pytest.mark.quick
NORWAY = localities.load("norway")
NEWER = (
    ('version = "1"', 'version = "2"\nversions = ["1", "2"]'),
    ('name = "work_years"', 'name = "years_of_work"\nwas = { "1" = "work_years" }'),
    ('name = "schooling"', 'name = "schooling"\nanswers_were = { "1" = { higher = "tertiary" } }'),
    ('higher = { en = "Univ', 'tertiary = { en = "Univ'),
    ('name = "skills"', 'name = "skills"\nuntil = "1"'),
    ('name = "rehabilitation"', 'name = "rehabilitation"\nsince = "2"'),
)
EARLIER = {
    "form_version": "1", "case_number": "c1", "population": "asylum", "held": "2026-02-03", "consent_settlement": "yes",
    "consent_health": "yes", "languages": "ar", "upper_secondary": "no", "step_free": "no", "specialist_health": "no",
    "work_years": "3", "schooling": "higher", "skills": "welding", "bedrooms": "2",
}  # fmt: skip


def newer(folder: Path, *changes: tuple[str, str]) -> forms.Form:
    text = (NORWAY.folder / "forms/settlement.toml").read_text(encoding="utf-8")
    for old, new in changes or NEWER:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "settlement.toml"
    path.write_text(text, encoding="utf-8")
    return forms.read_form(path)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = database.create(str(tmp_path / "r.sqlite"))
    with made.writing() as c:
        for number in (1, 2):
            member = (records.Member(f"c{number}", date(1990, 1, 1)),)
            records.register(c, member, who="anna", population="asylum", deadline=date(2026, 8, 1))
    return made


def load(store: Store, folder: Path, form: forms.Form, *rows: dict[str, Any]) -> tuple[str, ...]:
    path = folder / "s.json"
    path.write_text(json.dumps([{"_uuid": f"u{row['case_number']}-{row['form_version']}", **row} for row in rows]))
    return intake.import_file(store, path, form, NORWAY, who="anna").households


def test_an_interview_by_an_earlier_version_is_mapped_and_what_was_not_asked_stays_open(
    store: Store, tmp_path: Path
) -> None:
    form = newer(tmp_path)
    now = {**EARLIER, "case_number": "c2", "form_version": "2", "years_of_work": "4", "schooling": "tertiary"}
    first, second = load(store, tmp_path, form, EARLIER, {**now, "rehabilitation": "no"})
    with store.writing() as c:
        one, two = (records.folder(c, home, who="anna", why="case") for home in (first, second))
    told = one["interview"][0]["answers"]
    assert (told["years_of_work"], told["schooling"], told["skills"]) == (3, "tertiary", "welding")
    assert "rehabilitation" not in told and "work_years" not in told
    # Both would be ready; of the first it is not known whether it needs rehabilitation.
    assert (one["household"]["state"], two["household"]["state"]) == ("interviewed", "ready")
    assert two["interview"][0]["answers"].get("skills") is None
    letter = interview.read_back(form, told, "en", first, "1")
    text = "\n".join(line for _, part in letter.paragraphs for line in part)
    assert "welding (asked in an earlier version of the form)" in text
    assert "rehabilitation? was not asked in the version" in text


def test_what_the_register_kept_before_the_form_changed_is_read_by_its_version(store: Store, tmp_path: Path) -> None:
    before = forms.load(NORWAY)
    (home,) = load(store, tmp_path, before, {**EARLIER, "rehabilitation": "no"})
    with store.writing() as c:
        kept = records.folder(c, home, who="anna", why="case")["interview"][0]
    told = versions.current(newer(tmp_path), kept["answers"], kept["form_version"])
    assert told["years_of_work"] == 3 and told["schooling"] == "tertiary"
    assert versions.current(newer(tmp_path), told, "1") == told  # what stands under the names of today stays
    with pytest.raises(DataError, match="version '0' of the form 'settlement' is unknown"):
        versions.current(newer(tmp_path), kept["answers"], "0")


def test_the_phone_form_asks_the_questions_of_today_and_an_unknown_version_is_refused(
    store: Store, tmp_path: Path
) -> None:
    form = newer(tmp_path)
    assert "skills" not in form.questions and "skills" in form.every and "interview.answers.skills" in form.fields()
    write_xlsform(form, tmp_path / "x.xlsx")
    with pytest.raises(DataError, match="version is unknown; known are 1, 2"):
        load(store, tmp_path, form, {**EARLIER, "form_version": "0"})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('version = "1"', 'version = "2"\nversions = ["1"]'), "has to end with '2'"),
        (('name = "skills"', 'name = "skills"\nuntil = "7"'), "version '7' is unknown"),
        (('name = "skills"', 'name = "skills"\nuntil = "1"'), "'until' names the version of today"),
        (('name = "schooling"', 'name = "schooling"\nanswers_were = { "1" = { a = "b" } }'), "there is no answer 'b'"),
    ],
)
def test_a_form_that_says_versions_wrongly_is_refused(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    with pytest.raises(DataError, match=told):
        newer(tmp_path, change)
