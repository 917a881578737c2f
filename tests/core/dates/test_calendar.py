import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.dates import calendar as cal
from workbench.core.errors import DataError

pytestmark = pytest.mark.quick
months = st.integers(1000 * 12, 3000 * 12).map(cal.month_label)


@given(months, st.integers(-500, 500))
def test_steps_forward_and_back_return_to_the_month(month: str, steps: int) -> None:
    assert cal.add_months(cal.add_months(month, steps), -steps) == month


@given(months, st.integers(1, 24))
def test_a_horizon_starts_the_month_after_and_has_its_length(month: str, horizon: int) -> None:
    ahead = cal.horizon_months(month, horizon)
    assert len(ahead) == horizon
    assert cal.month_number(ahead[0]) == cal.month_number(month) + 1
    assert cal.month_range(month, ahead[-1]) == [month, *ahead]


def test_labels_sort_like_time() -> None:
    span = cal.month_range("1999-11", "2001-02")
    assert span == sorted(span) and len(span) == 16


@pytest.mark.parametrize("bad", ["2019-13", "2019-00", "2019-9", "19-09", "September 2019", "", "2019-09-01"])
def test_what_is_no_month_is_refused_with_the_right_form(bad: str) -> None:
    with pytest.raises(DataError, match="YYYY-MM"):
        cal.month_number(bad)


def test_month_ends_know_leap_years() -> None:
    assert cal.month_end("2020-02").day == 29 and cal.month_end("2019-02").day == 28
    assert cal.month_name("2020-03") == "March 2020"


QUARTERS, MONTHS = cal.period_range("2024-Q1", "2025-Q4"), cal.month_range("2025-01", "2026-10")


@pytest.mark.parametrize(
    ("named", "periods", "what", "do"),
    [
        ("2030-Q4", QUARTERS, "the table ends with 2025-Q4, before 2030-Q4", "a quarter from 2024-Q1 to 2025-Q4"),
        ("2011-Q1", QUARTERS, "the table begins with 2024-Q1, after 2011-Q1", "choose a quarter from 2024-Q1"),
        ("2025-13", QUARTERS, "'2025-13' is not written as a quarter", "such as 2025-Q4"),
        ("2025 q3", QUARTERS, "not written as a quarter", "write it as 2025-Q3"),
        ("2025-08", QUARTERS, "not the last month of a quarter", "write it as 2025-Q3"),
        ("2024-01", QUARTERS, "not the last month of a quarter", "write it as 2024-Q1"),
        ("10.2026", MONTHS, "'10.2026' is not written as a month", "write it as 2026-10"),
        ("Oktober 2026", MONTHS, "not written as a month", "write it as 2026-10"),
        ("2026-Q3", MONTHS, "is a quarter, and the table counts months", "such as 2026-09"),
        ("2026-12", MONTHS, "the table ends with 2026-10, before 2026-12", "choose a month from 2025-01 to 2026-10"),
        ("soon", MONTHS, "not written as a month", "such as 2026-10"),
    ],
)
def test_a_period_that_is_not_of_the_table_gets_advice_for_its_fault(named, periods, what, do) -> None:
    with pytest.raises(DataError) as told:
        cal.known_period(named, periods)
    assert what in told.value.what and do in told.value.do


def test_the_last_month_of_a_quarter_serves_for_the_quarter() -> None:
    assert cal.known_period("2025-06", QUARTERS) == "2025-Q2"
