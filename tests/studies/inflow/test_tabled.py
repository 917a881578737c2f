"""Does the table of a forecast hold every total as a sum of draws, and what made it?"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from workbench.core.draws import Draws
from workbench.studies.inflow.tabled import tabled, totals

pytestmark = pytest.mark.quick


def result(codes: list[str]) -> Any:
    values = np.random.default_rng(1).integers(0, 900, (400, len(codes), 2))
    draws = Draws.from_array(values, {"destination": codes, "month": ["2020-01", "2020-02"]})
    record = SimpleNamespace(scenario={"seed": 7}, short_key="0123456789ab")
    return SimpleNamespace(draws=draws, as_of="2019-12", record=record)


def test_totals_by_month_and_for_the_period_are_rows() -> None:
    one = result(["NO", "SE"])
    table = tabled(one).set_index(["destination", "month"])
    assert len(table) == 4 + 2 + 2 + 1
    assert set(table["as_of"]) == {"2019-12"} and set(table["seed"]) == {7} and set(table["run"]) == {"0123456789ab"}
    assert (
        table.loc[("all", "all"), "median"] == one.draws.sum().summary()["median"][0] == totals(one)["total"]["median"]
    )
    assert table.loc[("NO", "all"), "high80"] == one.draws.select(destination="NO").sum().summary()["high80"][0]
    assert [row["month"] for row in totals(one)["by_month"]] == ["2020-01", "2020-02"]


def test_corridors_have_an_origin_and_the_sums_of_each_destination() -> None:
    one = result(["NO|AFG", "NO|SYR", "SE|SYR"])
    table = tabled(one).set_index(["destination", "origin", "month"])
    assert len(table) == 6 + 3 + 4 + 2 + 2 + 1
    both = one.draws.select(destination=["NO|AFG", "NO|SYR"]).sum().summary()["median"][0]
    assert table.loc[("NO", "all", "all"), "median"] == both
    assert (
        table.loc[("all", "all", "2020-02"), "median"] == one.draws.select(month="2020-02").sum().summary()["median"][0]
    )
