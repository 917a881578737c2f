from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.dates.calendar import month_range
from workbench.core.errors import DataError, ModelError, WorkbenchError
from workbench.models.inflow.series import InflowSeries

pytestmark = pytest.mark.quick
MONTHS = month_range("2015-01", "2018-12")
AS_OF = "2018-12"


def table(**columns: object) -> pd.DataFrame:
    wide = pd.DataFrame({"month": MONTHS, **(columns or {"DE": 100.0, "FI": 20.0})})
    return wide.melt("month", var_name="destination", value_name="persons")


def changed(destination: str, month: str, persons: object) -> pd.DataFrame:
    rows = table().astype({"persons": object})
    rows.loc[(rows["destination"] == destination) & (rows["month"] == month), "persons"] = persons
    return rows


def test_cells_stand_at_their_month_and_destination_and_gaps_stay_gaps() -> None:
    rows = changed("FI", "2016-05", None)
    rows = rows[~((rows["destination"] == "DE") & (rows["month"] == "2017-01"))]
    series = InflowSeries.from_table(rows, AS_OF)
    assert series.destinations == ("DE", "FI") and series.months == tuple(MONTHS)
    missing = [(series.months[t], series.destinations[i]) for t, i in np.argwhere(~series.observed)]
    assert missing == [("2016-05", "FI"), ("2017-01", "DE")]
    assert np.array_equal(series.log_persons[0], np.log1p([100, 20]))


def test_months_nobody_published_are_gaps_too() -> None:
    rows = table()
    series = InflowSeries.from_table(rows[rows["month"] != "2016-05"], AS_OF)
    assert series.months == tuple(MONTHS)
    assert not series.observed[MONTHS.index("2016-05")].any()


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "float64", "object"])
def test_whole_and_decimal_columns_give_the_same_series(dtype: str) -> None:
    series = InflowSeries.from_table(table().astype({"persons": dtype}), AS_OF)
    assert series.fingerprint == InflowSeries.from_table(table(), AS_OF).fingerprint


@given(st.randoms(), st.integers(0, 10**6))
def test_neither_the_order_of_rows_nor_the_future_matters(random: object, later: int) -> None:
    rows = table()
    known = InflowSeries.from_table(rows, "2018-06")
    rows.loc[rows["month"] > "2018-06", "persons"] = later
    order = list(rows.index)
    random.shuffle(order)  # type: ignore[attr-defined]
    again = InflowSeries.from_table(rows.loc[order], "2018-06")
    assert again.fingerprint == known.fingerprint
    assert np.array_equal(again.persons, known.persons) and again.months == known.months


def test_wrong_values_in_the_future_do_not_stop_a_forecast_from_the_past() -> None:
    rows = changed("DE", "2018-12", -5)
    assert InflowSeries.from_table(rows, "2018-06").as_of == "2018-06"


def test_one_changed_cell_changes_the_fingerprint() -> None:
    one, other = (InflowSeries.from_table(rows, AS_OF) for rows in (table(), changed("FI", "2016-05", 21)))
    assert one.fingerprint != other.fingerprint


def test_silence_counts_the_months_since_the_last_published_one() -> None:
    rows = table()
    rows.loc[(rows["destination"] == "FI") & (rows["month"] > "2018-09"), "persons"] = np.nan
    assert InflowSeries.from_table(rows, AS_OF).silence.tolist() == [0, 3]


@pytest.mark.parametrize(
    ("rows", "as_of", "words"),
    [
        (table().rename(columns={"persons": "person"}), AS_OF, "did you mean 'person'"),
        (table().assign(origin="SYR"), AS_OF, "'origin'"),
        (table().iloc[:0], AS_OF, "nothing"),
        (table(), "2014-12", "2015-01 to 2018-12"),
        (table(), "2019-01", "2015-01 to 2018-12"),
        (table(), "2019-13", "not a month"),
        (pd.concat([table(), table().iloc[[3]]]), AS_OF, "2015-04, DE: the same month and destination stand twice"),
        (changed("FI", "2016-05", -1), AS_OF, "2016-05, FI: negative"),
        (changed("FI", "2016-05", float("inf")), AS_OF, "2016-05, FI: infinite"),
        (changed("FI", "2016-05", "many"), AS_OF, "2016-05, FI: not a number"),
    ],
)
def test_wrong_arrivals_are_named(rows: pd.DataFrame, as_of: str, words: str) -> None:
    with pytest.raises(DataError) as caught:
        InflowSeries.from_table(rows, as_of)
    assert words in str(caught.value)


def test_all_faults_are_told_at_once() -> None:
    rows = changed("FI", "2016-05", -1)
    rows.loc[rows["month"] == "2017-01", "persons"] = "?"
    with pytest.raises(DataError) as caught:
        InflowSeries.from_table(rows, AS_OF)
    assert len(caught.value.faults) == 3


def ended(months: int) -> pd.DataFrame:
    rows = table()
    rows.loc[(rows["destination"] == "FI") & (rows["month"] > MONTHS[-months - 1]), "persons"] = np.nan
    return rows


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (table(DE=100.0, FI=[np.nan] * 37 + [5.0] * 11), "FI: 11 published months"),
        (table(DE=[np.nan] * 31 + [5.0] * 17), "no destination has 18 published months; the longest has 17"),
        (table(DE=100.0, FI=np.nan), "FI: 0 published months"),
        (table(DE=100.0, FI=0.0), "FI: every published month is zero"),
        (ended(7), "FI: published until 2018-05, 7 months before 2018-12"),
    ],
)
def test_destinations_that_cannot_be_learnt_from_are_named(rows: pd.DataFrame, words: str) -> None:
    with pytest.raises(ModelError) as caught:
        InflowSeries.from_table(rows, AS_OF)
    assert words in str(caught.value) and "leave these destinations out" in str(caught.value)


def test_the_limits_themselves_are_allowed() -> None:
    assert InflowSeries.from_table(ended(6), AS_OF).lapsed == {}
    rows = table(DE=[np.nan] * 30 + [5.0] * 18, FI=[np.nan] * 36 + [5.0] * 12)
    assert InflowSeries.from_table(rows, AS_OF).short == {"DE": 18, "FI": 12}


def test_every_refusal_is_one_of_ours() -> None:
    with pytest.raises(WorkbenchError):
        InflowSeries.from_table(pd.DataFrame(), AS_OF)


def test_a_destination_that_appears_late_is_marked() -> None:
    series = InflowSeries.from_table(table(DE=100.0, FI=[np.nan] * 20 + [5.0] * 28), AS_OF)
    assert series.short == {"FI": 28}
    assert InflowSeries.from_table(table(), AS_OF).short == {}


@pytest.mark.parametrize(
    ("persons", "unit"), [([10.0, 25.0, 0.0], 5), ([10.0, 20.0, 0.0], 10), ([7.0, 20.0, 5.0], 1), ([300.0] * 3, 100)]
)
def test_the_rounding_of_the_figures_is_found(persons: list[float], unit: int) -> None:
    assert InflowSeries.from_table(table(DE=persons * 16), AS_OF).rounding == unit


def test_the_first_year_is_that_of_the_destination() -> None:
    late = [np.nan] * 10 + [np.e - 1] * 12 + [500.0] * 26
    assert InflowSeries.from_table(table(DE=99.0, FI=late), AS_OF).first_year == pytest.approx([np.log(100), 1.0])


def test_a_doubtful_last_month_is_kept_apart_at_any_as_of_month_and_by_the_table_up_to_it_alone() -> None:
    rng = np.random.default_rng(1)
    months = month_range("2014-01", "2018-12")
    rows = [(m, place, float(rng.integers(300, 400))) for m in months for place in ("AA", "BB", "CC")]
    table = pd.DataFrame(rows, columns=["month", "destination", "persons"])
    fall = (table["month"] == "2017-06") & (table["destination"] == "BB")
    table.loc[fall, "persons"] = 30.0
    then, later = (InflowSeries.from_table(table, as_of, doubt=True) for as_of in ("2017-06", "2018-12"))
    assert then.doubtful is not None and then.doubtful[-1, 1] == 30 and np.isfinite(then.doubtful).sum() == 1
    assert np.isnan(then.persons[-1, 1]) and later.doubtful is None and np.isfinite(later.persons).all()
    final = InflowSeries.from_table(table, "2017-06")
    assert final.doubtful is None and final.persons[-1, 1] == 30 and final.fingerprint != then.fingerprint
