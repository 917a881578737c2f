"""Small areas: ranks, funnel limits, and a fit that finds a known truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workbench.core.errors import DataError, ModelError
from workbench.models.components import check_component
from workbench.models.smallarea import SmallAreaFit, SmallAreaModel, SmallAreaPanel, ranks
from workbench.models.smallarea.funnel import limits


def made_up(seed: int, areas: int = 30, years: int = 2) -> tuple[SmallAreaPanel, np.ndarray]:
    """Return counts of areas of very different size, and their true rates in the last year."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.uniform(6, 11, areas))
    group = rng.integers(0, 3, areas)
    truth = rng.beta(20 * (0.1 + 0.05 * group), 20 * (0.9 - 0.05 * group))
    persons = np.rint(size / 40)[:, None] * np.ones(years)
    events = rng.binomial(persons.astype(int), truth[:, None]).astype(float)
    names = tuple(f"{at:02d}" for at in range(areas))
    labels = tuple(map(str, group))
    return SmallAreaPanel(names, tuple(range(2020, 2020 + years)), events, persons, size, {"centrality": labels}), truth


@pytest.mark.quick
def test_ranks_are_whole_and_each_stands_once() -> None:
    found = ranks(np.random.default_rng(1).random((50, 7)))
    assert (np.sort(found, axis=1) == np.arange(1, 8)).all()
    rates = np.array([[0.3, 0.1, 0.2]])
    assert ranks(rates).tolist() == [[1, 3, 2]] and ranks(rates, highest_first=False).tolist() == [[3, 1, 2]]


@pytest.mark.quick
@pytest.mark.parametrize("persons", [30, 200.4, 5000])
def test_funnel_limits_hold_what_they_say(persons: float) -> None:
    low, high = limits(0.2, np.array([persons]), 0.95)
    share = np.random.default_rng(2).binomial(round(persons), 0.2, 20_000) / round(persons)
    assert 0.92 < np.mean((low <= share) & (share <= high)) < 0.98


@pytest.mark.quick
def test_a_panel_that_cannot_be_is_refused() -> None:
    panel, _ = made_up(1)
    for changed, said in (
        ({"events": panel.persons + 1}, "more events than persons"),
        ({"years": (2020, 2022)}, "do not follow each other"),
        ({"size": panel.size[:3]}, "do not fit"),
    ):
        with pytest.raises(ModelError, match=said):
            SmallAreaPanel(**{**vars(panel), **changed})
    with pytest.raises(ModelError, match="no year up to 2000"):
        panel.until(2000)


@pytest.mark.quick
def test_the_model_says_what_it_is_made_of() -> None:
    check_component(SmallAreaModel())


@pytest.mark.slow
def test_a_fit_holds_the_true_ranks_and_comes_nearer_than_raw_rates(tmp_path: Path) -> None:
    inside, ours, raw = [], 0.0, 0.0
    for seed in (1, 2, 3):
        panel, truth = made_up(seed)
        fitted = SmallAreaModel().fit(panel, seed=seed, draws=300, tune=300, chains=2)
        assert fitted.diagnostics.max_rhat < 1.05
        low, high = np.quantile(fitted.ranked(), [0.025, 0.975], axis=0)
        place = ranks(truth[None, :])[0]
        inside += list((low <= place) & (place <= high))
        ours += float(np.abs(np.median(fitted.rates(), axis=0) - truth).mean())
        raw += float(np.abs(panel.raw()[:, -1] - truth).mean())
    assert np.mean(inside) > 0.88 and ours < raw
    saved = fitted.save(tmp_path / "fit")
    again = SmallAreaFit.load(saved)
    assert np.allclose(again.rates(), fitted.rates(), atol=1e-4)
    (saved / "fit.json").write_text("{}", "utf-8")
    with pytest.raises(DataError, match="holds no small-area fit"):
        SmallAreaFit.load(saved)
