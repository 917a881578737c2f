"""What do experts expect, and what does the forecast become if they are right? Kept apart from the machine's.

Each expert's P10, P50 and P90 of a quantity (a destination or all, a month or the whole period) weigh the draws by
minimum relative entropy; the experts together are the mean of their weights, a linear pool.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.core.draws import Draws
from workbench.core.errors import DataError, Fault
from workbench.models.scores import sample_crps
from workbench.studies.inflow.issue import months_ahead
from workbench.studies.inflow.judgement.reweighting import effective, enough, resampled, tilted
from workbench.studies.inflow.tabled import ALL

if TYPE_CHECKING:
    from workbench.studies.inflow.saved_runs import InflowResult

LEVELS = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Judged:
    """The forecast as experts judge it.

    Attributes
    ----------
    draws
        As many draws as the forecast's, taken as the weights say.
    weights
        Of the forecast's own draws, summing to one.
    effective
        Effective sample size of these weights, and ``of`` each expert's.
    table
        One row per judged quantity: ``destination``, ``month``, medians and 80 % intervals of machine and experts.
    scores
        One row per judged quantity whose outcome is published: log-CRPS of ``machine`` and ``experts``, apart.
    """

    draws: Draws
    weights: np.ndarray
    effective: float
    of: dict[str, float]
    table: pd.DataFrame
    scores: pd.DataFrame


def judged(result: InflowResult, judgements: pd.DataFrame, *, seed: int = 1) -> Judged:
    """Return the forecast weighed by experts' judgements.

    Parameters
    ----------
    judgements
        Contract ``expert_judgements``: ``expert``, ``destination`` (``all`` together), ``month`` (``all`` = the months
        ahead, which a forecast with a day of issue counts from there), ``p10``, ``p50``, ``p90`` in persons, optionally
        ``above`` and ``chance``: the probability that the quantity passes so many.

    Raises
    ------
    DataError
        With every judgement that contradicts itself or speaks of what is not forecast.
    AssumptionError
        If judgements do not fit each other or the forecast, or leave too few draws.
    """
    _refuse_odd(result, judgements)
    months = months_ahead(result)
    weights, sizes = [], {}
    for expert, rows in judgements.groupby("expert", sort=True):
        conditions, wanted = [], []
        for row in rows.to_dict("records"):
            meant = months if row["month"] == ALL else [str(row["month"])]
            drawn = _quantity(result.draws, str(row["destination"]), meant)
            for level, name in zip(LEVELS, ("p10", "p50", "p90"), strict=True):
                conditions.append(drawn <= float(row[name]))
                wanted.append(level)
            if pd.notna(row.get("above")) and pd.notna(row.get("chance")):
                conditions.append(drawn > float(row["above"]))
                wanted.append(float(row["chance"]))
        one = tilted(np.stack(conditions, axis=1).astype(float), np.array(wanted), f"the judgements of {expert}")
        weights.append(one)
        sizes[str(expert)] = effective(one)
        enough(one, f"the judgement of {expert}")
    pooled = np.mean(weights, axis=0)
    size = enough(pooled, "the experts' judgement")
    draws = resampled(result.draws, pooled, seed)
    quantities = judgements[["destination", "month"]].drop_duplicates().astype(str)
    table, scores = _beside(result, draws, quantities, months)
    return Judged(draws, pooled, size, sizes, table, scores)


def _quantity(draws: Draws, destination: str, months: list[str]) -> np.ndarray:
    chosen = draws if destination == ALL else draws.select(destination=[destination])
    return np.asarray(chosen.select(month=months).sum().values.to_numpy(), float)


def _beside(
    result: InflowResult, draws: Draws, quantities: pd.DataFrame, months: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows, scored = [], []
    for place, month in quantities.itertuples(index=False):
        meant = months if month == ALL else [month]
        both = {"machine": _quantity(result.draws, place, meant), "experts": _quantity(draws, place, meant)}
        row: dict[str, object] = {"destination": place, "month": month}
        for who, drawn in both.items():
            low, middle, high = np.quantile(drawn, LEVELS, method="inverted_cdf")
            row |= {f"{who}_median": int(middle), f"{who}_low80": int(low), f"{who}_high80": int(high)}
        rows.append(row)
        outcome = _outcome(result, place, meant)
        if np.isfinite(outcome):
            crps = {who: float(sample_crps(np.log1p(drawn), np.log1p(outcome))) for who, drawn in both.items()}
            scored.append({"destination": place, "month": month, "outcome": outcome, **crps})
    columns = ["destination", "month", "outcome", "machine", "experts"]
    return pd.DataFrame(rows), pd.DataFrame(scored, columns=columns)


def _outcome(result: InflowResult, place: str, months: list[str]) -> float:
    """Return what was published since of a quantity; NaN unless all of it was."""
    places = [str(code) for code in result.names] if place == ALL else [place]
    rows = result.later[result.later["destination"].isin(places) & result.later["month"].isin(months)]
    known = rows["persons"].dropna()
    return float(known.sum()) if len(known) == len(places) * len(months) else float("nan")


def _refuse_odd(result: InflowResult, table: pd.DataFrame) -> None:
    places, months = {ALL, *map(str, result.names)}, {ALL, *map(str, result.draws.labels("month"))}
    faults = []
    for at, row in enumerate(table.to_dict("records")):
        line, who = at + 2, str(row["expert"])
        if str(row["destination"]) not in places:
            faults.append(Fault("no destination of the forecast", line, "destination", row["destination"]))
        if str(row["month"]) not in months:
            faults.append(Fault("no month of the forecast", line, "month", row["month"]))
        if not row["p10"] < row["p50"] < row["p90"]:
            told = f"{row['p10']:g}, {row['p50']:g}, {row['p90']:g}"
            faults.append(Fault(f"{who} contradicts themself: P10, P50 and P90 must rise", line, "p10", told))
        above, chance = row.get("above"), row.get("chance")
        if pd.isna(above) != pd.isna(chance):
            faults.append(Fault("a chance needs the number that is passed, and the other way round", line, "above"))
        elif pd.notna(chance) and pd.notna(above):
            beyond = {row["p10"]: 0.9, row["p50"]: 0.5, row["p90"]: 0.1}
            most = min((share for figure, share in beyond.items() if above >= figure), default=1.0)
            least = max((share for figure, share in beyond.items() if above <= figure), default=0.0)
            if not 0 < chance < 1 or not least <= chance <= most:
                what = f"{who} contradicts themself: by P10, P50 and P90 the chance lies in {least:g} to {most:g}"
                faults.append(Fault(what, line, "chance", chance))
    twice = table.duplicated(["expert", "destination", "month"])
    faults += [Fault("the same expert judges this twice", int(at) + 2) for at in np.flatnonzero(twice)]
    if faults:
        raise DataError(
            "the experts' judgements cannot be used",
            why="a judgement that contradicts itself has no distribution",
            do="ask again, and correct these rows",
            faults=faults,
        )
