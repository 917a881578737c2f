"""A gain is said with its limit of p, never rounded down, and a plan that moves nobody shows none."""

from __future__ import annotations

import pandas as pd
import pytest

from workbench.presentation.allocation import honesty as page
from workbench.studies.allocation.honesty.estimates import CrossFitted, Gain
from workbench.studies.allocation.honesty.null_worlds import NullWorlds
from workbench.studies.allocation.honesty.study import Honesty

pytestmark = pytest.mark.quick


def told(moved: float, p: float) -> Honesty:
    return Honesty(
        outcome="work", synthetic=False, score_name="s", gain=Gain(0.1, 0.05, 0.2, moved),
        crossed=CrossFitted(0.1, -0.1, 0.3, float("nan"), 0.0, 0.1, 100.0), null=NullWorlds(p, 0.005, 199, 0.1, ()),
        claimed=0.15, claimed_raw=0.3, truth=None, practice=page.PRACTICES[1], folds=5, persons_past=300,
        persons_placed=40.0,
        by_place=pd.DataFrame(columns=["place", "persons", "expected", "reached", "low", "high"], dtype=float),
    )  # fmt: skip


def test_p_is_a_limit_and_is_rounded_up() -> None:
    shown, unsure = told(0.5, 0.0149), told(0.5, 0.0502)
    assert shown.shown and page.gain(shown).sentence.endswith("gives p ≤ 0.02.")
    assert not unsure.shown and page.gain(unsure).sentence.endswith("gives p ≤ 0.06.")
    assert page.gain(told(0.5, 0.07)).sentence.endswith("gives p ≤ 0.07.")  # 100 * 0.07 is a little above 7
    assert "That is an assumption" in page.gain(shown).plain()


def test_a_plan_that_sends_people_as_practice_does_shows_no_gain() -> None:
    same = told(0.001, 0.0149)
    assert not same.shown and not same.to_dict()["shown"]
    assert page.gain(same).sentence.startswith("Nothing can be concluded")
    assert same.to_dict()["cross_fitted"]["weighted"] is None
