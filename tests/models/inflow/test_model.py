from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.special import gammaln
from scipy.stats import t as student

from workbench.core.errors import AssumptionError, ModelError
from workbench.models.inflow import Counts, InflowComponents, InflowFit, InflowModel, Reversion
from workbench.models.inflow.fit import dynamics_of, season_terms_of
from workbench.models.inflow.model import _COMPILED, observations
from workbench.models.inflow.recursion import beginning, following, scale_now
from workbench.models.inflow.series import InflowSeries

pytestmark = pytest.mark.whole
AS_OF = "2019-06"
SHORT: dict[str, Any] = {"as_of": AS_OF, "seed": 8, "draws": 20, "tune": 60, "chains": 2}


def test_the_chains_agree(fitted: InflowFit) -> None:
    assert fitted.diagnostics.ok, fitted.diagnostics.sentence()
    assert fitted.caveats == ()
    assert dict(fitted.posterior.sizes) == {"chain": 4, "draw": 500, "destination": 5, "term": 6}


def test_known_parameters_are_recovered(fitted: InflowFit, truth: Any) -> None:
    inside = []
    for name in ("gain", "scale", "season", "start", "degrees_of_freedom", "reaction", "persistence"):
        draws, known = fitted.posterior[name], np.asarray(getattr(truth, name))
        low, middle, high = draws.quantile([0.025, 0.5, 0.975], ["chain", "draw"]).to_numpy()
        inside += list(np.ravel((low <= known) & (known <= high)))
        if name in ("gain", "scale"):
            assert np.corrcoef(middle, known)[0, 1] > 0.9
    # 48 quantities of one data set hang together; whether 95 % means 95 % is what the calibration test asks.
    assert np.mean(inside) >= 0.85


def test_the_next_months_lie_where_they_should(fitted: InflowFit, truth: Any) -> None:
    draws = fitted.simulate(6, 1)
    later = truth.arrivals[truth.arrivals["month"] > AS_OF].pivot(
        index="destination", columns="month", values="persons"
    )
    low, high = draws.interval(0.95)
    assert ((low <= later.to_numpy()) & (later.to_numpy() <= high)).mean() > 0.85
    width = (np.log1p(high) - np.log1p(low)).sel(month="2019-07")
    assert width.sel(destination="A") < width.sel(destination="D")


def test_the_same_seed_gives_the_same_draws_on_one_core(truth: Any) -> None:
    one, other = (InflowModel().fit(truth.arrivals, **SHORT, cores=cores) for cores in (1, 2))
    assert one.posterior.identical(other.posterior)
    assert one.simulate(3, 5) == other.simulate(3, 5)
    another = InflowModel().fit(truth.arrivals, **{**SHORT, "seed": 9})
    assert not another.posterior.equals(one.posterior)


def test_a_fit_does_not_remember_the_fits_before_it(truth: Any) -> None:
    alone = InflowModel().fit(truth.arrivals, **SHORT)
    _COMPILED.clear()
    other = truth.arrivals.assign(persons=(truth.arrivals["persons"] * 7).round())
    InflowModel().fit(other[other["month"] >= "2012-01"], **SHORT)
    assert InflowModel().fit(truth.arrivals, **SHORT).posterior.identical(alone.posterior)


def test_the_future_leaves_the_fit_as_it_is(truth: Any) -> None:
    changed = truth.arrivals.copy()
    changed.loc[changed["month"] > AS_OF, "persons"] *= 1000
    one, other = (InflowModel().fit(rows, **SHORT) for rows in (truth.arrivals, changed))
    assert one.posterior.identical(other.posterior) and one.data_fingerprint == other.data_fingerprint


def test_a_fit_too_short_to_trust_is_marked(truth: Any) -> None:
    fit = InflowModel().fit(truth.arrivals, **{**SHORT, "tune": 10, "draws": 10})
    assert not fit.diagnostics.ok and fit.caveats


def test_other_destinations_and_months_do_not_inherit_names(truth: Any, fitted: InflowFit) -> None:
    renamed = truth.arrivals.assign(destination=truth.arrivals["destination"].map(lambda name: f"new {name}"))
    shorter = renamed[renamed["month"] >= "2012-01"]
    fit = InflowModel().fit(shorter, **SHORT)
    assert fit.posterior["gain"].coords["destination"].values.tolist() == [f"new {name}" for name in "ABCDE"]
    assert fit.series.months[0] == "2012-01"


def test_progress_counts_up_to_all_steps(truth: Any) -> None:
    seen: list[tuple[int, int]] = []
    InflowModel().fit(truth.arrivals, **SHORT, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (240, 240) and [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_an_interrupt_ends_the_fit_at_once(truth: Any) -> None:
    seen = []

    def interrupt(done: int, total: int) -> None:
        seen.append(done)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        InflowModel().fit(truth.arrivals, **{**SHORT, "draws": 200_000}, progress=interrupt)
    assert len(seen) == 1 and seen[0] < 200_000


def drawn(model: Any, seed: int) -> tuple[float, xr.Dataset]:
    """Return the likelihood of a model at one draw from its prior, and that draw as a posterior of one."""
    import pymc as pm

    names = [variable.name for variable in model.deterministics + model.free_RVs]
    values = pm.draw([model["likelihood"], *(model[name] for name in names)], random_seed=seed, mode="FAST_COMPILE")
    dims = model.named_vars_to_dims
    posterior = xr.Dataset(
        {
            name: (("chain", "draw", *dims.get(name, ())), np.asarray(value)[None, None])
            for name, value in zip(names, values[1:], strict=True)
        }
    )
    return float(values[0]), posterior


@pytest.mark.parametrize(
    "components",
    [InflowComponents(), InflowComponents(reversion=Reversion(), volatility=None, counts=Counts(below=1500.0))],
)
def test_the_likelihood_is_the_written_one(truth: Any, components: InflowComponents) -> None:
    """A second route: the PyMC model against scipy and the numpy recursion, at a draw from the prior."""
    series = InflowSeries.from_table(truth.arrivals, AS_OF)
    cells = observations(series, components, 5)
    found, posterior = drawn(InflowModel(components).build(series), 3)
    d = dynamics_of(posterior, components)
    state, total = beginning(d), 0.0
    for t, term in enumerate(season_terms_of(series, components)):
        expected, scale = (state.level + d.season @ term)[0], scale_now(d, state)[0]
        y, kind, weight = (cells[name][t] for name in ("log_persons", "kind", "weight"))
        shock = student(d.freedom[0, 0], expected, scale)
        point = shock.logpdf(y)
        interval = np.log(shock.cdf(cells["upper"][t]) - shock.cdf(cells["lower"][t]))
        total += float(np.sum(weight * np.select([kind == 1, kind == 2], [point, interval])))
        state = following(d, state, (y - expected)[None], kind > 0)
    assert {0.0, 1.0, 2.0} == set(np.unique(cells["kind"]))
    assert found == pytest.approx(total, rel=1e-5)


def test_the_more_months_the_more_a_destination_is_sampled_by_itself(truth: Any) -> None:
    long = InflowSeries.from_table(truth.arrivals, AS_OF)
    short = InflowSeries.from_table(truth.arrivals[truth.arrivals["month"] >= "2013-01"], AS_OF)
    of_long, of_short = (observations(series, InflowComponents(), 7) for series in (long, short))
    for name in ("own_scale", "own_gain", "own_season"):
        assert np.all(of_short[name][:5] < of_long[name][:5]) and np.all(of_long[name] < 1), name
        assert np.all(of_short[name][:5] > 0) and not of_long[name][5:].any(), name


def test_columns_without_a_destination_tell_nothing(truth: Any) -> None:
    series = InflowSeries.from_table(truth.arrivals, AS_OF)
    narrow, wide = (observations(series, InflowComponents(), width) for width in (5, 8))
    for name in ("log_persons", "lower", "upper", "kind", "weight"):
        assert np.array_equal(wide[name][:, :5], narrow[name]) and not wide[name][:, 5:].any()
    fit = InflowModel().fit(truth.arrivals, **SHORT, width=8)
    assert fit.posterior.sizes["destination"] == 5
    with pytest.raises(AssumptionError, match="4 wide"):
        InflowModel().fit(truth.arrivals, **SHORT, width=4)


def test_the_gradient_is_that_of_the_likelihood() -> None:
    from workbench.models.inflow.kernel import likelihood

    rng = np.random.default_rng(2)
    shape = (20, 3)
    y, kind = rng.normal(4, 0.5, shape), rng.choice([0.0, 1.0, 2.0], shape, p=[0.2, 0.4, 0.4])
    lower, upper = y - 0.2, y + 0.2
    lower[:, 0] = -np.inf
    cells = (y, lower, upper, kind, 0.97 ** np.arange(20)[::-1, None] * np.ones(shape))
    parameters: list[Any] = [
        rng.normal(0, 0.1, shape),
        rng.random(3),
        rng.normal(4, 0.2, 3),
        np.log(rng.uniform(0.2, 0.5, 3)),
        rng.uniform(0.01, 0.1, 3),
        0.2,
        0.85,
        4.3,
    ]

    def value(which: int, index: tuple[int, ...], step: float) -> float:
        moved = [np.array(parameter, dtype=float) for parameter in parameters]
        moved[which][index] += step
        return float(likelihood(*cells, *(m if m.ndim else float(m) for m in moved), 0.05)[0])

    gradient = likelihood(*cells, *parameters, 0.05)[1:]
    for which, parameter in enumerate(parameters):
        for index in np.ndindex(np.shape(parameter)):
            numeric = (value(which, index, 1e-6) - value(which, index, -1e-6)) / 2e-6
            assert np.asarray(gradient[which])[index] == pytest.approx(numeric, rel=1e-5, abs=1e-6)


def test_far_out_a_point_has_no_density_and_a_sampler_turns_back() -> None:
    from workbench.models.inflow.kernel import likelihood

    y = np.full((6, 2), 4.0) + np.arange(6)[:, None] / 10
    cells = (y, y - 0.2, y + 0.2, np.ones((6, 2)), np.ones((6, 2)))
    gone = np.full(2, -800.0)  # a scale of exp(-800), which no float holds
    found = likelihood(*cells, 0.0 * y, np.full(2, 0.3), y[0].copy(), gone, np.full(2, 0.05), 0.2, 0.85, 4.3, 0.05)
    assert not np.isfinite(found[0])


@given(st.floats(-40, 40), st.floats(1e-4, 60), st.floats(2.05, 40), st.booleans())
@example(-40.0, 1.0, 2.2265, True)  # the worst that was found
def test_the_probability_of_an_interval(low: float, length: float, freedom: float, everything_below: bool) -> None:
    from workbench.models.inflow.kernel import between, tabulated

    constant = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(np.pi)
    if everything_below:
        found, expected = between(-np.inf, low, freedom, constant, tabulated(freedom))[0], student.cdf(low, freedom)
    else:
        found = between(low, low + length, freedom, constant, tabulated(freedom))[0]
        # by symmetry, so that the far tail on the right is as exact as that on the left
        first, last = (low, low + length) if low < 0 else (-low - length, -low)
        expected = student.cdf(last, freedom) - student.cdf(first, freedom)
    assert np.exp(found) == pytest.approx(expected, rel=2e-4, abs=1e-12)


@pytest.mark.parametrize("freedom", [2.05, 2.5, 4.0, 39.0])
@pytest.mark.parametrize("high", [-60.0, -1000.0])
def test_far_out_the_quadrature_is_more_exact_than_the_table(freedom: float, high: float) -> None:
    from workbench.models.inflow.kernel import SMALL, between, integrated, tabulated

    mass = integrated(-0.5 * np.pi, np.arctan(high / np.sqrt(freedom)), freedom)[0]
    constant = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(np.pi)
    exact = student.cdf(high, freedom)
    assert mass * np.exp(constant) == pytest.approx(exact, rel=1e-7)
    found = np.exp(between(-np.inf, high, freedom, constant, tabulated(freedom))[0])
    assert found == pytest.approx(exact, rel=1e-7 if mass < SMALL else 4e-4)


@pytest.mark.parametrize("own", [0.0, 0.4, 1.0])
def test_how_quantities_are_sampled_leaves_what_is_known_of_them(own: float) -> None:
    from workbench.models.inflow.model import _around
    from workbench.models.sampling import without_compiler

    with without_compiler():
        import pymc as pm

        with pm.Model(coords={"destination": range(3)}):
            quantity = pm.Deterministic("quantity", _around("x", 2.0, 0.5, np.full(3, own), 1.5))
            drawn = pm.draw(quantity, 20_000, random_seed=1)
    assert drawn.mean(axis=0) == pytest.approx(2.0, abs=0.02)
    assert drawn.std(axis=0) == pytest.approx(0.5, abs=0.02)


def test_a_model_without_a_place_to_start_is_refused_in_a_sentence() -> None:
    from workbench.models.sampling import compile_model, sample, without_compiler

    with without_compiler():
        import pymc as pm

        with pm.Model() as model:
            x = pm.Normal("x")
            pm.Potential("nowhere", pm.math.log(-1 - x**2))
    with pytest.raises(ModelError, match="could not run"):
        sample(compile_model(model), draws=20, tune=20, chains=2, seed=1)


def test_a_fit_needs_no_compiler_and_says_nothing(truth: Any, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    truth.arrivals[truth.arrivals["destination"] == "A"].to_csv(rows, index=False)
    program = (
        "import os, pandas as pd; from workbench.models.inflow import InflowModel; "
        f"InflowModel().fit(pd.read_csv({str(rows)!r}), as_of={AS_OF!r}, seed=1, draws=20, tune=20, chains=2); "
        "import pytensor; print(repr(pytensor.config.cxx), os.environ.get('PYTENSOR_FLAGS'))"
    )
    quiet = {name: value for name, value in os.environ.items() if name not in ("PATH", "PYTENSOR_FLAGS")}
    quiet["PATH"] = str(tmp_path)
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=root, env=quiet, check=False
    )
    assert (done.stdout.strip(), done.stderr) == ("'' None", "")
