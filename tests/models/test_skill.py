"""Does a comparison find a real difference, and does its interval allow for what goes together?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.core.dates.calendar import add_months, month_range
from workbench.core.errors import DataError
from workbench.models.skill import block_length, compare, independent_blocks

MONTHS = month_range("2013-01", "2019-09")


def scores(better: float = 0.1, months: list[str] = MONTHS, noise: float = 0.05, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for month in months:
        for series in "ABCDEF":
            for horizon in (3, 4):
                truth = rng.gamma(4, 0.1)
                rows.append(("old", month, series, horizon, truth))
                rows.append(("new", month, series, horizon, truth * (1 - better) + rng.normal(0, noise)))
    return pd.DataFrame(rows, columns=["model_id", "origin_month", "series", "horizon", "log_crps"])


@pytest.mark.quick
def test_a_real_difference_is_found_and_none_where_there_is_none() -> None:
    told = compare(scores(), "new", "old", "log_crps")
    assert told.skill == pytest.approx(0.1, abs=0.03) and told.skill_low is not None and told.skill_high is not None
    assert 0 < told.skill_low < told.skill < told.skill_high
    assert told.difference_high is not None and told.difference_high < 0
    nothing = compare(scores(0.0), "new", "old", "log_crps")
    assert nothing.skill_low is not None and nothing.skill_high is not None
    assert nothing.skill_low < 0 < nothing.skill_high


@pytest.mark.quick
def test_the_means_are_those_of_the_forecasts_both_made() -> None:
    table = scores()
    missing = (table["model_id"] == "new") & (table["series"] == "A")
    told = compare(table[~missing], "new", "old", "log_crps")
    rest = table[table["series"] != "A"].groupby("model_id")["log_crps"].mean()
    assert told.mean == pytest.approx(rest["new"]) and told.reference == pytest.approx(rest["old"])
    assert told.forecasts == 81 * 5 * 2 and told.blocks == 9 and told.origins == 81


@pytest.mark.quick
def test_a_model_against_itself_has_no_skill_and_no_doubt() -> None:
    told = compare(_twice(scores()), "twin", "old", "log_crps")
    assert (told.skill, told.skill_low, told.skill_high, told.difference) == (0, 0, 0, 0)


def _twice(table: pd.DataFrame) -> pd.DataFrame:
    old = table[table["model_id"] == "old"]
    return pd.concat([old, old.assign(model_id="twin")])


@pytest.mark.quick
def test_shocks_that_last_widen_the_interval() -> None:
    """Differences that stay for nine months must not count as nine independent ones."""
    calm = scores(0.0, noise=0.1)
    lasting = calm.copy()
    rng = np.random.default_rng(3)
    shock = dict(zip(MONTHS, np.repeat(rng.normal(0, 0.1, 9), 9), strict=True))
    new = lasting["model_id"] == "new"
    lasting.loc[new, "log_crps"] += lasting.loc[new, "origin_month"].map(shock)
    width = [
        told.difference_high - told.difference_low
        for told in (compare(table, "new", "old", "log_crps") for table in (calm, lasting))
        if told.difference_high is not None and told.difference_low is not None
    ]
    assert width[1] > 2 * width[0]


@pytest.mark.quick
def test_the_same_seed_gives_the_same_interval_whatever_the_order_of_rows() -> None:
    table = scores()
    one = compare(table, "new", "old", "log_crps", seed=4)
    other = compare(table.sample(frac=1, random_state=2), "new", "old", "log_crps", seed=4)
    assert one.row() == pytest.approx(other.row())
    assert compare(table, "new", "old", "log_crps", seed=5).skill_low != one.skill_low


@pytest.mark.quick
def test_too_few_blocks_give_no_interval() -> None:
    few, enough = (compare(scores(months=MONTHS[:months]), "new", "old", "log_crps") for months in (26, 27))
    assert few.blocks == 2 and few.skill_low is None and few.difference_high is None and few.skill > 0
    assert enough.blocks == 3 and enough.skill_low is not None and enough.difference_high is not None


@pytest.mark.quick
@pytest.mark.parametrize(("step", "length"), [(1, 9), (3, 3), (6, 2), (12, 1)])
def test_a_block_is_nine_months_of_origins(step: int, length: int) -> None:
    assert block_length([add_months("2013-01", step * n) for n in range(8)]) == length


@pytest.mark.quick
def test_origins_that_share_outcomes_are_no_blocks_of_their_own() -> None:
    pairs = ["2014-06", "2015-06", "2015-07", "2016-07", "2016-08", "2017-08"]
    assert independent_blocks(pairs) == 1  # counted by the closest two
    assert independent_blocks(["2015-06"]) == 1 and independent_blocks([]) == 0
    assert independent_blocks(["2015-06", "2016-06"]) == 2 and independent_blocks(MONTHS) == 9


@pytest.mark.quick
def test_a_stranger_cannot_be_compared() -> None:
    with pytest.raises(DataError, match="no scores of Prophet"):
        compare(scores(), "new", "Prophet", "log_crps")


@pytest.mark.quick
def test_a_perfect_reference_leaves_the_skill_without_an_interval() -> None:
    table = scores()
    table.loc[table["model_id"] == "old", "log_crps"] = 0.0
    told = compare(table, "new", "old", "log_crps")
    assert told.skill_low is None and told.skill == 0 and told.difference_low is not None


@pytest.mark.slow
@pytest.mark.parametrize("blocks", [3, 5, 9])
def test_an_interval_holds_the_truth_as_often_as_it_says(blocks: int) -> None:
    """No difference in truth; shocks that all series share last for six months."""
    months, trials, held = MONTHS[: 9 * blocks], 300, 0
    for trial in range(trials):
        rng = np.random.default_rng([blocks, trial])
        shared = np.convolve(rng.normal(0, 0.1, len(months) + 5), np.ones(6) / np.sqrt(6), "valid")
        gained = shared[:, None] + rng.normal(0, 0.03, 10) + rng.normal(0, 0.1, (len(months), 10))
        rows = pd.MultiIndex.from_product([months, list("ABCDEFGHIJ")], names=["origin_month", "series"])
        old = pd.DataFrame({"log_crps": 2.0, "model_id": "old", "horizon": 3}, index=rows).reset_index()
        new = old.assign(model_id="new", log_crps=2.0 + gained.ravel())
        told = compare(pd.concat([old, new]), "new", "old", "log_crps", replications=500)
        assert told.difference_low is not None and told.difference_high is not None
        held += told.difference_low < 0 < told.difference_high
    assert held / trials >= 0.91  # of 300 trials: three standard errors below 0.95
