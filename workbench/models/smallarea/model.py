"""Which rate has each area? A hierarchical binomial model over areas and years, shrunk to areas that are alike.

Importing this module loads no PyMC; building or fitting does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.core.errors import AssumptionError
from workbench.models.diagnostics import diagnose
from workbench.models.smallarea.fit import SmallAreaConfiguration, SmallAreaFit
from workbench.models.smallarea.panel import SmallAreaPanel

if TYPE_CHECKING:
    import pymc as pm

_COMPILED: dict[tuple[Any, ...], Any] = {}


@dataclass(frozen=True)
class SmallAreaPriors:
    """What is assumed before the data; levels and effects on the logit scale, precisions in persons.

    ``centre`` and ``centre_spread``: rate of all areas in the first year; ``slope``: by size; ``group``: spread
    of the groups' effects; ``year``: spread of the yearly change of all areas; ``peers`` and ``memory``: medians
    of the persons that what is alike, and what was learnt of the area before, count for, each within a factor of
    exp(``factor``) two times in three; ``by_size``: how the second depends on size; ``uneven``: how much it differs
    from year to year, as logarithm.
    """

    centre: float = -1.5
    centre_spread: float = 1.5
    slope: float = 0.5
    group: float = 0.4
    year: float = 0.3
    peers: float = 20.0
    memory: float = 80.0
    factor: float = 1.2
    by_size: float = 1.0
    uneven: float = 0.7


@dataclass(frozen=True)
class SmallAreaModel:
    """Rates of areas that are partly alike, year by year.

    Parameters
    ----------
    priors
        What is assumed before the data.

    Notes
    -----
    Of n persons in area i and year t, y are counted. With η_it = m_t + b x_i + Σ_g c_g[i]:

    - y_it ~ Binomial(n_it, p_it), p_it ~ Beta with mean μ_it and precision κ_it before the year is seen
    - m_t = m_t-1 + year step: what all areas share; x: standardised log size; c_g: effects of the groups that an area
      is in (centrality, county)
    - first year: logit μ = η, κ = peers: the area counts as one of those alike until it shows otherwise
    - seen: μ becomes (μκ + y) / (κ + n), κ becomes κ + n
    - a year on: logit μ_i,t+1 = logit μ_it + m_t+1 − m_t and 1/κ_i,t+1 = 1/κ_it + 1/memory_it,
      log memory_it = log memory + by_size x_i + uneven Normal(0, 1): old figures fade, in small areas at another pace
      than in large ones, and fast in a year in which much changes at once

    The Beta is conjugate, so rates are integrated out exactly and only what areas have in common is sampled; y has a
    beta-binomial density given the years before. A latent path in place of it (logit-normal, Student-t steps) was
    tried: seven minutes for 357 areas and five years, and its chains did not agree. So was a deviation from those alike
    that fades by itself: breaks in published series taught it to fade, and its forecasts were worse.

    Each year's persons count as a new sample. Where most of them are the same as the year before (a stock), last year's
    raw rate forecasts the next one better than this model does; rates and ranks are what it is for, and
    :mod:`workbench.models.smallarea.next_year` forecasts.

    References
    ----------
    Harvey and Fernandes (1989), Time series models for count or qualitative observations. Journal of Business &
    Economic Statistics 7(4).

    Rao and Molina (2015), Small Area Estimation, chapter 9. Wiley.
    """

    priors: SmallAreaPriors = field(default_factory=SmallAreaPriors)

    def describe(self) -> pd.DataFrame:
        """Return the parts of the model, one row each: quantity, per, prior, meaning."""
        p = self.priors
        rows = [
            (
                "level",
                "year",
                f"first Normal({p.centre:g}, {p.centre_spread:g}), then Normal(level before, {p.year:g})",
                "logit of the rate of a middling area",
            ),
            ("slope", "all", f"Normal(0, {p.slope:g})", "what a standard deviation of log size adds"),
            ("effect", "group", f"ZeroSumNormal({p.group:g})", "how a group differs from all"),
            ("peers", "all", f"LogNormal(log {p.peers:g}, {p.factor:g})", "persons that areas alike count for"),
            (
                "log_memory",
                "all",
                f"Normal(log {p.memory:g}, {p.factor:g})",
                "log of the persons that earlier years count for",
            ),
            ("broken", "year", f"Normal(0, {p.uneven:g})", "how the log of memory differs from year to year"),
            ("by_size", "all", f"Normal(0, {p.by_size:g})", "log of memory by size"),
        ]
        return pd.DataFrame(rows, columns=["quantity", "per", "prior", "meaning"])

    def build(self, panel: SmallAreaPanel) -> pm.Model:
        """Return the PyMC model of a panel, its counts in ``pm.Data`` containers."""
        from workbench.models.sampling import without_compiler

        with without_compiler():
            import pymc as pm
            import pytensor.tensor as pt

            p, years = self.priors, len(panel.years)
            coords: dict[str, list[Any]] = {"area": list(panel.areas), "year": list(range(len(panel.years)))}
            members = {name: np.unique(labels, return_inverse=True) for name, labels in panel.groups.items()}
            coords |= {name: list(found[0]) for name, found in members.items()}
            with pm.Model(coords=coords, check_bounds=False) as model:
                events, persons = pm.Data("events", panel.events), pm.Data("persons", panel.persons)
                size = pm.Data("log_size", panel.log_size)
                level = pm.Normal("level_first", p.centre, p.centre_spread)[None]
                if years > 1:
                    # Centred: hundreds of areas tell the change of each year.
                    changes = [pm.Normal(f"change_{at}", 0, p.year) for at in range(1, years)]
                    level = pt.concatenate([level, level[0] + pt.cumsum(pt.stack(changes))])
                level = pm.Deterministic("level", level, dims="year")
                like = pm.Normal("slope", 0, p.slope) * size
                for name, (_, index) in members.items():
                    # Of given spread: it hardly matters once areas are seen, and a learnt one makes a funnel.
                    effect = pm.ZeroSumNormal(f"effect_{name}", p.group, dims=name)
                    like = like + effect[index]
                pm.Deterministic("like", like, dims="area")
                peers = pm.LogNormal("peers", math.log(p.peers), p.factor)
                by_size = pm.Normal("by_size", 0, p.by_size)
                usual = pm.Normal("log_memory", math.log(p.memory), p.factor)
                broken = pm.Normal("broken", 0, p.uneven, shape=max(years - 1, 1))
                logit, precision, told = level[0] + like, peers * pt.ones_like(size), 0.0
                for at in range(years):
                    if at:
                        logit = logit + level[at] - level[at - 1]
                        precision = 1 / (1 / precision + pt.exp(-usual - broken[at - 1] - by_size * size))
                    y, n = events[:, at], persons[:, at]
                    yes, no = precision * pm.math.sigmoid(logit), precision * pm.math.sigmoid(-logit)
                    # The beta-binomial density, without its constant; an area without persons adds nothing.
                    told += pt.sum(_betaln(pt, yes + y, no + n - y) - _betaln(pt, yes, no))
                    logit, precision = pt.log(yes + y) - pt.log(no + n - y), precision + n
                pm.Deterministic("logit", logit, dims="area")
                pm.Deterministic("precision", precision, dims="area")
                pm.Potential("counts", told)
        return model

    def fit(
        self,
        panel: SmallAreaPanel,
        *,
        seed: int,
        draws: int = 500,
        tune: int = 500,
        chains: int = 4,
        cores: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> SmallAreaFit:
        """Learn from all years of a panel.

        Parameters
        ----------
        seed
            The same seed gives the same draws, on any number of cores.
        draws, tune, chains
            Draws and tuning steps per chain, chains (at least 2).

        Raises
        ------
        ModelError
            If the sampler cannot start.
        """
        for name, value, least in (("draws", draws, 10), ("tune", tune, 10), ("chains", chains, 2), ("seed", seed, 0)):
            if value < least:
                raise AssumptionError(f"{name} is {value}", why="chains must be comparable", do=f"at least {least}")

        from workbench.models import sampling  # PyMC is loaded only when a fit is really made

        groups = tuple(sorted((name, labels) for name, labels in panel.groups.items()))
        shape = (self, panel.areas, len(panel.years), groups)
        if shape not in _COMPILED:
            _COMPILED[shape] = sampling.compile_model(self.build(panel))
        data = {"events": panel.events, "persons": panel.persons, "log_size": panel.log_size}
        posterior, divergences = sampling.sample(
            _COMPILED[shape].with_data(**data),
            draws=draws,
            tune=tune,
            chains=chains,
            seed=seed,
            cores=cores,
            correlated=True,  # levels of years move together
            progress=progress,
        )
        posterior = posterior.drop_vars(
            [n for n in posterior.data_vars if str(n).startswith(("change_", "level_first", "broken"))]
        )
        posterior = posterior.assign_coords(year=list(panel.years))
        return SmallAreaFit(
            posterior=posterior.drop_attrs(),
            panel=panel,
            configuration=SmallAreaConfiguration(asdict(self.priors), draws, tune, chains),
            data_fingerprint=panel.fingerprint,
            seed=seed,
            diagnostics=diagnose(posterior.drop_vars(["precision", "like"]), divergences),
        )


def _betaln(pt: Any, a: Any, b: Any) -> Any:
    return pt.gammaln(a) + pt.gammaln(b) - pt.gammaln(a + b)
