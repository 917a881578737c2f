"""How many asylum applications each destination will receive in the next months.

A hierarchical Bayesian model of monthly counts: every destination has a level that follows its own surprises and a
season that is shrunk towards a common one. Importing this module loads no PyMC; building or fitting does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.core.calendar import month_number
from workbench.core.errors import AssumptionError
from workbench.models.diagnostics import diagnose
from workbench.models.inflow_fit import InflowConfiguration, InflowFit, level_draws
from workbench.models.inflow_priors import InflowPriors
from workbench.models.inflow_series import InflowSeries
from workbench.models.levels import season_terms

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["InflowFit", "InflowModel", "InflowPriors"]

# More draws are sampled than kept: R-hat and sample sizes are measured on all of them, files stay small.
KEEP_EVERY = 3
_COMPILED: dict[tuple[InflowModel, int], Any] = {}


@dataclass(frozen=True)
class InflowModel:
    """Forecast applications by destination from their own history.

    Parameters
    ----------
    priors
        What is assumed before the data.

    Notes
    -----
    For destination i and month t, with y = log(1 + persons):

    - expected: m_it = l_it + x_t′ b_i, where x_t are harmonics of the calendar month
    - surprise: e_it = y_it − m_it ~ StudentT(ν, 0, σ_i)
    - level: l_i,t+1 = l_it + k_i e_it; unchanged over a month that is not published
    - between destinations: log σ_i, logit k_i and b_i are normal around common values that are learnt

    There is one source of error and no latent path, so the likelihood is exact and cheap. Over a gap the level is
    carried on without added uncertainty. Rounding of the published counts (Eurostat: to 5) is part of the shock, which
    is crude for destinations with a few persons a month.

    References
    ----------
    Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing: The State Space Approach. Springer.
    """

    priors: InflowPriors = field(default_factory=InflowPriors)

    def describe(self) -> pd.DataFrame:
        """Return the parts of the model, one row each: quantity, per, prior, meaning."""
        p = self.priors
        spread = f"LogNormal(log {{}}, {p.spread_uncertainty:g})"
        rows = [
            ("start", "destination", f"Normal({p.start_centre:g}, {p.start_spread:g})", "level before the first month"),
            ("gain", "destination", "logit ~ Normal(gain_centre, gain_spread)", "share of a shock that stays"),
            ("gain_centre", "all", f"Normal({p.gain_centre:g}, {p.gain_centre_spread:g})", "typical gain, as logit"),
            ("gain_spread", "all", spread.format(f"{p.gain_spread:g}"), "difference of gains, as logit"),
            ("scale", "destination", "log ~ Normal(shock_centre, shock_spread)", "size of a monthly shock, log scale"),
            (
                "shock_centre",
                "all",
                f"Normal(log {p.shock_median:g}, {p.shock_median_spread:g})",
                "typical size of a shock, as logarithm",
            ),
            ("shock_spread", "all", spread.format(f"{p.shock_spread:g}"), "difference of sizes, as logarithm"),
            (
                "degrees_of_freedom",
                "all",
                f"2 + Gamma({p.tail_shape:g}, {p.tail_rate:g})",
                "of the shocks; few = heavy tails",
            ),
            ("season", "destination", "Normal(common_season, season_difference / h)", "harmonics, log scale"),
            ("common_season", "all", f"Normal(0, {p.season_spread:g} / h)", f"h = 1 … {p.harmonics}, log scale"),
            ("season_difference", "all", spread.format(f"{p.season_difference:g}"), "difference of seasons, log scale"),
        ]
        return pd.DataFrame(rows, columns=["quantity", "per", "prior", "meaning"])

    def build(self, series: InflowSeries) -> pm.Model:
        """Return the PyMC model of a series, its data in ``pm.Data`` containers."""
        from workbench.models.sampling import without_compiler

        with without_compiler():
            import pymc as pm
            import pytensor.tensor as pt

            from workbench.models.level_op import LevelErrors

            p = self.priors
            shrink = 1 / np.repeat(np.arange(1.0, p.harmonics + 1), 2)
            coords = {"month": series.months, "destination": series.destinations, "term": _term_names(p.harmonics)}
            with pm.Model(coords=coords, check_bounds=False) as model:
                data = _data(series, p.harmonics)
                y = pm.Data("log_persons", data["log_persons"], dims=("month", "destination"))
                published = pm.Data("published", data["published"], dims=("month", "destination"))
                terms = pm.Data("terms", data["terms"], dims=("month", "term"))

                # Scales between destinations keep away from zero, where centred effects cannot be sampled.
                def spread(name: str, median: float) -> Any:
                    return pm.LogNormal(name, math.log(median), p.spread_uncertainty)

                centre = pm.Normal("shock_centre", math.log(p.shock_median), p.shock_median_spread)
                log_scale = pm.Normal("log_scale", centre, spread("shock_spread", p.shock_spread), dims="destination")
                scale = pm.Deterministic("scale", pt.exp(log_scale), dims="destination")

                centre = pm.Normal("gain_centre", p.gain_centre, p.gain_centre_spread)
                logit = pm.Normal("logit_gain", centre, spread("gain_spread", p.gain_spread), dims="destination")
                gain = pm.Deterministic("gain", pm.math.sigmoid(logit), dims="destination")

                common = pm.Normal("common_season", 0, p.season_spread * shrink, dims="term")
                offset = pm.Normal("season_offset", 0, 1, dims=("destination", "term"))
                width = spread("season_difference", p.season_difference) * shrink
                season = pm.Deterministic("season", common + width * offset, dims=("destination", "term"))

                above_two = pm.Gamma("freedom_above_two", p.tail_shape, p.tail_rate)
                freedom = pm.Deterministic("degrees_of_freedom", 2 + above_two)
                start = pm.Normal("start", p.start_centre, p.start_spread, dims="destination")

                # The errors depend on the parameters, so they enter as a term and not as an observed variable; the
                # change of variables from counts to errors is unit triangular.
                errors = LevelErrors()(y, published, terms @ season.T, gain, start)
                density = pm.logp(pm.StudentT.dist(nu=freedom, mu=0, sigma=scale), errors)
                pm.Potential("likelihood", pt.sum(published * density))
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
        series = InflowSeries.from_table(arrivals, as_of)

        from workbench.models import sampling  # PyMC is loaded only when a fit is really made

        compiled = _compiled(self, series)
        posterior, divergences = sampling.sample(
            compiled.with_data(**_data(series, self.priors.harmonics)),
            draws=draws * KEEP_EVERY,
            tune=tune,
            chains=chains,
            seed=seed,
            cores=cores,
            progress=progress,
        )
        posterior = posterior.assign_coords(destination=list(series.destinations))
        posterior = posterior.drop_vars(["log_scale", "logit_gain", "season_offset", "freedom_above_two"])
        posterior["level"] = level_draws(posterior, series)
        kept = posterior.isel(draw=slice(KEEP_EVERY - 1, None, KEEP_EVERY))
        return InflowFit(
            posterior=kept.assign_coords(draw=np.arange(draws)).drop_attrs(),
            series=series,
            configuration=InflowConfiguration(self.priors, as_of, draws, tune, chains),
            data_fingerprint=series.fingerprint,
            seed=seed,
            diagnostics=diagnose(posterior, divergences),
        )


def _compiled(model: InflowModel, series: InflowSeries) -> Any:
    """Compile a model once per number of destinations and process; months and data are exchanged afterwards."""
    from workbench.models import sampling

    shape = (model, len(series.destinations))
    if shape not in _COMPILED:
        _COMPILED[shape] = sampling.compile_model(model.build(series))
    return _COMPILED[shape]


def _data(series: InflowSeries, harmonics: int) -> dict[str, np.ndarray]:
    numbers = np.array([month_number(month) for month in series.months])
    return {
        "log_persons": series.log_persons,
        "published": series.observed.astype(float),
        "terms": season_terms(numbers, harmonics),
    }


def _term_names(harmonics: int) -> list[str]:
    return [f"{name} {h}" for h in range(1, harmonics + 1) for name in ("cos", "sin")]
