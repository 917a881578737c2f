"""The case flow model: its stock follows from its flows, its equations recover what made them."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.core.errors import AssumptionError
from workbench.models.caseflow import CaseFlowFit, CaseFlowModel, CaseFlowPanel, damping, rules
from workbench.models.caseflow import equations as eq
from workbench.models.caseflow.model import LEAST_SCALE
from workbench.models.scores import LEVELS

DRAWS = 200


def panel(periods: int = 24, *, stock: bool = True, quiet: float = 400.0) -> CaseFlowPanel:
    rng = np.random.default_rng(4)
    intake, output = (rng.poisson(level, (periods, 2)).astype(float) for level in (quiet, 0.98 * quiet))
    pending = 900.0 + np.cumsum(intake - output + rng.integers(-5, 6, (periods, 2)), axis=0)
    nothing = np.full_like(intake, np.nan)
    labels = tuple(f"{2015 + t // 4}-Q{t % 4 + 1}" for t in range(periods))
    return CaseFlowPanel(labels, ("A", "B"), intake, output, pending if stock else nothing)


def known(of: CaseFlowPanel, scale: float = 0.3) -> CaseFlowFit:
    """A fit whose posterior is stated, so that its futures can be tested without sampling."""
    series = len(of.series)
    posterior = {
        equation.name: {
            "weight": np.tile(equation.means, (DRAWS, 1)),
            "season": np.zeros((DRAWS, series, of.season)),
            "scale": np.full((DRAWS, series), scale),
            "unrest": np.full(DRAWS, 0.3),
            "degrees_of_freedom": np.full(DRAWS, 4.0),
        }
        for equation in (eq.INTAKE, eq.OUTPUT, eq.STOCK)
    }
    return CaseFlowFit(of, posterior, {}, 1)


@pytest.mark.quick
@pytest.mark.parametrize("scale", [0.1, 2.0])
def test_the_stock_follows_from_its_flows_in_every_draw_and_is_never_negative(scale: float) -> None:
    futures = known(panel(), scale).simulate(6, seed=3)
    parts = [futures.intake, futures.output, futures.stock, futures.further_in, futures.further_out]
    intake, output, stock, into, out_of = (part.values.values for part in parts if part is not None)
    start = np.array([futures.start[name] for name in ("A", "B")])
    before = np.concatenate([np.broadcast_to(start[:, None], (DRAWS, 2, 1)), stock[:, :, :-1]], axis=2)
    assert (before + intake + into - output - out_of == stock).all()
    assert min(part.min() for part in (intake, output, stock, into, out_of)) >= 0 and into.any() and out_of.any()


@pytest.mark.quick
def test_a_shorter_horizon_gives_the_first_periods_and_another_seed_other_numbers() -> None:
    fit = known(panel())
    stock = [fit.simulate(h, seed=s).stock for h, s in ((6, 3), (2, 3), (2, 4))]
    long, short, other = (part.values.values for part in stock if part is not None)
    assert (long[:, :, :2] == short).all() and (short != other).any()


@pytest.mark.quick
def test_a_given_intake_is_taken_as_it_is_and_one_that_cannot_be_is_refused() -> None:
    given = np.array([[10.0, 20.0], [30.0, 40.0]])
    intake = known(panel()).simulate(2, seed=1, intake={"A": given}).intake
    assert intake is not None
    drawn = intake.values.sel(series="A").values
    assert (drawn[::2] == given[0]).all() and (drawn[1::2] == given[1]).all()
    for wrong in (given[:, :1], -given, given + 0.5):
        with pytest.raises(AssumptionError, match="intake given for A"):
            known(panel()).simulate(2, seed=1, intake={"A": wrong})


@pytest.mark.quick
def test_more_intake_means_more_waiting_and_later_more_output() -> None:
    fit = known(panel(), 0.05)
    few, many = (fit.simulate(8, seed=1, intake={"A": np.full((1, 8), n)}) for n in (200.0, 800.0))
    for what in ("stock", "output"):
        ends = [getattr(f, what).values.sel(series="A").values[:, -1].mean() for f in (few, many)]
        assert ends[1] > 1.05 * ends[0]


@pytest.mark.quick
def test_a_change_is_damped_the_more_the_farther_ahead_and_no_case_is_lost() -> None:
    share = damping.shares(8, 3, damping.WITH_FLOWS)
    assert (np.diff(share) > 0).all() and share[1] == pytest.approx(0.25) and share[-1] < 0.5
    assert damping.shares(24, 1, damping.WITH_FLOWS)[2::3] == pytest.approx(share)  # three months are a quarter
    rng = np.random.default_rng(1)
    flows = {name: rng.integers(0, 60, (50, 8)) for name in ("intake", "output", "further_in")}
    flows["intake"] += 30
    flows["stock"] = 100 + np.cumsum(flows["intake"] + flows["further_in"] - flows["output"], axis=1)
    flows |= {"further_out": np.zeros_like(flows["intake"])}
    taken = damping.excess(flows["stock"], 100, share)
    found = damping.fewer_come(flows, 100, taken, 1)
    assert np.median(found["stock"][:, -1]) < 0.8 * np.median(flows["stock"][:, -1])
    before = np.column_stack([np.full(50, 100), found["stock"][:, :-1]])
    assert (before + found["intake"] + found["further_in"] - found["output"] == found["stock"]).all()
    assert min(found["stock"].min(), found["output"].min()) >= 0


@pytest.mark.quick
def test_what_a_stock_gains_with_its_output_is_learnt_and_chance_is_not() -> None:
    """Persons wait, cases are decided: four more leave the stock for each case that is counted."""
    from workbench.models.caseflow.fit import _further

    of = panel()
    counted = CaseFlowPanel(of.periods, of.series, of.intake, np.rint(of.output / 5), of.stock)
    assert _further(counted, 0).per_output == pytest.approx(-4, rel=0.1)
    assert abs(_further(of, 0).per_output) < 0.1


@pytest.mark.quick
def test_nothing_after_the_origin_is_seen() -> None:
    whole = panel()
    changed = panel()
    changed.output[16:] *= 9
    for one, other in zip(*(p.upto("2018-Q4").__dict__.values() for p in (whole, changed)), strict=True):
        np.testing.assert_equal(one, other)


@pytest.mark.quick
def test_an_absent_flow_follows_from_stock_and_the_other() -> None:
    whole = panel()
    hidden = np.full_like(whole.output, np.nan)
    found = CaseFlowPanel(whole.periods, whole.series, whole.intake, hidden, whole.stock).completed()
    assert found.closed.all() and np.isnan(found.output[0]).all()
    assert np.nanmax(np.abs(found.further)) == 0
    assert not np.isfinite(hidden).any()


@pytest.mark.quick
def test_output_is_pulled_to_intake_and_a_stock_alone_by_its_own_changes() -> None:
    y, x = np.log1p(np.full(20, 100.0)), np.log1p(np.r_[np.full(19, 100.0), 200.0])
    told = dict(zip(eq.OUTPUT.terms, eq.terms("output", y, x, None, True), strict=True))
    assert told["intake"] > told["intake of 2"] > told["intake of 4"] > 0 and told["mean of 4"] == 0
    rising = np.arange(20.0)
    told = dict(zip(eq.STOCK.terms, eq.terms("stock", rising, None, None, False), strict=True))
    assert told["change"] == told["change of 4"] == 1


@pytest.mark.quick
def test_the_fewer_the_cases_the_more_a_change_is_drawn_back() -> None:
    shape = np.r_[np.ones(19), 2.0]
    few, many = (
        dict(zip(eq.INTAKE.terms, eq.terms("intake", np.log1p(size * shape), None, None, True), strict=True))
        for size in (10, 10_000)
    )
    assert few["mean of 4, few cases"] < 30 * many["mean of 4, few cases"] < 0


@pytest.mark.quick
def test_a_stock_that_is_not_published_is_carried_on_by_its_flows() -> None:
    whole = panel()
    hidden = whole.stock.copy()
    hidden[5:7] = hidden[-2:] = np.nan
    found = CaseFlowPanel(whole.periods, whole.series, whole.intake, whole.output, hidden)
    moved = whole.intake - whole.output
    np.testing.assert_array_equal(found.carried[[5, 6]], whole.stock[4] + np.cumsum(moved[[5, 6]], axis=0))
    np.testing.assert_array_equal(found.carried[-1], whole.stock[-3] + moved[-2:].sum(axis=0))
    assert np.isnan(found.stock[-1]).all()  # what is computed is never scored as if it were published


@pytest.mark.quick
def test_a_gap_is_no_observation_and_holds_the_value_before_it() -> None:
    y = np.log1p(np.arange(10.0, 30.0))
    y[12] = np.nan
    nothing = np.full((20, 1), np.nan)
    rows = eq.rows(eq.INTAKE, y[:, None], nothing, nothing, np.zeros(1, bool), 0, 4)
    assert len(rows.change) == 20 - eq.FIRST - 2  # neither into the gap nor out of it
    assert eq.forward_filled(y)[12] == y[11]


@pytest.mark.quick
def test_shocks_are_larger_after_large_changes_and_old_observations_count_less() -> None:
    from workbench.models.caseflow.model import observations

    calm, stirred = np.tile([0.0, 0.1], 10), np.r_[np.tile([0.0, 0.1], 8), 0.0, 1.0, 0.0, 1.0]
    assert eq.unrest(calm) == pytest.approx(0, abs=0.02) and eq.unrest(stirred) > 0.5
    nothing = np.full((20, 1), np.nan)
    rows = eq.rows(eq.INTAKE, stirred[:, None], nothing, nothing, np.zeros(1, bool), 0, 4)
    counts = observations(rows, 4, 0.9)["counts"]
    assert counts[-1] == 1 and counts[-5] == pytest.approx(0.9**4)
    assert observations(rows, 12, 0.9)["counts"][-4] == pytest.approx(0.9)  # a month is a third of a quarter


@pytest.mark.quick
def test_the_simple_rules_continue_what_they_say() -> None:
    rising = np.arange(100.0, 300.0, 10.0)
    middle = LEVELS.index(0.5)
    for name in ("LastNetFlow", "MeanNetFlow4"):
        said = rules.forecast(name, rising, 3)
        assert np.allclose(said[:, middle], rising[-1] + 10 * np.arange(1, 4))
        assert (np.diff(said, axis=1) >= 0).all()
    mixed = rules.forecast("FollowsIntake", np.full(20, 100.0), 1, np.full(20, 200.0))
    assert 100 < mixed[0, middle] < 200


@pytest.mark.quick
def test_a_rule_is_not_blamed_for_periods_before_the_series_begins() -> None:
    own = np.random.default_rng(1).normal(500, 20, 30)
    late = np.r_[np.full(20, np.nan), own]
    assert np.allclose(rules.forecast("LastNetFlow", late, 2), rules.forecast("LastNetFlow", own, 2), rtol=0.15)


@pytest.mark.quick
def test_output_and_a_stock_that_do_not_overlap_are_both_forecast() -> None:
    whole = panel()
    stock, nothing = whole.stock.copy(), np.full_like(whole.stock, np.nan)
    stock[12:] = np.nan
    output = whole.output.copy()
    output[:12] = np.nan
    fit = known(CaseFlowPanel(whole.periods, whole.series, nothing, output, stock).completed())
    futures = fit.simulate(3, seed=1)
    assert futures.stock is not None and futures.output is not None and futures.intake is None


def made(rng: np.random.Generator, series: int = 3, each: int = 44) -> tuple[eq.Rows, dict[str, np.ndarray]]:
    """Output, period after period, by its equation with quantities drawn from the prior; intake and stock wander."""
    e, season = eq.OUTPUT, 4
    truth = {"weight": rng.normal(e.means, e.spread), "unrest": np.array(rng.normal(0.3, 0.15))}
    common = rng.normal(0, e.season, season)
    truth["season"] = common + 0.5 * e.season * rng.normal(size=(series, season))
    centre, spread = rng.normal(np.log(0.2), 0.8), np.exp(rng.normal(np.log(0.4), 0.4))
    truth["scale"] = LEAST_SCALE + np.exp(centre + spread * rng.normal(size=series))
    truth["degrees_of_freedom"] = np.array(2 + rng.gamma(2, 1 / 0.5))
    x, s = (7 + np.cumsum(rng.normal(0, 0.3, (each, series)), axis=0) for _ in range(2))
    y = np.full((each, series), 7.0)
    y[: eq.FIRST] += rng.normal(0, 0.2, (eq.FIRST, series))
    for column in range(series):
        own, part = y[:, column], truth["season"][column]
        for t in range(eq.FIRST, each):
            pulls = eq.terms("output", own[:t], x[:t, column], s[:t, column], True)
            size = truth["scale"][column] * np.exp(truth["unrest"] * eq.unrest(own[:t]))
            shock = size * rng.standard_t(truth["degrees_of_freedom"])
            own[t] = own[t - 1] + pulls @ truth["weight"] + part[t % season] - part[(t - 1) % season] + shock
    return eq.rows(e, y, x, s, np.ones(series, bool), 0, season), truth


def ranks(rng: np.random.Generator, fits: int) -> dict[str, np.ndarray]:
    """For each quantity the share of posterior draws below what made the data; axes (fit, …)."""
    from workbench.models import sampling
    from workbench.models.caseflow.model import observations

    first, _ = made(rng)
    compiled = sampling.compile_model(CaseFlowModel(memory=1.0).build(eq.OUTPUT, 3, 4, first))
    found: dict[str, list[np.ndarray]] = {}
    for number in range(fits):
        rows, truth = made(rng)
        own = compiled.with_data(**observations(rows, 4))
        posterior, _ = sampling.sample(own, draws=300, tune=300, chains=2, seed=number, cores=1)
        for name, value in truth.items():
            found.setdefault(name, []).append((posterior[name].values < value).mean(axis=(0, 1)).ravel())
    return {name: np.array(shares) for name, shares in found.items()}


@pytest.mark.whole
def test_what_made_the_data_is_recovered() -> None:
    shares = np.concatenate([part.ravel() for part in ranks(np.random.default_rng(2), 3).values()])
    inside = ((shares > 0.025) & (shares < 0.975)).mean()
    assert len(shares) > 60 and inside > 0.85


@pytest.mark.slow
def test_the_posterior_is_calibrated_over_the_prior() -> None:
    fits = 100
    for name, shares in ranks(np.random.default_rng(7), fits).items():
        columns = shares.shape[1]
        # Quantities of one fit are dependent, so the fits alone count.
        limit = 4 / np.sqrt(fits)
        assert abs(shares.mean() - 0.5) < limit * np.sqrt(1 / 12), name
        inside = ((shares > 0.1) & (shares < 0.9)).mean()
        assert abs(inside - 0.8) < limit * 0.4, (name, columns, inside)
