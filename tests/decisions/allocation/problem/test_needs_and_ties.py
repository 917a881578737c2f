from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.errors import AssumptionError, DataError
from workbench.decisions.allocation import MatchingWeights, needs_and_ties, problem_from_tables

pytestmark = pytest.mark.quick
WEIGHTS = MatchingWeights(ties=2, languages=1, decay_km=100, same_county=0.3, nothing_known=0.5)


@pytest.fixture
def homes():
    return pd.DataFrame(
        {
            "household": ["a", "b", "c", "d"], "adults": 1, "children": 0, "seniors": 0,
            "ties": ["oslo", "", np.nan, "oslo;abroad"], "languages": ["ar;so", "so", "", None],
        }
    )  # fmt: skip


@pytest.fixture
def rooms():
    return pd.DataFrame(
        {
            "place": ["oslo", "drammen", "bergen", "flesberg"], "capacity": 4, "languages": ["ar", "", "so;ti", ""],
            "lon": [10.74, 10.20, 5.32, np.nan], "lat": [59.91, 59.74, 60.39, np.nan],
            "county": ["Oslo", "Buskerud", "Vestland", "Buskerud"],
        }
    )  # fmt: skip


def test_the_score_is_the_weighted_mean_of_the_components_that_apply(homes, rooms):
    matching = needs_and_ties(homes, rooms, WEIGHTS)
    assert matching.components("a", "oslo") == {"ties": 1.0, "languages": 1.0, "score": 1.0}
    near = matching.components("a", "drammen")
    # Oslo to Drammen is about 36 km as the crow flies: exp(−.36) = .70.
    assert near["ties"] == pytest.approx(0.70, abs=0.02) and near["languages"] == 0.0
    assert near["score"] == pytest.approx((2 * near["ties"] + 0.0) / 3)
    assert matching.components("b", "bergen") == {"languages": 1.0, "score": 1.0}
    assert matching.components("c", "bergen") == {"score": 0.5}
    assert matching.unknown_ties == ("abroad",)
    assert matching.scores.loc[0, "oslo"] == 1.0


def test_the_county_stands_in_where_distance_is_unknown(homes, rooms):
    tied = homes.assign(ties="flesberg")
    matching = needs_and_ties(tied, rooms, WEIGHTS)
    assert matching.components("d", "drammen")["ties"] == 0.3
    assert matching.components("d", "bergen")["ties"] == 0.0
    bare = needs_and_ties(tied, rooms.drop(columns=["lon", "lat", "county"]), WEIGHTS)
    assert bare.components("d", "drammen")["ties"] == 0.0
    assert bare.components("d", "flesberg")["ties"] == 1.0


def test_the_name_travels_with_the_scores(homes, rooms):
    problem = problem_from_tables(homes, rooms, needs_and_ties(homes, rooms, WEIGHTS).scores)
    assert problem.score_name == "needs-and-ties matching"


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.floats(0, 9), st.floats(0, 9)).filter(lambda pair: sum(pair) > 0.01),
    st.floats(1, 1000),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_scores_lie_between_0_and_1_and_a_tie_is_never_beaten(weights, decay, county, unknown):
    homes = pd.DataFrame({"household": ["a", "b"], "ties": ["p;q", ""], "languages": ["", "so"]})
    rooms = pd.DataFrame(
        {"place": list("pqrs"), "lon": [5, 6, 7, 8], "lat": [60, 61, 62, 59], "county": ["k", "l", "k", "m"]}
    )
    matching = needs_and_ties(homes, rooms, MatchingWeights(*weights, decay, county, unknown))
    scores = matching.scores.set_index("household")
    assert scores.to_numpy().min() >= 0 and scores.to_numpy().max() <= 1
    assert scores.loc["a", ["p", "q"]].min() >= scores.loc["a", ["r", "s"]].max()


def test_weights_without_meaning_are_all_named():
    with pytest.raises(AssumptionError) as caught:
        MatchingWeights(ties=-1, languages=1, decay_km=0, same_county=2, nothing_known=0.5)
    assert all(name in str(caught.value) for name in ("ties", "decay_km", "same_county"))
    with pytest.raises(AssumptionError, match="languages = 0"):
        MatchingWeights(ties=0, languages=0, decay_km=1, same_county=0, nothing_known=0)


def test_an_unknown_pair_is_refused(homes, rooms):
    with pytest.raises(DataError, match="nobody at oslo"):
        needs_and_ties(homes, rooms, WEIGHTS).components("nobody", "oslo")
