import re
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from workbench.presentation import allocation as page
from workbench.presentation.allocation import assumed, figures
from workbench.sources import localities
from workbench.studies.allocation import placement

pytestmark = pytest.mark.quick


def everything(result):
    return [
        page.key_findings(result),
        figures.plan_on_map(result),
        page.unplaced(result),
        page.binding_limits(result),
        page.by_group(result),
        page.by_county(result),
        page.by_place(result),
        page.assumptions(result),
        page.how_sure(result),
    ]


def test_assumptions_of_the_shipped_locality_have_words_in_the_catalogues():
    for row in placement.assumed(localities.parameters(localities.load("norway")), date(2026, 11, 28)).itertuples():
        for text in (row.parameter.replace("_", " "), row.unit, row.source):
            assert text in (*assumed.SHIPPED, "km"), f"'{text}' has no words in the catalogues"
        names = set(re.findall(r"[a-z]+_[a-z_]+", row.value))
        assert {name.replace("_", " ") for name in names} <= set(assumed.SHIPPED)


def test_a_plan_further_from_the_best_than_asked_says_so_first(allocation_result):
    assert page.front(allocation_result, "norway").attention == ""
    loose = SimpleNamespace(**{**vars(allocation_result), "asked": 0.0001})
    front = page.front(loose, "norway")
    assert "further than the 0.010\N{NO-BREAK SPACE}% asked for" in front.attention
    assert front.attention in front.plain() and "Synthetic" in front.first
    short = SimpleNamespace(**{**vars(allocation_result.plan), "reaches": lambda _: False, "persons_gap": 0.02})
    front = page.front(SimpleNamespace(**{**vars(allocation_result), "plan": short}), "norway")
    assert "is all that is proven" in front.attention and str(short.persons_placed_bound) in front.attention


@pytest.mark.parametrize(
    ("persons", "placed", "said"),
    [
        (1, 1, "its one person finds a place."),
        (1, 0, "its one person is left without a place."),
        (4, 1, "1 of its 4 persons finds a place."),
        (4, 3, "3 of its 4 persons find a place."),
    ],
)
def test_one_person_is_not_told_as_many(persons, placed, said):
    groups = pd.DataFrame({"group": ["a", "b"], "households": 1, "persons": [persons, 2]})
    groups = groups.assign(placed_persons=[placed, 2], mean_score=[0.1, 0.9])
    plan = SimpleNamespace(by_group=groups, score_name="a score")
    assert page.worst_off(plan).sentence.endswith(said)


def test_the_headline_of_one_person_is_in_the_singular():
    towns = pd.DataFrame({"place": ["x"], "placed": [1]})
    said = {"persons": 2, "persons_placed": 1, "persons_placed_bound": 1, "households_placed": 1, "by_place": towns}
    plan = SimpleNamespace(**said, unplaced=pd.DataFrame({"household": ["b"]}))
    sentence = page.placed(plan).sentence
    assert "households finds a place" in sentence and "1 stays without a place" in sentence


def test_the_headline_counts_synthetic_persons(allocation_result):
    plan, sentence = allocation_result.plan, page.headline(allocation_result).sentence
    assert f"{plan.persons_placed} of {plan.persons} synthetic persons" in sentence
    assert f"no plan can place more than {plan.persons_placed_bound}" in sentence
    assert "90 households" in sentence


def test_a_plan_that_places_all_says_all(fabricated):
    places = fabricated.made_up_places().assign(capacity=50)
    result = fabricated.allocation_result(places)
    assert page.headline(result).sentence.startswith("All ")
    assert "stay" not in page.headline(result).sentence
    assert page.unplaced(result).sentence == "Every household finds a place." and page.unplaced(result).table is None
    assert "none would one more place" in page.binding_limits(result).sentence


@pytest.mark.parametrize(
    ("gap", "words"), [(0.0, "0 %"), (0.00037, "0.037 %"), (0.0004999, "0.050 %"), (0.0123, "1.3 %")]
)
def test_the_gap_is_never_rounded_down(fabricated, gap, words):
    result = fabricated.allocation_result()
    result.plan.gap = gap
    assert f"at most {words} below" in page.certificate(result.plan).sentence.replace("\u00a0", " ")


def test_the_score_is_named_and_never_an_outcome(allocation_result):
    told = "\n".join(part.plain() for part in everything(allocation_result))
    assert "needs-and-ties matching" in told
    assert "employment" not in told.lower() and "not an outcome" in told
    assert (
        "ynthetic" in page.by_place(allocation_result).plain()
        and "ynthetic" in page.by_group(allocation_result).plain()
    )


def test_no_page_lists_a_household(allocation_result):
    names = set(allocation_result.households["household"])
    for part in everything(allocation_result):
        data = part.extra()
        for entry in data.values():
            if isinstance(entry, dict):
                assert "household" not in entry["columns"]
                assert not names & set(entry["csv"].replace("\n", ",").split(","))


def test_reasons_are_counted_not_told_by_household(fabricated):
    result = fabricated.allocation_result(fabricated.made_up_places(12))
    told = page.unplaced(result).plain()
    assert "linked with" not in told and "No room left in the municipalities that may take it." in told
    assert len(page.unplaced(result).table.rows) <= len(page.REASONS) + 1
    result.plan.unplaced.loc[0, "why"] = "h1 quarrelled with h2"
    assert "Another reason." in page.unplaced(result).plain() and "quarrelled" not in page.unplaced(result).plain()


def test_map_and_table_say_the_same(allocation_result):
    drawn, listed = figures.plan_on_map(allocation_result).data, page.by_place(allocation_result).data
    assert drawn["placed"].sum() == listed["placed"].sum() == allocation_result.plan.persons_placed
    assert page.by_county(allocation_result).data["placed"].iloc[-1] == allocation_result.plan.persons_placed


def test_the_map_names_no_place_that_takes_nobody(fabricated):
    result = fabricated.allocation_result(fabricated.made_up_places(12))
    result.plan.by_place["placed"] = [3, 2, *[0] * 10]
    assert "2 of 12" in figures.plan_on_map(result).alternative and "(0)" not in figures.plan_on_map(result).alternative
    result.plan.by_place["placed"] = 0
    assert figures.plan_on_map(result).plain() == ""


def test_reasons_add_up(fabricated):
    result = fabricated.allocation_result(fabricated.made_up_places(12))
    table = page.unplaced(result).table.data
    assert table["persons"].sum() == result.plan.persons - result.plan.persons_placed
    assert table["households"].sum() == len(result.plan.unplaced)


def test_worst_off_has_the_lowest_mean(allocation_result):
    groups = allocation_result.plan.by_group
    assert page.worst_off(allocation_result.plan).estimate == pytest.approx(groups["mean_score"].min())
    allocation_result.plan.by_group, kept = groups.assign(mean_score=float("nan")), groups
    assert "not compared" in page.worst_off(allocation_result.plan).sentence
    allocation_result.plan.by_group = kept


def test_places_without_a_position_stay_in_the_table(fabricated):
    places = fabricated.made_up_places()
    places.loc[0, ["lon", "lat"]] = float("nan")
    result = fabricated.allocation_result(places)
    assert len(figures.plan_on_map(result).data) == len(places)
    assert isinstance(page.by_place(result).data, pd.DataFrame)


def test_the_table_of_all_places_says_what_room_is_left_and_repeats_no_price(fabricated):
    table = page.by_place(fabricated.allocation_result())
    assert [column.heading for column in table.columns][-1] == "Room left, persons"
    assert "shadow_price" in table.data


@pytest.mark.parametrize(
    ("worths", "shown", "said"),
    [
        ([0.9] * 5 + [0.4] * 7, 12, "12 places with the highest worth"),
        ([0.9] * 5 + [0.4] * 20, 5, "20 more share 0.40"),
        ([0.4] * 88, 12, "88 share the highest worth; the first 12 by name"),
    ],
)
def test_a_list_of_highest_worth_never_cuts_through_a_tie_in_silence(worths, shown, said):
    places = pd.DataFrame({"name": [f"T{index:02}" for index in range(len(worths))], "shadow_price": worths})
    top, which = page.most_worth(places)
    assert len(top) == shown and said in which
