import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.contracts import CONTRACTS
from workbench.core.contracts.cells import KINDS
from workbench.core.contracts.checking import check, contract
from workbench.core.errors import DataError

pytestmark = pytest.mark.quick


def arrivals(**changes: list[str]) -> pd.DataFrame:
    base = {"month": ["2019-01", "2019-02"], "destination": ["NO", "NO"], "persons": ["190", "160"]}
    return pd.DataFrame({**base, **changes})


def faults(frame: pd.DataFrame, of: str = "arrivals") -> list[str]:
    with pytest.raises(DataError) as caught:
        check(frame, of, where="my.csv")
    assert "my.csv" in str(caught.value) and "do:" in str(caught.value)
    return [fault.line() for fault in caught.value.faults]


def test_a_good_table_comes_back_typed() -> None:
    table = check(arrivals(persons=["190", ""]), "arrivals")
    assert table["persons"].dtype == "Int64" and table["persons"].isna().tolist() == [False, True]


def test_every_fault_is_named_at_once_with_row_column_and_value() -> None:
    frame = pd.DataFrame(
        {
            "month": ["2019-1", "2019-02", "2019-02", ""],
            "destination": ["NO", "NO", "NO", "SE"],
            "persons": ["10", "-4", "x", "1.5"],
        }
    )
    said = faults(frame)
    assert len(said) == 6
    assert "row 2, column 'month': value not allowed (found '2019-1')" in said[0]
    assert any(line.startswith("row 3, column 'persons': negative value (found '-4')") for line in said)
    assert any(line.startswith("row 4, column 'persons': value not allowed (found 'x')") for line in said)
    assert any("row 4" in line and "stands already in row 3" in line for line in said)
    assert any(line.startswith("row 5, column 'month': the cell is empty") for line in said)
    assert any(line.startswith("row 5, column 'persons': value not allowed (found '1.5')") for line in said)


def test_a_misspelt_column_is_named_with_the_likely_one() -> None:
    said = faults(arrivals().rename(columns={"persons": "person"}))
    assert said == ["column 'persons': required column is missing; is 'person' it?"]
    said = faults(arrivals(first_tme=["1", "2"]))
    assert said == ["column 'first_tme': unknown column; did you mean 'first_time'?"]


def test_other_columns_of_ones_own_are_kept() -> None:
    assert check(arrivals(office=["Oslo", "Bergen"]), "arrivals")["office"].tolist() == ["Oslo", "Bergen"]


def test_an_empty_table_and_a_column_twice_are_refused() -> None:
    assert faults(arrivals().iloc[:0]) == ["table: the table has no rows"]
    frame = arrivals()
    frame.columns = pd.Index(["month", "persons", "persons"])
    assert any("stands twice" in line for line in faults(frame))


def test_origin_is_part_of_the_key_only_where_it_stands() -> None:
    frame = arrivals(month=["2019-01", "2019-01"])
    assert "stands already in row 2" in faults(frame)[0]
    assert len(check(frame.assign(origin=["SYR", "AFG"]), "arrivals")) == 2


def test_capacity_columns_of_any_service_are_checked() -> None:
    places = pd.DataFrame({"place": ["A"], "capacity": [3], "capacity_school": ["-1"]})
    assert "capacity_school" in faults(places, "places")[0]


def test_typed_and_text_cells_give_the_same_table() -> None:
    typed = pd.DataFrame({"month": ["2019-01", "2019-02"], "destination": ["NO", "NO"], "persons": [190, 160]})
    pd.testing.assert_frame_equal(check(typed, "arrivals"), check(arrivals(), "arrivals"))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(-5, 10**6), min_size=1, max_size=12))
def test_exactly_the_negative_counts_are_faults(persons: list[int]) -> None:
    frame = pd.DataFrame(
        {"month": [f"2019-{i + 1:02d}" for i in range(len(persons))], "destination": "NO", "persons": persons}
    )
    negative = [i + 2 for i, p in enumerate(persons) if p < 0]
    if negative:
        with pytest.raises(DataError) as caught:
            check(frame, "arrivals")
        assert [fault.row for fault in caught.value.faults] == negative
    else:
        assert check(frame, "arrivals")["persons"].tolist() == persons


@settings(deadline=None, max_examples=30)
@given(st.permutations(range(6)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    frame = pd.DataFrame({"month": [f"2019-0{i + 1}" for i in range(6)], "destination": "NO", "persons": range(6)})
    table = check(frame.iloc[list(order)].reset_index(drop=True), "arrivals")
    pd.testing.assert_frame_equal(table.sort_values("month", ignore_index=True), check(frame, "arrivals"))


def test_contracts_are_well_formed() -> None:
    for name, spec in CONTRACTS.items():
        assert contract(name) is spec
        assert {c.kind for c in (*spec.columns, *spec.prefixed)} <= set(KINDS)
        assert set(spec.key) <= {c.name for c in spec.columns}
        assert all(c.description for c in spec.columns)
    with pytest.raises(DataError, match="did you mean 'arrivals'"):
        contract("arivals")


def test_missing_numbers_in_typed_tables_are_missing_not_wrong() -> None:
    frame = arrivals().assign(persons=[np.nan, 3.0])
    assert check(frame, "arrivals")["persons"].isna().tolist() == [True, False]


def test_a_number_too_large_to_be_exact_is_a_fault_and_not_a_crash() -> None:
    assert "row 2" in faults(arrivals(persons=["99999999999999999999", "1"]))[0]


def test_one_country_under_its_name_and_its_code_stands_twice() -> None:
    named = check(arrivals(origin=["Syria", "Afganistan"]), "arrivals")
    assert named["origin"].tolist() == ["SYR", "AFG"]
    assert any("already in row 2" in line for line in faults(arrivals(month=["2019-01"] * 2, origin=["Syrien", "SYR"])))
