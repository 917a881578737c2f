"""The reasons counted in a report still match the words in which the plan explains itself."""

import pandas as pd
import pytest

from workbench.decisions.allocation import problem_from_tables, solve
from workbench.presentation.allocation import REASONS
from workbench.presentation.allocation.plan_tables import _reason

pytestmark = pytest.mark.quick


def plan(households: list[dict[str, object]], places: list[dict[str, object]]):
    blank = {"adults": 1, "children": 0, "seniors": 0, "languages": "", "needs": "", "ties": ""}
    table = pd.DataFrame([{**blank, "household": f"h{k}", **h} for k, h in enumerate(households)])
    towns = pd.DataFrame([{"place": f"p{k}", "services": "", "languages": "", **p} for k, p in enumerate(places)])
    pairs = [(h, p, 0.5) for h in table["household"] for p in towns["place"]]
    return solve(problem_from_tables(table, towns, pd.DataFrame(pairs, columns=["household", "place", "score"])))


@pytest.mark.parametrize(
    ("households", "expected"),
    [
        ([{"needs": "rehabilitation"}], "which no place offers"),
        ([{"adults": 9}], "no place has"),
        ([{"adults": 2, "needs": "lift"}], "no place has"),
        ([{"adults": 2, "needs": "ramp"}], "too large for each"),
        ([{"adults": 2}, {"adults": 2}, {"adults": 1}], "without room"),
    ],
)
def test_every_explanation_finds_its_reason(households, expected):
    rooms = [{"capacity": 2, "capacity_ramp": 1}, {"capacity": 1, "capacity_ramp": 3}]
    told = plan(households, [{**room, "capacity_rehabilitation": 0, "capacity_lift": 1} for room in rooms])
    told = told.unplaced["why"]
    assert len(told) and all(_reason(why) == REASONS[expected] for why in told)
