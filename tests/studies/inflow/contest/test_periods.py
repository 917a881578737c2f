"""Are months scored apart only where somebody says which, and is it kept who said it?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.core.errors import AssumptionError, DataError
from workbench.sources import localities
from workbench.studies.inflow.contest.periods import Months, Periods, named, of_locality

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("locality", ["eu", "norway", "sweden"])
def test_the_shipped_localities_name_theirs_with_a_source(locality: str) -> None:
    told = of_locality(locality)
    assert told.surge is not None and (told.surge.first, told.surge.last) == ("2015-01", "2016-06")
    assert told.pandemic is not None and told.pandemic.first == "2020-02"
    assert all(months.why.startswith(f"{locality}, parameters.toml: ") for months in (told.surge, told.pandemic))


def test_where_nobody_names_any_there_are_none(tmp_path: Path) -> None:
    assert named() == Periods() and Periods.from_dict({}) == Periods()
    town = tmp_path / "town"
    shutil.copytree(localities.load("sweden").folder, town)
    (town / "parameters.toml").unlink()
    assert of_locality(town) == Periods()


def test_what_is_named_takes_the_place_of_what_was_stated() -> None:
    told = named(surge="2022-03 .. 2022-09", otherwise=of_locality("eu"))
    assert told.surge == Months("2022-03", "2022-09", "named with --surge")
    assert told.pandemic == of_locality("eu").pandemic
    assert Periods.from_dict(told.to_dict()) == told


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"surge": "2015-01"}, "no first and last origin"),
        ({"surge": "2015-01.."}, "no first and last origin"),
        ({"surge": "2015-13..2016-01"}, "--surge: '2015-13' is not a month"),
        ({"surge": "2016-06..2015-01"}, "lies before"),
        ({"pandemic": "spring"}, "--pandemic: 'spring' is not a month"),
    ],
)
def test_what_are_no_months_is_refused(option: dict[str, str], said: str) -> None:
    with pytest.raises(DataError, match=said):
        named(**option)


def test_a_locality_that_states_them_wrongly_is_refused_with_the_file(tmp_path: Path) -> None:
    town = tmp_path / "town"
    shutil.copytree(localities.load("sweden").folder, town)
    path = town / "parameters.toml"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace(', last = "2016-06"', ""), encoding="utf-8")
    with pytest.raises(AssumptionError, match="exactly first and last") as fault:
        of_locality(town)
    assert "parameters.toml" in fault.value.where
    path.write_text(whole.replace('last = "2016-06"', 'last = "2014-06"'), encoding="utf-8")
    with pytest.raises(DataError, match=r"surge_origins.*lies before"):
        of_locality(town)
