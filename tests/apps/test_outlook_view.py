"""The page by setting and reading traits; no browser, no kernel."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from workbench.apps.outlook import content
from workbench.apps.outlook.opening import Opening
from workbench.apps.outlook.state import OutlookState
from workbench.apps.outlook.view import OutlookView
from workbench.core.runs.provenance import RECORD, RunRecord
from workbench.studies import inflow

pytestmark = pytest.mark.quick
TODAY = date(2026, 11, 22)


def view(runs: Path, **choices: object) -> OutlookView:
    return OutlookView(Opening(OutlookState(runs=str(runs), **choices)), today=TODAY)


def told(page: OutlookView) -> dict[str, str]:
    match = re.search(r'data-mw-told="([^"]*)"', page.bridge.box.children[0].value)
    assert match is not None
    return dict(json.loads(unescape(match[1])))


def test_the_first_view_says_headline_age_and_tables_before_any_chart(saved_runs: Path) -> None:
    page = view(saved_runs)
    assert "the 19 destinations together could expect" in page.headline.value
    assert "Data to September 2019" in page.head.value and "March 2020, is past" in page.head.value
    assert page.tables.value.count("<table>") == 2 and "<svg" not in page.charts.value
    page.bridge.box.children[1].click()
    assert page.charts.value.count("<svg role=") == 2 and "10 further destinations" in page.charts.value


def test_a_threshold_and_a_supposition_are_answered_and_labelled(saved_runs: Path) -> None:
    page = view(saved_runs)
    assert page.asked.value == ""
    page.controls.threshold.value, page.controls.change.value = 50_000, 150
    page.controls.since.value = "2020-01"
    said = page.asked.value.replace("\u00a0", " ")
    assert "more than 50,000 applicants in some month" in said and "No backtest is kept here" in said
    assert "IF “150 % of the forecast from January 2020”" in said and said.count("<table>") == 2
    before = page.headline.value
    page.controls.change.value, page.controls.threshold.value = 100, 0
    assert page.asked.value == "" and page.headline.value == before
    page.bridge.box.children[1].click()
    assert all(
        word in page.beside.value for word in ("Changes of policy", "not its effect", "no earlier one was published")
    )
    assert "First-time and repeated" in page.beside.value and "Where they come from" not in page.beside.value
    page.controls.language.value = "sv"
    page.draw()
    assert "Ändringar i politiken" in page.beside.value and "Ungern stänger gränsen" in page.beside.value


def test_a_choice_changes_state_sentences_and_address(saved_runs: Path) -> None:
    page = view(saved_runs)
    page.controls.none.click()
    assert page.state.destinations == () and "at least one" in page.controls.blocker.value and page.headline.value == ""
    for code in ("NO", "SE"):
        page.controls.boxes[code].value = True
    assert page.controls.blocker.value == "" and "the 2 destinations together" in page.headline.value
    page.controls.level.value = 0.95
    assert "95\u00a0% between" in page.headline.value and "80\u00a0%" not in page.headline.value
    page.controls.language.value = "nb"
    assert "de 2 destinasjonene samlet" in page.headline.value
    assert page.controls.boxes["DE"].description == "Tyskland" and page.controls.all.description == "Alle"
    assert told(page) == {
        "language": "nb",
        "status": "2 destinasjoner vises.",
        "query": "language=nb&level=0.95&destinations=SE,NO",
    }
    assert OutlookState.from_query(told(page)["query"], runs=str(saved_runs)) == page.state
    page.controls.all.click()
    assert page.state.destinations is None and page.controls.level.value == 0.95


def test_a_page_opened_from_an_address_shows_its_choice(saved_runs: Path) -> None:
    page = view(saved_runs, destinations=("NO",), language="sv", level=0.5)
    assert [code for code, box in page.controls.boxes.items() if box.value] == ["NO"]
    assert "kunde Norge vänta sig" in page.headline.value and page.controls.level.value == 0.5
    assert page.tables.value.count("<table>") == 1


def test_a_destination_the_run_does_not_have_is_named(saved_runs: Path) -> None:
    page = view(saved_runs, destinations=("NO", "XX"))
    assert "does not have XX" in page.controls.blocker.value and page.headline.value == ""


@pytest.mark.parametrize(
    ("language", "said"), [("en", "No forecast"), ("nb", "Ingen prognose"), ("sv", "Ingen prognos")]
)
def test_without_a_run_the_page_says_so_without_a_command(tmp_path: Path, language: str, said: str) -> None:
    page = view(tmp_path, language=language)
    assert said in page.head.value and names_nothing_of_the_server(page, tmp_path)
    page.controls.language.value = "en"
    assert "No forecast has been published yet." in page.head.value


def names_nothing_of_the_server(page: OutlookView, runs: Path) -> bool:
    """Whether a visitor reads no command and no path; the lines of Python apart, whose folder is the tests' own."""
    shown = page.head.value + page.headline.value + page.tables.value + re.sub("(?s)<pre.*?</pre>", "", page.foot.value)
    return not any(word in shown for word in (str(runs), "workbench ", "--", "`", "why:", "do:", "<code>"))


def copied(saved_runs: Path, runs: Path, created: str = "") -> Path:
    """Copy the one saved run; return the folder of the copy, made at another time if one is given."""
    source = next(saved_runs.glob("inflow/*"))
    folder = Path(shutil.copytree(source, runs / "inflow" / (source.name if not created else f"{created[:10]}-run")))
    if created:
        seal(folder, created=created)
    return folder


def seal(folder: Path, **changes: object) -> None:
    record = RunRecord.from_json((folder / RECORD).read_text())
    record = replace(record, **changes)
    (folder / RECORD).write_text(replace(record, seal=record.content()).to_json())


def spoil(folder: Path, how: str) -> None:
    """Cut a file short, make the record unreadable, or turn the run into one of an older version."""
    record = RunRecord.from_json((folder / RECORD).read_text())
    if how == "cut":
        (folder / "draws.nc").write_bytes((folder / "draws.nc").read_bytes()[:1000])
    elif how == "unreadable":
        (folder / RECORD).write_text("{")
    elif how == "lost":
        (folder / "forecast.json").unlink()
    elif how == "older":
        (folder / "forecast.json").unlink()
        seal(folder, files={name: text for name, text in record.files.items() if name != "forecast.json"})
    else:
        (folder / RECORD).write_text(replace(record, files={}, seal="").to_json())


SAID = {
    "damaged": {"en": "is damaged", "nb": "er skadet", "sv": "är skadad"},
    "older": {"en": "older version", "nb": "eldre versjon", "sv": "äldre version"},
    "missing": {"en": "No forecast has been made", "nb": "Ingen prognose", "sv": "Ingen prognos"},
}
KINDS = {"cut": "damaged", "unreadable": "damaged", "lost": "damaged", "older": "older", "much older": "older"}


@pytest.mark.parametrize("how", list(KINDS))
def test_a_damaged_and_an_older_run_are_said_apart_in_every_language(
    saved_runs: Path, tmp_path: Path, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = copied(saved_runs, tmp_path)
    spoil(folder, how)
    page = view(tmp_path)
    assert str(folder) in caplog.text and "workbench inflow forecast" in caplog.text, "the log tells who can mend it"
    for language in ("en", "nb", "sv"):
        page.controls.language.value = language
        kinds = [kind for kind, said in SAID.items() if said[language] in page.head.value]
        assert kinds == [KINDS[how]]
        assert names_nothing_of_the_server(page, tmp_path) and 'lang="en"' not in page.head.value
        assert page.headline.value == ""


@pytest.mark.parametrize("how", list(KINDS))
def test_the_next_good_run_is_shown_and_said_to_be_one(saved_runs: Path, tmp_path: Path, how: str) -> None:
    copied(saved_runs, tmp_path)
    for day in ("2999-01-01", "2999-01-02"):
        spoil(copied(saved_runs, tmp_path, f"{day}T00:00:00+00:00"), how)
    page = view(tmp_path, language="sv")
    assert SAID[KINDS[how]]["sv"] in page.head.value and "visar den föregående" in page.head.value
    assert "de 19 destinationerna" in page.headline.value and names_nothing_of_the_server(page, tmp_path)
    assert "inflow.saved(" in unescape(page.foot.value) and "inflow.latest(" not in page.foot.value
    whole = view(saved_runs, language="sv")
    assert page.headline.value == whole.headline.value and "föregående" not in whole.head.value


def test_a_bug_is_said_in_general_words(saved_runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = view(saved_runs)

    def fail(*_: object) -> str:
        raise ZeroDivisionError("inner detail")

    monkeypatch.setattr(content, "figures", fail)
    page.draw()
    assert "Something went wrong" in page.head.value and "inner detail" not in page.head.value
    assert page.headline.value == ""


@pytest.mark.parametrize("destinations", [None, ("NO",), ("NO", "SE")])
def test_the_code_shown_gives_the_same_sentences(
    saved_runs: Path, destinations: tuple[str, ...] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_RUNS", str(saved_runs))
    page = OutlookView(Opening(OutlookState(destinations=destinations, language="nb", level=0.95)), today=TODAY)
    lines = content.code(page.chosen(), page.state)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(lines, "shown", "exec"), {})
    sentence = printed.getvalue().splitlines()[0]
    assert f">{sentence}<" in page.headline.value
    cells = re.findall(r"<td[^>]*>([^<]+)</td>", page.tables.value)
    assert cells and all(cell in printed.getvalue() for cell in cells)


def test_names_from_a_table_cannot_act_as_markup(saved_runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = inflow.latest(runs=saved_runs)
    assert result is not None
    odd = replace(result, names={**result.names, "NO": "<script>alert(1)</script>"})
    monkeypatch.setattr(inflow, "newest", lambda **_: inflow.Newest(odd))
    page = view(saved_runs, destinations=("NO",))
    page.draw()
    shown = page.headline.value + page.tables.value + page.charts.value + page.foot.value
    assert "<script" not in shown and "&lt;script" in shown
