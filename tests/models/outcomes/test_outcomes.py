"""The model of outcomes: shrinks, agrees with its approximation, forecasts what it has not seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.core.errors import DataError
from workbench.models.outcomes import laplace
from workbench.models.outcomes.cells import Cells
from workbench.models.outcomes.fit import fit, fit_by_nuts
from workbench.models.outcomes.gibbs import polya_gamma


def world(types: int, places: int, scales: tuple[float, float, float], persons: float, seed: int) -> tuple:
    rng = np.random.default_rng(seed)
    logit = -0.4 + scales[0] * rng.standard_normal((types, 1)) + scales[1] * rng.standard_normal((1, places))
    truth = 1 / (1 + np.exp(-(logit + scales[2] * rng.standard_normal((types, places)))))
    n = rng.poisson(persons, truth.shape)
    names = tuple(f"t{i}" for i in range(types)), tuple(f"p{i:02d}" for i in range(places))
    return Cells(*names, n, rng.binomial(n, truth)), truth


@pytest.mark.quick
def test_counts_of_a_table_are_added_up_and_places_without_counts_may_be_named() -> None:
    table = pd.DataFrame({"place": ["b", "a", "b"], "type": ["x", "x", "x"], "n": [3, 2, 4], "successes": [1, 0, 4]})
    cells = Cells.from_table(table, places=["c"])
    assert (
        cells.places == ("a", "b", "c") and cells.n.tolist() == [[2, 7, 0]] and cells.successes.tolist() == [[0, 5, 0]]
    )


@pytest.mark.quick
def test_more_successes_than_persons_are_refused() -> None:
    with pytest.raises(DataError, match="more persons"):
        Cells(("x",), ("a",), np.array([[1]]), np.array([[2]]))


@pytest.mark.quick
def test_parts_are_even_and_add_up() -> None:
    cells, _ = world(3, 4, (0.5, 0.3, 0.3), 9, 1)
    parts = cells.parted(4, np.random.default_rng(1))
    assert (sum(part.n for part in parts) == cells.n).all()
    assert (sum(part.successes for part in parts) == cells.successes).all()
    sizes = np.stack([part.n for part in parts])
    assert (sizes.max(axis=0) - sizes.min(axis=0)).max() <= 1
    assert (cells.without(parts[0]).n == cells.n - parts[0].n).all()


@pytest.mark.quick
def test_shuffled_worlds_keep_who_was_where_and_how_many_of_a_type_succeeded() -> None:
    cells, _ = world(3, 5, (0.5, 0.8, 0.5), 30, 2)
    rng = np.random.default_rng(3)
    worlds = [cells.shuffled(rng) for _ in range(300)]
    assert all(
        (w.n == cells.n).all() and (w.successes.sum(axis=1) == cells.successes.sum(axis=1)).all() for w in worlds
    )
    mean = np.mean([w.successes for w in worlds], axis=0)
    expected = cells.n * (cells.successes.sum(axis=1) / cells.n.sum(axis=1))[:, None]
    assert np.abs(mean - expected).max() < 1.5  # no place is better for anybody


@pytest.mark.quick
def test_shares_are_shrunk_towards_alike_cells_and_nearer_to_the_truth_than_raw_ones() -> None:
    far, raw_far = [], []
    for seed in range(8):
        cells, truth = world(6, 20, (0.6, 0.3, 0.3), 6, seed)
        share = laplace.approximate(cells).mean
        far.append(np.abs(share - truth).mean())
        raw_far.append(np.abs(np.nan_to_num(cells.raw(), nan=0.4) - truth).mean())
        assert share.std() < np.nanstd(cells.raw())
    assert np.mean(far) < 0.6 * np.mean(raw_far)


@pytest.mark.quick
def test_cells_with_more_persons_are_known_better() -> None:
    cells, _ = world(4, 12, (0.5, 0.3, 0.4), 5, 3)
    n = cells.n.copy()
    n[0, 0], n[1, 1] = 400, 0
    hits = np.minimum(cells.successes, n)
    hits[0, 0] = 300
    told = laplace.approximate(Cells(cells.types, cells.places, n, hits))
    assert told.sd[0, 0] < 0.15 < told.sd[1, 1]
    assert told.mean[0, 0] == pytest.approx(0.75, abs=0.03)


@pytest.mark.quick
@pytest.mark.parametrize(("shape", "tilt"), [(1, 0.02), (1, 3.0), (7, 1.0), (60, -2.0)])
def test_polya_gamma_variables_have_the_right_transform(shape: int, tilt: float) -> None:
    drawn = polya_gamma(np.array(shape), np.full(40_000, tilt), np.random.default_rng(1))
    t = 2.0 / shape  # Polson, Scott and Windle 2013: E exp(-t w) = (cosh(c/2) / cosh(sqrt((c²/2 + t)/2)))^b
    expected = (np.cosh(tilt / 2) / np.cosh(np.sqrt((tilt**2 / 2 + t) / 2))) ** shape
    told = np.exp(-t * drawn)
    assert abs(told.mean() - expected) < 5 * told.std() / 200
    assert polya_gamma(np.array(0), np.zeros(3), np.random.default_rng(1)).tolist() == [0, 0, 0]


@pytest.mark.quick
def test_the_sampler_passes_its_checks_and_its_intervals_hold_the_truth_also_where_nobody_was_counted() -> None:
    inside, new = [], []
    for seed in range(2):
        cells, truth = world(4, 14, (0.6, 0.5, 0.4), 8, seed)
        n = cells.n.copy()
        n[:, :4] = 0
        fitted = fit(Cells(cells.types, cells.places, n, np.minimum(cells.successes, n)), seed=seed)
        assert fitted.ok and fitted.method == "Gibbs"
        low, high = np.quantile(fitted.share, [0.1, 0.9], axis=0)
        held = (truth >= low) & (truth <= high)
        inside.append(held[:, 4:].mean())
        new.append(held[:, :4].mean())
    assert 0.7 < np.mean(inside) < 0.9 and 0.55 < np.mean(new) < 0.98  # 80 % intervals


@pytest.mark.quick
def test_the_same_seed_gives_the_same_draws() -> None:
    cells, _ = world(2, 3, (0.5, 0.4, 0.3), 5, 4)
    first, again, other = (fit(cells, draws=60, tune=60, seed=seed).share for seed in (1, 1, 2))
    assert (first == again).all() and (first != other).any()


@pytest.mark.quick
def test_one_type_and_one_place_are_enough() -> None:
    fitted = fit(Cells(("x",), ("a",), np.array([[400]]), np.array([[100]])), draws=200, tune=200)
    assert fitted.mean[0, 0] == pytest.approx(0.25, abs=0.01)


@pytest.mark.whole
def test_two_samplers_agree_and_means_are_near_their_approximation() -> None:
    cells, _ = world(4, 8, (0.5, 0.4, 0.3), 25, 4)
    nuts = fit_by_nuts(cells, draws=400, tune=500, chains=2, seed=1)
    ours = fit(cells, seed=1)
    assert nuts.diagnostics.divergences <= 8
    assert np.abs(nuts.mean - ours.mean).max() < 0.015
    assert ours.share.std(axis=0) == pytest.approx(nuts.share.std(axis=0), rel=0.2)
    assert np.abs(ours.mean - laplace.approximate(cells).mean).mean() < 0.02
    table = ours.table()
    assert len(table) == 32 and ((table["low95"] <= table["share"]) & (table["share"] <= table["high95"])).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scales", "persons", "seed"), [((0.5, 0.4, 0.3), 25, 4), ((0.6, 0.0, 0.0), 6, 5)], ids=["differ", "alike"]
)
def test_both_samplers_agree_within_their_monte_carlo_error(scales: tuple, persons: float, seed: int) -> None:
    cells, _ = world(3, 6, scales, persons, seed)
    nuts, ours = fit_by_nuts(cells, draws=1000, tune=1000, chains=4, seed=1), fit(cells, draws=1500, chains=4, seed=1)
    told = []
    for what in (lambda x: x, lambda x: (x - x.mean(axis=0)) ** 2):  # means, and variances about them
        found = [_batch_means(what(each.share)) for each in (nuts, ours)]
        apart = (found[0][0] - found[1][0]) / np.hypot(found[0][1], found[1][1])
        told.append(apart)
        assert np.sqrt((apart**2).mean()) < 1.6 and np.abs(apart).max() < 5
    print("apart in Monte Carlo errors, root mean square and most:", [(x.std(), np.abs(x).max()) for x in told])
    print("largest difference of means:", np.abs(nuts.mean - ours.mean).max())
    print("ratio of deviations:", np.ptp(ours.share.std(axis=0) / nuts.share.std(axis=0)))


def _batch_means(drawn: np.ndarray, batches: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean over draws and its Monte Carlo error; draws stand chain by chain."""
    means = drawn.reshape(batches, -1, *drawn.shape[1:]).mean(axis=1)
    return means.mean(axis=0), means.std(axis=0, ddof=1) / np.sqrt(batches)
