"""How good were the forecasts of stock and output? Scores, coverage, and skill against the best simple rule."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import last_month
from workbench.core.errors import DataError
from workbench.models import hubverse
from workbench.models import scores as rules
from workbench.models.caseflow.panel import CaseFlowPanel
from workbench.models.skill import compare

MAIN = {"stock": "crps", "output": "log_crps"}
"""The score that chooses the best rule of a target: cases that wait are counted, outputs of many places compared."""
CLAIM = (
    "Baselines are simple rules: nothing is said of an authority's own forecasts, which are not public. Neighbouring "
    "origins share their outcomes. Figures are those of one vintage, not those known at each origin."
)


def scored(forecasts: pd.DataFrame, panel: CaseFlowPanel) -> pd.DataFrame:
    """Return the scores of every forecast whose outcome is known, one row each."""
    months = [last_month(period) for period in panel.periods]
    truth = np.full(len(forecasts), np.nan)
    row = pd.Index(months).get_indexer(pd.Index(forecasts["target_month"]))
    column = pd.Index(panel.series).get_indexer(pd.Index(forecasts["location"]))
    for target in ("stock", "output"):
        here = (forecasts["target"] == target).to_numpy() & (row >= 0)
        truth[here] = getattr(panel, target)[row[here], column[here]]
    quantiles = forecasts[hubverse.QUANTILES].to_numpy(float)
    rows = forecasts[["model_id", "target", "origin_month", "horizon", "target_month"]].copy()
    rows["series"] = forecasts["location"]
    rows["crps"] = rules.crps(quantiles, truth)
    rows["log_crps"] = rules.crps(np.log1p(quantiles), np.log1p(truth))
    median = quantiles[:, rules.LEVELS.index(0.5)]
    rows["log_error"] = np.abs(np.log1p(median) - np.log1p(truth))
    rows["percentage_error"] = np.where(truth > 0, np.abs(median - truth) / np.maximum(truth, 1), np.nan)
    for level in (0.8, 0.95):
        rows[f"covered{round(100 * level)}"] = rules.covered(quantiles, truth, level)
    return rows[rows["crps"].notna()]


def scorable(forecasts: pd.DataFrame, panel: CaseFlowPanel) -> bool:
    """Return whether any outcome is known."""
    return not scored(forecasts, panel).empty


def summary(forecasts: pd.DataFrame, panel: CaseFlowPanel, *, seed: int = 1) -> dict[str, Any]:
    """Return the scores by target and horizon: means, coverage, and skill against the best single rule."""
    rows = scored(forecasts, panel)
    found: dict[str, Any] = {}
    for target, part in rows.groupby("target"):
        found[str(target)] = {
            str(horizon): _entry(own, MAIN[str(target)], seed) for horizon, own in part.groupby("horizon")
        }
    return {"claim": CLAIM, "targets": found}


def _entry(rows: pd.DataFrame, score: str, seed: int) -> dict[str, Any]:
    means = rows.groupby("model_id")[
        ["crps", "log_crps", "log_error", "percentage_error", "covered80", "covered95"]
    ].mean()
    told: dict[str, Any] = {
        "forecasts": int(rows.groupby("model_id").size().iloc[0]),
        "models": {
            str(name): {key: None if np.isnan(value) else round(float(value), 6) for key, value in row.items()}
            for name, row in means.iterrows()
        },
    }
    ours = [str(name) for name in means.index if str(name).startswith(hubverse.OURS)]
    rivals = means.drop(index=ours)
    best = str(rivals[score].idxmin())
    told["score"], told["best_rule"] = score, best
    for name in ours:
        try:
            found = compare(rows, name, best, score, seed=seed)
        except DataError:  # no forecast in common
            continue
        told["skill"] = {
            "skill": found.skill,
            "low": found.skill_low,
            "high": found.skill_high,
            "independent_blocks": found.blocks,
        }
    return told


def lines(told: dict[str, Any]) -> list[str]:
    """Return what a backtest found as lines for a terminal."""
    fits = told["fits"]
    found = [f"{fits['converged']} of {fits['made']} fits passed their diagnostics."]
    for target, horizons in told["targets"].items():
        for horizon, entry in horizons.items():
            own = next((v for k, v in entry["models"].items() if k.startswith(hubverse.OURS)), None)
            if own is None or "skill" not in entry:
                found.append(f"{target}, {horizon} ahead: the model gives no forecast.")
                continue
            skill = entry["skill"]
            ends = ""
            if skill["low"] is not None and skill["high"] is not None:
                ends = f" (95 % interval of the gain {100 * skill['low']:.1f} to {100 * skill['high']:.1f})"
            found.append(
                f"{target}, {horizon} ahead, {entry['forecasts']} forecasts: "
                f"{entry['score']} {own[entry['score']]:,.4g}, "
                f"best rule {entry['best_rule']} {entry['models'][entry['best_rule']][entry['score']]:,.4g}: "
                f"{abs(100 * skill['skill']):.1f} % {'better' if skill['skill'] >= 0 else 'worse'}{ends}; "
                "80/95 % intervals held "
                f"{100 * own['covered80']:.0f}/{100 * own['covered95']:.0f} %."
            )
    found += [f"Left out: {name}: {reason}." for name, reason in told["left_out"].items()]
    return [*found, *told["notes"], told["claim"]]
