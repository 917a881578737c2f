"""A fault planted in a guide is found and said in a sentence; a whole guide has none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from workbench.core.errors import PluginError
from workbench.core.geography.places import Locality
from workbench.guide import checks, plain_language, plan
from workbench.sources import localities
from workbench.sources.guide import reading

pytestmark = pytest.mark.quick
TODAY = date(2026, 11, 28)
HARBOUR, ARRIVE = "nb/information/harbour.md", "nb/processes/arrive.md"


def test_the_guides_that_ship_have_no_fault_on_the_day_they_were_written() -> None:
    for name in ("norway", "sweden"):
        found = checks.check(localities.load(name), TODAY)
        assert not found.remarks, [remark.line() for remark in found.remarks]
        assert len(found.states) == 4 and all(not counted["missing"] for counted in found.states.values())
        guide = reading.load(localities.load(name))
        assert {page.topic for page in guide.of_kind("information")} == set(guide.topics)


def test_the_towns_guide_is_whole(town: Locality) -> None:
    assert checks.check(town, TODAY).remarks == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "kind", "said"),
    [
        (HARBOUR, "../places/townhall.md", "../places/castle.md", "link", "dead link '../places/castle.md'"),
        (HARBOUR, "arrive.md#register", "arrive.md#nowhere", "link", "that page has no such heading"),
        (HARBOUR, "[townhall]", "[castle]", "link", "there is no page places/castle"),
        (HARBOUR, "../places/townhall.md", "javascript:alert(1)", "markup", "markup 'javascript:'"),
        (HARBOUR, "Den går hver time.", "Den går hver halvtime.", "translation", "older than the text in 'nb'"),
        (HARBOUR, "hver time.", "hver time" + " og enda en gang" * 6 + ".", "sentence", "at most 18: 'Den går"),
        (HARBOUR, "sources: [Eksempelby <https://example.org/eksempelby>]\n", "", "source", "names no source"),
        (HARBOUR, "updated: 2026-11-28", "updated: soon", "file", "'updated' is no day: 'soon'"),
        (HARBOUR, "[Eksempelby <https://example.org/eksempelby>]", "[Eksempelby]", "file", "no source can be read"),
        (HARBOUR, "---\ntitle", "title", "file", "the page has no front matter"),
        (HARBOUR, "title: Havna", "- Havna", "file", "the front matter cannot be read"),
        (HARBOUR, "topic: arrival", "topik: arrival", "file", "has no 'topik'"),
        (HARBOUR, "topic: arrival", "topic: moon", "label", "there is no topic 'moon'"),
        (HARBOUR, "Den går", "<script>alert(1)</script> Den går", "markup", "'<script>'; it is shown as text"),
        ("en/information/harbour.md", "The harbour", "<b>Harbour", "markup", "title holds markup '<b>"),
        ("en/words.toml", "I study", "<i>I study", "markup", "holds markup '<i>"),
        (ARRIVE, "children: yes", "children: many", "step", "the answer 'many' that the question"),
        (ARRIVE, "children: yes", "dogs: yes", "step", "a question 'dogs' that is not asked"),
        (ARRIVE, "after: [register]\n---", "after: [nothing]\n---", "step", "comes after a step 'nothing'"),
        (ARRIVE, "id: register\n", "id: register\n  after: [library]\n", "step", "steps wait for each other"),
        (ARRIVE, "check: [townhall]", "for: [student]", "step", "step 'school': nobody reaches the step: no answers"),
        (ARRIVE, "{#library}", "{#books}", "step", "headings ['register', 'school', 'books'] and steps"),
        (ARRIVE, "documents: [passport]", "documents: [sword]", "label", "there is no document 'sword'"),
        ("nb/events/market.md", "2030-06-01", "2026-06-01", "event", "the event is past (2026-06-01)"),
        ("guide.toml", 'source_language = "nb"', 'source_language = "xx"', "file", "none of them as source_language"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(
    folder: Path, town: Locality, file: str, old: str, new: str, kind: str, said: str
) -> None:
    path = folder / "guide" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    remarks = checks.check(town, TODAY).remarks
    assert any(remark.kind == kind and said in remark.line() for remark in remarks), [r.line() for r in remarks]


def test_two_pages_of_one_name_or_title_are_found(folder: Path, town: Locality) -> None:
    guide = folder / "guide" / "nb"
    text = (guide / "places" / "townhall.md").read_text(encoding="utf-8")
    (guide / "places" / "harbour.md").write_text(text, encoding="utf-8")
    told = [remark.line() for remark in checks.check(town, TODAY).remarks]
    assert any("information/harbour: the name is also that of places/harbour" in line for line in told)
    assert any("nb/places: 2 pages have the title 'rådhuset'" in line for line in told)
    (guide / "places" / "Old Harbour.md").write_text(text, encoding="utf-8")
    assert any("cannot be a page's name" in remark.line() for remark in checks.check(town, TODAY).remarks)
    with pytest.raises(PluginError, match="the guide of eksempelby cannot be shown"):
        checks.check(town, TODAY).raise_grave()


def test_a_page_that_is_not_translated_is_said_and_shown_in_another_language(folder: Path, town: Locality) -> None:
    (folder / "guide" / "en" / "information" / "harbour.md").unlink()
    (remark,) = checks.check(town, TODAY).remarks
    assert not remark.grave and "information/harbour is not translated; readers see it in 'nb'" in remark.what


def test_steps_concern_those_who_gave_the_answers_and_come_in_order(town: Locality) -> None:
    placed = plan.ordered(plan.steps(reading.load(town)))
    assert [each.step.id for each in placed] == ["register", "school", "library"]
    settled = {"situation": "settled", "children": "yes"}
    assert [each.step.id for each in placed if each.concerns({**settled, "situation": "student"})] == [
        "register",
        "library",
    ]
    assert all(each.concerns(settled) for each in placed)


def test_sentences_end_where_readers_see_them_end() -> None:
    text = "Ring 113. Spør, f.eks. på tolk! هل هذا مجاني؟ نعم."
    assert plain_language.sentences(text) == ["Ring 113.", "Spør, f.eks. på tolk!", "هل هذا مجاني؟", "نعم."]
    assert plain_language.lix(["To be here. It is so."]) == 3.0
    assert plain_language.lix([]) == 0.0
