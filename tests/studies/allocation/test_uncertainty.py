"""A plan under draws of fitted outcomes, and the one chosen for the worst of them."""

from __future__ import annotations

import pandas as pd
import pytest

from workbench.core.errors import DecisionError
from workbench.presentation.allocation.uncertainty import under_draws as said
from workbench.sources import synthetic_outcomes
from workbench.studies.allocation import allocate, outcome_scores, outcomes, uncertainty
from workbench.studies.allocation.input.tables import Tables

pytestmark = pytest.mark.quick


def test_the_safest_plan_is_no_worse_in_the_worst_draws_and_says_what_it_gives_up() -> None:
    homes = pd.DataFrame({"household": ["a", "b", "c"], "adults": [1, 2, 1], "children": 0, "seniors": 0,
                          "type": ["single_adult", "couple", "single_adult"]})  # fmt: skip
    places = pd.DataFrame({"place": ["p", "q", "r"], "capacity": [2, 2, 2]})
    counts = synthetic_outcomes.outcome_cells(
        ["couple", "single_adult"], list(places["place"]), persons={"p": 4, "q": 30, "r": 4}, seed=3
    )
    table = outcomes.OutcomeTable(counts, "work", True)
    tables, fit = outcome_scores.scored(Tables(homes, places), table)
    plan = allocate(tables, gap=0.0)
    looked = uncertainty.under_draws(tables, plan, fit, homes, draws=20, safest=True, share=0.2, gap=1e-6)
    assert looked.safest is not None
    assert looked.safest.tail >= looked.safest.tail_of_expected - 1e-9 and looked.reaches(1e-4)
    told = looked.to_dict()
    assert told["cvar"]["bound"] >= told["cvar"]["value"] - 1e-9 and told["knowing_more"] >= 0
    for language in ("en", "nb", "sv"):
        assert len(said(looked, language).caveats) == 2
    with pytest.raises(DecisionError, match="less than one draw"):
        uncertainty.under_draws(tables, plan, fit, homes, draws=4, safest=True, share=0.1)
