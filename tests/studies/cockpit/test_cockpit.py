"""What a built cockpit says: cards, ranks, what is missing, and whether its tables have changed since."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from workbench.core.errors import DataError
from workbench.presentation import cockpit as page
from workbench.presentation.cockpit import words
from workbench.sources import localities
from workbench.studies import cockpit
from workbench.studies.cockpit.facts import facts

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cockpit")
    cockpit.build("telemark", runs=folder)
    return folder


@pytest.fixture(scope="module")
def telemark(runs: Path) -> cockpit.Cockpit:
    found = cockpit.newest("telemark", runs=runs)
    assert found is not None
    return found


def test_the_published_figure_its_gap_and_its_country_are_told(telemark: cockpit.Cockpit) -> None:
    told = facts(telemark.public(), "overcrowded", telemark.place("Skien"))
    # Statistics Norway and FHI, 2024: 19.3 % of immigrants and 8.2 % of all in Skien (rows of indicators.csv).
    table = localities.table(localities.load("telemark"), "indicators")
    mine = table[(table["indicator"] == "overcrowded") & (table["place"] == "4003") & (table["period"] == "2024")]
    by_group = mine.set_index("group")["value"]
    assert told.period == "2024" and told.value == pytest.approx(by_group["immigrants"] / 100)
    assert told.other == pytest.approx(by_group["all"] / 100) and told.whole_name == "Telemark"
    assert told.rank is None  # rates without counts are not ranked


@pytest.mark.parametrize("language", ["en", "nb", "sv"])
def test_every_place_has_a_card_for_every_indicator(telemark: cockpit.Cockpit, language: str) -> None:
    for place in telemark.places():
        cards = page.cards(telemark.public(), place, "", language)
        assert len(cards) == len(telemark.definitions)
        assert all(card.message.sentence.endswith(".") and card.html().count("<h3>") == 1 for card in cards)


def test_a_gap_is_the_difference_of_the_figures_shown_and_countries_have_their_name(
    telemark: cockpit.Cockpit,
) -> None:
    public, of = telemark.public(), telemark.definition("overcrowded")
    assert words.apart(of, 0.21349, 0.09651) == pytest.approx(0.213 - 0.097)  # 11.7 points apart, shown as 11.6
    assert "i Norge" in page.cards(public, "NO", "", "sv")[0].message.sentence


def test_sources_and_missing_ranks_stand_once_below_all_cards(telemark: cockpit.Cockpit) -> None:
    public = telemark.public()
    place = public.first()
    assert place == "40" and "NO" in public.places()  # the county, not the country around it
    cards, beneath = page.cards(public, place), page.beneath(public, place).plain()
    assert not any("Source:" in card.plain() or "Rank" in card.plain() for card in cards)
    assert beneath.count("Source:") == 1 and "not the whole" in beneath


def test_next_years_rate_stands_on_the_card_where_there_is_one(telemark: cockpit.Cockpit) -> None:
    public, place = telemark.public(), telemark.place("Skien")
    row = {"indicator": "overcrowded", "place": place, "period": "2024", "estimate": 0.19, "estimate_low95": 0.18,
           "estimate_high95": 0.2, "rank": 3, "rank_low": 2, "rank_high": 5, "of": 17}  # fmt: skip
    ahead = {"next": 0.21, "next_low95": 0.17, "next_high95": 0.25}
    for columns, shown in ((ahead, True), (dict.fromkeys(ahead, float("nan")), False), ({}, False)):
        seen = replace(public, estimates=pd.DataFrame([row | columns]))
        told = facts(seen, "overcrowded", place)
        assert (told.next_rate, told.next_high95) == ((0.21, 0.25) if shown else (None, None))
        cards = "".join(card.html() for card in page.cards(seen, place))
        assert ("if figures are counted as before" in cards) == shown


def test_what_is_missing_is_said_and_not_filled(telemark: cockpit.Cockpit) -> None:
    assert "5 of 17 places have no figure" in page.missing(telemark).sentence
    rows = telemark.figures[telemark.figures["indicator"] == "measles_vaccinated_age_9"]
    never = sorted(set(telemark.groups.index) - set(rows["place"]))
    assert len(never) == 2 and facts(telemark, "measles_vaccinated_age_9", never[0]).value is None
    assert "No figure is published" in page.card(telemark, "measles_vaccinated_age_9", never[0]).message.sentence


def test_a_place_of_another_year_is_refused_with_what_to_do(telemark: cockpit.Cockpit) -> None:
    with pytest.raises(DataError, match="no place '0805'"):
        telemark.place("0805")
    with pytest.raises(DataError, match="did you mean 'Skien'"):
        telemark.place("Skin")


def test_a_cockpit_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no indicators"):
        cockpit.build("uk", runs=tmp_path)


def test_a_damaged_run_is_passed_over(runs: Path, tmp_path: Path) -> None:
    copied = tmp_path / "runs"
    shutil.copytree(runs, copied)
    next(copied.glob("cockpit/*/cockpit.json")).write_text("{}", "utf-8")
    assert cockpit.newest("telemark", runs=copied) is None


def test_a_cockpit_says_which_tables_have_changed_since_it_was_built(tmp_path: Path) -> None:
    home = tmp_path / "telemark"
    shutil.copytree(localities.load("telemark").folder, home)
    built = cockpit.build(home, runs=tmp_path / "runs")
    assert cockpit.Inputs.of(home).changed_since(built.record) == ()
    table = pd.read_csv(home / "indicators.csv")
    table.loc[0, "value"] += 1
    table.to_csv(home / "indicators.csv", index=False)
    assert cockpit.Inputs.of(home).changed_since(built.record) == ("telemark/indicators",)
