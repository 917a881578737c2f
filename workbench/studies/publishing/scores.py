"""How good were the forecasts that were published? Each against what came, beside simple rules and others' forecasts.

A publication freezes the table it was made from. So there are two outcomes: the figure as it first stood in any
frozen table, and the figure as it stands now. A forecast of an agency or of experts is entered with three quantiles
and scored beside ours, on the same months, by the same rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import add_months, month_end
from workbench.core.errors import DataError
from workbench.core.runs.archive import archive_of
from workbench.core.runs.provenance import RunStore
from workbench.core.runs.publication import RUN, Publication
from workbench.models import baselines
from workbench.models.scores import LEVELS, at_probabilities
from workbench.models.skill import independent_blocks
from workbench.studies.inflow import read_arrivals
from workbench.studies.inflow import saved_runs as inflow_saved
from workbench.studies.publishing.entered import THREE, entered
from workbench.studies.publishing.release import MODEL, forecasts

RULES = ("RandomWalk", "SeasonalNaive", "OptimizedTheta")
"""The simple rules that each publication is scored beside, fitted to what it knew."""
COLUMNS = ["issue", "model", "origin_month", "location", "horizon", "target_month", *THREE, "look_back", "withdrawn"]


@dataclass(frozen=True)
class Scoreboard:
    """Scores of published forecasts.

    Attributes
    ----------
    rows
        One per forecast and outcome known: the columns of :data:`COLUMNS`, ``first``, ``revised`` (persons),
        ``score_first``, ``score_revised`` (weighted interval score, persons), ``inside`` (of the 80 % interval).
    waiting
        Forecasts whose outcome is not known yet.
    issues
        Publications scored.
    blocks
        Independent blocks of nine months that their origins make.
    """

    rows: pd.DataFrame
    waiting: int
    issues: tuple[Publication, ...]
    blocks: int

    def by_model(self) -> pd.DataFrame:
        """Return one row per forecaster, on the forecasts that our issues and it have in common.

        Columns ``model, forecasts, look_back, score, score_revised, ours, ratio, inside`` with ``ratio`` its score
        divided by ours on the same forecasts: above one means that ours was closer.
        """
        key = ["issue", "origin_month", "location", "target_month"]
        ours = self.rows[self.rows["model"] == MODEL].set_index(key)["score_first"]
        found = []
        for model, rows in self.rows.groupby("model", sort=False):
            paired = rows.set_index(key).join(ours.rename("ours"), how="inner")
            if paired.empty:
                continue
            score, mine = float(paired["score_first"].mean()), float(paired["ours"].mean())
            found.append(
                {
                    "model": model,
                    "forecasts": len(paired),
                    "look_back": int(paired["look_back"].sum()),
                    "score": score,
                    "score_revised": float(paired["score_revised"].mean()),
                    "ours": mine,
                    "ratio": score / mine if mine else float("nan"),
                    "inside": float(paired["inside"].mean()),
                }
            )
        return pd.DataFrame(
            found, columns=["model", "forecasts", "look_back", "score", "score_revised", "ours", "ratio", "inside"]
        )


def weighted_interval_score(quantiles: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Return how far forecasts of three quantiles (10, 50, 90 %) lie from the outcome, in persons; lower is better.

    Parameters
    ----------
    quantiles
        Axes (forecast, the three quantiles).

    Notes
    -----
    Twice the mean pinball loss. Of one value without a spread it is the absolute error.

    References
    ----------
    Bracher, Ray, Gneiting and Reich (2021), Evaluating epidemic forecasts in an interval format. PLOS Computational
    Biology 17(2).
    """
    levels = np.array([0.1, 0.5, 0.9])
    above = np.asarray(outcome, float)[:, None] - quantiles
    return np.asarray(2 * np.maximum(levels * above, (levels - 1) * above).mean(axis=1))


def open_issues(runs: str | Path | None = None) -> tuple[Publication, ...]:
    """Return every forecast of arrivals that was published for all and whose embargo has passed, withdrawn ones too."""
    today = datetime.now(UTC).date()
    return tuple(
        issue for issue in archive_of(runs).all(inflow_saved.FORECAST) if issue.due(today) and issue.edition == "public"
    )


def study(*, locality: str | Path = "eu", runs: str | Path | None = None) -> Scoreboard:
    """Return the scores of every inflow forecast that was published, withdrawn ones too.

    Parameters
    ----------
    locality
        Whose arrivals tell what came, as they stand now.

    Raises
    ------
    DataError
        If nothing was published.
    """
    issues = open_issues(runs)
    if not issues:
        raise DataError(
            "no forecast is published, so none can be scored",
            where=str(archive_of(runs).root),
            do="publish one: workbench publish inflow --by NAME",
        )
    results = [inflow_saved.opened(issue.run, RunStore(issue.folder)) for issue in issues]
    tables = [(issue, _table(issue)) for issue in issues]
    now = _by_cell(read_arrivals(locality=locality).table)
    first: dict[tuple[str, str], float] = {}
    for _, table in tables:
        for cell, persons in _by_cell(table).items():
            first.setdefault(cell, persons)
    told = [_issue(issue, result, table) for (issue, table), result in zip(tables, results, strict=True)]
    theirs = entered(runs=runs)
    if len(theirs):
        origins = {(result.as_of): issue.id for issue, result in zip(issues, results, strict=True)}
        theirs = theirs.assign(issue=theirs["origin_month"].map(origins).fillna(""), withdrawn=False)
        told.append(theirs[COLUMNS])
    every = pd.concat(told, ignore_index=True)
    cells = list(zip(every["location"], every["target_month"], strict=True))
    every["revised"] = [now.get(cell, np.nan) for cell in cells]
    every["first"] = [first.get(cell, now.get(cell, np.nan)) for cell in cells]
    known = every[every["revised"].notna() & every["first"].notna()].reset_index(drop=True)
    quantiles = known[list(THREE)].to_numpy(float)
    for name in ("first", "revised"):
        known[f"score_{name}"] = weighted_interval_score(quantiles, known[name].to_numpy(float))
    known["inside"] = (known["p10"] <= known["first"]) & (known["first"] <= known["p90"])
    blocks = independent_blocks(sorted({result.as_of for result in results}))
    return Scoreboard(known, len(every) - len(known), issues, blocks)


def _table(issue: Publication) -> pd.DataFrame:
    return pd.read_csv(
        issue.folder / RUN / inflow_saved.TABLE,
        dtype={"month": "str", "destination": "str", "persons": "float"},
        keep_default_na=False,  # NA is a country, too
        na_values={"persons": [""]},
    )


def _by_cell(table: pd.DataFrame) -> dict[tuple[str, str], float]:
    whole = table.dropna(subset=["persons"])
    return dict(zip(zip(whole["destination"], whole["month"], strict=True), whole["persons"], strict=True))


def _issue(issue: Publication, result: inflow_saved.InflowResult, table: pd.DataFrame) -> pd.DataFrame:
    """Return what one publication and the simple rules beside it said."""
    ours = _three(forecasts(result.draws, result.as_of))
    steps = len(result.draws.labels("month"))
    known = table[table["month"] <= result.as_of].pivot(index="month", columns="destination", values="persons")
    known = known[[str(code) for code in result.draws.labels("destination")]]
    said = [ours]
    for rule in RULES:
        quantiles = baselines.forecast(rule, known.to_numpy(float), steps).quantiles
        said.append(_rule(rule, result.as_of, list(known.columns), quantiles))
    rows = pd.concat(said, ignore_index=True)
    # Who publishes a forecast after its months are over knew what came: that is a look back, and no forecast.
    ends = rows["target_month"].map(month_end).astype(str)
    return rows.assign(issue=issue.id, look_back=ends < issue.released[:10], withdrawn=issue.withdrawal is not None)[
        COLUMNS
    ]


def _three(wide: pd.DataFrame) -> pd.DataFrame:
    named = wide.rename(columns={"model_id": "model", "0.1": "p10", "0.5": "p50", "0.9": "p90"})
    return named[["model", "origin_month", "location", "horizon", "target_month", *THREE]]


def _rule(rule: str, as_of: str, places: Sequence[str], quantiles: np.ndarray) -> pd.DataFrame:
    three = at_probabilities(quantiles, np.array([0.1, 0.5, 0.9])) if quantiles.shape[-1] == len(LEVELS) else quantiles
    rows = [
        (rule, as_of, place, step + 1, add_months(as_of, step + 1), *three[at, step])
        for at, place in enumerate(places)
        for step in range(three.shape[1])
    ]
    return pd.DataFrame(rows, columns=["model", "origin_month", "location", "horizon", "target_month", *THREE])


def facts(board: Scoreboard) -> dict[str, object]:
    """Return the scores as plain values, for a program."""
    return {
        "issues": [{"id": p.id, "released": p.released, "withdrawn": bool(p.withdrawal)} for p in board.issues],
        "blocks": board.blocks,
        "waiting": board.waiting,
        "models": board.by_model().to_dict("records"),
        "withdrawals": [{"id": p.id, **asdict(p.withdrawal)} for p in board.issues if p.withdrawal],
    }
