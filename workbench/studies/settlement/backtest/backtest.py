"""How well would the settlement forecast have done, year after year, against simple rules?

Every origin is forecast from what was known at its end; origins are shared out by the engine and kept, so that an
interrupted backtest takes up where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.core.dates.rhythm import Rhythm
from workbench.core.errors import AssumptionError
from workbench.core.runs.tasks import Task, TaskStore
from workbench.core.storage.files import replacing
from workbench.models.scores import absolute_error, energy_score
from workbench.models.settlement.combination.combined import CombinedRules, combine
from workbench.models.settlement.contest import calibration, rules
from workbench.models.settlement.evidence import BEFORE, CONTESTS
from workbench.models.settlement.panel.panel import SettlementPanel
from workbench.studies.settlement.forecasting import methods
from workbench.studies.settlement.table.checks import counted
from workbench.studies.settlement.table.data import Observed, with_quotas

if TYPE_CHECKING:
    from workbench.core.engine import Engine

MODEL = "workbench-shares"
NEWEST = 12
"""Origins of a backtest unless years are named: so many of the newest."""
FORECASTS, SCORES = "forecasts.parquet", "scores.json"


@dataclass(frozen=True)
class Origin:
    """One forecast to be made and scored: what it may know, for which years, and how it is fitted."""

    known: SettlementPanel
    happened: SettlementPanel
    as_of: int
    contest: str
    horizon: int
    seed: int
    draws: int
    tune: int
    chains: int
    chosen_before: int = 0


def contests_of(observed: Observed) -> tuple[str, ...]:
    """Return the contests that a table can hold: without quotas there is only the one before the year."""
    return CONTESTS if with_quotas(observed.settlement) else (BEFORE,)


def origins(
    observed: Observed,
    *,
    contests: Sequence[str] = (),
    years: Sequence[int | str] = (),
    horizon: int = 3,
    seed: int = 1,
    draws: int = 500,
    tune: int = 500,
    chains: int = 4,
) -> dict[str, Origin]:
    """Return the origins of a backtest by key.

    ``years`` are as-of years, by default the newest :data:`NEWEST` with two years before them; ``contests`` are by
    default all that the table can hold. In the contest ``quotas`` only the year after the origin is forecast, because
    later quotas are not known then.
    """
    unknown = sorted(set(contests) - set(CONTESTS))
    if unknown:
        raise AssumptionError(f"no contest '{unknown[0]}'", do="choose " + " or ".join(CONTESTS))
    contests = contests or contests_of(observed)
    lacking = sorted(set(contests) - set(contests_of(observed)))
    if lacking:
        raise AssumptionError(
            f"the contest '{lacking[0]}' cannot be held on this table",
            why="no area has an accepted quota in it",
            do=f"hold the one without quotas: --contest {BEFORE}; or add a column 'quota' to the table",
        )
    label = observed.rhythm.label
    last = observed.last_whole
    happened = observed.panel(last, ahead=0)
    chosen = [observed.rhythm.number(year) for year in years] or list(happened.years[1:-1])[-NEWEST:]
    wrong = [year for year in chosen if year not in happened.years[1:-1]]
    if wrong or not chosen:
        raise AssumptionError(
            f"no backtest from {label(wrong[0]) if wrong else 'these years'}",
            why=f"an origin needs two {observed.rhythm.name}s behind it and one whole {observed.rhythm.name} ahead",
            do=f"choose {label(happened.years[1])} to {label(happened.years[-2])}"
            if len(happened.years) > 2
            else f"supply at least three {observed.rhythm.name}s",
        )
    found = {}
    for contest in contests:
        for year in chosen:
            ahead = 1 if contest != BEFORE else min(horizon, last - year)
            known = observed.panel(year, ahead=0 if contest == BEFORE else 1)
            found[f"{contest}-{label(year)}"] = Origin(
                known, happened, year, contest, ahead, seed, draws, tune, chains, observed.chosen_before
            )
    return found


def backtest(
    orders: dict[str, Origin],
    *,
    folder: str | Path,
    engine: Engine,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Make and score every origin; write ``forecasts.parquet`` and ``scores.json`` and return the latter.

    Finished origins are kept in ``folder/origins`` and found again.
    """
    target = Path(folder)
    kept: TaskStore[pd.DataFrame] = TaskStore(target / "origins", write=_write, read=pd.read_parquet)
    tables = engine.map(run_origin, orders, seed=seed, kept=kept, progress=progress)
    rows = pd.concat(tables.values(), ignore_index=True)
    rhythm = next(iter(orders.values())).happened.rhythm
    summary = summarise(rows, rhythm)
    with replacing(target / FORECASTS) as partial:
        _as_written(rows, rhythm).to_parquet(partial, index=False)
    with replacing(target / SCORES) as partial:
        partial.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return summary


def rules_by_year(observed: Observed) -> pd.DataFrame:
    """Return the error of every simple rule as a share of all persons (WAPE): rows years, columns contest and rule."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    happened = observed.panel(observed.last_whole, ahead=0)
    for contest in CONTESTS:
        for as_of, year in zip(happened.years[:-1], happened.years[1:], strict=True):
            persons = happened.persons[happened.years.index(year)]
            for rule, shares in rules.available(happened, as_of, contest).items():
                wape = absolute_error(shares * persons.sum(), persons)
                found.setdefault((contest, rule), {})[year] = wape
    return pd.DataFrame(found).rename_axis(index="year", columns=["contest", "rule"])


def _write(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path, index=False)


def _as_written(rows: pd.DataFrame, rhythm: Rhythm) -> pd.DataFrame:
    """Return rows whose quarters or months stand as they are written; years stay numbers."""
    if rhythm.each_year == 1:
        return rows
    return rows.assign(year=rows["year"].map(rhythm.label), as_of=rows["as_of"].map(rhythm.label))


def run_origin(task: Task) -> pd.DataFrame:
    """Return the scores of the model and of every rule for one origin, one row per method, year and municipality."""
    order: Origin = task.inputs
    first = order.as_of + 1
    ahead = list(range(first, first + order.horizon))
    totals = [int(np.rint(order.happened.totals[order.happened.years.index(year)])) for year in ahead]
    fitted = _fitted(order, totals[0])
    futures = methods.futures(fitted, np.array([totals]), order.seed).values.to_numpy()
    tables = [
        _scored(futures[:, :, h], order, year, MODEL).assign(
            converged=fitted.diagnostics.ok,
            sampled=not isinstance(fitted, CombinedRules),
            rhat=fitted.diagnostics.max_rhat,
            divergences=fitted.diagnostics.divergences,
        )
        for h, year in enumerate(ahead)
    ]
    rng = task.rng()
    # In the contest with quotas the panel already holds the target year's; rules look only at what theirs may see.
    for rule, shares in rules.available(order.known, order.as_of, order.contest).items():
        for spread in rules.SPREADS:
            size, used = 0.0, shares
            if spread == "dirichlet":
                size = rules.precision(order.known, order.as_of, order.contest, rule)
                used = rules.softened(shares, order.known, order.as_of)
            for year, total in zip(ahead, totals, strict=True):
                count = 1 if spread == "point" else len(futures)
                drawn = rules.spread_out(used, np.full(count, total), spread, rng, size)
                tables.append(_scored(drawn, order, year, f"{rule}-{spread}"))
    return pd.concat(tables, ignore_index=True)


def _fitted(order: Origin, total: int) -> methods.Fit:
    if methods.by_rules(order.known):
        return combine(order.known, as_of=order.as_of, contest=order.contest, draws=order.draws * order.chains)
    from workbench.models.settlement.shares import SettlementModel  # PyMC: only where a fit is made

    return SettlementModel().fit(
        order.known,
        as_of=order.as_of,
        total=total,
        contest=order.contest,
        seed=order.seed,
        draws=order.draws,
        tune=order.tune,
        chains=order.chains,
        cores=1,
    )


def in_all_areas(draws: np.ndarray, known: SettlementPanel, happened: SettlementPanel) -> np.ndarray:
    """Return a forecast with nobody in the areas that did not exist yet when it was made; axes draw, area."""
    if known.municipalities == happened.municipalities:
        return draws
    found = np.zeros((len(draws), len(happened.municipalities)), dtype=draws.dtype)
    found[:, np.searchsorted(happened.municipalities, known.municipalities)] = draws
    return found


def _scored(draws: np.ndarray, order: Origin, year: int, method: str) -> pd.DataFrame:
    draws = in_all_areas(draws, order.known, order.happened)
    table = calibration.score(draws, order.happened, year)
    at = order.happened.years.index(year)
    total = int(np.rint(order.happened.totals[at]))
    return table.assign(
        contest=order.contest,
        as_of=order.as_of,
        horizon=year - order.as_of,
        method=method,
        energy=energy_score(draws[None], order.happened.persons[[at]], neighbours=True)[0],
        chosen_before=order.chosen_before,
        conserved=bool(np.allclose(draws.sum(axis=1), total, rtol=0, atol=1e-6)),
    )


def summarise(rows: pd.DataFrame, rhythm: Rhythm | None = None) -> dict[str, Any]:
    """Return the scores by contest, horizon, period and method, and whether the goals were met."""
    rhythm = rhythm or Rhythm()
    chosen = int(rows["chosen_before"].iloc[0]) if "chosen_before" in rows else 0
    periods = {"all": rows["year"] > 0}
    if chosen:  # the model's structure was chosen by looking at this table's earlier targets
        periods |= {f"before {chosen}": rows["year"] < chosen, f"from {chosen}": rows["year"] >= chosen}
    tables = []
    for (contest, horizon), part in rows.groupby(["contest", "horizon"], sort=True):
        for period, there in periods.items():
            if not there.loc[part.index].any():
                continue
            for method, own in part[there.loc[part.index]].groupby("method", sort=True):
                tables.append(
                    _entry(own, rhythm)
                    | {"contest": contest, "horizon": int(str(horizon)), "period": period, "method": method}
                )
    ours = rows[rows["method"] == MODEL]
    made = ours.drop_duplicates(["contest", "as_of"])
    # Rows of an interrupted backtest by an older version do not say how they were made: all were sampled.
    sampled = made[made["sampled"].astype(bool)] if "sampled" in made else made
    return {
        "scores": tables,
        "goals": _goals(tables),
        "fits": {
            "made": len(sampled),
            "converged": int(sampled["converged"].sum()),
            "largest_rhat": float(sampled["rhat"].max()) if len(sampled) else None,
            "by_rules": len(made) - len(sampled),
        },
        "persons_conserved_in_every_draw": bool(ours["conserved"].all()),
        "read_this": (
            (f"The model's structure was chosen on targets before {chosen}. " if chosen else "")
            + "The contest 'quotas' uses the year's final quotas, which nobody has before the year's end: an upper "
            "limit. The national total is taken as known: a real forecast also has to foresee it. "
            "'in95' counts outcomes inside whole-number intervals, which hold more than 95 % where zero is likely; "
            "'held95' allows for that."
        ),
    }


def _entry(rows: pd.DataFrame, rhythm: Rhythm) -> dict[str, Any]:
    """Return the scores of one method, each the mean over target years of a share of the year's persons."""
    point = "mean" if str(rows["method"].iloc[0]).endswith("-point") else "median"
    by_year = {}
    for year, own in rows.groupby("year"):
        total = own["persons"].sum()
        wape = absolute_error(own[point].to_numpy(), own["persons"].to_numpy())
        by_year[rhythm.label(int(str(year)))] = {
            "wape": wape,
            "crps": float(own["crps"].sum() / total),
            "energy": float(own["energy"].iloc[0] / total),
        }
    means = {name: float(np.mean([v[name] for v in by_year.values()])) for name in ("wape", "crps", "energy")}
    return {**means, "by_year": by_year, "coverage": calibration.coverage(rows)}


def _goals(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return for each contest and horizon the model's WAPE against the best rule's, and its 95 % coverage by size."""
    found = []
    for entry in tables:
        if entry["method"] != MODEL:
            continue
        key = {name: entry[name] for name in ("contest", "horizon", "period")}
        rivals = [t for t in tables if t["method"].endswith("-point") and all(t[k] == v for k, v in key.items())]
        best = min(rivals, key=lambda t: t["wape"])
        spread = [t for t in tables if t["method"] != MODEL and all(t[k] == v for k, v in key.items())]
        surest = min(spread, key=lambda t: t["crps"])
        sizes = {c["size"]: c["held95"] for c in entry["coverage"] if c["forecasts"]}
        found.append(
            {
                **key,
                "wape": entry["wape"],
                "best_rule": best["method"].removesuffix("-point"),
                "best_rule_wape": best["wape"],
                "below_best_rule": entry["wape"] < best["wape"],
                "crps": entry["crps"],
                "best_rule_by_crps": surest["method"],
                "best_rule_crps": surest["crps"],
                "crps_below_best_rule": entry["crps"] < surest["crps"],
                "origins": len(entry["by_year"]),
                "held95_by_size": sizes,
                "held95_within_92_to_97": {name: 0.92 <= share <= 0.97 for name, share in sizes.items()},
            }
        )
    return found


def _lost(goal: dict[str, Any]) -> str:
    won = {"WAPE": goal["below_best_rule"], "CRPS": goal["crps_below_best_rule"]}
    lost = [measure for measure, better in won.items() if not better]
    return f"LOST to a simple rule by {' and '.join(lost)}: " if lost else ""


def _made(made: dict[str, Any]) -> str:
    """Return how the forecasts were made, and how many fits failed their checks."""
    if not made["made"]:
        return f"{counted(made['by_rules'], 'forecast')} by simple rules combined."
    failed = made["made"] - made["converged"]
    instead = f"; rules combined stand in for the {failed} that did not" if failed else ""
    return f"{made['converged']} of {made['made']} fits converged (largest R-hat {made['largest_rhat']:.3f}){instead}."


def lines(summary: dict[str, Any], period: str = "year") -> list[str]:
    """Return what a backtest found as lines for a terminal; ``period`` is what one step ahead is called."""
    told = [
        _made(summary["fits"]),
        f"Persons conserved in every draw: {'yes' if summary['persons_conserved_in_every_draw'] else 'no'}.",
    ]
    for goal in summary["goals"]:
        sizes = ", ".join(f"{name} {100 * share:.0f}" for name, share in goal["held95_by_size"].items())
        ahead = counted(goal["horizon"], period)
        told.append(
            f"{_lost(goal)}{goal['contest']}, {ahead} ahead, {goal['period']}: WAPE {100 * goal['wape']:.1f} %, "
            f"best rule {goal['best_rule']} {100 * goal['best_rule_wape']:.1f} %; CRPS {100 * goal['crps']:.1f} %, "
            f"best rule {goal['best_rule_by_crps']} {100 * goal['best_rule_crps']:.1f} %; held by 95 % (%): {sizes}."
        )
    return [*told, str(summary["read_this"])]
