"""A fitted inflow model: its posterior, what it was made from, and the forecasts that follow. Needs no PyMC."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from scipy.special import ndtr, stdtrit

from workbench.core.calendar import horizon_months, month_number
from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError
from workbench.core.files import replacing
from workbench.models.diagnostics import Diagnostics
from workbench.models.inflow_priors import InflowPriors
from workbench.models.inflow_series import InflowSeries
from workbench.models.levels import last_level, one_step_errors, season_terms, shock_correlation

FORMAT = "migration-workbench inflow fit 1"
NUMBERS, WORDS = "posterior.nc", "fit.json"
UNIT = "asylum applications"


@dataclass(frozen=True)
class InflowConfiguration:
    """How a fit was made: priors, last known month, draws kept and tuning steps per chain, chains."""

    priors: InflowPriors
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
        published month), ``degrees_of_freedom`` and the values common to all destinations; log scale.
    series
        The arrivals used.
    configuration
        Priors and sampler settings.
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
        return () if self.diagnostics.ok else (self.diagnostics.sentence(),)

    def simulate(self, horizon: int, seed: int) -> Draws:
        """Return possible futures: one path for each posterior draw.

        Parameters
        ----------
        horizon
            Months after ``as_of``, at least 1.
        seed
            The same seed gives the same paths; a shorter horizon gives their first months.

        Returns
        -------
        Draws
            Persons, dimensions draw, destination, month.

        Notes
        -----
        Each destination's shocks keep their fitted Student-t margin. The shocks of one month are tied by a Gaussian
        copula whose correlation is that of the model's own past surprises (:func:`shock_correlation`), so that the
        total over destinations has an interval that allows for common surges. A destination that is not published up
        to ``as_of`` is simulated from its own last month.
        """
        if horizon < 1:
            raise AssumptionError(f"a horizon of {horizon} months", do="forecast at least one month")
        series, priors = self.series, self.configuration.priors
        gain, scale, season = (self._flat(name) for name in ("gain", "scale", "season"))
        freedom = self._flat("degrees_of_freedom")[:, None]
        level = _flat(level_draws(self.posterior, series))
        ties = np.linalg.cholesky(self.shock_correlation())
        highest = np.log1p(priors.ceiling * np.nanmax(series.persons, axis=0))

        behind = int(series.silence.max())
        steps = np.arange(1 - behind, horizon + 1)
        terms = season_terms(month_number(series.as_of) + steps, priors.harmonics)
        rng = np.random.default_rng(seed)
        future = np.empty((len(level), len(series.destinations), horizon), dtype=np.int64)
        for step, term in zip(steps, terms, strict=True):
            together = rng.standard_normal(level.shape) @ ties.T
            expected = level + season @ term
            # A count is neither negative nor boundless, and the level must not follow what cannot be.
            y = np.clip(expected + scale * stdtrit(freedom, ndtr(together)), 0.0, highest)
            level = level + np.where(step > -series.silence, gain * (y - expected), 0.0)
            if step >= 1:
                future[:, :, step - 1] = np.rint(np.expm1(y))
        months = horizon_months(series.as_of, horizon)
        return Draws.from_array(future, {"destination": series.destinations, "month": months}, UNIT)

    def shock_correlation(self) -> np.ndarray:
        """Return how the surprises of a month go together; destination × destination."""
        means = {name: self._flat(name).mean(axis=0) for name in ("season", "gain", "start")}
        errors = one_step_errors(self.series, self._terms(), **means)
        return shock_correlation(errors, self.series.observed)

    def save(self, folder: Path | str) -> Path:
        """Write the fit into a folder, whole or not at all."""
        numbers = self.posterior.assign_coords(month=list(self.series.months))
        numbers["persons"] = (("month", "destination"), self.series.persons)
        words = {
            "format": FORMAT,
            "configuration": asdict(self.configuration),
            "data_fingerprint": self.data_fingerprint,
            "seed": self.seed,
            "diagnostics": self.diagnostics.to_dict(),
        }
        with replacing(folder) as partial:
            partial.mkdir()
            compressed = {name: {"zlib": True, "complevel": 1} for name in numbers.data_vars}
            numbers.to_netcdf(partial / NUMBERS, engine="h5netcdf", encoding=compressed)
            (partial / WORDS).write_text(json.dumps(words, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        return Path(folder)

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
            words = json.loads((Path(folder) / WORDS).read_text(encoding="utf-8"))
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
            configuration = InflowConfiguration(**{**raw, "priors": InflowPriors(**raw["priors"])})
            with xr.open_dataset(Path(folder) / NUMBERS, engine="h5netcdf") as numbers:
                whole = numbers.load()
            persons = np.ascontiguousarray(whole["persons"].to_numpy(), dtype=float)
            persons.flags.writeable = False
            months, destinations = (tuple(map(str, whole[name].values)) for name in ("month", "destination"))
            series = InflowSeries(months, destinations, persons)
            fit = cls(
                posterior=whole.drop_vars(["persons", "month"]),
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

    def _flat(self, name: str) -> np.ndarray:
        return _flat(self.posterior[name])

    def _terms(self) -> np.ndarray:
        return _terms(self.series, self.configuration.priors.harmonics)


def level_draws(posterior: xr.Dataset, series: InflowSeries) -> xr.DataArray:
    """Return the level after the last published month; dimensions chain, draw, destination, log scale."""
    season, gain, start = (posterior[name].to_numpy() for name in ("season", "gain", "start"))
    level = last_level(series, _terms(series, season.shape[-1] // 2), season, gain, start)
    return xr.DataArray(level, dims=("chain", "draw", "destination"))


def _terms(series: InflowSeries, harmonics: int) -> np.ndarray:
    return season_terms(np.array([month_number(month) for month in series.months]), harmonics)


def _flat(values: xr.DataArray) -> np.ndarray:
    """Return the draws of all chains one after another; axes (draw, …)."""
    array = values.to_numpy()
    return array.reshape(-1, *array.shape[2:])
