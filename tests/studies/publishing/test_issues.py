"""A new issue says how earlier ones did and what moved since the last; the parts add up to the change."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from workbench.core.draws import Draws
from workbench.core.runs.archive import archive_of
from workbench.presentation import inflow as page
from workbench.studies import inflow, publishing
from workbench.studies.inflow.saved_runs import InflowResult
from workbench.studies.publishing import issues

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def pair(saved_runs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, InflowResult, InflowResult]:
    """Two issues: one with data to September 2019, and one made three months later that expects more of one place."""
    runs = Path(shutil.copytree(saved_runs, tmp_path_factory.mktemp("issues") / "runs"))
    publishing.publish("inflow", by="Kari", runs=runs)
    first = inflow.published(runs=runs).result
    assert first is not None
    values = first.draws.values.to_numpy().copy()
    places = list(first.draws.labels("destination"))
    values[:, places.index("NO")] += 1000
    months = ["2020-01", "2020-02", "2020-03", "2020-04", "2020-05", "2020-06"]
    later = first.later[first.later["month"] <= "2019-12"]
    known = pd.concat([first.arrivals, later], ignore_index=True)
    draws = Draws.from_array(values, {"destination": places, "month": months})
    second = replace(first, record=replace(first.record, key="f" * 64), as_of="2019-12", draws=draws, arrivals=known)
    return runs, first, second


def test_the_first_issue_says_that_it_is_the_first(pair) -> None:
    runs, first, _ = pair
    assert issues.earlier(first, runs) == [] and issues.moved(first, []) is None
    told = page.about_release(first, "eu", "en", runs)
    assert "first issue" in told.sentence and any("no contact" in c for c in told.caveats)
    assert not page.about_release(first, "", "en", runs).caveats[-1].startswith("The locality")  # one's own table


def test_parts_of_a_change_add_up_and_earlier_figures_are_counted_by_hand(pair) -> None:
    runs, first, second = pair
    before = issues.earlier(second, runs)
    change = issues.moved(second, before)
    assert change is not None and change.months == ("2020-01", "2020-02", "2020-03")
    assert sum(value for _, value in change.parts) == pytest.approx(change.now - change.before)
    found = issues.record(second, before)
    low, high = (end.to_series() for end in first.draws.interval(0.8))
    came = second.arrivals.set_index(["destination", "month"])["persons"]
    both = low.to_frame("low").join(high.rename("high")).join(came.rename("came"), how="inner").dropna()
    both = both[both.index.get_level_values("month") > "2019-09"]
    assert found.figures == len(both) > 0
    assert found.inside == int(((both["low"] <= both["came"]) & (both["came"] <= both["high"])).sum())
    told = page.about_release(second, "eu", "nb", runs).sentence
    assert "inflow-0001" in told and "utgivelse" in told and "issue" not in told


def test_a_withdrawn_issue_is_no_earlier_one(pair, tmp_path: Path) -> None:
    runs = Path(shutil.copytree(pair[0], tmp_path / "runs"))
    archive_of(runs).withdraw("inflow-0001", by="Ola", reason="wrong table")
    assert issues.earlier(pair[2], runs) == []
