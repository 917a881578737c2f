"""How many asylum applications will each destination receive in the months ahead?

The fit and the forecast are saved apart: another horizon needs no new fit, and a report reads the saved forecast
without loading the model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.core.calendar import month_number
from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError
from workbench.core.plugins import and_now, guests
from workbench.core.provenance import (
    Guests,
    RunRecord,
    RunStore,
    SavedRun,
    Source,
    Vintage,
    caveat,
    default_runs,
    fingerprint,
)
from workbench.core.scenario import Scenario
from workbench.core.tasks import Task
from workbench.models.diagnostics import Diagnostics
from workbench.models.quality import Quality, Remark
from workbench.studies.inflow_arrivals import CAVEATS as CAVEATS
from workbench.studies.inflow_arrivals import Arrivals as Arrivals
from workbench.studies.inflow_arrivals import read_arrivals as read_arrivals

if TYPE_CHECKING:
    from workbench.core.engine import Engine
    from workbench.models.inflow import InflowFit

FIT, FORECAST = "inflow-fit", "inflow"
LONGEST = 24
FORMAT = "migration-workbench inflow forecast 1"
NUMBERS, TABLE, WORDS = "draws.nc", "arrivals.csv", "forecast.json"
"""What a saved forecast holds: its draws, the arrivals it was made from, and names and diagnostics."""

WITHHELD = caveat(
    "The last published months of some destinations are partial and were left out: their forecasts start earlier."
)


@dataclass(frozen=True)
class InflowResult:
    """A forecast with what it was made from.

    Attributes
    ----------
    arrivals, later
        Observed persons by month and destination up to ``as_of``, and those published since for the months forecast.
    draws
        Persons, dimensions (draw, destination, month), months ``as_of`` + 1 … + ``horizon``.
    quality
        What was odd about the table that the forecast was made from.
    """

    record: RunRecord
    as_of: str
    horizon: int
    arrivals: pd.DataFrame
    later: pd.DataFrame
    draws: Draws
    diagnostics: Diagnostics
    names: Mapping[str, str]
    sources: tuple[Source, ...]
    reused: bool
    quality: Quality = Quality(())  # noqa: RUF009  # frozen


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
        return _write(order.fit(progress), folder)

    return _store(runs).get_or_run(FIT, order.scenario, order.inputs, compute, order.caveats, order.plugins)


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
    return engine.map(_fit, orders, seed=seed, kept=_SavedFits(_store(runs)), progress=progress)


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
        known = arrivals.quality.withheld(known)
        used = Vintage(arrivals.vintage.name, arrivals.vintage.source, as_of, fingerprint(known))
        brought = guests(*arrivals.plugins)
        return cls(known, used, as_of, seed, draws, tune, chains, brought, arrivals.caveats(as_of))

    @property
    def scenario(self) -> dict[str, Any]:
        sampling = {"draws": self.draws, "tune": self.tune, "chains": self.chains}
        return Scenario("", self.as_of, self.seed, settings=sampling).to_dict()

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
            progress=progress,
        )


def _fit(task: Task) -> InflowFit:
    # The run's own seed and not the task's: the same fit as when it is asked for alone.
    order: _Order = task.inputs
    return order.fit()


def _write(fitted: InflowFit, folder: Path) -> dict[str, Any]:
    fitted.save(folder / "fit")
    ok = fitted.diagnostics.ok
    return {"diagnostics": fitted.diagnostics.sentence(), "converged": ok, "caveats": list(fitted.caveats)}


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
        write = partial(_write, result)
        return self.store.get_or_run(
            FIT, order.scenario, order.inputs, write, order.caveats, order.plugins, seconds_before=seconds
        )


def forecast(
    arrivals: Arrivals, fitted: SavedRun, *, horizon: int, seed: int, runs: str | Path | None = None
) -> InflowResult:
    """Forecast ``horizon`` months after the fit's as-of month; the saved forecast of the same input is used again."""
    from workbench.models.inflow import InflowFit

    _check_horizon(horizon)
    as_of = str(fitted.record.scenario["as_of"])
    scenario = Scenario("", as_of, seed, horizon, settings={"fit": fitted.record.key})

    def compute(folder: Path) -> dict[str, Any]:
        fit = InflowFit.load(fitted.folder / "fit")
        draws = fit.simulate(horizon, seed)
        draws.save(folder / NUMBERS)
        arrivals.table.to_csv(folder / TABLE, index=False, lineterminator="\n")
        words = {
            "format": FORMAT,
            "names": dict(arrivals.names),
            "diagnostics": fit.diagnostics.to_dict(),
            "quality": [asdict(remark) for remark in arrivals.quality.remarks],
        }
        (folder / WORDS).write_text(json.dumps(words, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        total = draws.sum().summary().iloc[0]
        return {"converged": fitted.record.results["converged"], **{str(k): int(v) for k, v in total.items()}}

    before = fitted.record
    caveats = (*arrivals.caveats(as_of), *before.results["caveats"])
    brought = and_now(before.plugins)
    run = _store(runs).get_or_run(FORECAST, scenario.to_dict(), before.inputs, compute, caveats, brought)
    return _result(run, arrivals, reused=run.reused and fitted.reused)


def latest(*, runs: str | Path | None = None) -> InflowResult | None:
    """Return the newest saved forecast, or None if none was made yet; nothing is fitted and no model is loaded.

    Raises
    ------
    DataError
        If the newest forecast was saved by an older version of the program, or cannot be read.
    """
    store = _store(runs)
    run = store.latest(FORECAST)
    return None if run is None else _opened(run, store)


def saved(run: str | Path = "latest", *, runs: str | Path | None = None) -> InflowResult:
    """Return a saved forecast: ``latest``, the first characters of its key, or its folder.

    Raises
    ------
    DataError
        If there is none, or several; or it was saved by an older version of the program, or cannot be read.
    """
    store = _store(runs)
    if str(run) == "latest":
        found = latest(runs=runs)
        if found is None:
            raise DataError(
                "no inflow forecast is saved here",
                where=str(store.root),
                do="make one with `workbench inflow forecast`, or name the folder of runs: --runs",
            )
        return found
    folder = Path(run)
    folders = [folder] if folder.is_dir() else sorted((store.root / FORECAST).glob(f"{str(run)[:16]}*"))
    if len(folders) != 1:
        raise DataError(
            f"{'no' if not folders else 'more than one'} inflow forecast is saved as '{run}'",
            where=str(store.root),
            do="name the first characters of its key, its folder, or 'latest'",
        )
    record = store.read(folders[0])
    if record.study != FORECAST:
        raise DataError(f"this run is no inflow forecast but '{record.study}'", where=str(folders[0]))
    return _opened(SavedRun(folders[0], record, reused=True), store)


def _opened(run: SavedRun, store: RunStore) -> InflowResult:
    words = _words(run)
    if not store.whole(run):
        raise DataError(
            "the saved forecast is damaged",
            where=str(run.folder),
            why="its files are not those that were saved",
            do="make it again with `workbench inflow forecast`",
        )
    table = pd.read_csv(
        run.folder / TABLE,
        dtype={"month": "str", "destination": "str", "persons": "float"},
        keep_default_na=False,  # NA is a country, too
        na_values={"persons": [""]},
    )
    return _result(run, Arrivals(table, run.record.inputs[0], words["names"]), reused=True)


def repeatable(result: InflowResult) -> bool:
    """Return whether the program and its libraries are still those that made the forecast."""
    return RunStore(default_runs()).repeats(result.record)


def only(result: InflowResult, destinations: Sequence[str]) -> InflowResult:
    """Return the forecast of the chosen destinations alone; sums over them stay exact, draw by draw."""
    chosen = list(destinations)

    def rows(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["destination"].isin(chosen)].reset_index(drop=True)

    return replace(
        result,
        draws=result.draws.select(destination=chosen),
        arrivals=rows(result.arrivals),
        later=rows(result.later),
        names={code: result.names[code] for code in chosen},
    )


def _words(run: SavedRun) -> dict[str, Any]:
    """Return the names and diagnostics of a saved forecast."""
    try:
        words = json.loads((run.folder / WORDS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        words = {}
    if words.get("format") != FORMAT or not (run.folder / TABLE).exists():
        raise DataError(
            "the saved forecast was made by an older version of the program",
            where=str(run.folder),
            why="it does not hold the figures that this version shows beside it",
            do="make it again with `workbench inflow forecast`",
        )
    return dict(words)


def _result(run: SavedRun, arrivals: Arrivals, *, reused: bool) -> InflowResult:
    draws, words = Draws.load(run.folder / NUMBERS), _words(run)
    as_of = str(run.record.scenario["as_of"])
    table = arrivals.table
    later = table[table["month"].isin(draws.labels("month"))]
    return InflowResult(
        record=run.record,
        as_of=as_of,
        horizon=int(run.record.scenario["horizon"]),
        arrivals=arrivals.known(as_of),
        later=later.reset_index(drop=True),
        draws=draws,
        diagnostics=Diagnostics.from_dict(words["diagnostics"]),
        names={str(code): arrivals.names.get(code, code) for code in draws.labels("destination")},
        sources=(arrivals.vintage.source,),
        reused=reused,
        quality=Quality(tuple(Remark(**remark) for remark in words.get("quality", ()))),
    )


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
    runs: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> InflowResult:
    """Fit and forecast in one call; what is saved already is used again."""
    _check_horizon(horizon)
    arrivals = read_arrivals(locality=locality, file=file, source=source)
    fitted = fit(arrivals, as_of=as_of, seed=seed, draws=draws, tune=tune, chains=chains, runs=runs, progress=progress)
    return forecast(arrivals, fitted, horizon=horizon, seed=seed, runs=runs)


def _check_horizon(horizon: int) -> None:
    if not 1 <= horizon <= LONGEST:
        raise AssumptionError(f"a horizon of {horizon} months", do=f"choose 1 to {LONGEST} months")


def _store(runs: str | Path | None) -> RunStore:
    return RunStore(Path(runs) if runs is not None else default_runs())
