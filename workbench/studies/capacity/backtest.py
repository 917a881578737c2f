"""Would the case flow model have beaten simple rules, period after period? Every origin on its own past.

One task is one origin: it is handed what was known at its end and nothing later. Scores are made afterwards
(:mod:`workbench.studies.capacity.scores`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import add_months, last_month, period_months, period_range
from workbench.core.errors import AssumptionError, DataError, ModelError
from workbench.core.runs.tasks import Task, TaskStore
from workbench.core.storage.files import write_text
from workbench.models import baselines, hubverse
from workbench.models.caseflow import rules
from workbench.models.caseflow.fit import FlowDraws
from workbench.models.caseflow.panel import CaseFlowPanel
from workbench.models.scores import LEVELS
from workbench.studies.capacity import scores
from workbench.studies.capacity.data import CaseFlow, period_of

if TYPE_CHECKING:
    from workbench.core.engine import Engine

MODEL = "workbench-caseflow"
GENERAL = ("RandomWalk", "AutoETS", "OptimizedTheta", "LocalLevelT")
TARGETS = ("stock", "output")
FEWEST = 16
"""Known periods a series needs at the first origin to take part."""
FORECASTS, SCORES = "forecasts.parquet", "scores.json"


@dataclass(frozen=True, eq=False)
class Origin:
    """One origin: what was known, the series forecast of each target, how far, and how the model is fitted."""

    panel: CaseFlowPanel
    taking_part: tuple[tuple[str, tuple[str, ...]], ...]
    horizons: tuple[int, ...]
    draws: int
    tune: int
    chains: int
    seed: int


def origins_of(first: str, last: str, flow: CaseFlow, every: int = 1) -> list[str]:
    """Return one origin in ``every`` from first to last; both must be periods of the table with one after them."""
    panel, first, last = flow.panel, period_of(flow, first), period_of(flow, last)
    for period in (first, last):
        if period not in panel.periods[:-1]:
            raise AssumptionError(
                f"'{period}' cannot be an origin",
                why="an origin is a period of the table that another one follows",
                do=f"choose {panel.periods[0]} to {panel.periods[-2] if len(panel.periods) > 1 else '-'}",
            )
    found = period_range(first, last)
    if not found:
        raise AssumptionError(f"the last origin {last} is before the first, {first}", do="exchange them")
    return found[::every]


def taking_part(flow: CaseFlow, first_origin: str) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Return the series of each target, and why others are left out; nothing after the first origin decides it."""
    past = flow.panel.upto(first_origin)
    kept: dict[str, tuple[str, ...]] = {}
    left_out: dict[str, str] = {}
    for target in TARGETS:
        values, names = getattr(past, target), []
        later = getattr(flow.panel, target)
        for column, name in enumerate(past.series):
            count = int(np.isfinite(values[:, column]).sum())
            if not np.isfinite(later[:, column]).any():
                continue
            if count < FEWEST:
                told = f"{count} known periods up to {first_origin}, {FEWEST} are needed"
                left_out[f"{target} of {name}"] = told
            elif np.ptp(values[np.isfinite(values[:, column]), column]) == 0:
                left_out[f"{target} of {name}"] = f"every period up to {first_origin} has the same value"
            else:
                names.append(name)
        kept[target] = tuple(names)
    if not any(kept.values()):
        for target in TARGETS:
            if not np.isfinite(getattr(flow.panel, target)).any():
                left_out[target] = "it has no value in this table"
        told = "".join(f"\n  - {name}: {reason}" for name, reason in list(left_out.items())[:20])
        raise ModelError(
            f"no series can be learnt from at {first_origin}{told}",
            why="a backtest needs at least one series with a past",
            do="choose a later first origin, or supply earlier periods",
        )
    return kept, left_out


def run(
    flow: CaseFlow,
    *,
    origins: Sequence[str],
    horizons: Sequence[int],
    out: Path | str,
    engine: Engine,
    seed: int = 1,
    draws: int = 400,
    tune: int = 400,
    chains: int = 4,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Forecast from every origin, score, write ``forecasts.parquet`` and ``scores.json``; return the latter.

    Finished origins in ``out`` are not computed again.
    """
    steps = tuple(sorted(set(horizons)))
    if not steps or min(steps) < 1:
        raise AssumptionError("a horizon is below 1", do="name periods ahead, such as 1,2,4")
    kept, left_out = taking_part(flow, origins[0])
    room = len(flow.panel.periods) - 1 - flow.panel.periods.index(origins[0])
    if min(steps) > room:
        raise AssumptionError(
            f"no outcome is known {min(steps)} periods after {origins[0]}",
            why=f"the table ends in {flow.panel.periods[-1]}",
            do=f"name horizons of at most {room}",
        )
    folder = Path(out)
    tasks = {
        origin: Origin(flow.panel.upto(origin), tuple(kept.items()), steps, draws, tune, chains, seed)
        for origin in origins
    }
    store: TaskStore[pd.DataFrame] = TaskStore(folder / "origins", write=_write, read=pd.read_parquet)
    tables = engine.map(run_origin, tasks, seed=seed, kept=store, progress=progress)
    rows = pd.concat(tables.values(), ignore_index=True)
    fits = rows.loc[rows["model_id"] == MODEL].drop_duplicates("origin_month")
    forecasts = rows.drop(columns=["converged", "why"])
    if not scores.scorable(forecasts, flow.panel):
        raise DataError("no forecast can be scored", why="no outcome is known at these horizons", do="shorten them")
    told = {
        "format": "migration-workbench capacity scores 1",
        "source": flow.source,
        "notes": list(flow.notes),
        "periods": "quarters" if period_months(flow.panel.periods[0]) == 3 else "months",
        "origins": {"first": origins[0], "last": origins[-1], "count": len(origins)},
        "series": {target: list(names) for target, names in kept.items()},
        "left_out": left_out,
        "fits": {
            "made": len(fits),
            "converged": int(fits["converged"].sum()),
            "not_converged": fits.loc[~fits["converged"], ["origin_month", "why"]].to_dict("records"),
        },
        **scores.summary(forecasts, flow.panel, seed=seed),
    }
    (folder / SCORES).unlink(missing_ok=True)  # never beside forecasts that it does not score
    hubverse.write(forecasts, folder / FORECASTS)
    write_text(folder / SCORES, json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    return told


def run_origin(task: Task) -> pd.DataFrame:
    """Return every forecast of one origin in the hubverse's wide form, with whether the fit converged."""
    order: Origin = task.inputs
    from workbench.models.caseflow.model import CaseFlowModel  # PyMC: only where a fit is made

    fitted = CaseFlowModel().fit(
        order.panel, seed=order.seed, draws=order.draws, tune=order.tune, chains=order.chains, cores=1
    )
    futures = fitted.simulate(max(order.horizons), order.seed)
    return beside_rules(order, futures).assign(converged=fitted.ok, why="; ".join(fitted.caveats()))


def beside_rules(order: Origin, futures: FlowDraws) -> pd.DataFrame:
    """Return the model's forecasts of one origin and those of every rule, in the hubverse's wide form."""
    panel, farthest = order.panel, max(order.horizons)
    ours = {"stock": futures.stock, "output": futures.output}
    tables = []
    for target, names in order.taking_part:
        if not names:
            continue
        columns = [panel.series.index(name) for name in names]
        values = getattr(panel, target)[:, columns]
        said = {name: baselines.forecast(name, values, farthest, panel.season).quantiles for name in GENERAL}
        for name in rules.STOCK_RULES if target == "stock" else rules.OUTPUT_RULES:
            said[name] = np.stack(
                [
                    rules.forecast(name, values[:, at], farthest, panel.intake[:, column])
                    for at, column in enumerate(columns)
                ]
            )
        drawn = ours[target]
        can = [] if drawn is None else [name for name in names if name in drawn.labels("series")]
        if drawn is not None and can:
            chosen = drawn.values.sel(series=can).values.astype(float)
            own = np.moveaxis(np.quantile(chosen, LEVELS, axis=0), 0, -1)
            tables.append(_wide(MODEL, target, panel, can, order.horizons, own))
        tables += [_wide(name, target, panel, names, order.horizons, quantiles) for name, quantiles in said.items()]
    return pd.concat(tables, ignore_index=True)


def _wide(
    model: str,
    target: str,
    panel: CaseFlowPanel,
    names: Sequence[str],
    horizons: Sequence[int],
    quantiles: np.ndarray,
) -> pd.DataFrame:
    origin, months = last_month(panel.periods[-1]), period_months(panel.periods[-1])
    places = pd.DataFrame({"location": list(names)})
    at = np.array(horizons) - 1
    rows = hubverse.wide(model, origin, places, list(horizons), np.sort(quantiles[:, at], axis=-1))
    rows["target_month"] = [add_months(origin, int(step) * months) for step in rows["horizon"]]
    rows.insert(1, "target", target)
    return rows


def _write(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path, index=False)
