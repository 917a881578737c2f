"""How far should a stock's change be damped? Left-out stocks, each origin on its past, by a quick version of the model.

    .venv/bin/python tests/benchmarks/caseflow.py [EVERY]
    .venv/bin/python tests/benchmarks/caseflow.py decisions    # the contest of 19 destinations' decisions

Weights and scales are found by penalised likelihood (iteratively reweighted least squares for Student-t shocks of
four degrees) in place of sampling; futures are the model's own. Stocks are made up: applications less 1.1 times the
decisions of 19 destinations, with flows and alone, and Sweden's months from 2011. CRPS is divided by the random
walk's of the series.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd

from workbench.models import baselines, scores
from workbench.models.caseflow import damping, rules
from workbench.models.caseflow import equations as eq
from workbench.models.caseflow.fit import CaseFlowFit
from workbench.models.caseflow.model import MEMORY, observations, observed
from workbench.models.caseflow.panel import CaseFlowPanel
from workbench.models.skill import compare
from workbench.studies.capacity.backtest import GENERAL, MODEL, Origin, beside_rules, origins_of, taking_part
from workbench.studies.capacity.data import read
from workbench.studies.capacity.scores import scored

FREEDOM, ROUNDS, SIZE = 4.0, 12, 300


def panels() -> Iterator[tuple[str, CaseFlowPanel, str, tuple[int, ...]]]:
    """Yield name, panel, first origin and horizons of each left-out table."""
    eu = read(locality="eu").panel
    intake, output = eu.intake.copy(), np.rint(1.1 * eu.output)
    intake[0] = np.nan
    change = np.cumsum(np.nan_to_num(intake - output), axis=0)
    stock = change - np.minimum(change.min(axis=0), 0) + 0.75 * np.nanmean(intake, axis=0) + 20
    stock = np.where(np.isfinite(eu.output), np.rint(stock), np.nan)
    yield "19 made up", CaseFlowPanel(eu.periods, eu.series, intake, output, stock), "2012-Q4", (1, 2, 4, 8)
    nothing = np.full_like(stock, np.nan)
    yield "19 alone", CaseFlowPanel(eu.periods, eu.series, nothing, nothing, stock), "2012-Q4", (1, 2, 4, 8)
    sweden = read(locality="sweden").panel
    at = sweden.periods.index("2011-01")  # months before are not published
    came, done = sweden.intake[at:], sweden.output[at:]
    pending = 30_000 + np.cumsum(came - done, axis=0)
    made = CaseFlowPanel(sweden.periods[at:], sweden.series, came, done, pending)
    yield "Sweden, months", made, "2012-12", (1, 3, 6, 12)


def likely(panel: CaseFlowPanel) -> CaseFlowFit:
    """Return a fit by penalised likelihood; draws are normal around it."""
    rng, posterior = np.random.default_rng(1), {}
    for equation, rows in observed(panel).items():
        if len(rows.change):
            posterior[equation.name] = _equation(equation, rows, len(panel.series), panel.season, rng)
    return CaseFlowFit(panel, posterior, {}, 1)


def _equation(
    e: eq.Equation, rows: eq.Rows, series: int, season: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    line, count, given = np.arange(len(rows.change)), len(e.terms), observations(rows, season, MEMORY)
    common, own = np.zeros((len(line), season)), np.zeros((len(line), series * season))
    for sign, part in ((1, rows.now), (-1, rows.before)):
        np.add.at(common, (line, part), sign)
        np.add.at(own, (line, rows.series * season + part), sign)
    design = np.concatenate([rows.terms, common, own], axis=1)
    width = e.season * float(given["season_known"])
    mean = np.r_[e.means, np.zeros(season * (1 + series))]
    spread = np.r_[np.broadcast_to(e.spread, count), np.full(season, width), np.full(series * season, width / 2)]
    stirred, seen = np.exp(0.3 * rows.unrest), np.bincount(rows.series, given["counts"], series)
    scale, found = np.full(series, np.log(0.2)), mean
    for _ in range(ROUNDS):
        size = np.exp(scale)[rows.series] * stirred
        weight = given["counts"] * (FREEDOM + 1) / (FREEDOM + ((rows.change - design @ found) / size) ** 2)
        precision = (design * (weight / size**2)[:, None]).T @ design + np.diag(spread**-2)
        found = np.linalg.solve(precision, design.T @ (weight / size**2 * rows.change) + mean / spread**2)
        squares = np.bincount(rows.series, weight * ((rows.change - design @ found) / stirred) ** 2, series)
        centre, prior = (scale[seen > 0].mean(), 0.4) if series > 1 else (np.log(0.2), 0.8)
        sure = seen * 2 * FREEDOM / (FREEDOM + 3)
        told = 0.5 * np.log((squares + 1e-6) / np.maximum(seen, 1e-9))
        scale = np.where(seen > 0, (told * sure + centre / prior**2) / (sure + prior**-2), centre)
    drawn = found + rng.standard_normal((SIZE, len(found))) @ np.linalg.cholesky(np.linalg.inv(precision)).T
    seasons = drawn[:, None, count : count + season] + drawn[:, count + season :].reshape(SIZE, series, season)
    return {
        "weight": drawn[:, :count],
        "season": seasons,
        "scale": np.exp(scale + rng.standard_normal((SIZE, series)) / np.sqrt(sure + prior**-2)),
        "unrest": np.full(SIZE, 0.3),
        "degrees_of_freedom": np.full(SIZE, FREEDOM),
    }


def main(every: int) -> None:
    """Print skill over the best rule by horizon, undamped and damped."""
    shipped = damping.WITH_FLOWS, damping.ALONE
    for name, panel, first, horizons in panels():
        found: dict[tuple[str, int], list[tuple[float, int]]] = {}
        for t in range(panel.periods.index(first), len(panel.periods) - 1, every):
            past = panel.upto(panel.periods[t])
            known = np.isfinite(past.stock)
            columns = [c for c in range(len(past.series)) if known[:, c].sum() >= 16 and known[-1, c]]
            said = {
                rule: baselines.forecast(rule, past.stock[:, columns], horizons[-1], panel.season).quantiles
                for rule in GENERAL
            }
            for rule in rules.STOCK_RULES:
                said[rule] = np.stack([rules.forecast(rule, past.stock[:, c], horizons[-1]) for c in columns])
            fitted = likely(past)
            for label, (damping.WITH_FLOWS, damping.ALONE) in (("undamped", (0.0, 0.0)), ("damped", shipped)):
                stock = fitted.simulate(horizons[-1], 1).stock
                assert stock is not None
                own = stock.values.sel(series=[past.series[c] for c in columns]).values
                said[label] = np.moveaxis(np.quantile(own, scores.LEVELS, axis=0), 0, -1)
            for rule, quantiles in said.items():
                for h in horizons:
                    if t + h < len(panel.periods):
                        lost = scores.crps(np.sort(quantiles[:, h - 1]), panel.stock[t + h, columns])
                        found.setdefault((rule, h), []).extend(zip(lost, columns, strict=True))
        _tell(name, found, horizons)


def _tell(name: str, found: dict[tuple[str, int], list[tuple[float, int]]], horizons: tuple[int, ...]) -> None:
    walk = np.array([row for h in horizons for row in found["RandomWalk", h]])
    size = {c: np.nanmean(walk[walk[:, 1] == c, 0]) for c in np.unique(walk[:, 1])}
    mean = {key: np.nanmean([lost / size[c] for lost, c in rows]) for key, rows in found.items()}
    for label in ("undamped", "damped"):
        best = [min(mean[r, h] for r in (*GENERAL, *rules.STOCK_RULES)) for h in horizons]
        skill = [100 * (1 - mean[label, h] / b) for h, b in zip(horizons, best, strict=True)]
        print(f"{name:15s} {label:9s}", *(f"{h}: {s:+.1f} %" for h, s in zip(horizons, skill, strict=True)), flush=True)


def decisions() -> None:
    """Print the contest of decisions, 29 origins, each rule's log-CRPS, log error and coverage, and our skill."""
    flow, tables = read(locality="eu"), []
    names = taking_part(flow, "2013-Q1")[0]["output"]
    for origin in origins_of("2013-Q1", "2020-Q1", flow):
        order = Origin(
            flow.panel.upto(origin), (("output", names),), (1, 2, 4, 8), draws=SIZE, tune=0, chains=1, seed=1
        )
        tables.append(beside_rules(order, likely(order.panel).simulate(8, order.seed)))
    rows = scored(pd.concat(tables, ignore_index=True), flow.panel)
    shown = ["log_crps", "log_error", "covered80", "covered95"]
    print(rows.groupby(["horizon", "model_id"])[shown].mean().round(3).to_string())
    for label, part in [*rows.groupby("horizon"), ("1, 2 and 4", rows[rows["horizon"] < 8])]:
        for rule in (*rules.OUTPUT_RULES, "LocalLevelT"):
            found = compare(part, MODEL, rule, "log_crps", seed=1)
            print(label, rule, found.skill, found.skill_low, found.skill_high)


if __name__ == "__main__":
    if sys.argv[1:] == ["decisions"]:
        decisions()
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)
