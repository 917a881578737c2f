"""A fitted inflow model: its posterior, what it was made from, and the forecasts that follow. Needs no PyMC."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import ndtr, stdtrit

from workbench.core.dates.calendar import horizon_months, month_number
from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError
from workbench.models import fit_files
from workbench.models.diagnostics import Diagnostics
from workbench.models.inflow.components import Bounds, InflowComponents
from workbench.models.inflow.partial import Partial
from workbench.models.inflow.recursion import (
    Dynamics,
    State,
    following,
    last_state,
    scale_now,
    season_terms,
    shock_correlation,
    standardised,
)
from workbench.models.inflow.series import InflowSeries

FORMAT = "migration-workbench inflow fit 4"
UNIT = "asylum applications"
FEW, USUAL = 50.0, 1000.0
"""Persons a month below which growth is not counted as a multiple, and those for which its bound is stated."""


@dataclass(frozen=True)
class InflowConfiguration:
    """How a fit was made: components, last known month, draws kept and tuning steps per chain, chains."""

    components: InflowComponents
    as_of: str
    draws: int
    tune: int
    chains: int


@dataclass(frozen=True)
class InflowFit:
    """What the model learnt, with everything needed to forecast and to defend it.

    Parameters
    ----------
    posterior
        Dimensions chain, draw, destination, term: ``gain``, ``scale``, ``season``, ``start``, ``level`` (after the last
        published month), ``degrees_of_freedom`` and what else the components estimate; log scale.
    series
        The arrivals used.
    configuration
        Components and sampler settings.
    data_fingerprint
        SHA-256 of the arrivals used (:attr:`InflowSeries.fingerprint`).
    seed
        Seed of the sampler.
    diagnostics
        Whether the chains agree. A fit that fails carries a caveat.
    """

    posterior: xr.Dataset
    series: InflowSeries
    configuration: InflowConfiguration
    data_fingerprint: str
    seed: int
    diagnostics: Diagnostics

    @property
    def caveats(self) -> tuple[str, ...]:
        """What must be said beside every number from this fit; empty if it passed its diagnostics."""
        found = [] if self.diagnostics.ok else [self.diagnostics.sentence()]
        if self.series.short:
            names = ", ".join(f"{name} ({count})" for name, count in self.series.short.items())
            found.append(f"Destinations with few published months lean on the others and on the priors: {names}.")
        if self.series.lapsed:
            names = ", ".join(f"{name} ({months})" for name, months in self.series.lapsed.items())
            found.append(f"Months since the last published one, where these are many: {names}.")
        return tuple(found)

    def simulate(self, horizon: int, seed: int, partial: Partial | None = None) -> Draws:
        """Return possible futures: one path for each posterior draw.

        Parameters
        ----------
        horizon
            Months after ``as_of``, at least 1.
        seed
            The same seed gives the same paths; a shorter horizon gives their first months.
        partial
            What is published of the first month ahead, where that is not all of it yet.

        Returns
        -------
        Draws
            Persons, dimensions draw, destination, month.

        Notes
        -----
        Each destination's shocks keep their fitted Student-t margin, at the size that its last months let expect. The
        shocks of one month are tied by a Gaussian copula whose correlation is that of the model's own past surprises
        (:func:`shock_correlation`), so that the total over destinations has an interval that allows for common surges.
        With the component *surges* some months have larger shocks everywhere, and such months last. With
        *spillover* shocks are larger where those of other destinations were of late, and share a direction. With
        *doubt* each path believes a doubtful last month, or takes it for the least that month will have had. A
        destination that is not published up to ``as_of`` is simulated from its own last month. With the component
        *counts* figures are rounded as the published ones are.
        """
        if horizon < 1:
            raise AssumptionError(f"a horizon of {horizon} months", do="forecast at least one month")
        series, components = self.series, self.configuration.components
        dynamics = self.dynamics()
        state = last_state(series, self._terms(), dynamics)
        ties = np.linalg.cholesky(self._directed(self.shock_correlation()))
        if components.spillover:
            others = max(len(series.destinations) - 1, 1)
            elsewhere = (state.variance.sum(axis=-1, keepdims=True) - state.variance) / others
            excess = components.spillover.volatility * np.maximum(elsewhere, 0.0)
            state = replace(state, variance=state.variance + excess)
        unit = series.rounding if components.counts else 1

        behind = int(series.silence.max())
        steps = np.arange(1 - behind, horizon + 1)
        terms = season_terms(month_number(series.as_of) + steps, components.season.harmonics)
        rng = np.random.default_rng(seed)
        shape = state.level.shape
        published, believed = self._doubtful(shape, seed)
        highest = self._highest(believed, seed)
        surging = np.zeros((shape[0], 1), bool)
        future = np.empty((*shape, horizon), dtype=np.int64)
        for step, term in zip(steps, terms, strict=True):
            shock = stdtrit(dynamics.freedom, ndtr(rng.standard_normal(shape) @ ties.T))
            if components.surges:
                surges = components.surges
                begins = (1 - surges.lasting) * surges.chance
                begun = step > steps[0]
                chance = np.where(surging, surges.lasting + begins, begins) if begun else surges.chance
                surging = rng.random((shape[0], 1)) < chance
                shock = np.where(surging, surges.factor * shock, shock)
            expected = state.level + dynamics.season @ term
            # A count is neither negative nor boundless, and the level must not follow what cannot be.
            y = np.clip(expected + scale_now(dynamics, state) * shock, 0.0, highest)
            if step == 1 and partial is not None:
                y = partial.learnt(expected, scale_now(dynamics, state), shock, series.destinations)
            if step <= 0 and published is not None:
                least = published[step - 1]
                y = np.where(believed & np.isfinite(least), least, np.fmax(y, least))
            state = following(dynamics, state, y - expected, step > -series.silence)
            if step >= 1:
                future[:, :, step - 1] = unit * np.rint(np.expm1(y) / unit)
        months = horizon_months(series.as_of, horizon)
        return Draws.from_array(future, {"destination": series.destinations, "month": months}, UNIT)

    def _highest(self, believed: np.ndarray, seed: int) -> np.ndarray:
        """Return the log of what no simulated month exceeds; axes (draw, destination)."""
        persons, doubted = self.series.persons, self.series.doubtful
        bounds = self.configuration.components.bounds
        top, recent = bounded(persons, bounds)
        if doubted is not None:
            taken = bounded(np.where(np.isfinite(doubted), doubted, persons), bounds)
            top, recent = (np.where(believed, one, other) for one, other in zip(taken, (top, recent), strict=True))
        # Random numbers of their own, so that a bound does not move the paths that stay below it.
        own = np.random.default_rng([seed, 2]).random(believed.shape)
        return np.asarray(np.maximum(top + np.log(bounds.least) * own, recent))

    def _directed(self, correlation: np.ndarray) -> np.ndarray:
        """Return the correlation of shocks with the direction that all share by assumption."""
        spillover = self.configuration.components.spillover
        share = spillover.direction if spillover and len(correlation) > 1 else 0.0
        return (1 - share) * correlation + share

    def _doubtful(self, shape: tuple[int, ...], seed: int) -> tuple[np.ndarray | None, np.ndarray]:
        """Return the doubtful figures, log(1 + persons), and which draws believe those of a destination."""
        doubt, figures = self.configuration.components.doubt, self.series.doubtful
        if doubt is None or figures is None:
            return None, np.zeros(shape, bool)
        # Random numbers of their own: a table without doubtful months keeps its paths.
        months = np.maximum(np.isfinite(figures).sum(axis=0), 1)
        chance = 1 - (1 - doubt.believed) ** months
        return np.log1p(figures), np.random.default_rng([seed, 1]).random(shape) < chance

    def dynamics(self) -> Dynamics:
        """Return the parameters of the recursion for all draws; axes (draw, destination)."""
        return dynamics_of(self.posterior, self.configuration.components)

    def shock_correlation(self) -> np.ndarray:
        """Return how the surprises of a month go together; destination × destination."""
        typical = dynamics_of(self.posterior.mean(["chain", "draw"]), self.configuration.components)
        shocks = standardised(self.series, self._terms(), typical)
        return shock_correlation(shocks[:, 0], self.series.observed)

    def save(self, folder: Path | str) -> Path:
        """Write the fit into a folder, whole or not at all."""
        numbers = self.posterior.assign_coords(month=list(self.series.months))
        numbers["persons"] = (("month", "destination"), self.series.persons)
        if self.series.doubtful is not None:
            numbers["doubtful"] = (("month", "destination"), self.series.doubtful)
        words = {
            "format": FORMAT,
            "configuration": asdict(self.configuration),
            "data_fingerprint": self.data_fingerprint,
            "seed": self.seed,
            "diagnostics": self.diagnostics.to_dict(),
        }
        return fit_files.write(folder, numbers, words)

    @classmethod
    def load(cls, folder: Path | str, data_fingerprint: str | None = None) -> InflowFit:
        """Read a saved fit.

        Parameters
        ----------
        folder
            Where :meth:`save` wrote it.
        data_fingerprint
            If given, that of the arrivals at hand (:attr:`InflowSeries.fingerprint`); a fit of other data is refused.

        Raises
        ------
        DataError
            If the folder holds no fit, one of another format, or a fit of other data.
        """
        again = "fit the model again"
        try:
            words = json.loads((Path(folder) / fit_files.WORDS).read_text(encoding="utf-8"))
            found = words["format"]
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise DataError("this folder holds no inflow fit", where=str(folder), why=str(error), do=again) from error
        if found != FORMAT:
            raise DataError(
                f"the saved fit has the format '{found}'",
                where=str(folder),
                why=f"this version reads '{FORMAT}' and guesses at nothing else",
                do=again,
            )
        try:
            raw = words["configuration"]
            configuration = InflowConfiguration(**{**raw, "components": InflowComponents.from_dict(raw["components"])})
            with xr.open_dataset(Path(folder) / fit_files.NUMBERS, engine="h5netcdf") as numbers:
                whole = numbers.load()
            persons = np.ascontiguousarray(whole["persons"].to_numpy(), dtype=float)
            persons.flags.writeable = False
            months, destinations = (tuple(map(str, whole[name].values)) for name in ("month", "destination"))
            doubtful = whole["doubtful"].to_numpy() if "doubtful" in whole else None
            series = InflowSeries(months, destinations, persons, doubtful)
            fit = cls(
                posterior=whole.drop_vars(["persons", "doubtful", "month"], errors="ignore"),
                series=series,
                configuration=configuration,
                data_fingerprint=str(words["data_fingerprint"]),
                seed=int(words["seed"]),
                diagnostics=Diagnostics.from_dict(words["diagnostics"]),
            )
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise DataError("the saved fit is damaged", where=str(folder), why=str(error), do=again) from error
        for expected, whose in ((series.fingerprint, "its own arrivals"), (data_fingerprint, "these arrivals")):
            if expected is not None and expected != fit.data_fingerprint:
                raise DataError(
                    f"the saved fit was not made from {whose}",
                    where=str(folder),
                    why="a forecast must start from the figures it is shown beside",
                    do=again,
                )
        return fit

    def _terms(self) -> np.ndarray:
        return season_terms_of(self.series, self.configuration.components)


def bounded(persons: np.ndarray, bounds: Bounds) -> tuple[np.ndarray, np.ndarray]:
    """Return log(1 + persons) of the bound of each destination, and of its highest of the last two months.

    Parameters
    ----------
    persons
        Index month, columns destination; NaN = not published.
    """
    figures = pd.DataFrame(persons)
    recent = figures.ffill().tail(2).max().fillna(0).to_numpy()
    usual = figures.tail(24).median().fillna(0).to_numpy()
    counted = np.maximum(recent, FEW)  # from three to thirty is no growth to learn from
    grown = bounds.growth * counted * (USUAL / counted) ** bounds.size
    top = np.minimum(grown, bounds.ceiling * np.maximum(usual, FEW))
    top = np.maximum(top, bounds.rebound * np.maximum(usual, recent))
    return np.log1p(top), np.log1p(recent)


def season_terms_of(series: InflowSeries, components: InflowComponents) -> np.ndarray:
    """Return the harmonics of a series' months; index month, columns term."""
    numbers = np.array([month_number(month) for month in series.months])
    return season_terms(numbers, components.season.harmonics)


def dynamics_of(posterior: xr.Dataset, components: InflowComponents) -> Dynamics:
    """Return the parameters of the recursion, the draws of all chains one after another; what is left out is zero."""

    def flat(name: str) -> np.ndarray:
        array = posterior[name].to_numpy()
        own = array.ndim - sum(dim in posterior[name].dims for dim in ("chain", "draw"))
        draws = array.reshape(-1, *array.shape[array.ndim - own :])
        return draws if own else draws[:, None]

    def given(name: str, present: object) -> np.ndarray:
        return flat(name) if present else np.zeros((1, 1))

    reversion = components.reversion
    return Dynamics(
        gain=flat("gain"),
        start=flat("start"),
        scale=flat("scale"),
        season=flat("season"),
        freedom=flat("degrees_of_freedom"),
        reaction=given("reaction", components.volatility),
        persistence=given("persistence", components.volatility),
        reversion=given("reversion", reversion),
        fade=1 / reversion.memory if reversion else 0.0,
    )


def last_states(posterior: xr.Dataset, series: InflowSeries, components: InflowComponents) -> State:
    """Return the state after the last published month; axes (draw, destination)."""
    return last_state(series, season_terms_of(series, components), dynamics_of(posterior, components))
