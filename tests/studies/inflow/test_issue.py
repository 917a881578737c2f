"""Months counted from the day of issue, and what a month that is published in part tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from workbench.core.errors import AssumptionError, DataError
from workbench.models.inflow import Partial
from workbench.studies.inflow.issue import Issue, issued

pytestmark = pytest.mark.quick


def test_a_delay_says_what_is_known_on_a_day() -> None:
    found = issued("2019-11-20", late=2)
    assert (found.as_of, found.month, found.between) == ("2019-08", "2019-11", 3)
    assert issued("2019-11-20", as_of="2019-11").between == 0


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"day": "20 November"}, DataError),
        ({"day": "2019-11-20"}, AssumptionError),
        ({"day": "2019-11-20", "as_of": "2019-12"}, AssumptionError),
        ({"day": "2019-11-20", "as_of": "2019-11", "share": 0.5}, AssumptionError),
        ({"day": "2019-11-20", "late": -1}, AssumptionError),
    ],
)
def test_impossible_issues_are_refused(told: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        issued(**told)  # type: ignore[arg-type]


@pytest.mark.parametrize(("share", "spread"), [(0.0, 0.2), (1.2, 0.2), (0.5, 0.0), (float("nan"), 0.2)])
def test_impossible_shares_are_refused(share: float, spread: float) -> None:
    with pytest.raises(AssumptionError):
        Partial({}, share, spread)


def test_a_partial_month_moves_the_forecast_towards_what_it_promises() -> None:
    rng = np.random.default_rng(1)
    expected, scale = np.full((4000, 2), np.log1p(1000.0)), np.full((4000, 2), 0.4)
    shock = rng.standard_normal((4000, 2))
    vague, sharp = (
        np.expm1(Partial({"A": 1000.0}, 0.5, spread).learnt(expected, scale, shock, ("A", "B")))
        for spread in (2.0, 0.05)
    )
    assert np.median(sharp[:, 0]) == pytest.approx(2000, rel=0.05) and np.median(vague[:, 0]) < 1200
    assert sharp[:, 0].std() < 0.3 * vague[:, 1].std()
    assert np.array_equal(sharp[:, 1], vague[:, 1])


def test_an_issue_with_no_months_between_is_the_plain_forecast() -> None:
    assert replace(Issue(date(2019, 10, 2), "2019-09"), as_of="2019-10").between == 0
