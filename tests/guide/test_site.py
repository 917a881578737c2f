"""The built site: valid, whole, small, the same twice; and readers' answers kept within limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import html5lib
import pytest

from workbench.core.errors import DataError, StoreError
from workbench.core.geography.places import Locality
from workbench.guide import search, site, words
from workbench.sources import localities
from workbench.store import database, guide

pytestmark = pytest.mark.quick
TODAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def norway() -> dict[str, str]:
    return site.files(localities.load("norway"), TODAY, feedback=True)


def test_every_page_is_valid_small_and_leads_only_to_files_that_are_there(norway: dict[str, str]) -> None:
    pages = {name: text for name, text in norway.items() if name.endswith(".html")}
    for name, text in pages.items():
        html5lib.HTMLParser(strict=True).parse(text)
        for target in re.findall(r'(?:href|src|action)="([^"#]+)', text):
            if not re.match(r"(https|tel|mailto):", target):
                parts = [*name.split("/")[:-1], *target.split("/")]
                while ".." in parts:
                    at = parts.index("..")
                    del parts[at - 1 : at + 1]
                assert "/".join(parts) in {*norway, "feedback", "survey"}, (name, target)
        assert len((text + norway["guide.css"] + norway["guide.js"] + norway["icon.svg"]).encode()) < 200_000
    assert 'dir="rtl"' in pages["ar/index.html"] and 'dir="ltr"' in pages["uk/index.html"]
    assert not re.search(r"<script>|<style>| on\w+=|cookie", "".join(pages.values()))


def test_a_page_says_how_its_text_stands(folder: Path, town: Locality) -> None:
    source = folder / "guide/nb/information/harbour.md"
    source.write_text(source.read_text(encoding="utf-8").replace("hver time", "hver halvtime"), encoding="utf-8")
    (folder / "guide/en/places/townhall.md").unlink()
    made = site.files(town, TODAY)
    assert "This translation is older than the text in Norsk (bokmål)" in made["en/information/harbour.html"]
    missing = made["en/places/townhall.html"]
    assert (
        "not translated yet. You see it in Norsk (bokmål)" in missing and '<h1 lang="nb" dir="ltr">Rådhuset' in missing
    )
    assert "note" not in re.findall(r'class="note"(?! id)', made["nb/information/harbour.html"])
    assert '<a href="../glossary/district.html" class="term">' in made["nb/information/harbour.html"]


def test_past_events_are_left_out_and_the_same_guide_gives_the_same_files(town: Locality) -> None:
    assert "nb/events/market.html" not in site.files(town, date(2031, 1, 1))
    first, again = (site.files(town, TODAY) for _ in range(2))
    assert first == again and "nb/events/market.html" in first


def test_only_an_earlier_site_is_replaced_and_nothing_is_written_with_a_grave_fault(
    folder: Path, town: Locality, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    made = site.build(town, out, TODAY)
    assert made.files == sum(path.is_file() for path in out.rglob("*")) and made.first_page < 40_000
    with pytest.raises(DataError, match="there is a guide here already"):
        site.build(town, out, TODAY)
    site.build(town, out, TODAY, overwrite=True)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("mine")
    with pytest.raises(DataError, match="there is something here already"):
        site.build(town, tmp_path / "letters", TODAY, overwrite=True)


def test_the_site_has_the_same_words_in_each_language() -> None:
    english = words.shipped("en")
    for language in ("nb", "sv", "ar", "uk"):
        told = words.shipped(language)
        assert set(told) == set(english) and all(told.values())
        for name, text in english.items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", told[name])), (language, name)


def test_search_finds_words_without_their_accents() -> None:
    assert search.folded("Søk Skattemelding") == "søk skattemelding"
    assert search.folded("Crème") == "creme" and search.folded("العَرَبِيّة") == search.folded("العربية")


def test_answers_are_kept_without_a_person_and_within_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = database.create(str(tmp_path / "register.sqlite"))
    guide.keep(store, guide.Answer("norway", "ar", "information/health", TODAY, True, "شكرا"))
    guide.keep(store, guide.Survey("norway", "uk", TODAY, (4, 2, 4, 2, 4, 2, 4, 2, 4, 2)))
    guide.keep(store, guide.Answer("sweden", "sv", "information/health", TODAY, False))
    (answer,) = guide.answers(store, "norway")
    assert answer.comment == "شكرا" and guide.surveys(store, "norway")[0].answers[0] == 4
    assert not guide.surveys(store, "sweden")
    for wrong in (lambda: guide.Answer("n", "ar", "p", TODAY, True, "x" * 1001), lambda: _survey((1,) * 9), _sixes):
        with pytest.raises(StoreError):
            wrong()
    monkeypatch.setattr(guide, "MOST_PER_DAY", 1)
    with pytest.raises(StoreError, match="no more answers are kept today"):
        guide.keep(store, guide.Answer("norway", "en", "information/health", TODAY, True))
    assert guide.erase_comments(store, "norway", date(2027, 1, 1), who="anna") == 1
    assert [each.comment for each in guide.answers(store, "norway")] == [""]


def _survey(given: tuple[int, ...]) -> guide.Survey:
    return guide.Survey("n", "uk", TODAY, given)


def _sixes() -> guide.Survey:
    return _survey((6,) * 10)


def test_an_address_sends_some_forms_at_once_and_then_slowly() -> None:
    from workbench.apps.serving.guide_site import FREE, Limits

    now = [0.0]
    clock: Callable[[], float] = lambda: now[0]  # noqa: E731
    limits = Limits(clock)
    assert all(limits.allow("a") for _ in range(FREE)) and not limits.allow("a") and limits.allow("b")
    now[0] += 61
    assert limits.allow("a") and not limits.allow("a")


def test_a_locality_without_the_room_has_no_guide_and_says_so(folder: Path) -> None:
    path = folder / "locality.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("inflow = false", "guide = false\nallocation = true"), encoding="utf-8")
    localities._load.cache_clear()
    with pytest.raises(DataError, match=r"'guide' is turned off for Eksempelby"):
        localities.load(folder, "guide")
    assert localities.load(folder, "allocation").has("allocation")
    path.write_text(text.replace("inflow = false", 'giude = false\nallocation = "no"'), encoding="utf-8")
    localities._load.cache_clear()
    with pytest.raises(DataError) as refused:
        localities.load(folder)
    assert "no module 'giude'" in refused.value.message() and "neither on nor off" in refused.value.message()
