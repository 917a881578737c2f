"""Which inflow forecasts were made before, and what do they say? Read without fitting and without loading the model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core.draws import Draws
from workbench.core.errors import DataError
from workbench.core.runs.provenance import RECORD, RunRecord, RunStore, SavedRun, Source
from workbench.models.diagnostics import Diagnostics
from workbench.models.quality import Quality, Remark
from workbench.studies.inflow.arrivals import Arrivals

FORECAST = "inflow"
FORMAT = "migration-workbench inflow forecast 1"
NUMBERS, TABLE, WORDS = "draws.nc", "arrivals.csv", "forecast.json"
"""What a saved forecast holds: its draws, the arrivals it was made from, and names and diagnostics."""
NAMED = "name the first characters of its key, its folder, or 'latest'"


@dataclass(frozen=True)
class InflowResult:
    """A forecast with what it was made from.

    Attributes
    ----------
    arrivals, later
        Observed persons by month and destination up to ``as_of``, and those published since for the months forecast.
    draws
        Persons, dimensions (draw, destination, month), months ``as_of`` + 1 … + ``horizon``.
    quality
        What was odd about the table that the forecast was made from.
    """

    record: RunRecord
    as_of: str
    horizon: int
    arrivals: pd.DataFrame
    later: pd.DataFrame
    draws: Draws
    diagnostics: Diagnostics
    names: Mapping[str, str]
    sources: tuple[Source, ...]
    reused: bool
    quality: Quality = Quality(())  # noqa: RUF009  # frozen


class DamagedRunError(DataError):
    """The files of a saved run are not those that were saved."""


class OlderRunError(DataError):
    """A saved run is whole, but an older version of the program wrote it."""


def write(folder: Path, arrivals: Arrivals, draws: Draws, diagnostics: Diagnostics, as_of: str) -> None:
    """Write what a saved forecast holds into the folder of its run."""
    draws.save(folder / NUMBERS)
    arrivals.table.to_csv(folder / TABLE, index=False, lineterminator="\n")
    words = {
        "format": FORMAT,
        "names": dict(arrivals.names),
        "diagnostics": diagnostics.to_dict(),
        "quality": [asdict(remark) for remark in arrivals.quality_at(as_of).remarks],
    }
    (folder / WORDS).write_text(json.dumps(words, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def latest(*, runs: str | Path | None = None) -> InflowResult | None:
    """Return the newest saved forecast, or None if none was made yet; nothing is fitted and no model is loaded.

    Raises
    ------
    OlderRunError
        If an older version of the program saved the newest forecast.
    DamagedRunError
        If its files are not those that were saved.
    """
    store = RunStore.at(runs)
    run = store.latest(FORECAST)
    return None if run is None else opened(run, store)


def damaged(folder: Path, why: str) -> DamagedRunError:
    """Return the error of a run whose files cannot be those that were saved."""
    return DamagedRunError(
        "the saved forecast is damaged",
        where=str(folder),
        why=why,
        do="delete this folder, then make the forecast again with `workbench inflow forecast`",
    )


def _older(folder: Path) -> OlderRunError:
    return OlderRunError(
        "the saved forecast was made by an older version of the program",
        where=str(folder),
        why="it does not hold what this version shows",
        do="make it again with `workbench inflow forecast`",
    )


def saved(run: str | Path = "latest", *, runs: str | Path | None = None) -> InflowResult:
    """Return a saved forecast: ``latest``, the first characters of its key, or its folder.

    Raises
    ------
    DataError
        If there is none, or several; or it was saved by an older version of the program, or cannot be read.
    """
    store = RunStore.at(runs)
    if str(run) == "latest":
        found = latest(runs=runs)
        if found is None:
            raise DataError(
                "no inflow forecast is saved here",
                where=str(store.root),
                do="make one with `workbench inflow forecast`, or name the folder of runs: --runs",
            )
        return found
    folder = Path(run)
    if folder.is_dir():
        folders = [folder]
        if not (folder / RECORD).exists():
            raise DataError("this folder is no saved run", where=str(folder), why=f"it holds no {RECORD}", do=NAMED)
    else:
        every = sorted(path.parent for path in (store.root / FORECAST).glob(f"*/{RECORD}"))
        folders = [path for path in every if path.name.startswith(str(run)[:16])]
    if len(folders) != 1:
        raise DataError(
            f"{'no' if not folders else 'more than one'} inflow forecast is saved as '{run}'",
            where=str(store.root),
            do=NAMED,
        )
    record = store.read(folders[0])
    if record.study != FORECAST:
        raise DataError(f"this run is no inflow forecast but '{record.study}'", where=str(folders[0]), do=NAMED)
    return opened(SavedRun(folders[0], record, reused=True), store)


def opened(run: SavedRun, store: RunStore) -> InflowResult:
    """Return the forecast of a saved run; raise an error that tells a damaged run from an older one."""
    if not run.record.files or not run.record.seal:
        raise _older(run.folder)  # versions before these were kept
    if not store.whole(run):
        raise damaged(run.folder, "its files are not those that were saved")
    words = _words(run)
    table = pd.read_csv(
        run.folder / TABLE,
        dtype={"month": "str", "destination": "str", "persons": "float"},
        keep_default_na=False,  # NA is a country, too
        na_values={"persons": [""]},
    )
    return result_of(run, Arrivals(table, run.record.inputs[0], words["names"]), reused=True)


def repeatable(result: InflowResult) -> bool:
    """Return whether the program and its libraries are still those that made the forecast."""
    return RunStore.at(None).repeats(result.record)


def only(result: InflowResult, destinations: Sequence[str]) -> InflowResult:
    """Return the forecast of the chosen destinations alone; sums over them stay exact, draw by draw."""
    chosen = list(destinations)

    def rows(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["destination"].isin(chosen)].reset_index(drop=True)

    return replace(
        result,
        draws=result.draws.select(destination=chosen),
        arrivals=rows(result.arrivals),
        later=rows(result.later),
        names={code: result.names[code] for code in chosen},
    )


def _words(run: SavedRun) -> dict[str, Any]:
    """Return the names and diagnostics of a saved forecast."""
    try:
        words = json.loads((run.folder / WORDS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        words = {}
    if words.get("format") != FORMAT or not (run.folder / TABLE).exists():
        raise _older(run.folder)
    return dict(words)


def result_of(run: SavedRun, arrivals: Arrivals, *, reused: bool) -> InflowResult:
    """Return the forecast of a saved run beside the arrivals there are now."""
    draws, words = Draws.load(run.folder / NUMBERS), _words(run)
    as_of = str(run.record.scenario["as_of"])
    table = arrivals.table
    later = table[table["month"].isin(draws.labels("month"))]
    return InflowResult(
        record=run.record,
        as_of=as_of,
        horizon=int(run.record.scenario["horizon"]),
        arrivals=arrivals.known(as_of),
        later=later.reset_index(drop=True),
        draws=draws,
        diagnostics=Diagnostics.from_dict(words["diagnostics"]),
        names={str(code): arrivals.names.get(code, code) for code in draws.labels("destination")},
        sources=(arrivals.vintage.source,),
        reused=reused,
        quality=Quality(tuple(Remark(**remark) for remark in words.get("quality", ()))),
    )
