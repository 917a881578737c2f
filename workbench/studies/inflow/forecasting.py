"""How many asylum applications will each destination receive in the months ahead?

The fit and the forecast are saved apart: another horizon needs no new fit, and a report reads the saved forecast
without loading the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.core.dates.calendar import month_number
from workbench.core.errors import AssumptionError, DataError
from workbench.core.plugins import and_now, guests
from workbench.core.runs.archive import chosen
from workbench.core.runs.provenance import Guests, RunStore, SavedRun, Vintage, fingerprint
from workbench.core.runs.scenario import Scenario
from workbench.core.runs.tasks import Task
from workbench.studies.inflow.arrivals import APPLICATIONS, DETECTIONS, PARTIAL
from workbench.studies.inflow.arrivals import CAVEATS as CAVEATS
from workbench.studies.inflow.arrivals import Arrivals as Arrivals
from workbench.studies.inflow.arrivals import read_arrivals as read_arrivals
from workbench.studies.inflow.arrivals import read_detections as read_detections
from workbench.studies.inflow.issue import Issue, partial_of
from workbench.studies.inflow.saved_runs import FORECAST, opened, result_of, write
from workbench.studies.inflow.saved_runs import InflowResult as InflowResult
from workbench.studies.inflow.saved_runs import latest as latest
from workbench.studies.inflow.saved_runs import only as only
from workbench.studies.inflow.saved_runs import repeatable as repeatable
from workbench.studies.inflow.saved_runs import saved as saved

if TYPE_CHECKING:
    from workbench.core.engine import Engine
    from workbench.models.inflow import InflowFit, Partial

FIT = "inflow-fit"
LONGEST = 24


def fit(
    arrivals: Arrivals,
    *,
    as_of: str,
    seed: int,
    draws: int = 500,
    tune: int = 500,
    chains: int = 4,
    runs: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SavedRun:
    """Fit the model to what was observed up to ``as_of``; the saved fit of the same input is used again.

    Parameters
    ----------
    draws, tune, chains
        Posterior draws and warm-up steps per chain, and chains.
    progress
        Called with (steps done, steps in all).
    """
    order = _Order.of(arrivals, as_of, seed, draws, tune, chains)

    def compute(folder: Path) -> dict[str, Any]:
        return _write(order.fit(progress), folder, order.said)

    return RunStore.at(runs).get_or_run(FIT, order.scenario, order.inputs, compute, order.caveats, order.plugins)


def fits(
    arrivals: Arrivals,
    *,
    as_of: Sequence[str],
    seed: int,
    engine: Engine,
    draws: int = 500,
    tune: int = 500,
    chains: int = 4,
    runs: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, SavedRun]:
    """Fit the model at several as-of months, shared out by an engine; each is the very run that :func:`fit` saves.

    A fit is saved as soon as it has finished, so an interrupted call takes up where it was.

    Parameters
    ----------
    progress
        Called with (fits done, fits in all).
    """
    orders = {month: _Order.of(arrivals, month, seed, draws, tune, chains) for month in as_of}
    return engine.map(_fit, orders, seed=seed, kept=_SavedFits(RunStore.at(runs)), progress=progress)


@dataclass(frozen=True)
class _Order:
    """A fit to be made: what it may know, and how."""

    known: pd.DataFrame
    used: Vintage
    as_of: str
    seed: int
    draws: int
    tune: int
    chains: int
    plugins: Guests
    caveats: tuple[str, ...]
    doubt: bool
    said: dict[str, Any]
    counted: dict[str, str]

    @classmethod
    def of(cls, arrivals: Arrivals, as_of: str, seed: int, draws: int, tune: int, chains: int) -> _Order:
        month_number(as_of)
        known = arrivals.known(as_of)
        if known.empty:
            raise DataError(
                f"nothing was published up to {as_of}",
                where=arrivals.vintage.name,
                why=f"the first month there is {arrivals.table['month'].min()}",
                do="choose a later month",
            )
        used = Vintage(arrivals.vintage.name, arrivals.vintage.source, as_of, fingerprint(known))
        brought = guests(*arrivals.plugins)
        said = {"notes": list(arrivals.notes)} if arrivals.notes else {}
        return cls(
            known, used, as_of, seed, draws, tune, chains, brought, arrivals.caveats(as_of), not arrivals.final, said,
            arrivals.counted,
        )  # fmt: skip

    @property
    def scenario(self) -> dict[str, Any]:
        sampling = {"draws": self.draws, "tune": self.tune, "chains": self.chains, "final": not self.doubt}
        return Scenario("", self.as_of, self.seed, settings=sampling | self.counted).to_dict()

    @property
    def inputs(self) -> tuple[Vintage, ...]:
        return (self.used,)

    def fit(self, progress: Callable[[int, int], None] | None = None) -> InflowFit:
        from workbench.models.inflow import InflowModel  # PyMC: only when a fit is really made

        return InflowModel().fit(
            self.known,
            as_of=self.as_of,
            seed=self.seed,
            draws=self.draws,
            tune=self.tune,
            chains=self.chains,
            doubt=self.doubt,
            progress=progress,
        )


def _fit(task: Task) -> InflowFit:
    # The run's own seed and not the task's: the same fit as when it is asked for alone.
    order: _Order = task.inputs
    return order.fit()


def _write(fitted: InflowFit, folder: Path, said: Mapping[str, Any]) -> dict[str, Any]:
    fitted.save(folder / "fit")
    ok = fitted.diagnostics.ok
    return {"diagnostics": fitted.diagnostics.sentence(), "converged": ok, "caveats": list(fitted.caveats), **said}


@dataclass(frozen=True)
class _SavedFits:
    """The run store as the place where an engine keeps finished fits."""

    store: RunStore

    def find(self, task: Task) -> SavedRun:
        order: _Order = task.inputs
        run = self.store.find(FIT, order.scenario, order.inputs, order.plugins)
        if run is None:
            raise LookupError(task.key)
        return run

    def save(self, task: Task, result: InflowFit, seconds: float) -> SavedRun:
        order: _Order = task.inputs
        write = partial(_write, result, said=order.said)
        return self.store.get_or_run(
            FIT, order.scenario, order.inputs, write, order.caveats, order.plugins, seconds_before=seconds
        )


def forecast(
    arrivals: Arrivals,
    fitted: SavedRun,
    *,
    horizon: int,
    seed: int,
    partial: Partial | None = None,
    issue: Issue | None = None,
    runs: str | Path | None = None,
) -> InflowResult:
    """Forecast ``horizon`` months after the fit's as-of month; the saved forecast of the same input is used again.

    ``partial`` is what is published of the first of these months (:func:`workbench.studies.inflow.issue.partial_of`).
    With ``issue`` its day is kept with the run, so that what is added to it later counts the same months.
    """
    from workbench.models.inflow import InflowFit

    _check_horizon(horizon)
    as_of = str(fitted.record.scenario["as_of"])
    scenario = Scenario("", as_of, seed, horizon, settings=_settings(fitted, partial, issue) | arrivals.counted)

    before = fitted.record

    def compute(folder: Path) -> dict[str, Any]:
        fit = InflowFit.load(fitted.folder / "fit")
        draws = fit.simulate(horizon, seed, partial)
        write(folder, arrivals, draws, fit.diagnostics, as_of)
        total = draws.sum().summary().iloc[0]
        said = {name: before.results[name] for name in ("notes",) if name in before.results}
        return {"converged": before.results["converged"], **{str(k): int(v) for k, v in total.items()}, **said}

    caveats = (*arrivals.caveats(as_of), *([PARTIAL] if partial else []), *before.results["caveats"])
    brought = and_now(before.plugins)
    study_ = FORECAST if arrivals.of == APPLICATIONS else f"{FORECAST}-{arrivals.of}"  # no page takes one for the other
    run = RunStore.at(runs).get_or_run(study_, scenario.to_dict(), before.inputs, compute, caveats, brought)
    return result_of(run, arrivals, reused=run.reused and fitted.reused)


def study(
    *,
    locality: str | Path = "eu",
    file: str | Path | None = None,
    source: str = "arrivals",
    as_of: str = "2019-09",
    horizon: int = 6,
    seed: int = 1,
    draws: int = 500,
    tune: int = 500,
    chains: int = 4,
    final: bool = False,
    corridors: bool = False,
    absent: str = "",
    issue: Issue | None = None,
    of: str = APPLICATIONS,
    run: str = "",
    runs: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> InflowResult:
    """Fit and forecast in one call; what is saved already is used again.

    ``run`` names a publication, or is ``published`` for the one that readers see: it is shown as it was frozen.
    ``final``, ``corridors`` and ``absent`` say how the arrivals are read (:func:`read_arrivals`). With ``issue`` months
    are counted from the day of issue: it says how many lie between, and whether the first of them is partly known.
    ``of`` is ``detections`` for border detections by route; ``file`` is then a table of detections.
    """
    if run:
        publication = chosen(FORECAST, run, runs)
        return opened(publication.run, RunStore(publication.folder))
    horizon += issue.between if issue else 0
    _check_horizon(horizon)
    if of == DETECTIONS:
        arrivals = read_detections(locality=locality, file=file, final=final)
    else:
        arrivals = read_arrivals(
            locality=locality, file=file, source=source, final=final, corridors=corridors, absent=absent, as_of=as_of
        )
    partial = partial_of(arrivals, as_of, issue) if issue else None
    fitted = fit(arrivals, as_of=as_of, seed=seed, draws=draws, tune=tune, chains=chains, runs=runs, progress=progress)
    return forecast(arrivals, fitted, horizon=horizon, seed=seed, partial=partial, issue=issue, runs=runs)


def _settings(fitted: SavedRun, partial: Partial | None, issue: Issue | None) -> dict[str, Any]:
    settings: dict[str, Any] = {"fit": fitted.record.key}
    if issue is not None:
        settings["issued"] = issue.day.isoformat()
    if partial is not None:
        settings["partial"] = {"share": partial.share, "spread": partial.spread, "figures": dict(partial.figures)}
    return settings


def _check_horizon(horizon: int) -> None:
    if not 1 <= horizon <= LONGEST:
        raise AssumptionError(f"a horizon of {horizon} months", do=f"choose 1 to {LONGEST} months")
