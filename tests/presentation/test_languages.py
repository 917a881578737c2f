import ast
import re
import string
from datetime import date
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import workbench
from workbench.core.errors import ReportError
from workbench.presentation import inflow, languages, wording
from workbench.presentation.inflow import figures as inflow_figures

pytestmark = pytest.mark.quick
PACKAGE = Path(workbench.__file__).parent
KEYWORDS = {"say": None, "say_many": (1, 2), "marked": None, "caveat": None}
TRANSLATED = [code for code in languages.LANGUAGES if code != "en"]


@pytest.fixture(scope="module")
def in_code() -> set[str]:
    found = extract_from_dir(PACKAGE, keywords=KEYWORDS)
    return {one for _, _, message, _, _ in found for one in ([message] if isinstance(message, str) else message)}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_says_exactly_what_the_code_says(language: str, in_code: set[str]) -> None:
    with (languages.FOLDER / f"{language}.po").open(encoding="utf-8") as file:
        catalogue = read_po(file, locale=language)
    entries = [message for message in catalogue if message.id]
    keys = {one for m in entries for one in ([m.id] if isinstance(m.id, str) else m.id)}
    assert keys == in_code, "run `make words` and translate what is new"
    assert not catalogue.obsolete
    for message in entries:
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        assert not message.fuzzy and all(texts), message.id
        for text, source in zip(texts, ids, strict=True):
            assert fields(text) == fields(source), message.id


def test_no_sentence_hides_from_the_catalogues(in_code: set[str]) -> None:
    """The extractor does not look into f-strings; the syntax tree does."""
    said = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in KEYWORDS and node.args:
                first = node.args[0]
                said |= {first.value} if isinstance(first, ast.Constant) else set()
    assert said <= in_code


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "nb",
            (
                "Ut fra tall til og med september 2019 kunne de 6 destinasjonene samlet vente om lag",
                "asylsøkere fra oktober 2019 til mars 2020; 80 % mellom",
            ),
        ),
        (
            "sv",
            (
                "I september 2019 kunde de 6 destinationerna tillsammans vänta sig omkring",
                "från oktober 2019 till mars 2020; 80 % mellan",
            ),
        ),
    ],
)
def test_headline_table_and_chart_speak_the_language(inflow_result, language: str, words: tuple[str, ...]) -> None:
    sentence = inflow.headline(inflow_result, (0.8,), language).sentence.replace("\u00a0", " ")
    assert all(word in sentence for word in words) and "," not in sentence
    table = inflow.by_month(inflow_result, language=language)
    assert table.columns[0].cells[0] == "Oktober 2019" and "," not in table.columns[2].cells[-1]
    assert "Forecast" not in table.plain() and "Source:" not in table.plain()
    figure = inflow_figures.fan_total(inflow_result, language)
    assert not re.search(r"\b(chart|applicants|Source|months)\b", figure.alternative + figure.caption)


def test_months_days_places_and_plurals() -> None:
    assert languages.month("2019-05", "sv") == "maj 2019"
    assert languages.day(date(2026, 11, 22), "nb") == "22. november 2026"
    assert (
        languages.place("CZ", "Czechia", "nb") == "Tsjekkia" and languages.place("EL", "Elsewhere", "nb") == "Elsewhere"
    )
    one, many = "made yesterday, {day}", "made {number} days ago, {day}"
    assert languages.say_many(one, many, 1, "nb", number=1, day="x") == "laget i går, x"
    assert languages.say_many(one, many, 2, "sv", number=2, day="x") == "gjord för 2 dagar sedan, x"
    assert wording.period("2019-10", "2019-12", "nb") == "oktober til desember 2019"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ReportError, match="language 'xx'"):
        languages.say("and", "xx")


def test_codes_of_countries_and_their_languages_are_spelled_out() -> None:
    spoken = languages.spelled_out("SYR ar;ku; AFG prs;ps; XKX sq")
    assert spoken == "Syria: Arabic, Kurdish; Afghanistan: Dari, Pashto; Kosovo: Albanian"
    assert languages.spelled_out("SYR 0.42; COD 0.14").startswith("Syria: 0.42; Congo")
    assert languages.spelled_out("share of a; b") == "share of a; b"


def test_sources_of_shipped_localities_are_called_as_the_reader_calls_them() -> None:
    from workbench.presentation.sourced import NOTES, SAME, SHIPPED, source_name
    from workbench.sources import localities

    for name in localities.available():
        for table in localities.load(name).tables:
            source = localities.load(name).table(table).source
            for text in (source.publisher, source.title, source.licence):
                assert text in (*SHIPPED, *SAME), f"{name}: '{text}' has no words in the catalogues"
            assert source.note in ("", *NOTES), f"{name}: '{source.note}' has no words in the catalogues"
    synthetic = localities.load("example_agency").table("queues").source
    assert source_name(synthetic, "nb").startswith("Migration Workbench, Syntetisk etat")
