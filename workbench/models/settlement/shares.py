"""Which share of newcomers each municipality will receive: a hierarchical model of log shares.

Importing this module loads no PyMC; building or fitting does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.core.errors import AssumptionError
from workbench.models.diagnostics import diagnose
from workbench.models.settlement.evidence import BEFORE, PART, SIGNALS, WINDOW, Evidence, gather, newest_quotas
from workbench.models.settlement.fit import SettlementConfiguration, SettlementFit
from workbench.models.settlement.panel.panel import SettlementPanel
from workbench.models.settlement.priors import SharePriors

if TYPE_CHECKING:
    import pymc as pm
    import xarray as xr

# More draws are sampled than kept: R-hat and sample sizes are measured on all of them, files stay small.
KEEP_EVERY = 2
ONLY_BEFORE, ONLY_QUOTAS = ("look_spread",), ("quota",)
_COMPILED: dict[tuple[Any, ...], Any] = {}


@dataclass(frozen=True)
class SettlementModel:
    """Forecast the share of each municipality from its own history, its quotas and its circumstances.

    Parameters
    ----------
    priors
        What is assumed before the data.

    Notes
    -----
    For municipality i and year t, with y the log share of persons settled less the log share of population:

    - takes part: logit P(persons > 0) = p_0 + x_it′ p + year effect; x: log of the persons expected by a rule of thumb,
      whether it took part and had a quota the year before (or, where the year's quotas are known, has one)
    - share of those who take part: y_it = c_t + x_i′β + quota_it′θ + u_it + e_it,
      e_it + uncertainty of u ~ two-piece StudentT(ν, 0, √(Var u_it + (ω s_i)² + ψ / expected_it)), its scale times γ
      above zero and divided by γ below: fewer come than agreed more easily than more
    - level: u_i,t+1 = φ u_it + step, of size σ s_i; followed by a Kalman filter whose correction carries the Student-t
      score, so there is no latent path to sample
    - sizes: log s_i ~ Normal(slope · x + curve · (x² − 1), spread), x the standardised log population
    - before the year, the accepted quota of each *past* year is a second look at that year's level, of learnt weight

    The shares of those who take part are scaled to one, which is why c_t is not forecast. A municipality that never
    took part starts from its covariates: that, with the chance of taking part, is how a new site comes.

    The filter is exact for normal shocks and an approximation for heavy-tailed ones. ψ is divided by the persons
    expected beforehand and not by those who came, so that the likelihood is a density.

    References
    ----------
    Fernández and Steel (1998), On Bayesian modeling of fat tails and skewness. Journal of the American Statistical
    Association 93(441).

    Harvey (2013), Dynamic Models for Volatility and Heavy Tails, chapter 3. Cambridge University Press.
    """

    priors: SharePriors = field(default_factory=SharePriors)

    def describe(self) -> pd.DataFrame:
        """Return the parts of the model, one row each: quantity, per, prior, meaning."""
        return self.priors.describe()

    def build(self, panel: SettlementPanel, evidence: Evidence) -> pm.Model:
        """Return the PyMC model of some evidence, its data in ``pm.Data`` containers."""
        from workbench.models.sampling import without_compiler

        with without_compiler():
            import pymc as pm
            import pytensor.tensor as pt

            from workbench.models.settlement.filter_op import FollowLevels

            p = self.priors
            coords = {
                "municipality": list(panel.municipalities),
                "covariate": list(panel.covariates),
                "signal": list(SIGNALS),
                "circumstance": list(PART),
            }
            with pm.Model(coords=coords, check_bounds=False) as model:
                data = {name: pm.Data(name, values) for name, values in _data(panel, evidence).items()}

                def positive(name: str, median: float) -> Any:
                    return pm.LogNormal(name, math.log(median), p.spread_uncertainty)

                difference, step = positive("difference", p.difference), positive("step", p.step)
                passing, noise = positive("passing", p.passing), positive("person_noise", p.person_noise)
                stay = pm.Beta("stay", p.stay_shape, p.leave_shape)
                above_two = pm.Gamma("freedom_above_two", p.tail_shape, p.tail_rate)
                freedom = pm.Deterministic("degrees_of_freedom", 2 + above_two)

                size_slope = pm.Normal("size_slope", 0, p.size_slope)
                offset = pm.Normal("scale_offset", 0, 1, dims="municipality")
                curve = pm.Normal("size_curve", 0, p.size_curve)
                by_size = size_slope * data["size"] + curve * (data["size"] ** 2 - 1)
                log_scale = by_size + positive("scale_spread", p.scale_spread) * offset
                scale = pm.Deterministic("scale", pt.exp(log_scale), dims="municipality")

                look_spread = positive("look_spread", p.look)
                weights = [p.quota] + [0.0] * (len(SIGNALS) - 1)
                quota = pm.Normal("quota", weights, p.quota_spread, dims="signal")
                slopes = pm.Normal("slope", 0, p.slope, dims="covariate") if panel.covariates else np.zeros(0)
                expected = pt.dot(data["covariates"], slopes)[None, :] + pt.dot(data["signals"], quota)

                year = pm.Normal("year", 0, p.year, shape=WINDOW)
                spread = (passing * scale)[None, :] ** 2 + noise / data["expected"]
                z = data["share"] - year[:, None] - expected
                shared = pt.stack([look_spread**2, difference**2, stay, freedom])
                level, variance = FollowLevels().followed(
                    data["seen"],
                    data["begun"],
                    z,
                    spread,
                    (step * scale) ** 2,
                    data["look"] - expected,
                    shared,
                )

                part = pm.Normal("part", 0, p.part_spread, dims="circumstance")
                chance = pm.Normal("part_base", 0, 2)
                # Of given spread: a dozen years, some of which say nothing, hardly tell it and make a funnel.
                moved = pm.Normal("part_year", chance, p.part_year, shape=WINDOW)
                logit = moved[:, None] + pt.dot(data["circumstances"], part)

                pm.Deterministic("base", expected[-1], dims="municipality")
                pm.Deterministic("level", level[-1], dims="municipality")
                pm.Deterministic("variance", variance[-1], dims="municipality")

                there = data["took_part"]
                error = z - level
                skew = pm.LogNormal("skew", 0, p.skew)
                side = pt.switch(error > 0, skew, 1 / skew)
                student = pm.StudentT.dist(nu=freedom, mu=0, sigma=side * pt.sqrt(variance + spread))
                weight = pt.log(2 * side / (skew + 1 / skew))  # of its own side, so that both make one density
                pm.Potential("shares", pt.sum(there * (weight + pm.logp(student, error))))
                pm.Potential("taking_part", pt.sum(data["counted"] * (there * logit - pt.softplus(logit))))
        return model

    def fit(
        self,
        panel: SettlementPanel,
        *,
        as_of: int,
        total: float,
        contest: str = BEFORE,
        seed: int,
        draws: int = 500,
        tune: int = 500,
        chains: int = 4,
        cores: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> SettlementFit:
        """Learn from the years up to ``as_of``; what is later is dropped unseen.

        Parameters
        ----------
        as_of
            Last year whose settled persons may be known.
        total
            Persons to be settled in the year after, about; it moves the chance of taking part.
        contest
            ``before``: quotas up to ``as_of`` only; ``quotas``: the final quotas of the year after as well.
        seed
            The same seed gives the same draws, on any number of cores.
        draws, tune, chains
            Draws kept per chain, tuning steps per chain, chains (at least 2). Twice the draws kept are taken.
        cores
            Chains sampled at once; all processors by default.
        progress
            Called with (steps done, steps in all).

        Raises
        ------
        ModelError
            If there is too little to learn from, or the sampler cannot start.
        """
        for name, value, least in (("draws", draws, 10), ("tune", tune, 10), ("chains", chains, 2), ("seed", seed, 0)):
            if value < least:
                raise AssumptionError(f"{name} is {value}", why="chains must be comparable", do=f"at least {least}")
        evidence = gather(panel, as_of, contest, total)

        from workbench.models import sampling  # PyMC is loaded only when a fit is really made

        shape = (self, panel.municipalities, tuple(panel.covariates))
        if shape not in _COMPILED:
            _COMPILED[shape] = sampling.compile_model(self.build(panel, evidence))
        posterior, divergences = sampling.sample(
            _COMPILED[shape].with_data(**_data(panel, evidence)),
            draws=draws * KEEP_EVERY,
            tune=tune,
            chains=chains,
            seed=seed,
            cores=cores,
            correlated=True,  # the weight of the quotas' second look moves with all levels
            progress=progress,
        )
        unused = ONLY_QUOTAS if contest == BEFORE else ONLY_BEFORE
        if contest == BEFORE:  # nobody is asked yet, so this weight is nothing but its prior
            posterior["part"] = posterior["part"].where(posterior["circumstance"] != "asked", 0.0)
        posterior = posterior.drop_vars(["freedom_above_two", "scale_offset", "part_year", "year", *unused])
        kept = posterior.isel(draw=slice(KEEP_EVERY - 1, None, KEEP_EVERY))
        return SettlementFit(
            posterior=kept.assign_coords(draw=np.arange(draws)).drop_attrs(),
            panel=panel.until(as_of),
            accepted=newest_quotas(panel, as_of, contest),
            log_population=evidence.log_population[-1],
            expected=evidence.expected[-1],
            part=evidence.part[-1],
            configuration=SettlementConfiguration(self.priors, contest, as_of, float(total), draws, tune, chains),
            data_fingerprint=panel.until(as_of).fingerprint,
            seed=seed,
            diagnostics=diagnose(_sampled(posterior), divergences),
        )


def _sampled(posterior: xr.Dataset) -> xr.Dataset:
    """Return what the chains can agree on: what follows from the data alone is the same in every draw."""
    checked = posterior.drop_vars(["base", "level", "part"]).assign(expected=posterior["base"] + posterior["level"])
    checked = checked.assign(part=posterior["part"])
    for name, dimension, renamed in (("expected", "municipality", "place"), ("part", "circumstance", "weight")):
        varies = np.flatnonzero(checked[name].std(["chain", "draw"]).to_numpy() > 0)
        checked[name] = checked[name].isel({dimension: varies}).rename({dimension: renamed})
    return checked


def _data(panel: SettlementPanel, evidence: Evidence) -> dict[str, np.ndarray]:
    covariates = np.stack(list(panel.covariates.values()), axis=1) if panel.covariates else None
    found = {
        "size": evidence.size,
        "covariates": np.zeros((len(panel.municipalities), 0)) if covariates is None else covariates,
        "took_part": evidence.took_part,
        "circumstances": evidence.part,
    }
    names = ("share", "seen", "begun", "counted", "expected", "look", "signals")
    return {**found, **{name: getattr(evidence, name) for name in names}}
