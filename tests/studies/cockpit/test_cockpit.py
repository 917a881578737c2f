"""Indicators as data: what they say, what is refused, what is withheld, what newcomers need."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from workbench.core.draws import Draws
from workbench.core.errors import DataError
from workbench.core.geography.places import Locality
from workbench.presentation import cockpit as page
from workbench.presentation.cockpit import needs as needs_page
from workbench.presentation.cockpit import words
from workbench.sources import localities
from workbench.studies import cockpit
from workbench.studies.cockpit import definitions, figures, needs, protection
from workbench.studies.cockpit.facts import facts
from workbench.studies.cockpit.sums import with_sums
from workbench.studies.settlement.forecasting.forecast import NO_RECORD
from workbench.studies.settlement.totals.national import KNOWN_SINCE

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


def _folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(localities.load("telemark").folder, tmp_path / "town"))


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "indicators.toml",
            'kind = "percent"\nbetter = "lower"\ngroup',
            'kind = "share"\nbetter = "lower"\ngroup',
            "needs a denominator",
        ),
        ("indicators.toml", 'area = "housing"', 'area = "houses"', "'houses' is not one of arrival, housing"),
        ("indicators.toml", 'kind = "rate"', 'kind = "rates"', "'rates' is not one of share"),
        ("indicators.toml", 'unit = { en = "dwellings"', 'units = { en = "dwellings"', "did you mean 'unit'"),
        ("indicators.toml", 'label = { en = "Overcrowded housing", ', "label = { ", "no label in English"),
        ("indicators.toml", "[overcrowded]", "[overcrowded", "cannot read the indicators"),
        (
            "indicators.csv",
            "overcrowded,NO,2015,immigrants,24.31",
            "overcrowded,NO,2015,immigrants,124.31",
            "not from 0 to 100",
        ),
        (
            "indicators.csv",
            "overcrowded,NO,2015,immigrants",
            "overcrowded,0805,2015,immigrants",
            "not a place of locality",
        ),
        ("indicators.csv", "overcrowded,NO,2015,immigrants", "overcrowded,NO,20155,immigrants", "column 'period'"),
        (
            "indicators.csv",
            "overcrowded,NO,2015,immigrants",
            "overcrowded,NO,2015-2016,immigrants",
            "more than one way",
        ),
        ("indicators.csv", "employed,", "employd,", "has no row of it"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    folder = _folder(tmp_path)
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        home = localities.load(folder)
        figures.collect(home, definitions.read(home))
    assert said in caught.value.message()


def test_a_share_above_one_is_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(localities.load("norway").folder, tmp_path / "town"))
    path = folder / "indicators.csv"
    path.write_text(
        path.read_text("utf-8").replace("without_doctor,1101,2022,,4722,", "without_doctor,1101,2022,,94722,"), "utf-8"
    )
    home = localities.load(folder)
    doctor = [of for of in definitions.read(home) if of.id == "without_doctor"]
    with pytest.raises(DataError, match=r"Eigersund, 2022: 94722 of .* a share above one"):
        figures.collect(home, doctor)


def test_sums_of_counties_are_those_of_their_persons() -> None:
    home = localities.load("norway")
    doctor = [of for of in definitions.read(home) if of.id == "without_doctor"]
    table = with_sums(figures.collect(home, doctor), doctor, home)
    whole = table[(table["place"] == "NO") & (table["period"] == "2023")].iloc[0]
    parts = table[table["place"].isin(list(home.places)) & (table["period"] == "2023")]
    assert whole["numerator"] == parts["numerator"].sum() and 0 < whole["value"] < 0.2


# What an attacker can work out -------------------------------------------------------------------------------------


def _made_up(
    seed: int, counties: int = 3, each: int = 5, years: int = 2
) -> tuple[pd.DataFrame, dict[str, str], Locality]:
    """Made-up stocks: of all persons those recent, of these those moved; many counts are small."""
    rng = np.random.default_rng(seed)
    parents = {f"{c}{m:02d}": f"county {c}" for c in range(counties) for m in range(each)}
    rows = []
    for year in range(2020, 2020 + years):
        for place in parents:
            whole = int(rng.choice([rng.integers(0, 12), rng.integers(5, 300)]))
            recent = int(rng.binomial(whole, 0.3))
            moved = int(rng.binomial(recent, 0.3))
            rows += [("recent", place, str(year), recent, whole), ("moved", place, str(year), moved, recent)]
    table = pd.DataFrame(rows, columns=["indicator", "place", "period", "numerator", "denominator"])
    table = table.assign(group="all", withheld=False, value=table["numerator"] / table["denominator"].clip(lower=1))
    return table, parents, localities.load("norway")


def _definitions() -> list[definitions.Definition]:
    texts = {"en": "x"}
    return [
        definitions.Definition(
            name, "arrival", "share", "neither", texts, texts, table="stock", numerator="a", denominator="b"
        )
        for name in ("recent", "moved")
    ]


def _with_sums(table: pd.DataFrame, parents: dict[str, str]) -> pd.DataFrame:
    added = [table]
    for place in (table["place"].map(parents), pd.Series("all", index=table.index)):
        keys = [table["indicator"], place.rename("place"), table["period"]]
        sums = table.groupby(keys)[["numerator", "denominator"]].sum().reset_index()
        added.append(sums.assign(group="all", withheld=False, value=sums["numerator"] / sums["denominator"]))
    return pd.concat(added, ignore_index=True)


def _range(rows: pd.DataFrame, parents: dict[str, str], hidden: set[str]) -> dict[tuple[str, str], tuple[float, float]]:
    """Return what an attacker knows of each hidden count of one year: least and most, from all that is shown.

    Unknown are the hidden cells moved <= recent <= whole of each hidden municipality; known are the others, the sums of
    counties that are shown and of the country, for each of the three counts and what lies between them.
    """
    places = [place for place in parents if place in hidden]
    counts = {
        "whole": rows[rows["indicator"] == "recent"].set_index("place")["denominator"],
        "recent": rows[rows["indicator"] == "recent"].set_index("place")["numerator"],
        "moved": rows[rows["indicator"] == "moved"].set_index("place")["numerator"],
    }
    names = [(count, place) for count in counts for place in places]
    index = {name: at for at, name in enumerate(names)}
    equal, right, less = [], [], []
    for count, values in counts.items():
        regions = [(county, [p for p in places if parents[p] == county]) for county in set(parents.values())]
        regions = [(county, inside) for county, inside in regions if county not in hidden] + [("all", places)]
        for region, inside in regions:
            if inside:
                shown = [p for p in parents if p not in hidden and (region == "all" or parents[p] == region)]
                row = np.zeros(len(names))
                row[[index[count, p] for p in inside]] = 1
                equal.append(row)
                right.append(float(values[region]) - float(values[shown].sum()))
    for place in places:
        for above, below in (("whole", "recent"), ("recent", "moved")):
            row = np.zeros(len(names))
            row[index[below, place]], row[index[above, place]] = 1, -1
            less.append(row)
    found = {}
    for name, at in index.items():
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(names))
            goal[at] = sign
            solved = linprog(goal, A_ub=less, b_ub=np.zeros(len(less)), A_eq=equal, b_eq=right, bounds=(0, None))
            assert solved.status == 0
            ends.append(sign * solved.fun)
        found[name] = (ends[0], ends[1])
    return found


@pytest.mark.parametrize("seed", range(2))
def test_a_differencing_attack_finds_no_small_count(seed: int) -> None:
    table, parents, _ = _made_up(seed)
    whole = _with_sums(table, parents)
    whole["hidden"] = protection.hidden(whole, _definitions(), parents)
    public = protection.masked(whole)
    assert public.loc[whole["hidden"], ["value", "numerator", "denominator"]].isna().all(axis=None)
    attacked = 0
    for year, rows in whole.groupby("period"):
        hidden = set(rows.loc[rows["hidden"], "place"])
        small = rows[rows["place"].isin(list(parents)) & (rows["numerator"].isin(range(1, 5)))]
        assert set(small["place"]) <= hidden, year
        known = _range(rows, parents, hidden)
        for row in small.itertuples():
            least, most = known[str(row.indicator), str(row.place)]
            assert most >= 5 and least < most, (year, row, least, most)
            attacked += 1
    assert attacked > 5


def test_the_attack_finds_small_counts_where_nothing_is_added() -> None:
    """The attack can succeed: hiding the small counts alone gives some of them away."""
    table, parents, _ = _made_up(1)
    whole = _with_sums(table, parents)
    rows = whole[whole["period"] == "2020"]
    alone = set(rows.loc[rows["place"].isin(list(parents)) & rows["numerator"].isin(range(1, 5)), "place"])
    known = _range(rows, parents, alone)
    assert any(most < 5 for (count, _), (_, most) in known.items() if count != "whole")


def test_no_small_count_of_the_shipped_tables_is_shown() -> None:
    home = localities.load("norway")
    stock = [of for of in definitions.read(home) if of.table in ("refugee_stock", "settlement")]
    table = with_sums(figures.collect(home, stock), stock, home)
    recent = table[table["period"].isin(["2022"])].reset_index(drop=True)
    recent["hidden"] = protection.hidden(recent, stock, home.parents())
    public = protection.masked(recent)
    others = (public["denominator"] - public["numerator"])[public["indicator"] != "accepted_of_requested"]
    assert not public["numerator"].round().isin(range(1, 5)).any() and recent["hidden"].any()
    shares = public["indicator"].isin(["refugees", "refugees_0_4_years", "moved_here_later"])
    assert not others[shares].round().isin(range(1, 5)).any()


# What newcomers need -----------------------------------------------------------------------------------------------


def test_needs_add_up_draw_by_draw_to_the_forecast_times_the_rates() -> None:
    rng = np.random.default_rng(3)
    persons = rng.poisson(20, (60, 9))
    shares = {"0-5": 0.1, "6-15": 0.25, "16-19": 0.05, "20-55": 0.48, "56+": 0.12}
    drawn = needs.by_age(persons, shares, seed=1)
    assert (drawn.sum(axis=2) == persons).all() and (drawn >= 0).all()
    country = drawn.sum(axis=1)
    exact = persons.sum(axis=1)[:, None] * np.array(list(shares.values()))
    assert (np.abs(country - exact) < 1).all()
    rates = {"school": {"6-15": 1.0}, "course": {"20-55": 0.9, "56+": 0.5}}
    values, labels = needs._values(drawn, list(shares), rates, {1: 0.5, 2: 0.3, 5: 0.2})
    assert labels[:2] == ("school", "course") and np.allclose(values[:, :, 0].sum(axis=1), country[:, 1])
    assert np.allclose(values[:, :, 1].sum(axis=1), 0.9 * country[:, 3] + 0.5 * country[:, 4])
    # Households of 1, 2 and 5 persons: dwellings times their persons house everybody.
    housed = values[:, :, 2:].sum(axis=(1, 2)) * (0.5 * 1 + 0.3 * 2 + 0.2 * 5)
    assert np.allclose(housed, persons.sum(axis=1))


def test_needs_say_how_the_total_is_known_and_what_is_assumed() -> None:
    persons = np.random.default_rng(4).multinomial(2000, [0.7, 0.3], 200)
    shares = {"0-5": 0.11, "6-15": 0.22, "16-19": 0.08, "20-55": 0.47, "56+": 0.12}
    drawn = needs.by_age(persons, shares, seed=1)
    rates = {"school": {"6-15": 1.0}}
    values, labels = needs._values(drawn, list(shares), rates, {1: 0.5, 4: 0.5})
    found = needs.Needs(
        persons=Draws.from_array(drawn, {"municipality": ["a", "b"], "age": list(shares)}, "persons"),
        values=values, labels=labels, rates=rates, year=2022, run=NO_RECORD, names={"a": "Aby", "b": "Bby"},
        reported=pd.DataFrame(columns=["municipality", "service", "places"]), given=KNOWN_SINCE,
        assumed=(needs.Assumed(needs.RATES, "who needs", {"school/6-15": 1.0}, "2012-01-01", "a choice"),),
    )  # fmt: skip
    whole, one = (needs_page.headline(found, place).sentence for place in (None, "a"))
    assert whole.startswith("2,000 newcomers were settled in 2022") and "known only afterwards" in whole
    assert "80 %" not in whole.replace("\u00a0", " ")  # all is given: an interval would be the rounding
    assert "Aby could expect about 1,400" in one and "assumed and taken as certain" in one
    guessed = needs_page.headline(replace(found, given="given as a number"), "a").sentence
    assert "(an assumed total), Aby can expect" in guessed
    told = needs_page.assumptions(found).plain()
    assert "of those 6 to 15 years" in told and "school/" not in told and max(map(len, told.splitlines())) < 100


def test_a_need_without_a_forecast_or_a_rate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no settlement forecast is saved"):
        needs.needs("norway", runs=tmp_path)


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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.assign(indicator=t["indicator"].replace("contact", "contct")), "did you mean 'contact'"),
        (lambda t: t.assign(denominator=""), "no denominator"),
        (lambda t: t.drop(columns="numerator"), "no column 'numerator'"),
        (lambda t: t.assign(numerator=50), "a share above one"),
    ],
)
def test_rows_that_would_be_lost_in_silence_are_named(tmp_path: Path, change, said: str) -> None:
    home = tmp_path / "telemark"
    shutil.copytree(localities.load("telemark").folder, home)
    of = """[contact]
area = "arrival"
kind = "share"
better = "higher"
numerator = "numerator"
denominator = "denominator"
label = { en = "Refugees with a contact person" }
explanation = { en = "Share of persons settled in the year." }
"""
    (home / definitions.FILE).write_text(of, encoding="utf-8")
    row = {"indicator": "contact", "place": ["4001", "4003"], "period": 2025, "group": "all"}
    change(pd.DataFrame({**row, "numerator": [8, 9], "denominator": 12})).to_csv(home / "indicators.csv", index=False)
    assert said in figures.faults_of(localities.load(home))[0]
