"""How good were the forecasts of a backtest? Its scores, from what lies in its folder and nothing else.

The folder holds the forecasts (hubverse), joint samples of the models, the arrivals, and a note of what was run; the
same files give the same scores.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import add_months
from workbench.core.errors import DataError
from workbench.core.storage.files import write_text
from workbench.models import hubverse, quality
from workbench.models import scores as rules
from workbench.models.baselines import BASELINES
from workbench.models.skill import (
    BLOCK_MONTHS,
    FEWEST_BLOCKS,
    REPLICATIONS,
    block_length,
    compare,
    independent_blocks,
)
from workbench.studies.inflow.contest.periods import Periods, named

FORMAT = "migration-workbench inflow scores 2"
FORECASTS, SAMPLES, ARRIVALS, WORDS, SCORES = (
    "forecasts.parquet",
    "samples.parquet",
    "arrivals.csv",
    "backtest.json",
    "scores.json",
)
PARTS = (FORECASTS, SAMPLES, ARRIVALS)
"""Files of a backtest that are scored together; ``backtest.json`` keeps the digest of each."""
NEEDED = ("seed", "origins", "horizons", "series", "models", "source", "fallbacks", "left_out", "quality", "parts")
HIGH = 0.9
"""Quantile of a series' own past above which an outcome is high."""
SKILLS = ("log_crps", "crps", "log_crps_high", "energy")
"""Scores whose skill is reported."""
CLAIM = (
    "Baselines are simple rules: nothing is said of an authority's own forecasts, which are not public. Neighbouring "
    "origins share their outcomes, so there are only as many independent blocks as stated. "
    "Figures are those of one vintage, not those known at each origin."
)
INTERVALS = (
    "Intervals of a skill are stretched for how few independent blocks there are (Student's t); with fewer than three "
    "none is given."
)
METHOD = (
    "CRPS and log-CRPS (of log(1 + persons)) are twice the pinball loss of the 23 quantiles, each weighted by the "
    "probability that lies nearer to its level than to any other; a plain mean over the quantiles gives other numbers."
)


@dataclass(frozen=True)
class Scored:
    """The scores of every forecast of a backtest.

    Attributes
    ----------
    forecasts
        One row per forecast: ``model_id, origin_month, series, horizon, target_month, log_crps, crps, log_crps_high,
        pit, covered50, covered80, covered95``; NaN where no outcome is known.
    energy
        One row per model, origin and horizon: ``energy`` over all series, log scale.
    words
        What ``backtest.json`` says.
    sums
        One row per model with joint samples, origin and horizon (0: all horizons together) for the sum over series:
        ``log_crps, crps, pit, covered50, covered80, covered95``. A series whose outcome is unknown is left out of both.
    """

    forecasts: pd.DataFrame
    energy: pd.DataFrame
    words: Mapping[str, Any]
    sums: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def models(self) -> list[str]:
        """Everybody who forecast, ours first."""
        names = sorted(set(self.forecasts["model_id"]))
        return sorted(names, key=lambda name: (name in BASELINES, not name.startswith(hubverse.OURS), name))

    @property
    def baselines(self) -> list[str]:
        """The single baselines among them."""
        return [name for name in self.models if name in BASELINES]

    def table(self, score: str) -> pd.DataFrame:
        """Return the rows that carry a score, as :func:`workbench.models.skill.compare` takes them."""
        return self.energy if score == "energy" else self.forecasts


def score(folder: Path | str, *, surge: str | None = None, pandemic: str | None = None) -> dict[str, Any]:
    """Return the scores of a backtest and write them to ``scores.json`` in its folder.

    Months named here (as :func:`workbench.studies.inflow.contest.periods.named` takes them) are scored apart in place
    of those that the backtest was asked for.
    """
    named(surge=surge, pandemic=pandemic)  # months that are none are refused before the work
    scored = read(folder)
    periods = named(surge=surge, pandemic=pandemic, otherwise=Periods.from_dict(scored.words.get("scored_apart", {})))
    told = summary(replace(scored, words={**scored.words, "scored_apart": periods.to_dict()}))
    write_text(Path(folder) / SCORES, json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    return told


def read(folder: Path | str) -> Scored:
    """Return every score of the forecasts in a backtest's folder.

    Raises
    ------
    DataError
        If the folder holds no backtest, or its files cannot be read.
    """
    folder = Path(folder)
    try:
        words = json.loads((folder / WORDS).read_text(encoding="utf-8"))
        _belong(words, folder)
        table = pd.read_csv(folder / ARRIVALS, dtype="str", keep_default_na=False)
        samples = pd.read_parquet(folder / SAMPLES)
    except (OSError, ValueError) as error:
        why = "there is no such folder"
        if folder.is_dir():
            why = f"'{Path(error.filename).name}' is not there" if isinstance(error, FileNotFoundError) else str(error)
        raise DataError(
            "this folder holds no backtest", where=str(folder), why=why, do="run `workbench inflow backtest`"
        ) from error
    table["persons"] = pd.to_numeric(table["persons"])
    forecasts = hubverse.read(folder / FORECASTS)
    cells = quality.grid(table if words.get("final") else quality.examine(table).withheld(table))
    forecasts["series"] = quality.names(forecasts.rename(columns={"location": "destination"}))
    rows = _scored(forecasts, cells, int(words["seed"]))
    return Scored(
        rows, _energy(forecasts, samples, cells, int(words["seed"])), words, sums_scored(samples, cells, words["seed"])
    )


def sums_scored(samples: pd.DataFrame, cells: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the scores of the sum over all series, which only joint samples can tell (:attr:`Scored.sums`)."""
    rows = []
    for number, ((model, origin), part) in enumerate(samples.groupby(["model_id", "origin_month"], sort=True)):
        series = quality.names(part.rename(columns={"location": "destination"}))
        months = pd.Series([add_months(str(origin), int(step)) for step in part["horizon"]], index=part.index)
        truth = _looked_up(cells, months, series)
        draws = np.stack(part["samples"].to_list()).astype(float)
        known, steps = np.isfinite(truth), part["horizon"].to_numpy()
        rng = np.random.default_rng([seed, number])
        for step in (*sorted(set(steps)), 0):
            here = known & ((steps == step) | (step == 0))
            if not here.any():
                continue
            drawn, outcome = draws[here].sum(axis=0), np.array([truth[here].sum()])
            levels = np.quantile(drawn, rules.LEVELS, method="inverted_cdf")[None]
            row = {"model_id": model, "origin_month": origin, "horizon": int(step)}
            row |= {"log_crps": float(rules.crps(np.log1p(levels), np.log1p(outcome))[0])}
            row |= {"crps": float(rules.crps(levels, outcome)[0]), "pit": float(rules.pit(levels, outcome, rng)[0])}
            row |= {
                f"covered{round(100 * level)}": float(rules.covered(levels, outcome, level)[0])
                for level in rules.INTERVALS
            }
            rows.append(row)
    return pd.DataFrame(rows)


def totals(scored: Scored) -> dict[str, Any]:
    """Return how the sum over all series was forecast, by month and for all horizons together, by model."""
    if not len(scored.sums):
        return {}
    month = scored.sums["horizon"] > 0
    return {
        str(model): {name: _of_sum(part[which]) for name, which in (("months", month), ("period", ~month))}
        for model, part in scored.sums.groupby("model_id")
    }


def _of_sum(rows: pd.DataFrame) -> dict[str, Any]:
    held = {level: rows[f"covered{level}"].mean() for level in (f"{round(100 * level)}" for level in rules.INTERVALS)}
    means = {name: _round(rows[name].mean()) for name in ("log_crps", "crps", "pit")}
    return {"forecasts": len(rows), **means, "coverage": {level: _round(share) for level, share in held.items()}}


def parts_in(folder: Path) -> dict[str, str]:
    """Return the SHA-256 digest of each file of a backtest, by name."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in PARTS}


def _belong(words: object, folder: Path) -> None:
    """Refuse a folder whose files are not those of one run: after a crash, or with a file from elsewhere."""
    do = "run `workbench inflow backtest` again with this folder; what it had finished is taken up"
    lacking = [key for key in NEEDED if not isinstance(words, dict) or key not in words]
    if lacking or not isinstance(words, dict):
        why = f"'{WORDS}' lacks {', '.join(lacking[:3])}: it is damaged or made by an older version"
        raise DataError("this backtest cannot be scored", where=str(folder), why=why, do=do)
    found = parts_in(folder)
    if other := [name for name in PARTS if words["parts"].get(name) != found[name]]:
        why = f"{' and '.join(other)} {'is' if len(other) == 1 else 'are'} not what the run of '{WORDS}' wrote"
        raise DataError("the files of this backtest are not those of one run", where=str(folder), why=why, do=do)


def _scored(forecasts: pd.DataFrame, cells: pd.DataFrame, seed: int) -> pd.DataFrame:
    rows = forecasts.sort_values(["model_id", "origin_month", "series", "horizon"], ignore_index=True)
    persons = rows[hubverse.QUANTILES].to_numpy(float)
    truth, q, y = _outcomes(rows, cells), np.log1p(persons), np.log1p(_outcomes(rows, cells))
    high = pd.DataFrame(np.log1p(cells)).expanding().quantile(HIGH)  # of the past up to the origin: nothing later
    limit = _looked_up(high, rows["origin_month"], rows["series"])
    found = rows[["model_id", "origin_month", "series", "horizon", "target_month"]].copy()
    found["log_crps"], found["crps"] = rules.crps(q, y), rules.crps(persons, truth)
    found["log_crps_high"] = rules.threshold_weighted_crps(q, y, limit)
    found["pit"] = np.nan
    for number, (_, part) in enumerate(rows.groupby("model_id", sort=True)):
        rng = np.random.default_rng([seed, number])
        found.loc[part.index, "pit"] = rules.pit(persons[part.index], truth[part.index], rng)
    for level in rules.INTERVALS:
        found[f"covered{round(100 * level)}"] = rules.covered(persons, truth, level)
    return found


def _energy(forecasts: pd.DataFrame, samples: pd.DataFrame, cells: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the energy score of each model, origin and horizon: joint samples where there are, else independent."""
    joint = {}
    if len(samples):
        samples = samples.assign(series=quality.names(samples.rename(columns={"location": "destination"})))
        key = ["model_id", "origin_month", "horizon"]
        joint = {at: part.set_index("series")["samples"] for at, part in samples.groupby(key)}
    size = len(next(iter(joint.values())).iloc[0]) if joint else 300
    rows = []
    ordered = forecasts.sort_values("series")
    for number, (at, part) in enumerate(ordered.groupby(["model_id", "origin_month", "horizon"], sort=True)):
        model, origin, horizon = at
        if at in joint:
            drawn = np.log1p(np.stack(list(joint[at].loc[part["series"]].to_numpy()), axis=1).astype(float))
        else:
            q = np.log1p(part[hubverse.QUANTILES].to_numpy(float))
            drawn = rules.independent_samples(q, size, np.random.default_rng([seed, number]))
        truth = np.log1p(_outcomes(part, cells))
        energy = float(rules.energy_score(drawn[None], truth[None])[0])
        rows.append((model, origin, "", horizon, part["target_month"].iloc[0], energy))
    return pd.DataFrame(rows, columns=["model_id", "origin_month", "series", "horizon", "target_month", "energy"])


def _outcomes(rows: pd.DataFrame, cells: pd.DataFrame) -> np.ndarray:
    return _looked_up(cells, rows["target_month"], rows["series"])


def _looked_up(cells: pd.DataFrame, months: pd.Series, series: pd.Series) -> np.ndarray:
    """Return the cells of months and series; NaN where the table has none."""
    row, column = cells.index.get_indexer(pd.Index(months)), cells.columns.get_indexer(pd.Index(series))
    found = cells.to_numpy(float)[row, column]
    return np.where((row >= 0) & (column >= 0), found, np.nan)


def summary(scored: Scored) -> dict[str, Any]:
    """Return what ``scores.json`` says: means, coverage, skill by period; by horizon and series; what was left out."""
    rows, words = scored.forecasts, scored.words
    known = rows[rows["log_crps"].notna()]
    apart = Periods.from_dict(words.get("scored_apart", {}))
    slices = {"overall": known}
    if apart.surge:
        surge = known["origin_month"].between(apart.surge.first, apart.surge.last)
        slices |= {"calm": known[~surge], "surge": known[surge]}
    if apart.pandemic:
        slices["without_covid"] = known[known["target_month"] < apart.pandemic.first]
    origins = sorted(set(known["origin_month"]))
    fallbacks = words["fallbacks"]
    return {
        "format": FORMAT,
        "target": hubverse.TARGET,
        "source": words["source"],
        "claim": CLAIM,
        "method": METHOD,
        "horizons": words["horizons"],
        "origins": {"first": words["origins"][0], "last": words["origins"][-1], "count": len(words["origins"])},
        "series": words["series"],
        "models": scored.models,
        "bootstrap": {
            "block_months": BLOCK_MONTHS,
            "block_origins": block_length(origins),
            "independent_blocks": independent_blocks(origins),
            "fewest_blocks": FEWEST_BLOCKS,
            "note": INTERVALS,
            "replications": REPLICATIONS,
            "seed": words["seed"],
            "level": 0.95,
        },
        "scored_apart": apart.to_dict(),
        "periods": {name: _period(scored, part) for name, part in slices.items()},
        "totals": totals(scored),
        "by_horizon": {str(h): _means(part) for h, part in known.groupby("horizon")},
        "by_series": {str(s): _means(part) for s, part in known.groupby("series")},
        "fallbacks": {
            "share_of_origins": {
                name: _round(sum(f["model"] == name for f in fallbacks) / len(words["origins"]))
                for name in words["models"]
            },
            "which": fallbacks,
        },
        "baselines_fell_back": words["baselines_fell_back"],
        "carried_forward_for_baselines": words["carried_forward"],
        "not_scored": int(rows["log_crps"].isna().sum()),
        "left_out": words["left_out"],
        "quality": words["quality"],
    }


def _period(scored: Scored, rows: pd.DataFrame) -> dict[str, Any]:
    """Return means, coverage, PIT and skills of the forecasts of a period."""
    energy = _same_period(scored.energy, rows)
    return {
        "forecasts": int(len(rows) / max(len(scored.models), 1)),
        "origins": int(rows["origin_month"].nunique()),
        "models": {
            name: _of_model(rows[rows["model_id"] == name], energy[energy["model_id"] == name])
            for name in scored.models
            if (rows["model_id"] == name).any()
        },
        "skill": {
            column: told
            for column in SKILLS
            if (told := _skills(energy if column == "energy" else rows, column, scored, int(scored.words["seed"])))
        },
    }


def _same_period(energy: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    pairs = set(zip(rows["origin_month"], rows["horizon"], strict=True))
    inside = [pair in pairs for pair in zip(energy["origin_month"], energy["horizon"], strict=True)]
    return energy[np.array(inside, bool)]


def _of_model(rows: pd.DataFrame, energy: pd.DataFrame) -> dict[str, Any]:
    shares = np.histogram(rows["pit"], 10, (0, 1))[0] / len(rows)
    return {
        "forecasts": len(rows),
        **{name: _round(rows[name].mean()) for name in ("log_crps", "crps", "log_crps_high")},
        "energy": _round(energy["energy"].mean()),
        "coverage": {
            f"{round(100 * level)}": _round(rows[f"covered{round(100 * level)}"].mean()) for level in rules.INTERVALS
        },
        "pit": {"mean": _round(rows["pit"].mean()), "tenths": [_round(share) for share in shares]},
    }


def _skills(rows: pd.DataFrame, column: str, scored: Scored, seed: int) -> dict[str, Any]:
    """Return by how much each model beats the single baseline that is best in this period, and which that is."""
    means = rows.groupby("model_id")[column].mean()
    baselines = [name for name in scored.baselines if np.isfinite(means.get(name, np.nan))]
    others = [name for name in scored.models if name not in BASELINES and np.isfinite(means.get(name, np.nan))]
    if not baselines or not others:
        return {}
    best = min(baselines, key=lambda name: float(means[name]))
    found = {}
    for name in others:
        told = compare(rows, name, best, column, seed=seed).row()
        numbers = ("skill", "skill_low", "skill_high", "difference", "difference_low", "difference_high")
        found[name] = {number: _round(told[number]) for number in numbers}
        found[name] |= {"forecasts": told["forecasts"], "independent_blocks": told["blocks"]}
    return {"best_baseline": best, "models": found}


def _means(rows: pd.DataFrame) -> dict[str, Any]:
    columns = ("log_crps", "crps")
    return {
        str(name): {"forecasts": len(part), **{column: _round(part[column].mean()) for column in columns}}
        for name, part in rows.groupby("model_id")
    }


def _round(value: float | None) -> float | None:
    """Return six digits, which no reader needs but a comparison may; None where there is no number."""
    return None if value is None or not np.isfinite(value) else round(float(value), 6)


def paired(scored: Scored, pairs: Sequence[tuple[str, str]], column: str = "log_crps") -> pd.DataFrame:
    """Return for each pair (model, against) the difference of mean scores and the skill, each with its interval."""
    seed = int(scored.words["seed"])
    told = [compare(scored.table(column), one, other, column, seed=seed).row() for one, other in pairs]
    return pd.DataFrame(told)
