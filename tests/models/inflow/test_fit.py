from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from workbench.core.dates.calendar import month_range
from workbench.core.errors import AssumptionError, DataError
from workbench.models.diagnostics import Diagnostics
from workbench.models.inflow import (
    Calm,
    Counts,
    Doubt,
    InflowComponents,
    InflowFit,
    Partial,
    Season,
    Spillover,
    Surges,
    Volatility,
)
from workbench.models.inflow.fit import InflowConfiguration
from workbench.models.inflow.series import InflowSeries

pytestmark = pytest.mark.quick
GOOD = Diagnostics(1.002, 900.0, 800.0, 0, 1200, "gain[D0]")
AS_OF = "2014-12"


def persons(destinations: int = 3, typical: float = 200.0) -> np.ndarray:
    return np.rint(typical * np.exp(np.random.default_rng(7).normal(0, 0.2, (60, destinations))))


PLAIN = InflowComponents(
    season=Season(harmonics=1), volatility=None, surges=None, counts=None, spillover=None, doubt=None, calm=None
)


def made(
    known: np.ndarray | None = None,
    *,
    draws: int = 100,
    scale: float = 0.2,
    gain: float = 0.5,
    season: float = 0.0,
    components: InflowComponents = PLAIN,
    **common: float,
) -> InflowFit:
    """Return a fit whose posterior is written by hand; ``common`` are quantities of all destinations."""
    known = persons() if known is None else known
    names = tuple(f"D{i}" for i in range(known.shape[1]))
    series = InflowSeries(tuple(month_range("2010-01", AS_OF)), names, known)
    shape = (2, draws, len(names))
    centre = np.log1p(np.nanmean(known, axis=0))
    dims = ("chain", "draw", "destination")
    posterior = xr.Dataset(
        {
            "gain": (dims, np.full(shape, gain)),
            "scale": (dims, np.full(shape, scale)),
            "start": (dims, np.broadcast_to(centre, shape).copy()),
            "season": ((*dims, "term"), np.full((*shape, 2), season)),
            **{
                name: (dims[:2], np.full(shape[:2], value))
                for name, value in {"degrees_of_freedom": 5.0, **common}.items()
            },
        },
        coords={"destination": list(names)},
    )
    configuration = InflowConfiguration(components, AS_OF, draws, 100, 2)
    return InflowFit(posterior, series, configuration, series.fingerprint, 1, GOOD)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 5),
    st.integers(1, 9),
    st.integers(0, 2**32),
    st.floats(0.01, 3),
    st.floats(0.01, 0.99),
    st.sampled_from([1.0, 50.0, 30000.0]),
)
def test_futures_are_whole_persons_and_never_absurd(
    destinations: int, horizon: int, seed: int, scale: float, gain: float, typical: float
) -> None:
    known = persons(destinations, typical)
    known[0] = typical
    draws = made(known, draws=20, scale=scale, gain=gain).simulate(horizon, seed)
    assert draws.values.shape == (40, destinations, horizon) and draws.values.dtype == np.int64
    recent, usual = known[-2:].max(axis=0), np.median(known[-24:], axis=0)
    grown = 10 * np.maximum(recent, 50) ** 0.75 * 1000**0.25
    highest = np.maximum(np.minimum(grown, 30 * np.maximum(usual, 50)), 2 * np.maximum(recent, usual))
    assert (draws.values >= 0).all() and (draws.values <= np.rint(highest)[:, None] + 1).all()
    total = draws.sum("destination").values.to_numpy()
    assert np.array_equal(total, draws.values.to_numpy().sum(axis=1))


def test_months_and_destinations_are_labelled() -> None:
    draws = made().simulate(3, 1)
    assert draws.labels("month") == ["2015-01", "2015-02", "2015-03"]
    assert draws.labels("destination") == ["D0", "D1", "D2"]


def test_the_same_seed_gives_the_same_futures_and_another_does_not() -> None:
    fit = made()
    assert fit.simulate(4, 9) == fit.simulate(4, 9)
    assert fit.simulate(4, 9) != fit.simulate(4, 10)


def test_a_shorter_horizon_is_the_beginning_of_a_longer_one() -> None:
    fit = made()
    assert fit.simulate(6, 2).select(month=["2015-01", "2015-02"]) == fit.simulate(2, 2)


def test_without_shocks_the_level_stays_and_the_season_returns() -> None:
    fit = made(np.full((60, 2), 99.0), scale=1e-9, season=0.0)
    assert (fit.simulate(12, 1).values == 99).all()
    # start is the mean of log persons: the season moves the expected month by cos + sin
    seasonal = made(np.full((60, 1), 99.0), scale=1e-9, gain=1e-9, season=0.3).simulate(12, 1).values[0, 0]
    angle = 2 * np.pi * np.arange(12) / 12
    assert np.array_equal(seasonal, np.rint(np.expm1(np.log(100) + 0.3 * (np.cos(angle) + np.sin(angle)))))


def test_the_first_month_keeps_the_fitted_student_t_margin() -> None:
    fit = made(np.full((60, 2), 20000.0), draws=10000, scale=0.2)
    shocks = np.log1p(fit.simulate(1, 3).values[:, :, 0]) - np.log1p(20000)
    for probability in (0.025, 0.1, 0.5, 0.9, 0.975):
        found = np.quantile(shocks, probability, axis=0)
        assert found == pytest.approx(0.2 * student.ppf(probability, 5), abs=0.03)


def test_a_further_month_is_less_certain_and_more_so_if_shocks_stay() -> None:
    width = {}
    for gain in (0.1, 0.9):
        low, high = made(draws=3000, gain=gain).simulate(6, 1).interval(0.8)
        width[gain] = np.log(high / low).mean("destination").to_numpy()
    assert (np.diff(width[0.9]) > 0).all()
    assert width[0.9][-1] > 1.3 * width[0.1][-1]


def test_destinations_that_moved_together_will_and_others_will_not() -> None:
    rng = np.random.default_rng(11)
    common = rng.normal(0, 0.3, (60, 1))
    own = rng.normal(0, 0.05, (60, 2))
    for known, least, most in ((200 * np.exp(common + own), 0.6, 1), (200 * np.exp(6 * own), -0.1, 0.3)):
        ahead = made(np.rint(known), draws=3000).simulate(1, 4).values[:, :, 0]
        assert least < np.corrcoef(np.log1p(ahead), rowvar=False)[0, 1] < most


def test_a_destination_published_late_is_less_certain_than_one_up_to_date() -> None:
    known = persons(2)
    known[:, 1] = known[:, 0]
    known[-4:, 1] = np.nan
    low, high = made(known, draws=3000, gain=0.9).simulate(1, 1).interval(0.8)
    ratio = np.log(high / low).squeeze("month")
    assert ratio[1] > 1.5 * ratio[0]


def width(fit: InflowFit, level: float = 0.8) -> float:
    low, high = fit.simulate(1, 1).interval(level)
    return float((np.log1p(high) - np.log1p(low)).mean())


def test_after_a_large_shock_larger_ones_are_expected() -> None:
    clustered = replace(PLAIN, volatility=Volatility())
    calm = np.full((60, 1), 2000.0)
    shaken = calm.copy()
    shaken[-1] = 6000.0
    common = {"reaction": 0.3, "persistence": 0.9}
    after_calm, after_shock = (
        width(made(known, draws=4000, components=clustered, gain=0.01, **common)) for known in (calm, shaken)
    )
    assert after_shock > 1.5 * after_calm
    plain = [width(made(known, draws=4000, gain=0.01)) for known in (calm, shaken)]
    assert plain[0] == pytest.approx(plain[1], rel=0.05)


def test_surges_widen_the_tails_of_all_destinations_in_the_same_draws() -> None:
    known = np.full((60, 2), 20000.0)
    surging = replace(PLAIN, surges=Surges(chance=0.1, factor=5.0))
    plain, surged = made(known, draws=4000), made(known, draws=4000, components=surging)
    assert width(surged, 0.95) > 1.3 * width(plain, 0.95)
    assert width(surged, 0.5) < 1.2 * width(plain, 0.5)
    far = abs(np.log1p(surged.simulate(1, 1).values[:, :, 0]) - np.log1p(20000)) > 1.0
    together = float((far[:, 0] & far[:, 1]).mean())
    assert together > 3 * float(far[:, 0].mean() * far[:, 1].mean())


def test_forecasts_are_rounded_as_the_published_figures_are() -> None:
    rounded = replace(PLAIN, counts=Counts())
    fives = 5 * np.rint(persons() / 5)
    assert (made(fives, components=rounded).simulate(3, 1).values % 5 == 0).all()
    assert not (made(fives).simulate(3, 1).values % 5 == 0).all()
    assert not (made(persons(), components=rounded).simulate(3, 1).values % 5 == 0).all()


def test_a_destination_with_few_months_is_named_beside_the_forecast() -> None:
    known = persons()
    known[:40, 1] = np.nan
    (caveat,) = made(known).caveats
    assert caveat == "Destinations with few published months lean on the others and on the priors: D1 (20)."


@pytest.mark.parametrize("horizon", [0, -1])
def test_a_forecast_has_at_least_one_month(horizon: int) -> None:
    with pytest.raises(AssumptionError):
        made().simulate(horizon, 1)


def test_a_saved_fit_comes_back_whole(tmp_path: Path) -> None:
    known = persons()
    known[5, 1] = np.nan
    fit = made(known)
    again = InflowFit.load(fit.save(tmp_path / "fit"), fit.data_fingerprint)
    assert again.posterior.equals(fit.posterior)
    assert (again.configuration, again.seed, again.diagnostics) == (fit.configuration, fit.seed, fit.diagnostics)
    assert np.array_equal(again.series.persons, known, equal_nan=True)
    assert again.simulate(6, 3) == fit.simulate(6, 3)


def words(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        raw = json.loads((folder / "fit.json").read_text(encoding="utf-8"))
        change(raw)
        (folder / "fit.json").write_text(json.dumps(raw), encoding="utf-8")

    return edit


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "fit.json").unlink(), "holds no inflow fit"),
        (lambda folder: (folder / "fit.json").write_text("[]"), "holds no inflow fit"),
        (lambda folder: (folder / "fit.json").write_text("{"), "holds no inflow fit"),
        (words(lambda raw: raw.update(format="migration-workbench inflow fit 0")), "inflow fit 0"),
        (words(lambda raw: raw.update(format="somebody else's")), "somebody else's"),
        (words(lambda raw: raw["configuration"]["components"].update(unheard_of={})), "damaged"),
        (words(lambda raw: raw.pop("diagnostics")), "damaged"),
        (words(lambda raw: raw.update(data_fingerprint="0" * 64)), "not made from its own arrivals"),
        (lambda folder: (folder / "posterior.nc").write_bytes(b"nothing"), "damaged"),
        (lambda folder: (folder / "posterior.nc").unlink(), "damaged"),
    ],
)
def test_what_is_not_a_fit_of_this_version_is_refused(tmp_path: Path, spoil: Callable[[Path], None], said: str) -> None:
    folder = made(draws=10).save(tmp_path / "fit")
    spoil(folder)
    with pytest.raises(DataError) as caught:
        InflowFit.load(folder)
    assert said in str(caught.value) and "fit the model again" in str(caught.value)


def test_a_fit_of_other_arrivals_is_refused(tmp_path: Path) -> None:
    folder = made(draws=10).save(tmp_path / "fit")
    with pytest.raises(DataError, match="not made from these arrivals"):
        InflowFit.load(folder, data_fingerprint="0" * 64)


def test_a_failed_fit_says_so_beside_its_numbers() -> None:
    fit = made(draws=10)
    assert fit.caveats == ()
    failed = InflowFit(**{**vars(fit), "diagnostics": Diagnostics(1.2, 40.0, 30.0, 0, 20, "gain[D1]")})
    assert "must not be relied on" in failed.caveats[0] and "gain[D1]" in failed.caveats[0]


def test_a_saved_fit_forecasts_without_pymc(tmp_path: Path) -> None:
    folder = made(draws=10).save(tmp_path / "fit")
    program = (
        "import sys; from workbench.models.inflow import InflowFit; "
        f"InflowFit.load({str(folder)!r}).simulate(2, 1); "
        "print([m for m in ('pymc', 'pytensor', 'nutpie', 'arviz') if m in sys.modules])"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=root, check=False)
    assert done.stdout.strip() == "[]", done.stderr


def doubtful(fit: InflowFit, value: float, believed: float) -> InflowFit:
    """Return the fit of series whose last month of the first destination is doubtful."""
    known, apart = fit.series.persons.copy(), np.full(fit.series.persons.shape, np.nan)
    known[-1, 0], apart[-1, 0] = np.nan, value
    components = replace(PLAIN, doubt=Doubt(believed))
    series = replace(fit.series, persons=known, doubtful=apart)
    settings_ = replace(fit.configuration, components=components)
    return replace(fit, series=series, configuration=settings_, data_fingerprint=series.fingerprint)


def test_a_doubtful_month_is_believed_by_as_many_futures_as_assumed() -> None:
    flat = made(np.full((60, 2), 2000.0), scale=1e-6, gain=1.0, draws=2000)
    ahead = doubtful(flat, 200.0, 0.3).simulate(1, 1).values
    assert set(ahead[:, 0, 0].values.tolist()) == {200, 2000} and (ahead[:, 1] == 2000).all()
    assert (ahead[:, 0] == 200).mean() == pytest.approx(0.3, abs=0.03)


def test_two_doubtful_months_in_a_row_are_believed_by_more_futures() -> None:
    flat = made(np.full((60, 2), 2000.0), scale=1e-6, gain=1.0, draws=2000)
    low = doubtful(flat, 200.0, 0.6)
    known, apart = low.series.persons.copy(), low.series.doubtful.copy()  # type: ignore[union-attr]
    known[-2, 0], apart[-2, 0] = np.nan, 200.0
    ahead = replace(low, series=replace(low.series, persons=known, doubtful=apart)).simulate(1, 1).values
    assert (ahead[:, 0] == 200).mean() == pytest.approx(0.84, abs=0.03)


@pytest.mark.parametrize("size", [100.0, 50_000.0])
def test_growth_is_bounded_by_size_and_no_futures_pile_up_at_the_bound(size: float) -> None:
    ahead = made(np.full((60, 1), size), scale=9.0, gain=1.0, draws=1000).simulate(6, 1).values.to_numpy()
    times = ahead.max() / size
    assert (5 < times <= 17.8) if size < 1000 else (2 < times <= 3.8)
    assert max(np.unique(ahead[:, 0, 5], return_counts=True)[1][1:]) < 0.05 * len(ahead)


def test_surges_that_last_widen_the_months_far_ahead() -> None:
    far = []
    for lasting in (1e-9, 0.9):
        surging = replace(PLAIN, surges=Surges(chance=0.15, factor=3.0, lasting=lasting))
        flat = made(np.full((60, 1), 2000.0), draws=6000, scale=0.05, gain=1.0, components=surging)
        drawn = flat.simulate(6, 1).values
        far.append(np.log1p(drawn.isel(month=5)).quantile(0.99).item() - np.log1p(2000.0))
    assert far[1] > 1.1 * far[0]


def test_a_partial_month_is_the_least_that_it_will_have_had(tmp_path: Path) -> None:
    wild = made(np.full((60, 1), 2000.0), scale=1.0, gain=1.0, draws=2000)
    low = doubtful(wild, 1900.0, 1e-9)
    assert (low.simulate(1, 1).values.median() > wild.simulate(1, 1).values.median()).all()
    low.save(tmp_path / "fit")
    assert InflowFit.load(tmp_path / "fit").simulate(2, 3) == low.simulate(2, 3)


def test_a_month_in_part_is_its_least_and_the_other_destinations_stay_within_their_bounds() -> None:
    wild = made(np.full((60, 2), 50.0), draws=500, scale=3.0)
    plain, told = (wild.simulate(1, 1, part).values.to_numpy() for part in (None, Partial({"D0": 5000.0}, 0.6)))
    assert told[:, 0].min() == 5000 > plain[:, 0].max()
    assert np.array_equal(told[:, 1], plain[:, 1])


def test_shocks_elsewhere_widen_and_a_common_direction_widens_the_total() -> None:
    known = np.full((60, 3), 2000.0)
    known[-2:, 1:] = [[8000.0, 500.0], [500.0, 8000.0]]
    volatile = {"reaction": 0.3, "persistence": 0.9}
    plain = made(known, draws=4000, scale=0.1, components=replace(PLAIN, volatility=Volatility()), **volatile)
    spread = replace(plain.configuration.components, spillover=Spillover(2.0, 0.5))
    wide = replace(plain, configuration=replace(plain.configuration, components=spread))

    def width(fit: InflowFit, *, total: bool = False) -> float:
        draws = fit.simulate(1, 1)
        low, high = (draws.sum("destination") if total else draws.select(destination=["D0"])).interval(0.8)
        return float((np.log1p(high.values) - np.log1p(low.values)).max())

    assert width(wide) > 1.2 * width(plain) and width(wide, total=True) > width(plain, total=True)
    calm = made(persons(2, 2000.0), draws=4000)
    tied = replace(calm.configuration.components, spillover=Spillover(1.0, 0.8))
    tied_fit = replace(calm, configuration=replace(calm.configuration, components=tied))
    assert width(tied_fit, total=True) > 1.1 * width(calm, total=True)
    assert width(tied_fit) == pytest.approx(width(calm), rel=0.1)


def test_common_calm_draws_shocks_in_and_leaves_a_lively_or_lone_past_alone() -> None:
    calm = replace(PLAIN, volatility=Volatility(), calm=Calm(slope=2.5))
    still = np.full((60, 6), 2000.0)
    lively = still.copy()
    lively[-6:] *= np.array([0.4, 2.5] * 3)[:, None]
    for known, less in ((still, True), (lively, False)):
        plain = made(known, draws=3000, scale=0.3, components=replace(calm, calm=None), reaction=0.3, persistence=0.9)
        drawn = replace(plain, configuration=replace(plain.configuration, components=calm))
        widths = []
        for fit in (plain, drawn):
            low, high = fit.simulate(3, 1).select(destination=["D0"]).interval(0.8)
            widths.append(float((np.log1p(high.values) - np.log1p(low.values)).max()))
        assert (widths[1] < 0.8 * widths[0]) if less else (widths[1] == widths[0])
