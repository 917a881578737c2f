"""Texts go out as PO files and come back as pages, whole or not at all, and never with markup."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from workbench.core.errors import DataError
from workbench.core.geography.places import Locality
from workbench.guide import site
from workbench.sources.guide import reading, translating

pytestmark = pytest.mark.quick
TODAY = date(2026, 11, 28)


@pytest.fixture
def po(folder: Path, town: Locality, tmp_path: Path) -> Path:
    """The English texts as translators get them."""
    path = tmp_path / "en.po"
    path.write_text(translating.out(reading.load(town), "en"), encoding="utf-8")
    return path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_what_goes_out_comes_back(town: Locality, po: Path) -> None:
    assert translating.take(reading.load(town), po, "en", TODAY) == translating.Taken((), ())
    change(po, "It runs every hour.", "It sails every hour.")
    change(po, "I study", "I am a student")
    taken = translating.take(reading.load(town), po, "en", TODAY)
    assert [path.name for path in taken.written] == ["harbour.md", "words.toml"] and not taken.left
    guide = reading.load(town)
    page = guide.page("harbour")
    assert page is not None and "It sails every hour" in page.texts["en"].body and page.state("en") == "draft"
    assert guide.label("answers.situation.student", "en") == "I am a student"


def test_a_page_translated_in_part_stays_as_it_was_and_is_named(folder: Path, town: Locality, po: Path) -> None:
    change(po, 'msgstr "The ferry comes in here."', 'msgstr ""')
    taken = translating.take(reading.load(town), po, "en", TODAY)
    assert taken.written == () and taken.left == ("information/harbour: 1 of 5 texts are not translated yet",)


def test_an_outdated_translation_goes_out_as_fuzzy_until_it_is_confirmed(folder: Path, town: Locality) -> None:
    change(folder / "guide/nb/information/harbour.md", "hver time", "hver halvtime")
    assert translating.out(reading.load(town), "en").count("#, fuzzy") == 5
    translating.confirm(reading.load(town), "harbour", "en", TODAY, reviewer="Kari")
    page = reading.load(town).page("harbour")
    assert page is not None and page.state("en") == "fresh"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("It runs every hour.", "<img src=x onerror=alert(1)>", "markup '<img"),
        ("It runs every hour.", "[run](javascript:alert(1))", "markup 'javascript:'"),
        ("[town hall](../places/townhall.md)", "[town hall](https://evil.example)", "links or names of steps differ"),
        ("school {#school}", "school {#other}", "links or names of steps differ"),
        ("guide-eksempelby", "guide-norway", "belongs to 'guide-norway'"),
        ("Language: en", "Language: sv", "is in 'sv', not in 'en'"),
        ('msgid ""\nmsgstr ""', "no such thing", "this is no PO file"),
    ],
)
def test_a_file_that_must_not_be_taken_in_is_refused_whole(
    folder: Path, town: Locality, po: Path, old: str, new: str, said: str
) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    change(po, old, new)
    with pytest.raises(DataError, match=r".*") as refused:
        translating.take(reading.load(town), po, "en", TODAY)
    assert said in refused.value.message()
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_file_of_another_version_is_refused_or_taken_where_nothing_changed(
    folder: Path, town: Locality, po: Path
) -> None:
    change(folder / "guide/nb/information/harbour.md", "hver time", "hver halvtime")
    change(po, "Open every day.", "Open each day.")
    with pytest.raises(DataError, match="another version of the guide") as refused:
        translating.take(reading.load(town), po, "en", TODAY)
    assert "1 of its texts changed since, the first information/harbour#block 3" in refused.value.message()
    taken = translating.take(reading.load(town), po, "en", TODAY, unchanged=True)
    assert [path.name for path in taken.written] == ["townhall.md"]
    assert taken.left == ("information/harbour: 1 of 5 texts are not translated yet",)


def test_markup_in_a_text_never_becomes_markup_of_a_page(folder: Path, town: Locality) -> None:
    evil = '<script>alert(1)</script> [a](javascript:alert(1)) ![x](y.png) <b onclick="x">'
    change(folder / "guide/en/information/harbour.md", "It runs every hour.", evil)
    change(folder / "guide/en/information/harbour.md", "title: The harbour", f"title: '{evil}'")
    change(folder / "guide/en/words.toml", "I study", evil.replace('"', "'"))
    made = site.files(town, TODAY, feedback=True)
    for name, text in made.items():
        if name.endswith(".html"):
            assert "<script>alert" not in text and "<b onclick" not in text and "<img" not in text, name
            assert 'href="javascript' not in text, name
