from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import AssumptionError, DataError
from workbench.models import fit_files
from workbench.models.settlement.fit import SettlementFit, highest, two_sided
from workbench.models.settlement.futures import whole_persons

pytestmark = pytest.mark.quick


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=30), st.integers(0, 1000))
def test_whole_persons_add_up_and_stay_within_one_of_what_is_expected(raw: list[float], seed: int) -> None:
    shares = np.array(raw) + 1e-9
    total = int(np.ceil(shares.sum()))
    expected = np.tile(shares / shares.sum() * total, (5, 1))
    found = whole_persons(expected, np.random.default_rng(seed))
    assert (found.sum(axis=1) == total).all() and (found >= 0).all()
    assert (abs(found - expected) < 1 + 1e-6).all()


def test_whole_persons_keep_the_expectation() -> None:
    expected = np.tile([0.2, 1.5, 3.3, 0.0], (40_000, 1))
    assert np.allclose(whole_persons(expected, np.random.default_rng(1)).mean(axis=0), expected[0], atol=0.02)


def test_shocks_are_wider_on_one_side_and_symmetric_where_nothing_is_skewed() -> None:
    rng = np.random.default_rng(3)
    freedom = np.full(200_000, 5.0)
    for skew in (0.7, 1.0, 1.3):
        found = two_sided(freedom, np.array([skew]), rng)
        up = found > 0
        assert up.mean() == pytest.approx(skew**2 / (1 + skew**2), abs=0.01)
        assert np.median(found[up]) / -np.median(found[~up]) == pytest.approx(skew**2, rel=0.03)
    # The density that the model fits: the same on both sides of zero, so that it has no step there.
    near = two_sided(np.full(2_000_000, 5.0), np.array([0.7]), rng)
    assert ((near > 0) & (near < 0.05)).sum() == pytest.approx(((near < 0) & (near > -0.05)).sum(), rel=0.03)


def test_every_draw_adds_up_to_its_total(made_up_fit: SettlementFit) -> None:
    totals = np.random.default_rng(2).integers(5_000, 40_000, (90, 3))
    draws = made_up_fit.simulate(totals, seed=4)
    # 120 draws of shares and 90 of the total: each total is continued twice, none more often than another
    assert draws.labels("year") == [2021, 2022, 2023] and draws.size == 180
    expected = totals[np.arange(180) % 90]
    np.testing.assert_array_equal(draws.sum("municipality").values.to_numpy(), expected)
    groups = {place: "north" if place < "M006" else "south" for place in draws.labels("municipality")}
    assert draws.group("municipality", groups, "county").sum("county") == draws.sum("municipality")


def test_a_seed_gives_the_same_future_and_a_further_year_leaves_the_first_alone(made_up_fit: SettlementFit) -> None:
    one = made_up_fit.simulate(np.array([20_000]), seed=4)
    assert one == made_up_fit.simulate(np.array([20_000]), seed=4)
    assert one != made_up_fit.simulate(np.array([20_000]), seed=5)
    two = made_up_fit.simulate(np.array([20_000, 9_000]), seed=4)
    assert two.select(year=[2021]) == one


def test_no_municipality_receives_far_more_for_each_inhabitant_than_any_ever_did(made_up_fit: SettlementFit) -> None:
    smallest = int(made_up_fit.log_population.argmin())
    wild = made_up_fit.posterior.copy(deep=True)
    wild["variance"][:, :, smallest] = 25.0  # shocks of a factor of 150 and more
    draws = replace(made_up_fit, posterior=wild).simulate(np.full(2, 20_000), seed=1).values.to_numpy()
    share = draws[:, smallest] / 20_000 / np.exp(made_up_fit.log_population[smallest])
    assert np.exp(highest(made_up_fit.panel)) / 2 < share.max() < 2 * np.exp(highest(made_up_fit.panel))


def test_further_years_are_less_certain(made_up_fit: SettlementFit) -> None:
    draws = made_up_fit.simulate(np.full(4, 200_000), seed=1).values.to_numpy()
    spread = np.log(draws + 1).std(axis=0).mean(axis=0)
    assert spread[3] > spread[0]


def test_totals_that_are_no_persons_are_refused(made_up_fit: SettlementFit) -> None:
    for bad in ([10.5], [-1], [np.nan]):
        with pytest.raises(AssumptionError, match="national total"):
            made_up_fit.simulate(np.array(bad), seed=1)


def test_a_year_in_which_nobody_comes_settles_nobody(made_up_fit: SettlementFit) -> None:
    assert int(made_up_fit.simulate(np.array([0]), seed=1).values.sum()) == 0


def test_a_saved_fit_forecasts_the_same(made_up_fit: SettlementFit, tmp_path: Path) -> None:
    again = SettlementFit.load(made_up_fit.save(tmp_path / "fit"))
    assert again.simulate(np.array([20_000, 100]), 1) == made_up_fit.simulate(np.array([20_000, 100]), 1)
    assert again.panel.fingerprint == made_up_fit.panel.fingerprint and again.diagnostics == made_up_fit.diagnostics


def test_a_fit_of_other_figures_is_refused(made_up_fit: SettlementFit, tmp_path: Path) -> None:
    folder = made_up_fit.save(tmp_path / "fit")
    words = (folder / fit_files.WORDS).read_text(encoding="utf-8")
    (folder / fit_files.WORDS).write_text(words.replace(made_up_fit.data_fingerprint, "0" * 64), encoding="utf-8")
    with pytest.raises(DataError, match="not made from the figures"):
        SettlementFit.load(folder)
    with pytest.raises(DataError, match="no settlement fit"):
        SettlementFit.load(tmp_path / "none")
