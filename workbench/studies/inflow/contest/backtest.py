"""Would the inflow model have beaten simple rules, had it been used month after month? Every origin on its own past.

One task is one origin: it is handed what was published up to that month and nothing later, fits the model and the
baselines, and returns their forecasts. Scores are made afterwards (:mod:`workbench.studies.inflow.contest.scores`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import add_months
from workbench.core.errors import DataError, ModelError
from workbench.core.runs.provenance import digest
from workbench.core.runs.tasks import TaskStore
from workbench.core.storage.files import replacing, write_text
from workbench.models import hubverse, quality
from workbench.models.baselines import BASELINES
from workbench.models.inflow.series import unlearnable
from workbench.models.scores import crps, pool
from workbench.studies.inflow.contest import scores as inflow_scores
from workbench.studies.inflow.contest.origin import (
    Fitted,
    Foreseen,
    Learner,
    Origin,
    forecast_origin,
    keep,
    kept_before,
)
from workbench.studies.inflow.contest.periods import Periods
from workbench.studies.inflow.contest.plan import MODEL, POOLS, check
from workbench.studies.inflow.contest.scores import ARRIVALS, FORECASTS, SAMPLES, WORDS

if TYPE_CHECKING:
    from workbench.core.engine import Engine

STAND_IN = "LocalLevelT"
"""Who stands in for a failed fit as long as the past does not say who is better."""
FORMAT = "migration-workbench inflow backtest 2"
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
    final: bool = False,
    source: str = "",
    overwrite: bool = True,
    periods: Periods | None = None,
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
    final
        Whether the table's figures are final; otherwise its last months far below what their past allows are no
        outcome that a forecast is scored by. What a forecaster makes of the last months of its own past is the
        learner's own rule (:class:`~workbench.studies.inflow.contest.origin.Fitted`).
    source
        Whose figures these are, as one line.
    overwrite
        Whether the finished backtest of other input may be replaced; the same input is always taken up again.
    periods
        Months that are scored apart besides; none by default.
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
    cells = quality.grid(table)
    origins = sorted(set(origins))
    check(cells, origins, horizons, models, baselines)
    kept, left_out = series_of(cells, origins[0])
    asked = digest([cells.to_csv(), origins, sorted(set(horizons)), seed, list(map(repr, models.items())), baselines])
    _other_run(Path(out), asked, overwrite=overwrite)
    tasks = {origin: _task(cells[kept], origin, max(horizons), models, baselines) for origin in origins}
    store = TaskStore(Path(out) / "tasks", write=keep, read=kept_before)
    foreseen = engine.map(forecast_origin, tasks, seed=seed, kept=store, progress=progress)

    settings = {"horizons": sorted(set(horizons)), "origins": origins, "seed": seed, "series": kept}
    words = {"format": FORMAT, "source": source, **settings, "models": [*models], "baselines": [*baselines]}
    words |= {"left_out": left_out, "quality": [asdict(remark) for remark in found.remarks]}
    words["scored_apart"] = (periods or Periods()).to_dict()
    corridors = "origin" in table
    truth = cells if final else quality.grid(found.withheld(table))
    words |= {"final": final, "asked": asked}
    forecasts, samples, notes = _assemble(
        foreseen, truth[kept], settings, pools, stand_in=stand_in, corridors=corridors
    )
    folder = Path(out)
    (folder / inflow_scores.SCORES).unlink(missing_ok=True)  # never beside forecasts that it does not score
    hubverse.write(forecasts, folder / FORECASTS)
    with replacing(folder / SAMPLES) as partial:
        samples.to_parquet(partial, index=False)
    columns = ["month", "destination", *(["origin"] if corridors else []), "persons"]
    with replacing(folder / ARRIVALS) as partial:
        table[columns].sort_values(columns[:-1]).to_csv(partial, index=False, lineterminator="\n")
    words |= {"parts": inflow_scores.parts_in(folder)}  # last: it says which files belong together
    write_text(folder / WORDS, json.dumps({**words, **notes}, indent=2, ensure_ascii=False) + "\n")
    return Backtest(folder, inflow_scores.score(folder))


def _other_run(folder: Path, asked: str, *, overwrite: bool) -> None:
    """Refuse a folder that holds the finished backtest of other figures, origins, horizons, seed or forecasters."""
    try:
        words = json.loads((folder / WORDS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # nothing there, or nothing that could be used
    if not overwrite and isinstance(words, dict) and words.get("asked") not in (None, asked):
        origins = words.get("origins") or ["?"]
        raise DataError(
            "this folder holds the backtest of another input",
            where=str(folder),
            why=f"its forecasts, from {len(origins)} origins {origins[0]} to {origins[-1]}, would be lost",
            do="name another folder, or give --overwrite to replace it",
        )


def series_of(cells: pd.DataFrame, first_origin: str) -> tuple[list[str], dict[str, str]]:
    """Return the series that take part, and why the others do not.

    All origins forecast the same series, those that can be learnt from at the first one: nothing later decides who
    takes part, and the model is compiled once.
    """
    left_out = {str(series): reason for series, reason in unlearnable(cells.loc[:first_origin]).items()}
    kept = [series for series in map(str, cells.columns) if series not in left_out]
    if not kept:
        told = "".join(f"\n  - {series}: {reason}" for series, reason in list(left_out.items())[:20])
        raise ModelError(
            f"no series can be learnt from at {first_origin}{told}",
            why="a backtest needs at least one series with a past",
            do="choose a later first origin, or supply earlier months",
        )
    return kept, left_out


def _task(
    cells: pd.DataFrame, origin: str, horizon: int, models: Mapping[str, Learner], baselines: Sequence[str]
) -> Origin:
    past = cells.loc[:origin]
    return Origin(
        tuple(past.index), tuple(past.columns), past.to_numpy(float), horizon, tuple(models.items()), tuple(baselines)
    )


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
