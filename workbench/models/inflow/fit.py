"""A fitted inflow model: its posterior, what it was made from, and the forecasts that follow. Needs no PyMC."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from workbench.core.dates.calendar import horizon_months, month_number
from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError
from workbench.models import fit_files
from workbench.models.diagnostics import Diagnostics
from workbench.models.inflow.components import InflowComponents
from workbench.models.inflow.futures import futures
from workbench.models.inflow.partial import Partial
from workbench.models.inflow.recursion import (
    Dynamics,
    State,
    last_state,
    season_terms,
    shock_correlation,
    standardised,
)
from workbench.models.inflow.series import InflowSeries

FORMAT = "migration-workbench inflow fit 4"
UNIT = "asylum applications"


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
        dynamics = self.dynamics()
        future = futures(
            self.series,
            self.configuration.components,
            dynamics,
            last_state(self.series, self._terms(), dynamics),
            self.shock_correlation(),
            horizon=horizon,
            seed=seed,
            partial=partial,
        )
        months = horizon_months(self.series.as_of, horizon)
        return Draws.from_array(future, {"destination": self.series.destinations, "month": months}, UNIT)

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
