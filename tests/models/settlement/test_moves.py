import numpy as np
import pandas as pd
import pytest

from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError, ModelError
from workbench.models.settlement import moves

pytestmark = pytest.mark.quick
COHORTS = {year: float(persons) for year, persons in zip(range(2005, 2022), range(4000, 12_500, 500), strict=True)}


def stock_of(leaving: np.ndarray, years: range) -> pd.DataFrame:
    """The stock that a known hazard gives, without noise."""
    rows = []
    for year in years:
        sizes = np.array([[COHORTS[year - 1 - age] for age in range(moves.YOUNG)]])
        share = float(moves.moved_share(leaving[None, :], sizes)[0, 0])
        rows.append((year, share * sizes.sum(), (1 - share) * sizes.sum()))
    return pd.DataFrame(rows, columns=["year", "moved_here_later", "settled_here"])


def test_the_share_that_moved_is_learnt_and_the_years_are_not() -> None:
    priors = moves.MovePriors(agreement=400)
    for first in (0.02, 0.08):
        logit = np.log(first / (1 - first)) + np.log([1, 1, 2.5, 2.5 * 0.75, 2.5 * 0.75**2, 0.8, 0.6, 0.5, 0.4, 0.3])
        known = 1 / (1 + np.exp(-logit))
        stock = stock_of(known, range(2012, 2022))
        found = moves.fit_hazard(stock, COHORTS, seed=1, priors=priors)
        sizes = np.array([[COHORTS[2021 - 1 - age] for age in range(moves.YOUNG)]])
        share = moves.moved_share(found.leaving, sizes)[:, 0]
        truth = float(moves.moved_share(known[None, :], sizes)[0, 0])
        low, high = np.quantile(share, [0.025, 0.975])
        assert low < truth < high and high - low < 0.06
        table = found.retention().set_index("years")
        assert found.effective > 100
        for years in moves.HORIZONS:
            assert table.loc[years, "low95"] < np.prod(1 - known[:years]) < table.loc[years, "high95"]
        # One share a year says much about the middle of the class and little about its first year.
        assert table.loc[3, "learnt"] > table.loc[1, "learnt"]


def test_more_leave_when_the_introduction_ends() -> None:
    hazard = moves.draw_hazards(moves.MovePriors(), 2000, np.random.default_rng(1))
    middle = np.median(hazard, axis=0)
    assert middle[2] > 2 * middle[1] and middle[1] == pytest.approx(middle[0]) and middle[5] < middle[2]
    longer = moves.draw_hazards(moves.MovePriors(introduction_years=3), 2000, np.random.default_rng(1))
    assert np.median(longer, axis=0)[2] < middle[2]


def places(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    spot = rng.uniform(0, 600, (count, 2))
    km = np.linalg.norm(spot[:, None] - spot[None], axis=2)
    people = np.exp(rng.normal(9, 1.2, count))
    return moves.gravity_features(people, km, people * np.exp(rng.normal(-4, 0.6, count))), people


def test_what_draws_movers_is_recovered() -> None:
    truth = np.array([1.2, 0.8, 0.5])
    inside = 0
    for seed in range(4):
        features, people = places(80, seed)
        rng = np.random.default_rng(seed)
        leavers = people * np.exp(0.5 * rng.standard_normal(80))
        share = (leavers / leavers.sum()) @ moves._weights(features, truth)
        arrived = rng.multinomial(20_000, rng.dirichlet(2000 * share)).astype(float)
        found = moves.fit_gravity(features, leavers, arrived)
        error = np.sqrt(np.diag(found.covariance))
        assert abs(found.centre[0] - truth[0]) < 0.15 and error[1] > error[0]
        inside += int((abs(found.centre - truth) < 2 * error).sum())
    assert inside >= 9  # of 12 intervals of about 95 %


def test_nobody_is_lost_or_moves_to_where_they_are() -> None:
    features, people = places(20, 1)
    gravity = moves.fit_gravity(features, people, people)
    weights = gravity.weights(gravity.centre)
    assert np.allclose(np.diag(weights), 0) and np.allclose(weights.sum(axis=1), 1)
    hazard = moves.fit_hazard(stock_of(np.full(10, 0.05), range(2012, 2022)), COHORTS, seed=1)
    settled = Draws.from_array(np.random.default_rng(1).poisson(30, (50, 20)), {"municipality": list(range(20))})
    stays = {years: np.prod(1 - hazard.leaving[:, :years], axis=1)[:, None] * np.ones(20) for years in moves.HORIZONS}
    stayed, living = moves.follow_cohort(settled, list(stays.values()), gravity, seed=1)
    for years in moves.HORIZONS:
        there = living.select(years=years).sum().values.values
        np.testing.assert_array_equal(there, settled.sum().values.values)
    assert (stayed.values <= living.values).all()
    totals = [int(stayed.select(years=years).values.sum()) for years in moves.HORIZONS]
    assert int(settled.values.sum()) > totals[0] > totals[1] > totals[2]
    assert moves.follow_cohort(settled, list(stays.values()), gravity, seed=1)[0] == stayed


def test_distance_that_is_carried_over_is_not_updated_by_sums() -> None:
    features, people = places(20, 1)
    gravity = moves.fit_gravity(features, people, people, distance=(1.6, 0.4))
    assert gravity.carried and gravity.centre[1] == 1.6 and gravity.covariance[1, 1] == pytest.approx(0.16)
    free = moves.fit_gravity(features, people, people)
    assert not free.carried and free.centre[1] != 1.6


def test_what_cannot_be_learnt_from_is_refused() -> None:
    stock = stock_of(np.full(10, 0.05), range(2012, 2022))
    with pytest.raises(ModelError, match="all its cohorts"):
        moves.fit_hazard(stock, {2012: 1.0}, seed=1)
    with pytest.raises(DataError, match="nobody moved"):
        moves.fit_gravity(places(5, 1)[0], np.ones(5), np.zeros(5))
    with pytest.raises(AssumptionError, match="out of range"):
        moves.MovePriors(first_year=1.5)
