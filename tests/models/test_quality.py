"""Is what is odd about a table found, and nothing else withheld than a partial last month?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.core.dates.calendar import month_range
from workbench.core.errors import DataError
from workbench.models import quality
from workbench.models.quality import Quality, examine

pytestmark = pytest.mark.quick
MONTHS = month_range("2012-01", "2019-12")
NAMES = ("AA", "BB", "CC", "DD")


def table(origins: tuple[str, ...] = (), seed: int = 1) -> pd.DataFrame:
    """Return calm invented arrivals, one row for each month and series."""
    keys = [(d, o) for d in NAMES for o in origins] if origins else [(d,) for d in NAMES]
    rng = np.random.default_rng(seed)
    rows = [(month, *key, float(rng.integers(301, 399))) for month in MONTHS for key in keys]
    return pd.DataFrame(rows, columns=["month", "destination", *(["origin"] if origins else []), "persons"])


def kinds(found: Quality) -> set[tuple[str, str]]:
    return {(remark.kind, remark.series) for remark in found.remarks}


def at(rows: pd.DataFrame, name: str, first: str, last: str) -> pd.Series:
    return (rows["destination"] == name) & rows["month"].between(first, last)


def test_a_table_in_order_has_no_remarks() -> None:
    found = examine(table())
    assert found.remarks == () and found.mask == frozenset() and found.table().empty
    assert found.withheld(table()).equals(table())


def test_a_partial_last_month_is_withheld_and_nothing_filled() -> None:
    rows = table()
    rows.loc[at(rows, "AA", "2019-12", "2019-12"), "persons"] = 60
    found = examine(rows)
    assert found.mask == {("2019-12", "AA")} and found.remarks[0].value == pytest.approx(60 / 350, rel=0.1)
    withheld = found.withheld(rows)
    assert withheld.loc[at(rows, "AA", "2019-12", "2019-12"), "persons"].isna().all()
    assert withheld["persons"].isna().sum() == 1 and rows["persons"].notna().all()


def test_both_last_months_may_be_partial() -> None:
    rows = table()
    rows.loc[at(rows, "AA", "2019-11", "2019-12"), "persons"] = 60
    assert examine(rows).mask == {("2019-11", "AA"), ("2019-12", "AA")}


@pytest.mark.parametrize(
    ("names", "persons"),
    [(NAMES, 60.0), (("AA",), 200.0)],
    ids=["all fell at once: an event", "a fall such as there may be"],
)
def test_a_fall_that_may_be_real_is_not_withheld(names: tuple[str, ...], persons: float) -> None:
    rows = table()
    rows.loc[rows["destination"].isin(names) & (rows["month"] == "2019-12"), "persons"] = persons
    assert examine(rows).mask == frozenset()


def test_a_fall_that_the_past_knows_is_not_withheld() -> None:
    rows = table()
    for month in ("2014-05", "2019-12"):
        rows.loc[at(rows, "AA", month, month), "persons"] = 60
    assert examine(rows).mask == frozenset()


def test_small_counts_are_never_partial() -> None:
    rows = table().assign(persons=lambda t: (t["persons"] / 30).round())
    rows.loc[at(rows, "AA", "2019-12", "2019-12"), "persons"] = 0
    assert examine(rows).mask == frozenset()


def test_a_later_month_does_not_change_what_was_withheld_by_an_earlier_table() -> None:
    rows = table()
    rows.loc[at(rows, "AA", "2018-12", "2018-12"), "persons"] = 60
    assert examine(rows).mask == frozenset()
    assert examine(rows[rows["month"] <= "2018-12"]).mask == {("2018-12", "AA")}


def test_late_starts_early_ends_and_gaps_are_told_apart() -> None:
    rows = table()
    rows.loc[at(rows, "AA", "2012-01", "2012-06"), "persons"] = np.nan
    rows.loc[at(rows, "BB", "2019-11", "2019-12"), "persons"] = np.nan
    rows = rows[~at(rows, "CC", "2015-03", "2015-05") & ~at(rows, "CC", "2016-01", "2016-01")]
    found = examine(rows)
    assert kinds(found) == {("late_start", "AA"), ("early_end", "BB"), ("gap", "CC")}
    gap = found.of("gap")[0]
    assert (gap.first, gap.last, gap.months, gap.value) == ("2015-03", "2015-05", 3, 4)
    assert found.of("late_start")[0].first == "2012-07" and found.of("early_end")[0].last == "2019-10"


def test_a_month_of_which_nothing_is_published_is_said_once() -> None:
    rows = table()
    assert ("whole_month", "") in kinds(examine(rows[rows["month"] != "2016-02"]))


def test_a_month_missing_for_one_destination_s_corridors_is_said() -> None:
    rows = table(origins=("SYR", "AFG"))
    found = examine(rows[~at(rows, "BB", "2016-12", "2016-12")])
    assert {r.series for r in found.of("whole_month")} == {"BB"}
    assert {r.series for r in found.of("gap")} == {"BB|SYR", "BB|AFG"}


def test_a_year_of_zeros_is_structural_and_eleven_months_are_not() -> None:
    rows = table()
    rows.loc[at(rows, "AA", "2015-01", "2015-12"), "persons"] = 0
    rows.loc[at(rows, "BB", "2015-01", "2015-11"), "persons"] = 0
    assert {r.series for r in examine(rows).of("zeros")} == {"AA"}


def test_a_level_that_breaks_is_dated_and_a_slow_climb_is_none() -> None:
    rows = table()
    rows.loc[at(rows, "AA", "2016-04", "2019-12"), "persons"] *= 6
    climb = at(rows, "BB", "2012-01", "2019-12")
    rows.loc[climb, "persons"] *= np.exp(np.linspace(0, 4, climb.sum()))
    (found,) = examine(rows.round()).of("break")
    assert found.series == "AA" and found.first == "2016-04" and found.value == pytest.approx(6, rel=0.1)


@pytest.mark.parametrize("step", [5, 10, 100])
def test_rounding_is_found(step: int) -> None:
    rows = table().assign(persons=lambda t: (t["persons"] * 7 / step).round() * step)
    assert {r.value for r in examine(rows).of("rounded")} == {float(step)}


def test_rounding_needs_enough_figures() -> None:
    rows = table().assign(persons=5.0)
    assert examine(rows[rows["month"] > "2018-06"]).of("rounded") == ()


def test_the_order_of_rows_does_not_matter() -> None:
    rows = table()
    rows.loc[at(rows, "AA", "2019-12", "2019-12"), "persons"] = 60
    assert examine(rows.sample(frac=1, random_state=1)) == examine(rows)


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(DataError, match="no rows"):
        examine(table().iloc[:0])


def test_every_kind_has_its_meaning_and_its_sentence() -> None:
    from workbench.presentation.quality import sentences

    found = Quality(
        tuple(
            quality.Remark(kind, "AA", "2019-01", "2019-02", 2, 5.0 if kind == "rounded" else 2.0)
            for kind in quality.KINDS
        )
    )
    told = [finding.plain() for finding in sentences(found, {"AA": "Aland"})]
    assert len(told) == len(quality.KINDS) == len(set(told))
    assert sum("Aland" in sentence for sentence in told) == len(told) - 1
    assert set(found.table()["meaning"]) == set(quality.KINDS.values())
