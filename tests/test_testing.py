"""The conformance checks that any package can run: our own parts pass, and each fault is named."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from workbench.cli.parts import installed
from workbench.core.errors import DataError, PluginError
from workbench.core.parts import Measurement
from workbench.core.runs.provenance import Source, Vintage, fingerprint
from workbench.sources import localities, registry
from workbench.studies.localities import indicators
from workbench.testing import check_component, check_indicator, check_panel, check_rule, check_source

pytestmark = pytest.mark.quick
CHECKS = {
    "sources": check_source,
    "rules": check_rule,
    "indicators": check_indicator,
    "components": check_component,
    "panels": check_panel,
}


@pytest.mark.parametrize("kind", CHECKS)
def test_our_own_parts_pass_their_checks(kind: str) -> None:
    own = [plugin for plugin in installed()[kind].values() if plugin.own]
    assert own
    for plugin in own:
        CHECKS[kind](plugin.value())


def test_our_source_and_indicator_pass_on_the_localities_they_are_for() -> None:
    for name in ("eu", "norway", "sweden"):
        check_source(registry.available()["arrivals"].value(), localities.load(name))
    check_indicator(indicators.SettledOfAccepted(), localities.load("norway"))


class Own:
    """A source whose table, vintage and contract can be set."""

    contract = "arrivals"
    table = pd.DataFrame({"month": ["2026-01"], "destination": ["NO"], "persons": [5]})
    source = Source("a town", "arrivals", "CC0")

    def __init__(self, **changes: Any) -> None:
        vars(self).update(changes)

    def read(self, _locality: object) -> tuple[pd.DataFrame, Vintage]:
        mark = getattr(self, "mark", None) or fingerprint(self.table)
        return self.table, Vintage("town", self.source, "2026-01", mark)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Own(contract="arivals"), "no table contract is called 'arivals'"),
        (Own(contract=""), "its 'contract' is empty"),
        (Own(read=None), "its 'read' cannot be called"),
        (Own(table=Own.table.assign(persons=-5)), "negative value"),
        (Own(table=Own.table.assign(destination="XX")), "not a place of locality 'eu'"),
        (Own(source=Source("a town", "arrivals", "")), "its source names no licence"),
        (Own(mark="other"), "its fingerprint is not that of the table"),
        (object(), "it has no 'contract'"),
    ],
)
def test_a_source_is_refused_with_the_reason(source: Any, said: str) -> None:
    check_source(Own(), localities.load("eu"))
    with pytest.raises(PluginError, match=said):
        check_source(source, localities.load("eu"))


class Share:
    """An indicator whose measurement can be set."""

    question = "How many?"
    tables = ("settlement",)

    def __init__(self, **changes: Any) -> None:
        self.count = 0
        vars(self).update(changes)

    def measure(self, _locality: object, _tables: Mapping[str, pd.DataFrame]) -> Any:
        self.count += 1
        given = getattr(self, "given", lambda _: Measurement("It is 3.", 3.0, "persons"))
        return given(self.count)


def refused(_: int) -> Measurement:
    raise DataError("no figures")


@pytest.mark.parametrize(
    ("indicator", "said"),
    [
        (Share(question="How many"), "does not end in a question mark"),
        (Share(tables=()), "its 'tables' is empty"),
        (Share(tables=("nothing",)), "has no table 'nothing'"),
        (Share(given=lambda n: Measurement(f"It is {n}.", n, "persons")), "measured twice, it gives two results"),
        (Share(given=lambda _: Measurement("It is.", math.nan, "persons")), "its estimate is nan"),
        (Share(given=lambda _: Measurement("It is 3.", 3.0, "")), "its measurement has no unit"),
        (Share(given=lambda _: 3.0), "it returns float"),
        (Share(given=refused), "no figures"),
    ],
)
def test_an_indicator_is_refused_with_the_reason(indicator: Any, said: str) -> None:
    norway = localities.load("norway")
    check_indicator(Share(), norway)
    with pytest.raises(PluginError, match=said):
        check_indicator(indicator, norway)


def described(**changes: Any) -> Any:
    row = {"quantity": "level", "per": "place", "prior": "Normal(0, 1)", "meaning": "how many", **changes}
    return SimpleNamespace(describe=lambda: pd.DataFrame([row]), build=lambda series: series)


@pytest.mark.parametrize(
    ("component", "said"),
    [
        (described(prior=" "), "row 0 of its description has no prior"),
        (described(colour="red"), "not described by a table with the columns"),
        (SimpleNamespace(describe=lambda: described().describe().iloc[:0], build=print), "names no quantity"),
        (SimpleNamespace(describe=lambda: pd.concat([described().describe()] * 2), build=print), "'level' twice"),
        (SimpleNamespace(describe=lambda: 3), "it has no 'build'"),
    ],
)
def test_a_component_is_refused_with_the_reason(component: Any, said: str) -> None:
    check_component(described())
    with pytest.raises(PluginError, match=said):
        check_component(component)


def panel(**changes: Any) -> Any:
    state = SimpleNamespace(blockers=("There is no run yet.",), to_dict=lambda: {"month": "2026-01"})
    vars(state).update(changes)
    return SimpleNamespace(title="Outlook", state=lambda: state, view=changes.get("view", lambda _: "widget"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (panel(blockers=("no run",)), "its blocker 'no run' is no sentence"),
        (panel(to_dict=lambda: {"month": object()}), "its state is not plain values"),
        (panel(to_dict=lambda: {"share": math.nan}), "its state is not plain values"),
        (panel(to_dict=None), "of its state: its 'to_dict' cannot be called"),
        (panel(view=lambda _: None), "its view shows nothing"),
        (SimpleNamespace(title="", state=print, view=print), "its 'title' is empty"),
    ],
)
def test_a_panel_is_refused_with_the_reason(given: Any, said: str) -> None:
    check_panel(panel())
    with pytest.raises(PluginError, match=said):
        check_panel(given)
