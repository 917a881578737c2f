"""The paired effect of detections: told with its interval, kept where they paid by outcomes known then."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.core.dates.calendar import month_range
from workbench.core.errors import DataError
from workbench.presentation.inflow import detections as shown
from workbench.studies.inflow.detections import KEPT, WITH, Both, effect, read

pytestmark = pytest.mark.quick


def both(lead: float) -> Both:
    """Return applications that follow detections of the month before, or do not."""
    rng = np.random.default_rng(5)
    months = month_range("2010-01", "2015-12")
    w = 6 + np.cumsum(rng.normal(0, 0.4, (len(months), 6)), axis=0)
    z = 5 + lead * np.roll(w - 6, 1, axis=0) + rng.normal(0, 0.1, w.shape)
    names = list("ABCDEF")
    made = [pd.DataFrame(np.expm1(x).clip(0).round(), months, names) for x in (z, w)]
    return Both(made[0], made[1], ())


def test_detections_that_lead_are_kept_and_improve_and_the_choice_looks_at_nothing_later() -> None:
    found = effect(both(1.0), first="2012-06", every=3, horizons=(1, 2))
    always, kept = found.paired[1]
    assert always.skill > 0.2 and kept.skill > 0.1 and always.skill_low is not None and always.skill_low > 0
    assert found.pays[found.pays["horizon"] == 1]["keep"].all()
    sure = replace(found, paired={0: (always, always)})
    assert shown.finding(sure).sentence.startswith("Border detections, kept where they paid, improve")
    first = found.scores[found.scores["origin_month"] == "2012-06"]
    same = first.pivot_table(index=["series", "horizon"], columns="model_id", values="log_crps")
    assert not same[KEPT].equals(same[WITH])  # nothing had paid yet, so nothing was kept
    assert {"A", "F"} <= set(found.forecast["origin"]) and (found.forecast["low80"] <= found.forecast["high80"]).all()


def test_the_shipped_tables_are_read_with_the_same_months_and_origins() -> None:
    found = read(first="2013-07")
    assert list(found.persons.columns) == list(found.detections.columns)
    assert list(found.persons.index) == list(found.detections.index) == month_range("2012-01", found.last)
    assert "SYR" in found.persons and "OTH" not in found.persons and found.persons.iloc[-1].notna().any()
    assert not found.detections.isna().any(axis=None)
    corridors = pd.read_csv("data/localities/eu/corridors.csv") if Path("data").exists() else None
    if corridors is not None:
        syrians = corridors[(corridors["origin"] == "SYR") & (corridors["month"] == "2014-06")]["persons"].sum()
        assert found.persons.loc["2014-06", "SYR"] == syrians


def test_applications_without_origins_are_refused(tmp_path: Path) -> None:
    rows = [f"{month},SE,100" for month in month_range("2012-01", "2014-12")]
    (tmp_path / "a.csv").write_text("month,destination,persons\n" + "\n".join(rows) + "\n")
    with pytest.raises(DataError, match="no origins"):
        read(applications=tmp_path / "a.csv")
