"""Sums among parts, quarters and sums since January are refused by name; ordinary tables are not."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.contracts.checking import look
from workbench.core.contracts.sums import sum_faults

pytestmark = pytest.mark.quick
MONTHS = [f"{year}-{month:02}" for year in (2015, 2016, 2017) for month in range(1, 13)]


def arrivals(rng, codes=("DE", "SE", "NO", "EL"), months=MONTHS):
    rows = [(month, code, int(rng.integers(50, 4000))) for month in months for code in codes]
    return pd.DataFrame(rows, columns=["month", "destination", "persons"])


def with_sum(table, key, period, value, code, off=0):
    whole = table.groupby(period, as_index=False)[value].sum().assign(**{key: code})
    whole[value] += off
    return pd.concat([table, whole[table.columns]], ignore_index=True)


def told(table, contract):
    return [f"{fault.column} {fault.value} {fault.what}" for fault in look(table.astype("string"), contract).faults]


@pytest.mark.parametrize("code", ["Total", "XX", "19 countries"])
def test_a_destination_that_is_the_sum_of_all_others_is_refused_by_name(code):
    (fault,) = told(with_sum(arrivals(np.random.default_rng(1)), "destination", "month", "persons", code), "arrivals")
    assert fault.startswith(f"destination {code} '{code}' is")


@pytest.mark.parametrize("code", ["EU27_2020", "EU", "ea20"])
def test_a_union_of_states_beside_its_members_is_left_out_and_said(code):
    table = arrivals(np.random.default_rng(1))
    seen = look(with_sum(table, "destination", "month", "persons", code).astype("string"), "arrivals")
    assert not seen.faults and set(seen.table["destination"]) == set(table["destination"])
    assert f"36 rows of '{code}' left out" in " ".join(seen.notes)
    alone = table[table["destination"] == "DE"].assign(destination=code)  # nothing is summed twice
    assert len(look(alone.astype("string"), "arrivals").table) == 36


def test_a_sum_of_rounded_parts_is_found_too():
    table = with_sum(arrivals(np.random.default_rng(2)), "destination", "month", "persons", "XX", off=2)
    assert len(told(table, "arrivals")) == 1


def test_sums_of_counties_among_their_municipalities_are_found_beside_the_sum_of_all():
    rng = np.random.default_rng(3)
    towns = [f"{county}{town:02}" for county in (11, 42) for town in range(1, 6)]
    rows = [(area, year, int(rng.integers(1, 90))) for area in towns for year in range(2014, 2020)]
    table = pd.DataFrame(rows, columns=["area", "period", "persons"])
    table["area"] = table["area"].astype(str)
    whole = with_sum(table, "area", "period", "persons", "Norway")
    for county in ("11", "42"):
        part = table[table["area"].str.startswith(county)]
        whole = pd.concat([whole, with_sum(part, "area", "period", "persons", county).tail(6)], ignore_index=True)
    assert sorted(line.split()[1] for line in told(whole, "settled_by_area")) == ["11", "42", "Norway"]


def test_a_place_that_is_the_sum_by_name_is_refused_and_a_large_one_is_not():
    rooms = pd.DataFrame({"place": ["North", "South", "East"], "capacity": [12, 10, 22]})
    assert told(rooms, "places") == []
    assert "place Total" in told(rooms.assign(place=["North", "South", "Total"]), "places")[0]


@pytest.mark.parametrize("seed", range(20))
def test_ordinary_tables_hold_no_sum(seed):
    rng = np.random.default_rng(seed)
    codes = [f"C{index}" for index in range(int(rng.integers(1, 7)))]
    table = arrivals(rng, codes)
    table.loc[rng.random(len(table)) < 0.3, "persons"] = 0
    assert told(table, "arrivals") == []


@pytest.mark.parametrize(("step", "said"), [(3, "quarters"), (6, "half-years"), (12, "years")])
def test_months_that_are_longer_periods_are_refused(step, said):
    years = [f"{year}-{month:02}" for year in range(2010, 2017) for month in range(1, 13)][::step]
    (fault,) = told(arrivals(np.random.default_rng(4), months=years), "arrivals")
    assert said in fault


def test_figures_since_january_are_refused_and_a_rising_series_is_not():
    table = arrivals(np.random.default_rng(5), ["DE", "SE"])
    running = table.assign(persons=table.groupby([table["month"].str[:4], "destination"])["persons"].cumsum())
    assert "sums since January" in told(running, "arrivals")[0]
    assert told(table.assign(persons=table["persons"].cumsum()), "arrivals") == []


def test_an_origin_that_is_the_destination_and_names_alike_are_remarked_on():
    table = arrivals(np.random.default_rng(6)).assign(origin="SE")
    assert "36 rows have the destination as origin, the first in row 3" in " ".join(
        look(table.astype("string"), "arrivals").notes
    )
    homes = pd.DataFrame({"household": ["HH-1", "hh-1"], "adults": [1, 1], "children": [0, 0], "seniors": [0, 0]})
    assert "HH-1 and hh-1 (rows 2, 3)" in look(homes.astype("string"), "households").notes[0]


def test_a_form_with_a_row_for_each_person_is_one_fault_that_says_what_to_do():
    rows = [("H1", 1, 0), ("H1", 1, 0), ("H1", 0, 1), ("H2", 1, 0), ("H2", 0, 1)]
    homes = pd.DataFrame(rows, columns=["household", "adults", "children"]).assign(seniors=0)
    (fault,) = told(homes, "households")
    assert "a row stands here for each person: 5 rows of 2 households" in fault


def test_a_county_beside_its_municipalities_is_found_under_any_name():
    draw = np.random.default_rng(3)
    towns = pd.DataFrame(draw.poisson(20, (6, 30)), columns=[f"Town {k}" for k in range(30)], index=range(2014, 2020))
    table = towns.assign(**{"North": towns.iloc[:, :12].sum(axis=1), "South": towns.iloc[:, 12:].sum(axis=1)})
    rows = table.rename_axis(index="period", columns="area").stack().rename("persons").reset_index()
    rows["period"] = rows["period"].astype(str)
    faults = sum_faults(rows, "settled_by_area", 2)
    assert {fault.value for fault in faults} == {"North", "South"}
    assert "Town 0 to Town 11" in " ".join(fault.what for fault in faults)
    only = rows[~rows["area"].isin(["North", "South"])]
    assert sum_faults(only, "settled_by_area", 2) == []


@pytest.mark.parametrize("total", [False, True])
def test_counties_are_found_wherever_they_stand_among_their_municipalities(total: bool) -> None:
    draw = np.random.default_rng(5)
    towns = pd.DataFrame(draw.poisson(20, (8, 40)), columns=[f"Town {k}" for k in range(40)], index=range(2014, 2022))
    counties = towns.T.groupby(draw.integers(0, 4, 40)).sum().T.add_prefix("County ")
    table = towns.join(counties).assign(**({"Norvegia": towns.sum(axis=1)} if total else {}))
    rows = table[draw.permutation(table.columns)].rename_axis(index="period", columns="area").stack().rename("persons")
    found = sum_faults(rows.reset_index().astype({"period": str}), "settled_by_area", 2)
    assert {fault.value for fault in found} == {*counties.columns, *(["Norvegia"] if total else [])}


@given(st.integers(0, 10_000), st.integers(6, 60), st.integers(3, 10), st.sampled_from([1, 10, 1000]))
@settings(max_examples=25)
def test_parts_that_only_resemble_sums_are_left_alone(seed: int, parts: int, periods: int, size: int) -> None:
    draw = np.random.default_rng(seed)
    value = 6 * draw.poisson(draw.gamma(0.7, size, (periods, parts)))  # shares of two and three divide it
    table = pd.DataFrame(value, columns=[f"Town {k}" for k in range(parts)])
    rows = table.rename_axis(index="period", columns="area").stack().rename("persons").reset_index()
    assert sum_faults(rows.astype({"period": str}), "settled_by_area", 2) == []


@pytest.mark.parametrize("origin", ["SY", "SYR", "Syria"])
@pytest.mark.parametrize("destination", ["SY", "SYR"])
def test_an_origin_that_is_the_destination_is_asked_about_under_any_code(destination: str, origin: str) -> None:
    months = [f"2018-{month:02d}" for month in range(1, 13)]
    rows = [(month, destination, each, 10 * at + 5) for at, month in enumerate(months) for each in (origin, "IRQ")]
    table = pd.DataFrame(rows, columns=["month", "destination", "origin", "persons"])
    seen = look(table.astype("string"), "arrivals")
    assert any("12 rows have the destination as origin, the first in row 2" in note for note in seen.notes)


def test_a_sum_of_two_parts_is_found_wherever_they_stand():
    table = arrivals(np.random.default_rng(9), codes=("DE", "SE", "NO", "EL", "FI", "DK"))
    two = with_sum(table[table["destination"].isin(["SE", "FI"])], "destination", "month", "persons", "pair")
    (fault,) = told(pd.concat([table, two[two["destination"].eq("pair")]], ignore_index=True), "arrivals")
    assert "'pair' is the sum of SE and FI" in fault


def test_figures_that_stay_the_same_add_up_by_chance_and_are_no_sum():
    size = np.random.default_rng(1).integers(20, 200, 60)
    rows = [(f"A{at}", year, persons) for at, persons in enumerate(size) for year in range(2015, 2023)]
    assert told(pd.DataFrame(rows, columns=["area", "period", "persons"]), "settled_by_area") == []


def test_one_destination_that_reports_sums_since_january_is_named():
    table = arrivals(np.random.default_rng(10))
    here = table["destination"].eq("NO")
    years = table["month"].str[:4]
    table.loc[here, "persons"] = table[here].groupby(years[here])["persons"].cumsum()
    (fault,) = told(table, "arrivals")
    assert "of 'NO' rise all year" in fault


@pytest.mark.parametrize(("one", "other"), [("FR", "France"), ("EL", "GR"), ("DEU", "DE"), ("SE", "SWEDEN")])
def test_one_country_as_two_destinations_is_refused(one: str, other: str) -> None:
    table = arrivals(np.random.default_rng(11), codes=(one, other, "NO"))
    (fault,) = told(table, "arrivals")
    assert "one country under two names" in fault


def test_codes_that_lost_a_zero_and_names_alike_are_remarked_on() -> None:
    rows = [(area, year, 5 + at) for at, area in enumerate(("301", "1103", "4601")) for year in (2019, 2020)]
    notes = look(pd.DataFrame(rows, columns=["area", "period", "persons"]).astype("string"), "settled_by_area").notes
    assert "a digit shorter ('301')" in " ".join(notes)
    notes = look(arrivals(np.random.default_rng(12), codes=("Oslo", "oslo")).astype("string"), "arrivals").notes
    assert "Oslo and oslo (rows 2, 3) differ only in capitals: one destination twice?" in notes
