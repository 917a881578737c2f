from datetime import date
from pathlib import Path

import pytest

from workbench.presentation import pilot as page
from workbench.store import database, guide
from workbench.studies import pilot

pytestmark = pytest.mark.quick
DAY = date(2026, 11, 28)


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Answers: 6 in Arabic (5 yes), 4 in Ukrainian; 5 Arabic surveys, 4 Ukrainian ones; one of another locality."""
    address = str(tmp_path / "register.sqlite")
    made = database.create(address)
    for number in range(6):
        comment = f"comment {number}" if number < 5 else ""
        guide.keep(made, guide.Answer("norway", "ar", "information/health", DAY, number > 0, comment))
    for number in range(4):
        guide.keep(made, guide.Answer("norway", "uk", "information/health", DAY, False, f"secret {number}"))
    for number in range(5):
        guide.keep(made, guide.Survey("norway", "ar", DAY, (5, 1, 5, 1, 5, 1, 5, 1, 5, 1 + number % 2)))
        if number:
            guide.keep(made, guide.Survey("norway", "uk", DAY, (1, 5) * 5))
    guide.keep(made, guide.Answer("sweden", "sv", "plan", DAY, True))
    return address


def test_groups_below_five_are_in_no_figure_and_in_no_sum(store: str, tmp_path: Path) -> None:
    found = pilot.study(store=store, runs=tmp_path / "runs")
    assert found.helped[["group", "answers", "yes"]].values.tolist() == [["ar", 6, 5]]
    # The page has ten answers; were it shown with them, those in Ukrainian could be reckoned by subtraction.
    assert found.pages[["group", "answers", "yes"]].values.tolist() == [["information/health", 6, 5]]
    assert found.usability["group"].tolist() == ["ar"] and found.withheld == ("uk",)
    assert found.usability["score"].tolist() == [pytest.approx(99.0)]
    assert found.comments["comment"].tolist() == [f"comment {number}" for number in range(5)]
    assert not any("comment" in path.read_text() for path in (tmp_path / "runs").rglob("*") if path.is_file())
    assert pilot.study(locality="sweden", store=store, runs=tmp_path / "runs").helped.empty


def test_what_is_said_in_each_language(store: str, tmp_path: Path) -> None:
    found = pilot.study(store=store, runs=tmp_path / "runs")
    assert page.headline(found).sentence.replace("\u00a0", " ") == (
        "Of 6 answers in Arabic, 5 said that the page helped (83 %; 95 %: 44 % to 97 %)."
    )
    assert "Av 6 svar på arabisk sa 5" in page.headline(found, "nb").sentence
    assert "färre än 5 läsare svarade: ukrainska" in page.withheld(found, "sv").sentence
    empty = pilot.study(locality="sweden", store=store, runs=tmp_path / "runs")
    assert "No language has the 5 answers" in page.headline(empty).sentence


def test_scores_and_intervals_are_those_of_the_literature() -> None:
    assert pilot.score((5, 1) * 5) == 100 and pilot.score((1, 5) * 5) == 0 and pilot.score((3,) * 10) == 50
    # Brown, Cai and DasGupta (2001): ten of ten gives 0.7225 to 1.
    assert pilot.wilson(10, 10) == (pytest.approx(0.7225, abs=1e-4), pytest.approx(1.0))
