import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.studies.disclosure import ROOM, SMALL, shown, sums, withheld

pytestmark = pytest.mark.quick


def counts(*values: float) -> pd.Series:
    return pd.Series(values, index=[f"M{i}" for i in range(len(values))], dtype=float)


def test_a_single_small_count_takes_others_with_it() -> None:
    found = withheld(counts(3, 20, 50, 0, 9), dict.fromkeys(counts(3, 20, 50, 0, 9).index, "C"))
    assert found.tolist() == [True, False, False, False, True]  # 9, the smallest of the others; 0 tells nothing


def test_two_counts_of_one_are_not_told_by_their_sum() -> None:
    found = withheld(counts(1, 1, 30, 40), dict.fromkeys(["M0", "M1", "M2", "M3"], "C"))
    assert found.tolist() == [True, True, True, False]  # 1 + 1 = 2 would say both


def test_a_group_of_one_small_count_hides_its_sum_and_another() -> None:
    persons = counts(2, 30, 40, 60, 70)
    groups = {"M0": "A", "M1": "B", "M2": "B", "M3": "C", "M4": "C"}
    found = sums(persons, groups)
    assert np.isnan(found["A"]) and np.isnan(found["B"]) and found["C"] == 130


def test_what_the_publisher_withheld_stays_withheld() -> None:
    assert shown(counts(np.nan, 20, 30), dict.fromkeys(["M0", "M1", "M2"], "C")).isna().tolist() == [True, False, False]


@given(
    st.lists(st.one_of(st.integers(0, 40), st.none()), min_size=1, max_size=24), st.integers(1, 5), st.integers(0, 99)
)
def test_no_small_count_can_be_worked_out(raw: list[int | None], groups: int, seed: int) -> None:
    persons = counts(*(np.nan if value is None else value for value in raw))
    rng = np.random.default_rng(seed)
    county = {place: f"C{rng.integers(groups)}" for place in persons.index}
    seen, totals = shown(persons, county), sums(persons, county)
    assert not seen.isin(SMALL).any()
    for name, total in totals.dropna().items():
        mine = [place for place in persons.index if county[place] == name and not np.isnan(persons[place])]
        hidden = [place for place in mine if np.isnan(seen[place])]
        if hidden:
            # What is left of the sum leaves room for any of the hidden cells to be five or more.
            left = total - sum(seen[place] for place in mine if place not in hidden)
            assert len(hidden) > 1 and left - (len(hidden) - 1) >= 1 + ROOM
    gone = totals[totals.isna()]
    assert len(gone) != 1 or len(totals) == 1
