"""A name is read as a code only where one place is meant; where several bear it, they are all named."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from workbench.core.geography.place_names import codes_for_names
from workbench.core.geography.places import Locality, Place

pytestmark = pytest.mark.quick
TWO = {
    "3114": Place("3114", "Våler", "Østfold"),
    "3419": Place("3419", "Våler", "Innlandet"),
    "0301": Place("0301", "Oslo", "Oslo"),
}


@pytest.fixture
def locality() -> Locality:
    return Locality("two", "Two", "", "municipality", ("en",), Path("."), TWO, {})


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Våler (Østfold)", "3114"),
        ("Våler, Innlandet", "3419"),
        ("våler i Innlandet", "3419"),
        ("Oslo", "0301"),
        ("3114 Våler", "3114"),
    ],
)
def test_a_name_with_its_county_means_one_place(locality: Locality, said: str, code: str) -> None:
    assert codes_for_names(pd.Series([said]), locality, "area")[0].tolist() == [code]


def test_a_name_that_two_places_bear_stays_and_both_are_named(locality: Locality) -> None:
    assert codes_for_names(pd.Series(["Våler"]), locality, "area")[0].tolist() == ["Våler"]
    hint = locality.hint("Våler")
    assert "3114 Våler (Østfold), 3419 Våler (Innlandet)" in hint
