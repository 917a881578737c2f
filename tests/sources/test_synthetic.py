from datetime import date

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import AssumptionError
from workbench.sources import localities, synthetic

pytestmark = pytest.mark.quick
NORWAY = localities.load("norway")
PARAMETERS = localities.parameters(NORWAY)
ORIGINS = localities.table(NORWAY, "origin_population")
DAY = date(2021, 10, 1)


def draw(number: int, seed: int = 1) -> synthetic.SyntheticHouseholds:
    return synthetic.households(number, parameters=PARAMETERS, origin_population=ORIGINS, day=DAY, seed=seed)


def test_the_same_seed_gives_the_same_households_and_another_does_not() -> None:
    pd.testing.assert_frame_equal(draw(50).households, draw(50).households)
    assert not draw(50).households.equals(draw(50, seed=2).households)


def test_the_stated_population_is_recovered_from_many_households() -> None:
    drawn = draw(20_000)
    table, truth = drawn.households, drawn.truth
    n = len(table)
    for name, column in (("household_type", "type"), ("origin", "origin")):
        for label, share in PARAMETERS.shares(name, DAY).items():
            found = (truth[column] == label).mean()
            assert abs(found - share) < 4.5 * np.sqrt(share * (1 - share) / n)
    for need, share in PARAMETERS.numbers("need", DAY).items():
        found = table["needs"].fillna("").str.contains(need).mean()
        assert abs(found - share) < 4.5 * np.sqrt(share * (1 - share) / n)
    tied = table["ties"].notna().mean()
    assert abs(tied - PARAMETERS.number("tie", DAY)) < 4.5 * np.sqrt(0.25 / n)


def test_households_are_people_with_a_language_and_a_group() -> None:
    table = draw(2_000).households
    size = table["adults"] + table["children"] + table["seniors"]
    assert size.min() >= 1 and table["household"].is_unique and table["group"].notna().all()
    assert table["languages"].notna().all()
    assert set(table["ties"].dropna()) <= set(NORWAY.places)
    parents = table["needs"].fillna("").str.contains("upper_secondary")
    assert (table.loc[parents, "children"] > 0).all()


def test_ties_follow_where_people_of_the_same_origin_lived_the_year_before() -> None:
    drawn = draw(20_000)
    both = drawn.households.merge(drawn.truth)
    somali = both[both["origin"].eq("SOM") & both["ties"].notna()]
    counts = (
        ORIGINS[ORIGINS["year"].eq(2020) & ORIGINS["origin"].eq("SOM")].set_index("municipality")["persons"].fillna(0)
    )
    share = counts["0301"] / counts.sum()
    assert abs((somali["ties"] == "0301").mean() - share) < 4.5 * np.sqrt(share * (1 - share) / len(somali))


def test_no_households_are_refused() -> None:
    with pytest.raises(AssumptionError, match="at least one"):
        draw(0)
