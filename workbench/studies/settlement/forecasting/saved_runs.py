"""Which settlement forecasts were made before, and what do they say? Read without fitting."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.core.dates.rhythm import Rhythm
from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError
from workbench.core.runs.archive import archive_of, chosen
from workbench.core.runs.provenance import RunStore, SavedRun
from workbench.models.settlement.futures import whole_persons
from workbench.models.settlement.not_fitted import CARRIED, made_by, read_diagnostics
from workbench.studies.settlement.backtest.verdict import Verdict
from workbench.studies.settlement.forecasting import methods
from workbench.studies.settlement.forecasting.result import SettlementResult
from workbench.studies.settlement.totals.national import GIVEN

FORECAST = "settlement"
FIT = "settlement-fit"
NUMBERS, WORDS, TABLE, PLACES = "draws.nc", "forecast.json", "observed.parquet", "places.parquet"
FORMAT = "migration-workbench settlement forecast 4"


def keep(folder: Path, result: SettlementResult) -> None:
    """Write what a page shows of a forecast beside its draws, so that it opens without the tables it came from."""
    observed = pd.concat([result.observed.assign(later=False), result.later.assign(later=True)], ignore_index=True)
    wanted = ["municipality", "year", "requested", "accepted", "settled", "later"]
    observed[[name for name in wanted if name in observed]].to_parquet(folder / TABLE, index=False)
    places = pd.DataFrame({"municipality": list(result.names), "name": list(result.names.values())})
    places["county"] = places["municipality"].map(result.parents)
    places.merge(result.positions, on="municipality", how="left").to_parquet(folder / PLACES, index=False)
    words = {
        "format": FORMAT,
        "diagnostics": result.diagnostics.to_dict(),
        "contest": result.contest,
        "notes": list(result.notes),
        "given": result.given,
        "numbers": list(result.numbers),
        "each_year": result.rhythm.each_year,
        "verdict": result.verdict.__dict__,
    }
    (folder / WORDS).write_text(json.dumps(words, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def latest(*, runs: str | Path | None = None) -> SettlementResult | None:
    """Return the newest saved settlement forecast, or None if none was made yet.

    Raises
    ------
    DataError
        If its files are not those that were saved, or an older version of the program saved it.
    """
    store = RunStore.at(runs)
    run = store.latest(FORECAST)
    return None if run is None else opened(run, store)


def published(*, runs: str | Path | None = None) -> SettlementResult | None:
    """Return the published forecast that readers are to see, or None; nothing that is only saved takes its place."""
    publication = archive_of(runs).shown(FORECAST)
    return None if publication is None else opened(publication.run, RunStore(publication.folder))


def named(run: str, *, runs: str | Path | None = None) -> SettlementResult:
    """Return a publication by its name, or by ``published`` the one that readers are to see."""
    publication = chosen(FORECAST, run, runs)
    return opened(publication.run, RunStore(publication.folder))


def opened(run: SavedRun, store: RunStore) -> SettlementResult:
    """Return a saved forecast."""
    do = "make the forecast again with `workbench settlement forecast`"
    if not store.whole(run):
        raise DataError("the saved forecast is damaged", where=str(run.folder), why="a file was changed", do=do)
    try:
        words: dict[str, Any] = json.loads((run.folder / WORDS).read_text(encoding="utf-8"))
        if words["format"] != FORMAT:
            raise ValueError(f"its format is '{words['format']}', this version reads '{FORMAT}'")
        draws = Draws.load(run.folder / NUMBERS)
        table = pd.read_parquet(run.folder / TABLE)
        places = pd.read_parquet(run.folder / PLACES)
    except (OSError, ValueError, KeyError) as error:
        raise DataError("the saved forecast cannot be read", where=str(run.folder), why=str(error), do=do) from error
    later = table["later"].astype(bool)
    return SettlementResult(
        record=run.record,
        as_of=int(run.record.scenario["as_of"]),
        contest=str(words["contest"]),
        draws=draws,
        observed=table[~later].drop(columns="later").reset_index(drop=True),
        later=table[later].drop(columns="later").reset_index(drop=True),
        diagnostics=read_diagnostics(words["diagnostics"]),
        names=dict(zip(places["municipality"], places["name"], strict=True)),
        parents=dict(zip(places["municipality"], places["county"].fillna(""), strict=True)),
        positions=places[["municipality", "lon", "lat"]],
        sources=tuple(dict.fromkeys(v.source for v in run.record.inputs)),
        notes=tuple(words["notes"]),
        given=str(words["given"]),
        reused=True,
        numbers=tuple(words["numbers"]),
        rhythm=Rhythm(int(words["each_year"])),
        verdict=Verdict(**words["verdict"]),
    )


def with_total(result: SettlementResult, total: int, *, runs: str | Path | None = None) -> SettlementResult:
    """Return the forecast of the first year for another national total, from the saved fit; nothing is fitted or saved.

    A forecast that was carried over from another country is scaled: its shares do not depend on the total.
    """
    if total < 1:
        raise AssumptionError(f"a national total of {total}", do="give at least 1 person")
    first = result.years[0]
    if made_by(result.diagnostics) == CARRIED:
        own = result.draws.select(year=first).values.to_numpy().astype(float)
        expected = own / own.sum(axis=1, keepdims=True) * total
        drawn = whole_persons(expected, np.random.default_rng(result.record.scenario["seed"]))
    else:
        key = str(result.record.scenario["fit"])
        fit = methods.opened(RunStore.at(runs).root / FIT / key[:16] / "fit")
        seed = int(result.record.scenario["seed"])
        drawn = methods.futures(fit, np.array([[total]]), seed).values.to_numpy()[:, :, 0]
    labels = {"municipality": result.draws.labels("municipality"), "year": [first]}
    draws = Draws.from_array(drawn[:, :, None], labels, result.draws.unit)
    return replace(result, draws=draws, given=GIVEN, numbers=())
