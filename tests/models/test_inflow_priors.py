from __future__ import annotations

from dataclasses import fields, replace

import pytest

from workbench.core.errors import AssumptionError
from workbench.models.inflow import InflowModel, InflowPriors

pytestmark = pytest.mark.quick


def test_every_number_is_printed_with_its_meaning() -> None:
    table = InflowPriors().table()
    assert table["prior"].tolist() == [entry.name for entry in fields(InflowPriors)]
    assert table["meaning"].str.len().min() > 10


@pytest.mark.parametrize(
    "change", [{"shock_median": 0.0}, {"tail_rate": -1.0}, {"harmonics": 6}, {"ceiling": float("nan")}]
)
def test_impossible_priors_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(AssumptionError):
        replace(InflowPriors(), **change)


def test_a_centre_may_be_negative() -> None:
    assert InflowPriors(gain_centre=-1.0).gain_centre == -1.0


def test_the_description_shows_the_priors_in_force() -> None:
    changed = InflowModel(InflowPriors(shock_median=0.31, harmonics=2)).describe()
    assert changed["prior"].str.contains("log 0.31").any() and changed["meaning"].str.contains("1 … 2").any()
    assert not InflowModel().describe()["prior"].str.contains("log 0.31").any()


@pytest.mark.parametrize("wrong", [{"draws": 1}, {"tune": 0}, {"chains": 1}, {"seed": -1}])
def test_sampler_settings_that_cannot_be_judged_are_refused(wrong: dict[str, int]) -> None:
    import pandas as pd

    with pytest.raises(AssumptionError):
        InflowModel().fit(pd.DataFrame(), as_of="2019-01", **{"seed": 1, **wrong})
