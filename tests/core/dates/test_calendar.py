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
