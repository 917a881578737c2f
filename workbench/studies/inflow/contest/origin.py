"""What is forecast from one origin, given its past alone? The task of a backtest, and what is kept of it."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from workbench.core.errors import WorkbenchError
from workbench.core.runs.tasks import Task
from workbench.models import baselines as rules
from workbench.models.inflow import InflowFit, InflowModel
from workbench.models.scores import LEVELS

SAMPLE = 300
"""Joint draws kept of each forecast, for the energy score."""
ARRAYS, NOTES = "arrays.npz", "notes.json"


@dataclass(frozen=True)
class Learnt:
    """What a model forecasts from one origin.

    ``draws`` has axes (draw, series, step), whole persons; ``failure`` says why the fit must not be relied on, ``fit``
    its diagnostics.
    """

    draws: np.ndarray
    failure: str
    fit: Mapping[str, Any]


class Learner(Protocol):
    """Anything that forecasts from the past alone; stands in a module and is identified by its value."""

    def __call__(self, past: pd.DataFrame, as_of: str, horizon: int, seed: int) -> Learnt:
        """Return forecasts of all destinations of ``past`` (month, destination, persons), in alphabetical order."""
        ...


@dataclass(frozen=True)
class Fitted:
    """The inflow model as a learner: a fit at each origin, chains one after the other.

    A fit that fails its diagnostics is made once more, with twice the steps. With ``doubt`` last months far below what
    their past allows are doubtful, at every origin as in a live forecast.
    """

    model: InflowModel = InflowModel()  # noqa: RUF009  # frozen
    draws: int = 250
    tune: int = 400
    chains: int = 4
    doubt: bool = True

    def __call__(self, past: pd.DataFrame, as_of: str, horizon: int, seed: int) -> Learnt:
        """Return the forecast of a fit to the past."""
        return learnt(self.fit(past, as_of, seed), horizon, seed)

    def fit(self, past: pd.DataFrame, as_of: str, seed: int) -> InflowFit:
        """Return the fit to the past, or the longer one made after it failed."""
        for effort in (1, 2):
            fit = self.model.fit(
                past,
                as_of=as_of,
                seed=seed,
                draws=self.draws * effort,
                tune=self.tune * effort,
                chains=self.chains,
                cores=1,
                lapsed=True,
                doubt=self.doubt,
            )
            if fit.diagnostics.ok:
                break
        return fit


def learnt(fit: InflowFit, horizon: int, seed: int) -> Learnt:
    """Return what a fit forecasts, and whether it may be relied on."""
    draws = fit.simulate(horizon, seed).values.transpose("draw", "destination", "month")
    failure = "" if fit.diagnostics.ok else fit.diagnostics.sentence()
    return Learnt(draws.to_numpy(), failure, fit.diagnostics.to_dict())


@dataclass(frozen=True)
class Origin:
    """One task: what was published up to a month, and who forecasts from it.

    ``persons`` has axes (month, series), NaN = not published; its last row is the origin.
    """

    months: tuple[str, ...]
    series: tuple[str, ...]
    persons: np.ndarray
    horizon: int
    learners: tuple[tuple[str, Learner], ...]
    baselines: tuple[str, ...]

    @property
    def past(self) -> pd.DataFrame:
        """The past as a model takes it: month, destination, persons."""
        return pd.DataFrame(
            {
                "month": np.repeat(np.array(self.months, dtype=object), len(self.series)),
                "destination": np.tile(np.array(self.series, dtype=object), len(self.months)),
                "persons": self.persons.ravel(),
            }
        )


@dataclass(frozen=True)
class Foreseen:
    """What was forecast from one origin.

    ``quantiles`` by forecaster, axes (series, step, level); ``draws`` by learner, axes (draw, series, step); ``notes``
    holds failures, baselines that fell back, months carried forward and diagnostics.
    """

    quantiles: Mapping[str, np.ndarray]
    draws: Mapping[str, np.ndarray]
    notes: Mapping[str, Any]


def forecast_origin(task: Task) -> Foreseen:
    """Return what every forecaster says from one origin, given its past alone."""
    origin: Origin = task.inputs
    seed = int(task.seed.generate_state(1)[0])
    quantiles: dict[str, np.ndarray] = {}
    draws: dict[str, np.ndarray] = {}
    failures: dict[str, str] = {}
    fits: dict[str, Any] = {}
    for name, learner in origin.learners:
        try:
            found = learner(origin.past, origin.months[-1], origin.horizon, seed)
        except WorkbenchError as error:
            failures[name] = " ".join(error.what.split())
            continue
        draws[name] = found.draws
        quantiles[name] = np.moveaxis(np.quantile(found.draws, LEVELS, axis=0, method="inverted_cdf"), 0, -1)
        fits[name] = dict(found.fit)
        if found.failure:
            failures[name] = found.failure
    fell_back: dict[str, dict[str, str]] = {}
    filled: dict[str, int] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # searches of the baselines that step out of range
        for name in origin.baselines:
            said = rules.forecast(name, origin.persons, origin.horizon)
            quantiles[name] = said.quantiles
            fell_back[name] = {origin.series[column]: reason for column, reason in said.fell_back.items()}
            filled |= {origin.series[column]: months for column, months in said.filled.items()}
    few = {name: _thinned(values) for name, values in draws.items()}
    notes = {"failures": failures, "fits": fits, "baselines_fell_back": fell_back, "carried_forward": filled}
    return Foreseen(quantiles, few, notes)


def _thinned(draws: np.ndarray) -> np.ndarray:
    return np.asarray(draws[np.linspace(0, len(draws) - 1, min(SAMPLE, len(draws))).astype(int)])


def keep(result: Foreseen, path: Path) -> None:
    """Write what was foreseen into a new folder."""
    path.mkdir()
    arrays = {f"quantiles {name}": values for name, values in result.quantiles.items()}
    arrays |= {f"draws {name}": values.astype(np.int64) for name, values in result.draws.items()}
    np.savez_compressed(path / ARRAYS, **arrays)  # type: ignore[arg-type]
    (path / NOTES).write_text(json.dumps(result.notes, ensure_ascii=False), encoding="utf-8")


def kept_before(path: Path) -> Foreseen:
    """Read what :func:`keep` wrote."""
    with np.load(path / ARRAYS) as arrays:
        kinds: dict[str, dict[str, np.ndarray]] = {"quantiles": {}, "draws": {}}
        for key in arrays.files:
            kind, _, name = key.partition(" ")
            kinds[kind][name] = arrays[key]
    return Foreseen(kinds["quantiles"], kinds["draws"], json.loads((path / NOTES).read_text(encoding="utf-8")))
