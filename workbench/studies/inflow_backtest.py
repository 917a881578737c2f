"""Would the inflow model have beaten simple rules, had it been used month after month? Every origin on its own past.

One task is one origin: it is handed what was published up to that month and nothing later, fits the model and the
baselines, and returns their forecasts. Scores are made afterwards (:mod:`workbench.studies.inflow_scores`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.core.calendar import add_months, month_number, month_range
from workbench.core.errors import DataError, ModelError, WorkbenchError, together
from workbench.core.files import replacing, write_text
from workbench.core.tasks import TaskStore
from workbench.models import hubverse, quality
from workbench.models.baselines import BASELINES
from workbench.models.inflow_series import InflowSeries
from workbench.models.scores import crps, pool
from workbench.sources import files, localities
from workbench.studies import inflow_scores
from workbench.studies.inflow_origin import Fitted, Foreseen, Learner, Origin, forecast_origin, keep, kept_before
from workbench.studies.inflow_scores import ARRIVALS, FORECASTS, SAMPLES, WORDS

if TYPE_CHECKING:
    from workbench.core.engine import Engine

MODEL = "workbench-inflow"
STAND_IN = "LocalLevelT"
"""Who stands in for a failed fit as long as the past does not say who is better."""
POOLS: Mapping[str, tuple[str, ...]] = {
    "pool-inflow-ETS-ARIMA-Theta": (MODEL, "AutoETS", "AutoARIMA", "OptimizedTheta"),
}
"""Opinion pools by their id; one is made if all its members forecast."""
FORMAT = "migration-workbench inflow backtest 1"
YEAR = 12


@dataclass(frozen=True)
class Backtest:
    """A finished backtest: where it lies, and its scores as ``scores.json`` holds them."""

    folder: Path
    scores: Mapping[str, Any]


def run(
    table: pd.DataFrame,
    *,
    origins: Sequence[str],
    horizons: Sequence[int],
    out: Path | str,
    engine: Engine,
    seed: int = 1,
    learners: Mapping[str, Learner] | None = None,
    baselines: Sequence[str] = BASELINES,
    pools: Mapping[str, tuple[str, ...]] = POOLS,
    stand_in: bool = True,
    source: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Backtest:
    """Forecast from every origin and score what was forecast; finished origins in ``out`` are not computed again.

    Parameters
    ----------
    table
        Columns ``month``, ``destination``, [``origin``], ``persons`` (NaN = not published).
    origins
        Last months that the forecasts may know.
    horizons
        Months after the origin that are forecast.
    learners
        Models by id, each starting with ``workbench-``; by default the inflow model.
    baselines, pools
        Names of :data:`workbench.models.baselines.BASELINES`, and pools by id with their members.
    stand_in
        Whether the baseline that was best so far speaks for a fit that fails its diagnostics; if not, such a fit speaks
        for itself. Both are marked.
    source
        Whose figures these are, as one line.
    progress
        Called with (origins done, origins in all).

    Raises
    ------
    DataError
        With everything that is wrong with the origins, the horizons and the names.
    ModelError
        If no series can be learnt from.
    """
    models = {MODEL: Fitted()} if learners is None else dict(learners)
    found = quality.examine(table)
    cells = quality.grid(found.withheld(table))
    origins = sorted(set(origins))
    _check(cells, origins, horizons, models, baselines)
    kept, left_out = series_of(cells, origins[0])
    tasks = {origin: _task(cells[kept], origin, max(horizons), models, baselines) for origin in origins}
    store = TaskStore(Path(out) / "tasks", write=keep, read=kept_before)
    foreseen = engine.map(forecast_origin, tasks, seed=seed, kept=store, progress=progress)

    settings = {"horizons": sorted(set(horizons)), "origins": origins, "seed": seed, "series": kept}
    words = {"format": FORMAT, "source": source, **settings, "models": [*models], "baselines": [*baselines]}
    words |= {"left_out": left_out, "quality": [asdict(remark) for remark in found.remarks]}
    corridors = "origin" in table
    forecasts, samples, notes = _assemble(
        foreseen, cells[kept], settings, pools, stand_in=stand_in, corridors=corridors
    )
    folder = Path(out)
    (folder / inflow_scores.SCORES).unlink(missing_ok=True)  # never beside forecasts that it does not score
    hubverse.write(forecasts, folder / FORECASTS)
    with replacing(folder / SAMPLES) as partial:
        samples.to_parquet(partial, index=False)
    columns = ["month", "destination", *(["origin"] if corridors else []), "persons"]
    with replacing(folder / ARRIVALS) as partial:
        table[columns].sort_values(columns[:-1]).to_csv(partial, index=False, lineterminator="\n")
    write_text(folder / WORDS, json.dumps({**words, **notes}, indent=2, ensure_ascii=False) + "\n")
    return Backtest(folder, inflow_scores.score(folder))


def series_of(cells: pd.DataFrame, first_origin: str) -> tuple[list[str], dict[str, str]]:
    """Return the series that take part, and why the others do not.

    All origins forecast the same series, those that can be learnt from at the first one: nothing later decides who
    takes part, and the model is compiled once.
    """
    kept, left_out = [], {}
    for series in map(str, cells.columns):
        alone = cells[series].rename("persons").rename_axis("month").reset_index().assign(destination=series)
        try:
            InflowSeries.from_table(alone[["month", "destination", "persons"]], first_origin)
            kept.append(series)
        except WorkbenchError as error:
            left_out[series] = error.what.splitlines()[-1].strip(" -").removeprefix(f"{series}: ")
    if not kept:
        told = "".join(f"\n  - {series}: {reason}" for series, reason in list(left_out.items())[:20])
        raise ModelError(
            f"no series can be learnt from at {first_origin}{told}",
            why="a backtest needs at least one series with a past",
            do="choose a later first origin, or supply earlier months",
        )
    return kept, left_out


def chosen(names: str) -> list[str]:
    """Return who forecasts, from names separated by commas; everybody if there are none.

    Raises
    ------
    DataError
        With every name that nobody has.
    """
    everybody = [MODEL, *BASELINES, *POOLS]
    wanted = [name.strip() for name in names.split(",") if name.strip()] or everybody
    unknown = [name for name in wanted if name not in everybody]
    if unknown:
        raise DataError(f"nobody is called {', '.join(unknown)}", where="--models", do="known: " + ", ".join(everybody))
    return wanted


def horizons_in(text: str) -> list[int]:
    """Return the months ahead of a text such as ``3-6`` or ``1,3,6``.

    >>> horizons_in("3-6")
    [3, 4, 5, 6]
    """
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if not (first.isdigit() and (last.isdigit() if dash else True)):
            raise DataError(f"'{text}' are no horizons", do="write them as 3-6, or as 1,3,6")
        found |= set(range(int(first), int(last or first) + 1))
    return sorted(found)


def origins_in(file: Path | str) -> list[str]:
    """Return the months in a text file, one a line; empty lines and what follows a ``#`` do not count."""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("cannot read the origins", where=str(file), why=str(error), do="check the path") from error
    months = [month for line in lines if (month := line.partition("#")[0].strip())]
    faults = []
    for month in months:
        try:
            month_number(month)
        except DataError as error:
            faults.append(error)
    if faults:
        raise together("the origins cannot be used", faults, where=str(file))
    return months


def every(first: str, last: str, months: int = 1) -> list[str]:
    """Return the origins from first to last, one in so many months."""
    if months < 1 or month_number(last) < month_number(first):
        raise DataError(
            f"no origins lie between {first} and {last}, one in {months} months", do="let the last follow the first"
        )
    return month_range(first, last)[::months]


def _task(
    cells: pd.DataFrame, origin: str, horizon: int, models: Mapping[str, Learner], baselines: Sequence[str]
) -> Origin:
    past = cells.loc[:origin]
    return Origin(
        tuple(past.index), tuple(past.columns), past.to_numpy(float), horizon, tuple(models.items()), tuple(baselines)
    )


def _check(
    cells: pd.DataFrame,
    origins: Sequence[str],
    horizons: Sequence[int],
    models: Mapping[str, Learner],
    baselines: Sequence[str],
) -> None:
    """Raise one error with everything that is wrong with what was asked for."""
    faults: list[WorkbenchError] = []
    first, last = str(cells.index[0]), str(cells.index[-1])
    outside = [origin for origin in origins if not first <= origin <= last]
    if not origins:
        faults.append(DataError("no origin is asked for", do="name at least one month"))
    if outside:
        faults.append(
            DataError(f"origins outside the data: {', '.join(outside[:5])}", why=f"they cover {first} to {last}")
        )
    elif origins and horizons and add_months(origins[0], min(horizons)) > last:
        faults.append(DataError(f"no outcome is known for any origin from {origins[0]}", why=f"the data end in {last}"))
    if not horizons or min(horizons) < 1 or max(horizons) > 24:
        faults.append(DataError("horizons lie between 1 and 24 months", do="ask for example for 3-6"))
    unknown = [name for name in baselines if name not in BASELINES]
    if unknown:
        known = "known: " + ", ".join(BASELINES)
        faults.append(DataError(f"no baseline is called {', '.join(unknown)}", do=known))
    strange = [name for name in models if not name.startswith(hubverse.OURS)]
    if strange:
        faults.append(DataError(f"model ids start with '{hubverse.OURS}': {', '.join(strange)}"))
    if not models and not baselines:
        faults.append(DataError("nobody is asked to forecast", do="name at least one model or baseline"))
    if faults:
        raise together("the backtest cannot be run", faults, where="backtest")


def _assemble(
    foreseen: Mapping[str, Foreseen],
    cells: pd.DataFrame,
    settings: Mapping[str, Any],
    pools: Mapping[str, tuple[str, ...]],
    *,
    stand_in: bool,
    corridors: bool,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Return all forecasts in wide form, the joint samples, and what is to be said of both."""
    steps = list(settings["horizons"])
    at = np.array(steps) - 1
    parts = [str(name).partition(quality.JOINT) for name in cells.columns]
    places = pd.DataFrame({"location": [part[0] for part in parts]})
    if corridors:
        places["origin"] = [part[2] for part in parts]
    forecasts, samples, fallbacks = [], [], []
    for origin, said in foreseen.items():
        quantiles = dict(said.quantiles)
        for name, reason in said.notes["failures"].items():
            used = _stand_in(origin, foreseen, cells, steps) if stand_in or name not in quantiles else ""
            if used:
                quantiles[name] = quantiles[used]
            told = used or ("its own forecast" if name in quantiles else "nobody")
            fallbacks.append({"model": name, "origin": origin, "used": told, "reason": reason})
        for name, members in pools.items():
            if set(members) <= set(quantiles):
                # On the log scale, so that a forecaster's distribution is not cut straight between its quantiles.
                quantiles[name] = np.expm1(pool(np.log1p(np.stack([quantiles[member] for member in members]))))
        forecasts += [hubverse.wide(name, origin, places, steps, values[:, at]) for name, values in quantiles.items()]
        for name, draws in said.draws.items():
            if not stand_in or name not in said.notes["failures"]:
                samples.append(_sampled(name, origin, places, steps, draws[:, :, at]))
    notes = {
        "fallbacks": fallbacks,
        "fits": {origin: said.notes["fits"] for origin, said in foreseen.items()},
        "baselines_fell_back": _counted(said.notes["baselines_fell_back"] for said in foreseen.values()),
        "carried_forward": {k: v for said in foreseen.values() for k, v in said.notes["carried_forward"].items()},
    }
    empty = pd.DataFrame(columns=["model_id", "origin_month", *places.columns, "horizon", "samples"])
    return pd.concat(forecasts, ignore_index=True), pd.concat(samples or [empty], ignore_index=True), notes


def _stand_in(origin: str, foreseen: Mapping[str, Foreseen], cells: pd.DataFrame, steps: Sequence[int]) -> str:
    """Return the baseline that scored best on what was known at the origin; empty if none was run.

    Only outcomes published up to the origin count, and only if they are those of a year of earlier origins at least.
    """
    names = [name for name in BASELINES if name in foreseen[origin].quantiles]
    usual = STAND_IN if STAND_IN in names else next(iter(names), "")
    scored: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for earlier, said in foreseen.items():
        for step in steps:
            if earlier >= origin or add_months(earlier, step) > origin:
                continue
            truth = np.log1p(cells.loc[add_months(earlier, step)].to_numpy(float))
            for name in names:
                scored[name].append(crps(np.log1p(said.quantiles[name][:, step - 1]), truth))
    enough = any(add_months(earlier, YEAR + min(steps)) <= origin for earlier in foreseen)
    if not enough or not names or not any(np.isfinite(rows).any() for rows in scored[names[0]]):
        return usual
    return min(names, key=lambda name: float(np.nanmean(np.concatenate(scored[name]))))


def _sampled(name: str, origin: str, places: pd.DataFrame, steps: list[int], draws: np.ndarray) -> pd.DataFrame:
    rows = places.loc[places.index.repeat(len(steps))].reset_index(drop=True)
    rows.insert(0, "model_id", name)
    rows.insert(1, "origin_month", origin)
    rows["horizon"] = np.tile(steps, len(places))
    rows["samples"] = pd.Series(list(draws.reshape(len(draws), -1).T.astype(np.int64)), dtype=object)
    return rows


def _counted(notes: Iterable[Mapping[str, Mapping[str, str]]]) -> dict[str, dict[str, Any]]:
    """Return how often each baseline left a series to the random walk, and the first reason."""
    found: dict[str, dict[str, Any]] = {}
    for by_baseline in notes:
        for name, reasons in by_baseline.items():
            for series, reason in reasons.items():
                entry = found.setdefault(name, {}).setdefault(series, {"origins": 0, "reason": reason})
                entry["origins"] += 1
    return found


def read_table(
    *, locality: str | Path = "eu", file: str | Path | None = None, table: str = "arrivals"
) -> tuple[pd.DataFrame, str]:
    """Return a table of arrivals as it stands, by origin where it says so, and whose figures they are.

    Parameters
    ----------
    table
        Table of the locality, if no file is named: ``arrivals``, ``corridors`` …
    """
    if file is not None:
        found, source = files.read(file, "arrivals"), f"your own file {Path(file).name}"
    else:
        place = localities.load(locality)
        entry = place.table(table)
        if entry.contract != "arrivals":
            raise DataError(
                f"table '{table}' of locality '{place.id}' is no table of arrivals",
                why=f"it keeps the contract '{entry.contract}'",
                do="name a table of month, destination, [origin] and persons",
            )
        found, source = localities.table(place, table), entry.source.line()
    columns = ["month", "destination", *(["origin"] if "origin" in found else []), "persons"]
    found = found[columns].astype({name: str for name in columns[:-1]})
    return found.assign(persons=found["persons"].astype("float64")), source
