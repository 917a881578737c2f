"""How the case flow model is described, built and fitted: three hierarchical regressions with Student-t shocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import last_month, month_number, period_months
from workbench.core.errors import AssumptionError, ModelError
from workbench.models.caseflow import equations as eq
from workbench.models.caseflow.fit import CaseFlowFit
from workbench.models.caseflow.panel import CaseFlowPanel
from workbench.models.diagnostics import Diagnostics, diagnose

if TYPE_CHECKING:
    import pymc as pm

FEWEST_ROWS = 8
MEMORY = 0.95
"""Weight of a quarter's observation for each quarter it lies back; chosen on series left out."""
LEAST_SCALE = 0.005
"""Shocks are half a per cent at least: a series that never changed would leave the sampler nowhere to stay."""
# More draws are sampled than kept: they cost little here, and R-hat is measured on all of them.
KEEP_EVERY = 3
_COMPILED: dict[tuple[eq.Equation, int, int], Any] = {}


@dataclass(frozen=True)
class CaseFlowModel:
    """Forecast output, stock and, where it is not given, intake.

    Notes
    -----
    With y = log(1 + cases), series i and period t, each equation is
    y_t − y_{t−1} = f_t′ β + b_{i,q(t)} − b_{i,q(t−1)} + e, with e ~ StudentT(ν, 0, σ_i exp(γ u_t)).
    Weights β and the common season are shared; seasons and log σ_i are normal around common ones. Unrest u_t compares
    the last four changes with the last sixteen: shocks come in spells.
    The stock follows from its flows in whole cases, period by period, in every draw; where only a stock is
    published it has an equation of its own. The median of a stock is drawn to the last one, the more the farther ahead
    (:mod:`workbench.models.caseflow.damping`). Observations count by ``memory`` to the power of their age in quarters:
    old habits of an agency say less. A posterior so weighted answers to the backtest; with ``memory=1`` it is exact up
    to the sampler, and is checked by simulation.
    """

    memory: float = MEMORY

    def describe(self) -> pd.DataFrame:
        """Return the parts of the model, one row each: quantity, per, prior, meaning."""
        told = [
            (
                f"weights of {e.name}",
                "term",
                f"Normal(m, s), m = {', '.join(map(str, e.means))}, s = {str(e.spread).strip('()')}",
                ", ".join(e.terms),
            )
            for e in (eq.INTAKE, eq.OUTPUT, eq.STOCK)
        ]
        told += [
            (
                "season",
                "series, part of the year",
                "Normal(common, half as wide)",
                "usual difference from the year's mean",
            ),
            ("scale", "series", "log-normal around a common one", "size of a period's shock, log scale"),
            ("unrest", "equation", "Normal(0.3, 0.15)", "how much larger shocks are after large changes"),
            ("degrees of freedom", "equation", "2 + Gamma(2, 0.5)", "how heavy the tails of shocks are"),
        ]
        return pd.DataFrame(told, columns=["quantity", "per", "prior", "meaning"])

    def build(self, equation: eq.Equation, series: int, season: int, rows: eq.Rows) -> pm.Model:
        """Return the PyMC model of one equation, its observations in ``pm.Data`` containers."""
        from workbench.models.sampling import without_compiler

        with without_compiler():
            import pymc as pm
            import pytensor.tensor as pt

            coords = {"term": equation.terms, "part": range(season), "series": range(series)}
            with pm.Model(coords=coords, check_bounds=False) as model:
                data = {name: pm.Data(name, values) for name, values in observations(rows, season, self.memory).items()}
                weight = pm.Normal("weight", np.array(equation.means), equation.spread, dims="term")
                common = pm.Normal("common_season", 0, 1, dims="part")
                part = pm.Normal("season_part", 0, 1, dims=("series", "part"))
                known = equation.season * data["season_known"]
                own = pm.Deterministic("season", known * (common + 0.5 * part), dims=("series", "part"))
                centre = pm.Normal("scale_centre", np.log(0.2), 0.8)
                log_scale = pt.ones(series) * centre
                if series > 1:  # one series says nothing of a spread between series
                    spread = pm.LogNormal("scale_spread", np.log(0.4), 0.4)
                    log_scale = log_scale + spread * pm.Normal("scale_part", 0, 1, dims="series")
                scale = pm.Deterministic("scale", LEAST_SCALE + pt.exp(log_scale), dims="series")
                freedom = pm.Deterministic("degrees_of_freedom", 2 + pm.Gamma("above_two", 2, 0.5))
                response = pm.Normal("unrest", 0.3, 0.15)
                at = data["series_of_row"]
                expected = data["terms"] @ weight + own[at, data["now"]] - own[at, data["before"]]
                size = scale[at] * pt.exp(response * data["unrest_before"])
                shocks = pm.StudentT.dist(nu=freedom, mu=expected, sigma=size)
                pm.Potential("likelihood", (data["counts"] * pm.logp(shocks, data["change"])).sum())
        return model

    def fit(
        self,
        panel: CaseFlowPanel,
        *,
        seed: int,
        draws: int = 500,
        tune: int = 500,
        chains: int = 4,
        cores: int | None = None,
        without: tuple[str, ...] = (),
    ) -> CaseFlowFit:
        """Learn from a panel; the last of its periods is the origin.

        Parameters
        ----------
        without
            Equations that are not needed: ``intake`` where the intake ahead is given for every series.

        Raises
        ------
        ModelError
            If no series has enough periods to learn from.
        """
        for name, value, least in (("draws", draws, 10), ("tune", tune, 10), ("chains", chains, 2), ("seed", seed, 0)):
            if value < least:
                raise AssumptionError(f"{name} is {value}", why="chains must be comparable", do=f"at least {least}")
        from workbench.models import sampling  # PyMC is loaded only when a fit is really made

        equations = {
            e: rows for e, rows in observed(panel).items() if len(rows.change) >= FEWEST_ROWS and e.name not in without
        }
        if not {eq.OUTPUT, eq.STOCK} & set(equations):
            raise _nothing_to_learn(panel)
        posterior: dict[str, dict[str, np.ndarray]] = {}
        told: dict[str, Diagnostics] = {}
        for equation, given in equations.items():
            key = (equation, len(panel.series), panel.season)
            if key not in _COMPILED:
                _COMPILED[key] = sampling.compile_model(self.build(equation, *key[1:], given))
            sampled, divergences = sampling.sample(
                _COMPILED[key].with_data(**observations(given, panel.season, self.memory)),
                draws=draws * KEEP_EVERY,
                tune=tune,
                chains=chains,
                seed=seed,
                cores=cores,
                correlated=True,  # means of two and four periods pull much alike
            )
            kept = sampled[["weight", "season", "scale", "unrest", "degrees_of_freedom"]]
            told[equation.name] = diagnose(kept, divergences)
            kept = kept.isel(draw=slice(KEEP_EVERY - 1, None, KEEP_EVERY))
            posterior[equation.name] = {
                str(name): values.values.reshape(-1, *values.shape[2:]) for name, values in kept.data_vars.items()
            }
        return CaseFlowFit(panel, posterior, told, seed)


def _nothing_to_learn(panel: CaseFlowPanel) -> ModelError:
    counts = [(name, int(np.isfinite(getattr(panel, name)).sum(axis=0).max())) for name in ("output", "stock")]
    told = " and ".join(f"{name} in {count}" for name, count in counts)
    return ModelError(
        "neither output nor stock can be learnt from",
        why=f"an equation needs {FEWEST_ROWS} periods after the first {eq.FIRST}, each with the one before it; "
        f"of {len(panel.periods)} periods, a series has {told} at most",
        do="supply output or stock for every period, or earlier periods",
    )


def observations(rows: eq.Rows, season: int, memory: float = 1.0) -> dict[str, np.ndarray]:
    """Return an equation's observations by the name of their container."""
    return {
        "unrest_before": rows.unrest,
        "counts": memory ** (rows.age * 4 / season),
        "terms": rows.terms,
        "change": rows.change,
        "series_of_row": rows.series,
        "now": rows.now,
        "before": rows.before,
        "season_known": np.array(season_known(rows, season)),
    }


def season_known(rows: eq.Rows, season: int) -> float:
    """Return how wide a season may be, 0.05 to 1: in its first year nothing tells it from a trend."""
    years = (float(rows.age.max()) + 1 + eq.FIRST) / season if len(rows.age) else 0.0
    return min(max(years - 1, 0.05), 1.0)


def observed(panel: CaseFlowPanel) -> dict[eq.Equation, eq.Rows]:
    """Return what a panel says of each equation."""
    intake, output, stock = (np.log1p(values) for values in (panel.intake, panel.output, panel.carried))
    nothing = np.full_like(stock, np.nan)
    alone = np.where(panel.stock_only, stock, np.nan)
    step = phase(panel)
    return {
        eq.INTAKE: eq.rows(eq.INTAKE, intake, nothing, nothing, panel.closed, step, panel.season),
        eq.OUTPUT: eq.rows(eq.OUTPUT, output, intake, stock, panel.closed, step, panel.season),
        eq.STOCK: eq.rows(eq.STOCK, alone, nothing, nothing, panel.closed, step, panel.season),
    }


def phase(panel: CaseFlowPanel) -> int:
    """Return which part of the year the first period is, counted from 0."""
    return month_number(last_month(panel.periods[0])) % 12 // period_months(panel.periods[0])
