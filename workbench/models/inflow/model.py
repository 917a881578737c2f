"""How the inflow model is described, built and fitted."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.core.errors import AssumptionError
from workbench.models.diagnostics import diagnose
from workbench.models.inflow.components import InflowComponents
from workbench.models.inflow.fit import InflowConfiguration, InflowFit, last_states, season_terms_of
from workbench.models.inflow.series import InflowSeries

if TYPE_CHECKING:
    import pymc as pm
    import xarray as xr

# More draws are sampled than kept: R-hat and sample sizes are measured on all of them, files stay small.
KEEP_EVERY = 3
INTERNAL = ("start_shift", "log_scale_part", "logit_gain_part", "season_part", "freedom_above_two", "log_reversion")
# After so many months a destination's own figures and the other destinations count alike in how a quantity is sampled.
# Only the sampler's path depends on these; chosen by effective draws on destinations and on corridors.
MONTHS_FOR_SCALE, MONTHS_FOR_GAIN, SEASON_UNTOLD, LEAST_STEP = 100.0, 40.0, 8.0, 0.1
_COMPILED: dict[tuple[InflowModel, int], Any] = {}


@dataclass(frozen=True)
class InflowModel:
    """Forecast applications by destination from their own history.

    Parameters
    ----------
    components
        What the model is made of, and what is assumed before the data.

    Notes
    -----
    For destination i and month t, with y = log(1 + persons):

    - expected: m_it = l_it + x_t′ b_i, where x_t are harmonics of the calendar month
    - surprise: e_it = y_it − m_it ~ StudentT(ν, 0, s_it), with s_it = σ_i exp(v_it / 2)
    - level: l_i,t+1 = l_it + k_i e_it (+ r_i (a_it − l_it) with *reversion*, a an average that fades)
    - volatility: v_i,t+1 = ρ v_it + α ((ν + 1) z² / (ν + z²) − 1), z = e_it / s_it: the score of log variance
    - between destinations: log σ_i, logit k_i and b_i are normal around common values that are learnt
    - *counts*: a small cell contributes the probability of all counts that are published as its number
    - *forgetting*: a month's log likelihood has the weight kept^age

    There is one source of error and no latent path, so the likelihood is exact and cheap. Over a month that is not
    published everything is carried on unchanged, without added uncertainty. With forgetting the posterior is that of a
    weighted likelihood: it answers to the backtest, not to a generative story.

    References
    ----------
    Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing: The State Space Approach. Springer.
    Harvey (2013), Dynamic Models for Volatility and Heavy Tails. Cambridge University Press.
    """

    components: InflowComponents = field(default_factory=InflowComponents)

    def describe(self) -> pd.DataFrame:
        """Return the parts of the model, one row each: quantity, per, prior, meaning."""
        return self.components.describe()

    def build(self, series: InflowSeries, width: int | None = None) -> pm.Model:
        """Return the PyMC model of a series, its data in ``pm.Data`` containers.

        Parameters
        ----------
        width
            Columns of the model, at least the destinations of the series; those without a destination tell nothing.
        """
        from workbench.models.sampling import without_compiler

        with without_compiler():
            import pymc as pm
            import pytensor.tensor as pt

            from workbench.models.inflow.likelihood import InflowLikelihood

            c = self.components
            width = width or len(series.destinations)
            shrink = 1 / np.repeat(np.arange(1.0, c.season.harmonics + 1), 2)
            coords = {"destination": range(width), "term": _term_names(c.season.harmonics)}
            with pm.Model(coords=coords, check_bounds=False) as model:
                data = {name: pm.Data(name, values) for name, values in observations(series, c, width).items()}

                # Scales between destinations keep away from zero, where centred effects cannot be sampled.
                def spread(name: str, median: float, uncertainty: float) -> Any:
                    return pm.LogNormal(name, math.log(median), uncertainty)

                shocks, level, season = c.shocks, c.level, c.season
                centre = pm.Normal("shock_centre", math.log(shocks.shock_median), shocks.shock_median_spread)
                width_of = spread("shock_spread", shocks.shock_spread, shocks.shock_spread_uncertainty)
                log_scale = _around("log_scale", centre, width_of, data["own_scale"], math.log(shocks.shock_median))
                pm.Deterministic("scale", pt.exp(log_scale), dims="destination")
                above_two = pm.Gamma("freedom_above_two", shocks.tail_shape, shocks.tail_rate)
                freedom = pm.Deterministic("degrees_of_freedom", 2 + above_two)

                centre = pm.Normal("gain_centre", level.gain_centre, level.gain_centre_spread)
                width_of = spread("gain_spread", level.gain_spread, level.gain_spread_uncertainty)
                logit = _around("logit_gain", centre, width_of, data["own_gain"], level.gain_centre)
                # With a gain near zero allowed, a quiet destination has a second mode that chains do not leave.
                share = level.gain_least + (1 - level.gain_least) * pm.math.sigmoid(logit)
                gain = pm.Deterministic("gain", share, dims="destination")
                shift = pm.Normal("start_shift", 0, level.start_spread, dims="destination")
                start = pm.Deterministic("start", data["first_year"] + shift, dims="destination")

                common = pm.Normal("common_season", 0, season.season_spread * shrink, dims="term")
                width_of = spread("season_difference", season.season_difference, season.season_uncertainty)
                dims = ("destination", "term")
                own = _around("season", common, width_of * shrink, data["own_season"], dims=dims)
                terms = pm.Deterministic("season", own, dims=dims)

                reaction = persistence = pt.as_tensor_variable(0.0)
                if c.volatility:
                    reaction = pm.HalfNormal("reaction", c.volatility.reaction)
                    persistence = pm.Beta("persistence", c.volatility.persistence_kept, c.volatility.persistence_lost)
                reversion, fade = pt.zeros(width), 0.0
                if c.reversion:
                    centre = pm.Normal("reversion_centre", math.log(c.reversion.rate), c.reversion.rate_spread)
                    log_rate = pm.Normal("log_reversion", centre, c.reversion.rate_difference, dims="destination")
                    reversion = pm.Deterministic("reversion", -pt.expm1(-pt.exp(log_rate)), dims="destination")
                    fade = 1 / c.reversion.memory

                # The shocks depend on the parameters, so they enter as a term and not as an observed variable; the
                # change of variables from counts to shocks is unit triangular.
                density: Any = InflowLikelihood()(
                    *(data[name] for name in ("log_persons", "lower", "upper", "kind", "weight")),
                    data["terms"] @ terms.T,
                    gain,
                    start,
                    log_scale,
                    reversion,
                    pt.stack([reaction, persistence, freedom]),
                    np.array([fade]),
                )
                pm.Potential("likelihood", density[0][0])
        return model

    def fit(
        self,
        arrivals: pd.DataFrame,
        *,
        as_of: str,
        seed: int,
        draws: int = 500,
        tune: int = 500,
        chains: int = 4,
        cores: int | None = None,
        width: int | None = None,
        lapsed: bool = False,
        doubt: bool = True,
        progress: Callable[[int, int], None] | None = None,
    ) -> InflowFit:
        """Learn from the arrivals up to ``as_of``; later rows are dropped unseen.

        Parameters
        ----------
        arrivals
            Columns ``month`` ('YYYY-MM'), ``destination``, ``persons`` (NaN = not published).
        as_of
            Last month that may be known.
        seed
            The same seed gives the same draws, on any number of cores.
        draws, tune, chains
            Draws kept per chain, tuning steps per chain, chains (at least 2). Three times the draws kept are taken.
        cores
            Chains sampled at once; all processors by default.
        width
            Columns of the compiled model, so that fits with few and with many destinations share it; by default as many
            as there are destinations. The draws depend on it, as they do on the seed.
        lapsed
            Whether destinations are taken in whose publication ended long before ``as_of``; they are simulated from
            their own last month.
        doubt
            Whether last months far below what their past allows are doubtful (component *doubt*), or taken as final.
        progress
            Called with (steps done, steps in all).

        Raises
        ------
        DataError, ModelError
            If the arrivals cannot be used (see :meth:`InflowSeries.from_table`), or the sampler cannot start.
        KeyboardInterrupt
            On Ctrl-C, soon; a partial sample is never returned.
        """
        for name, value, least in (("draws", draws, 10), ("tune", tune, 10), ("chains", chains, 2), ("seed", seed, 0)):
            if value < least:
                raise AssumptionError(f"{name} is {value}", why="chains must be comparable", do=f"at least {least}")
        series = InflowSeries.from_table(
            arrivals, as_of, lapsed=lapsed, doubt=doubt and self.components.doubt is not None
        )
        places = len(series.destinations)
        if width is not None and width < places:
            raise AssumptionError(f"a model {width} wide", why=f"there are {places} destinations", do="make it wider")

        from workbench.models import sampling  # PyMC is loaded only when a fit is really made

        compiled = _compiled(self, series, width or places)
        posterior, divergences = sampling.sample(
            compiled.with_data(**observations(series, self.components, width or places)),
            draws=draws * KEEP_EVERY,
            tune=tune,
            chains=chains,
            seed=seed,
            cores=cores,
            progress=progress,
        )
        posterior = self._named(posterior, series)
        kept = posterior.isel(draw=slice(KEEP_EVERY - 1, None, KEEP_EVERY))
        return InflowFit(
            posterior=kept.assign_coords(draw=np.arange(draws)).drop_attrs(),
            series=series,
            configuration=InflowConfiguration(self.components, as_of, draws, tune, chains),
            data_fingerprint=series.fingerprint,
            seed=seed,
            diagnostics=diagnose(posterior, divergences),
        )

    def _named(self, posterior: xr.Dataset, series: InflowSeries) -> xr.Dataset:
        """Return the posterior of the series' own destinations, with the level that forecasts start from."""
        own = posterior.drop_vars([name for name in INTERNAL if name in posterior])
        own = own.isel(destination=slice(len(series.destinations)))
        own = own.assign_coords(destination=list(series.destinations))
        level = last_states(own, series, self.components).level
        own["level"] = (("chain", "draw", "destination"), level.reshape(own["gain"].shape))
        return own


def observations(series: InflowSeries, components: InflowComponents, width: int) -> dict[str, np.ndarray]:
    """Return what a series tells the model: month × column matrices, first levels, and the harmonics of the months.

    A cell is nothing (0), a point (1) or an interval (2) on the scale log(1 + persons); see
    :mod:`workbench.models.inflow.kernel`.
    """
    counts, forgetting = components.counts, components.forgetting
    months, places = series.persons.shape
    persons = np.where(series.observed, series.persons, 0.0)
    half = 0.5 * series.rounding
    kind = np.where(series.observed, np.where(persons < (counts.below if counts else 0.0), 2, 1), 0)
    weight = (forgetting.kept if forgetting else 1.0) ** np.arange(months)[::-1]
    cells = {
        "log_persons": series.log_persons,
        "lower": np.where(persons > 0, np.log1p(np.maximum(persons - half, 0.0)), -np.inf),
        "upper": np.log1p(persons + half),
        "kind": kind.astype(float),
        "weight": np.repeat(weight[:, None], places, axis=1),
    }
    wide = {name: np.pad(values, ((0, 0), (0, width - places))) for name, values in cells.items()}
    first_year = np.pad(series.first_year, (0, width - places))
    own = _told_by_itself(series, cells["weight"] * (kind > 0) * (persons > 0), components)
    wide |= {name: np.pad(part, ((0, width - places), (0, 0))[: part.ndim]) for name, part in own.items()}
    return {**wide, "first_year": first_year, "terms": season_terms_of(series, components)}


def _told_by_itself(series: InflowSeries, weight: np.ndarray, components: InflowComponents) -> dict[str, np.ndarray]:
    """Return the weight, from 0 to 1, of a destination's own months in how each of its quantities is sampled."""
    months = weight.sum(axis=0)
    steps = np.diff(np.where(weight > 0, series.log_persons, np.nan), axis=0)
    square = np.nansum(steps**2, axis=0) / np.maximum(np.isfinite(steps).sum(axis=0), 1) + LEAST_STEP**2
    harmonic = np.repeat(np.arange(1.0, components.season.harmonics + 1), 2)
    precision = months / square * components.season.season_difference**2 / SEASON_UNTOLD
    own_season = precision[:, None] / (precision[:, None] + harmonic**2)
    return {
        "own_scale": months / (months + MONTHS_FOR_SCALE),
        "own_gain": months / (months + MONTHS_FOR_GAIN),
        "own_season": own_season,
    }


def _around(
    name: str,
    centre: Any,
    spread: Any,
    own: Any,
    usual: float = 0.0,
    dims: str | tuple[str, ...] = "destination",
) -> Any:
    """Return quantities that are normal around a common one, sampled partly centred.

    What is sampled is neither the quantity (``own`` = 1, good where a destination's months tell it) nor its distance
    from the common one (0, good where they do not), but what lies between. The model is the same for any ``own``, and
    for any ``usual``: the centre's prior mean, taken off so that sampling starts from zero whatever the data.

    References
    ----------
    Papaspiliopoulos, Roberts and Sköld (2007), A general framework for the parametrization of hierarchical models.
    Statistical Science 22(1).
    """
    import pymc as pm
    import pytensor.tensor as pt

    middle = own * (centre - usual)
    part = pm.Normal(f"{name}_part", middle, spread**own, dims=dims, initval=pt.zeros_like(own))
    return centre + spread ** (1 - own) * (part - middle)


def _compiled(model: InflowModel, series: InflowSeries, width: int) -> Any:
    """Compile a model once per width and process; months and data are exchanged afterwards.

    The points that chains start from are computed with the data the model was compiled with. So the model is written
    such that they do not depend on data: a fit must not remember the fits before it.
    """
    from workbench.models import sampling

    shape = (model, width)
    if shape not in _COMPILED:
        _COMPILED[shape] = sampling.compile_model(model.build(series, width))
    return _COMPILED[shape]


def _term_names(harmonics: int) -> list[str]:
    return [f"{name} {h}" for h in range(1, harmonics + 1) for name in ("cos", "sin")]
