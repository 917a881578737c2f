"""The allocation page by setting and reading traits; no browser, no kernel."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from workbench.apps.allocation import content
from workbench.apps.allocation.state import AllocationState
from workbench.apps.allocation.uploads import LARGEST
from workbench.apps.allocation.view import AllocationView
from workbench.core.errors import AppError, DataError, DecisionError
from workbench.studies.allocation import batches
from workbench.studies.allocation.desk import Change, Desk, Draft
from workbench.studies.allocation.input.tables import Tables

pytestmark = pytest.mark.quick


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "batches" / "week-48"
    home.mkdir(parents=True)
    pd.DataFrame(
        {"household": ["A", "B", "C"], "adults": [1, 1, 2], "children": [0, 1, 0], "seniors": 0,
         "needs": ["", "school", ""], "group": ["one", "more", "more"]}
    ).to_csv(home / "households.csv", index=False)  # fmt: skip
    pd.DataFrame({"place": ["p", "q", "r"], "capacity": [2, 2, 4], "services": ["", "school", "school"]}).to_csv(
        home / "places.csv", index=False
    )
    pd.DataFrame(
        {"household": ["A", "B", "C"], "p": [0.9, 0.5, 1.0], "q": [0.5, 0.6, 0.7], "r": [0.2, 0.3, 0.4]}
    ).to_csv(home / "scores.csv", index=False)
    pd.DataFrame({"rule": ["ban"], "household": ["C"], "place": ["p"], "reason": ["a relative's wish"]}).to_csv(
        home / "rules.csv", index=False
    )
    monkeypatch.setenv(batches.FOLDER, str(tmp_path / "batches"))
    monkeypatch.setenv("WORKBENCH_RUNS", str(tmp_path / "output" / "runs"))
    return home


def opened(**choices: str) -> AllocationView:
    page = AllocationView(AllocationState(batch="week-48", known=tuple(batches.names()), **choices), aside=False)
    page.bridge.box.children[1].click()
    return page


def test_a_batch_opens_with_its_plan_and_a_household_says_why(batch: Path) -> None:
    page = opened()
    assert "4 of 5" not in page.at.headline.value and "5 of 5 persons in 3 households" in page.at.headline.value
    page.at.household.value = "B"
    assert "B is proposed for" in page.at.who.value and "does not offer school" in page.at.who.value
    page.at.language.value = "nb"
    assert "5 av 5 personer i 3 husstander" in page.at.headline.value


def test_a_lock_moves_others_says_its_cost_and_is_undone(batch: Path) -> None:
    page = opened()
    before = page.desk.plan.value
    page.at.household.value, page.at.place.value = "A", "r"
    page.at.apply.click()
    assert "needs a reason" in page.at.notice.value and page.desk.plan.value == before  # refused; nothing changed
    page.at.reason.value = "work found there"
    page.at.apply.click()
    placed = page.desk.plan.assignment.set_index("household")["place"]
    assert placed["A"] == "r" and "It costs" in page.at.moved.value and "work found there" in page.at.ledger.value
    page.at.undo.click()
    assert page.desk.plan.value == before and page.desk.draft.undone and not page.desk.draft.changes
    page.at.redo.click()
    assert page.desk.plan.assignment.set_index("household")["place"]["A"] == "r"


def test_room_links_and_rules_can_be_changed(batch: Path) -> None:
    page = opened()
    page.at.action.value = "capacity"
    page.at.place.value, page.at.number.value, page.at.reason.value = "r", 0, "closed"
    page.at.apply.click()
    assert "Who stays without a place" in page.at.tables.value
    page.at.undo.click()
    assert "Who stays without a place" not in page.at.tables.value
    page.at.place.value, page.at.number.value, page.at.reason.value = "p", 0, "closed"
    page.at.apply.click()
    assert "p" not in set(page.desk.plan.assignment["place"])
    page.at.undo.click()
    page.at.rules.children[0].value = False
    assert page.desk.plan.assignment.set_index("household")["place"]["C"] == "p"  # the ban is off
    page.at.action.value = "linked"
    page.at.household.value, page.at.other.value, page.at.reason.value = "A", "B", "siblings"
    page.at.apply.click()
    placed = page.desk.plan.assignment.set_index("household")["place"]
    assert placed["A"] == placed["B"] == "r"


def test_a_draft_survives_its_page_and_nobody_else_sees_it(batch: Path) -> None:
    page = opened()
    page.at.household.value, page.at.place.value, page.at.reason.value = "A", "r", "work"
    page.at.apply.click()
    again = opened(draft=page.state.draft)
    assert again.desk.draft.changes == page.desk.draft.changes
    assert again.desk.plan.value == pytest.approx(page.desk.plan.value)
    other = opened()
    assert other.state.draft != page.state.draft and not other.desk.draft.changes


def test_what_contradicts_is_refused_and_the_plan_stays(batch: Path) -> None:
    page = opened()
    plan = page.desk.plan
    page.at.household.value, page.at.place.value, page.at.reason.value = "B", "p", "wish"
    page.at.apply.click()
    assert "school" in page.at.notice.value and "Nothing was changed" in page.at.notice.value and page.desk.plan is plan


def test_a_search_that_was_cut_short_can_go_on(batch: Path) -> None:
    page = opened()
    assert page.at.longer.disabled  # proven: there is nothing more to find
    page.at.household.value, page.at.place.value, page.at.reason.value = "A", "r", "work"
    page.at.apply.click()
    moved, changes = page.at.moved.value, page.desk.draft.changes
    page.at.longer.click()
    assert page.desk.draft.changes == changes and page.at.moved.value == moved and page.desk.before is not None


def upload(page: AllocationView, **files: bytes) -> None:
    page.at.upload.value = tuple(
        {"name": name.replace("_", "."), "type": "text/csv", "size": len(body), "content": memoryview(body),
         "last_modified": pd.Timestamp("2026-11-28", tz="UTC").to_pydatetime()}
        for name, body in files.items()
    )  # fmt: skip


def test_tables_are_brought_and_bad_ones_refused_in_a_sentence(batch: Path) -> None:
    page = opened()
    plan = page.desk.plan
    upload(page, notes_csv=b"a\n1\n")
    assert "does not say which table" in page.at.notice.value and page.desk.plan is plan
    upload(page, households_csv=b"x" * (LARGEST + 1))
    assert "too large" in page.at.notice.value and page.desk.plan is plan
    huge = {"name": "places.xlsx", "type": "", "size": 200_000_000, "content": memoryview(b"PK"),
            "last_modified": pd.Timestamp("2026-11-28", tz="UTC").to_pydatetime()}  # fmt: skip
    page.at.upload.value = (huge,)
    assert "too large" in page.at.notice.value and page.desk.plan is plan
    upload(page, households_csv=(batch / "households.csv").read_bytes())
    assert "Still missing: a table of places" in page.at.notice.value
    upload(page, places_csv=b"town,room\np,4\n")
    assert "required column is missing" in page.at.notice.value
    assert "/" not in content.heard(page.at.notice.value) and "`" not in page.at.notice.value
    assert page.desk.plan is plan and page.state.batch == "week-48" and "5 of 5 persons" in page.at.headline.value
    upload(page, places_csv=(batch / "places.csv").read_bytes())
    assert "3 households" in page.at.headline.value and page.at.batch.value == page.state.batch == "brought"
    page.at.batch.value = "week-48"  # and back, to what stood there before
    assert page.state.batch == "week-48" and page.desk.draft.batch == "week-48"


def test_what_is_chosen_during_a_search_is_taken_up_after_it(batch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page, load, told = opened(), batches.load, []

    def meanwhile(name: str) -> Tables:
        page.at.objective.value = "score"
        page.at.rules.children[0].value = False
        page.at.weigh.click()
        page.at.reason.value = "written during the search"
        told.append(page.at.notice.value)
        return load(name)

    monkeypatch.setattr(batches, "load", meanwhile)
    page.plans.desk = None
    page.begin()
    assert "taken up after it" in told[0] and page.at.notice.value == ""
    assert page.desk.draft.objective == page.at.objective.value == "score" and "Total score" in page.at.weighed.value
    assert [change.kind for change in page.desk.draft.changes] == ["switch"] and not page.at.rules.children[0].value
    assert page.at.reason.value == "written during the search"


def test_rules_are_sentences_in_the_readers_language(batch: Path) -> None:
    page = opened()
    assert page.at.rules.children[0].description == "C does not go to p (a relative's wish)"
    page.at.language.value = "nb"
    assert page.at.rules.children[0].description == "C skal ikke til p (a relative's wish)"
    page.at.rules.children[0].value = False
    assert "C skal ikke til p" in page.at.ledger.value


def test_a_switch_that_is_refused_goes_back(batch: Path) -> None:
    page = opened()
    page.at.rules.children[0].value = False
    page.at.household.value, page.at.place.value, page.at.reason.value = "C", "p", "work"
    page.at.apply.click()
    box = page.at.rules.children[0]
    box.value = True  # the ban again, against the lock
    assert page.at.rules.children[0] is box and not box.value and "Nothing was changed" in page.at.notice.value


def test_the_pdf_and_plans_nearly_as_good_are_made_on_demand(batch: Path) -> None:
    page = opened()
    page.at.make_pdf.click()
    assert "data:application/pdf" in page.at.pdf.value
    page.at.others.click()
    assert (
        "within one per cent" in page.at.near.value
        or "nearly-as-good" in page.at.near.value
        or "Plan B" in page.at.near.value
    )
    page.at.judge.click()
    assert "No gain is shown" in page.at.honesty.value


def test_choices_travel_in_an_address_and_strange_ones_are_refused() -> None:
    state = AllocationState(language="sv", batch="week-48")
    assert AllocationState.from_query(state.query()) == state and json.dumps(state.to_dict())
    with pytest.raises(AppError):
        AllocationState(draft="../secret")
    assert "no batch" in AllocationState(batch="x", known=("y",)).blockers[0]


def test_a_draft_is_read_back_and_a_damaged_one_refused(tmp_path: Path) -> None:
    draft = Draft("week-48", (Change("pin", "A", place="r", reason="work"),))
    draft.save(tmp_path / "d.json")
    assert Draft.load(tmp_path / "d.json") == draft
    (tmp_path / "d.json").write_text('{"batch": 1')
    with pytest.raises(DataError, match="draft"):
        Draft.load(tmp_path / "d.json")


def test_unknown_names_are_refused_with_the_nearest(batch: Path) -> None:
    desk = Desk.begin(batches.load("week-48"), Draft("week-48"))
    for change in (Change("pin", "AA", place="r", reason="x"), Change("pin", "A", place="rr", reason="x")):
        with pytest.raises(DecisionError, match="there is no"):
            desk.changed(change)
    assert replace(desk.draft, changes=()) == desk.draft


def test_a_workbook_with_wrong_columns_is_refused_in_a_sentence_and_the_plan_stays(batch: Path, tmp_path: Path) -> None:
    page = opened()
    plan, book = page.desk.plan, tmp_path / "households.xlsx"
    pd.DataFrame({"family": ["A"], "grown-ups": [2]}).to_excel(book, index=False)
    upload(page, places_csv=(batch / "places.csv").read_bytes())
    page.at.upload.value = (
        {"name": "households.xlsx", "type": "", "size": book.stat().st_size, "content": memoryview(book.read_bytes()),
         "last_modified": pd.Timestamp("2026-11-28", tz="UTC").to_pydatetime()},
    )  # fmt: skip
    assert "required column is missing" in page.at.notice.value and "Traceback" not in page.at.notice.value
    assert page.desk.plan is plan


def test_groups_the_front_and_wishes_are_weighed_on_demand(batch: Path) -> None:
    page = opened()
    page.at.weigh.click()
    assert "Total score against the group worst off" in page.at.weighed.value
    assert "no table of wishes" in page.at.weighed.value
    pd.DataFrame({"household": ["A", "B"], "place": ["p", "r"], "rank": [1, 1]}).to_csv(
        batch / "wishes.csv", index=False
    )
    page.at.weigh.click()
    assert "2 households with wishes" in page.at.weighed.value
    page.at.household.value = "A"
    assert "As the household reads it" in page.at.who.value and "not a decision" in page.at.who.value


def test_a_plan_that_comes_after_another_batch_was_chosen_is_dropped(
    batch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(batch, batch.parent / "week-49")
    places = pd.read_csv(batch / "places.csv").assign(place=["x", "y", "z"])
    places.to_csv(batch.parent / "week-49" / "places.csv", index=False)
    for name in ("scores.csv", "rules.csv"):
        (batch.parent / "week-49" / name).unlink()
    page, load = opened(), batches.load

    def meanwhile(name: str) -> Tables:
        if name == "week-48":
            page.at.batch.value = "week-49"
        return load(name)

    page.plans.desk = None
    monkeypatch.setattr(batches, "load", meanwhile)
    page.begin()
    assert page.state.batch == "week-49" and set(page.desk.problem.place_names) == {"x", "y", "z"}
    assert not page.plans.search.busy and page.at.progress.value == ""


def test_two_caseworkers_do_not_see_each_others_changes(batch: Path) -> None:
    one, other = opened(), opened()
    one.at.household.value, one.at.place.value, one.at.reason.value = "A", "r", "work"
    one.at.apply.click()
    assert one.desk.draft.changes and not other.desk.draft.changes and "work" not in other.at.ledger.value
    assert other.desk.plan.assignment.set_index("household")["place"]["A"] != "r"
