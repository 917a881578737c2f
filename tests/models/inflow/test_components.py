from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from workbench.core.errors import AssumptionError
from workbench.models.inflow import (
    Bounds,
    Forgetting,
    InflowComponents,
    InflowModel,
    Level,
    Reversion,
    Season,
    Shocks,
    Surges,
    Volatility,
)
from workbench.models.inflow.components import KINDS, Component

pytestmark = pytest.mark.quick


def test_every_number_is_printed_with_its_meaning() -> None:
    everything = InflowComponents(reversion=Reversion())
    table = everything.table()
    numbers = [(name, entry.name) for name, kind in KINDS.items() for entry in fields(kind)]  # type: ignore[arg-type]
    assert sorted(zip(table["component"], table["prior"], strict=True)) == sorted(numbers)
    assert table["meaning"].str.len().min() > 10
    assert set(KINDS) == {entry.name for entry in fields(InflowComponents)}


@pytest.mark.parametrize(
    ("component", "change"),
    [
        (Shocks(), {"shock_median": 0.0}),
        (Shocks(), {"tail_rate": -1.0}),
        (Bounds(), {"growth": float("nan")}),
        (Season(), {"harmonics": 6}),
        (Forgetting(), {"kept": 1.0}),
        (Surges(), {"chance": 1.2}),
        (Volatility(), {"persistence_lost": float("inf")}),
    ],
)
def test_impossible_priors_are_refused(component: Component, change: dict[str, Any]) -> None:
    with pytest.raises(AssumptionError):
        replace(component, **change)  # type: ignore[type-var]  # every component is a dataclass


def test_a_centre_may_be_negative() -> None:
    assert Level(gain_centre=-1.0).gain_centre == -1.0


def test_the_description_shows_the_priors_in_force() -> None:
    changed = InflowModel(InflowComponents(shocks=Shocks(shock_median=0.31), season=Season(harmonics=2))).describe()
    assert changed["prior"].str.contains("log 0.31").any() and changed["meaning"].str.contains("1 … 2").any()
    assert not InflowModel().describe()["prior"].str.contains("log 0.31").any()


def test_a_component_left_out_is_described_no_more() -> None:
    quantities = set(InflowModel().describe()["quantity"])
    without = set(InflowModel(InflowComponents(volatility=None)).describe()["quantity"])
    assert quantities - without == {"reaction", "persistence"}
    assert "reversion" not in quantities
    assert "reversion" in set(InflowModel(InflowComponents(reversion=Reversion())).describe()["quantity"])


@pytest.mark.parametrize("components", [InflowComponents(), InflowComponents(volatility=None, reversion=Reversion())])
def test_components_come_back_from_a_dictionary(components: InflowComponents) -> None:
    assert InflowComponents.from_dict(components.to_dict()) == components


def test_an_unknown_component_or_number_is_not_guessed_at() -> None:
    with pytest.raises(KeyError):
        InflowComponents.from_dict({"momentum": {}})
    with pytest.raises(TypeError):
        InflowComponents.from_dict({"surges": {"colour": 1}})


@pytest.mark.parametrize("wrong", [{"draws": 1}, {"tune": 0}, {"chains": 1}, {"seed": -1}])
def test_sampler_settings_that_cannot_be_judged_are_refused(wrong: dict[str, int]) -> None:
    import pandas as pd

    with pytest.raises(AssumptionError):
        InflowModel().fit(pd.DataFrame(), as_of="2019-01", **{"seed": 1, **wrong})
