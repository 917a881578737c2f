"""Which saved run is to be published? It is frozen with the files by which other forecasters can compare themselves."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.core.errors import DataError, nearest
from workbench.core.runs.archive import archive_of
from workbench.core.runs.provenance import RECORD, RunRecord, RunStore, SavedRun
from workbench.core.runs.publication import Publication
from workbench.models import hubverse
from workbench.models.scores import LEVELS
from workbench.studies.inflow import saved_runs as inflow_saved

if TYPE_CHECKING:
    from workbench.core.draws import Draws

MODEL = hubverse.INFLOW
"""The name under which our monthly forecasts stand in the hubverse table."""
TABLE, FIT_RECORD = "forecast.parquet", "fit-record.json"
FITS = "-fit"
"""What the studies end in whose runs are steps on the way to a result, and are not published."""
ASKED = ("as_of", "horizon", "seed", "locality", "total", "draws")
SAMPLED = ("draws", "tune", "chains")
"""What a report may be asked for, as run and fit keep it."""


def publish(
    run: str | Path,
    *,
    by: str,
    note: str = "",
    embargo: str = "",
    edition: str = "public",
    reason: str = "",
    runs: str | Path | None = None,
) -> Publication:
    """Freeze a saved run in the archive; see :meth:`workbench.core.runs.archive.Archive.publish` for what is refused.

    Parameters
    ----------
    run
        The first characters of its key, its folder, or the name of a study: its newest run.
    """
    found = saved_run(run, runs=runs)
    return archive_of(runs).publish(
        found, by=by, note=note, embargo=embargo, edition=edition, reason=reason, also=partial(_also, found)
    )


def saved_run(run: str | Path, *, runs: str | Path | None = None) -> SavedRun:
    """Return the saved run of a name, whatever its study.

    Raises
    ------
    DataError
        If there is none, or several, or it is a step on the way to a result.
    """
    store = RunStore.at(runs)
    if (Path(run) / RECORD).exists():
        return _result(SavedRun(Path(run), store.read(Path(run)), reused=True))
    studies = sorted({path.parent.parent.name for path in store.root.glob(f"*/*/{RECORD}")} - {"published"})
    results = [study for study in studies if not study.endswith(FITS)]
    if str(run) in studies:
        newest = store.latest(str(run))
        if newest is not None:
            return _result(newest)
    named = [path.parent for path in store.root.glob(f"*/*/{RECORD}") if path.parent.name.startswith(str(run)[:16])]
    if len(named) != 1:
        raise DataError(
            f"{'no' if not named else 'more than one'} saved run is called '{run}'",
            where=str(store.root),
            do=(nearest(str(run), results) + "; or " if results else "")
            + "give the first characters of its key, its folder, or a study for its newest run",
        )
    return _result(SavedRun(named[0], store.read(named[0]), reused=True))


def _result(run: SavedRun) -> SavedRun:
    if run.record.study.endswith(FITS):
        raise DataError(
            f"the run {run.record.short_key} is a fit, no result",
            where=str(run.folder),
            why="readers are shown what was made from it",
            do=f"publish a run of '{run.record.study.removesuffix(FITS)}'",
        )
    return run


def _also(run: SavedRun, folder: Path) -> None:
    """Write how the run was fitted, and for a monthly forecast what other forecasters compare themselves with."""
    store = RunStore(run.folder.parent.parent)
    fitted = str(run.record.scenario.get("fit", ""))[:16]
    made_by = store.root / f"{run.record.study}{FITS}" / fitted / RECORD
    if fitted and made_by.exists():
        shutil.copyfile(made_by, folder / FIT_RECORD)
    if run.record.study == inflow_saved.FORECAST:
        result = inflow_saved.opened(run, store)
        hubverse.write(forecasts(result.draws, result.as_of), folder / TABLE)


def parameters(publication: Publication) -> dict[str, object]:
    """Return with which parameters a published run is made again, as far as its records say."""
    record = publication.run.record
    known = {**record.results, **record.scenario}
    found: dict[str, object] = {name: known[name] for name in ASKED if known.get(name)}
    if "seed" in known:
        found["seed"] = known["seed"]  # may be 0, where others that are 0 or empty were not asked for
    path = publication.folder / FIT_RECORD
    if path.exists():
        fit = RunRecord.from_json(path.read_text(encoding="utf-8")).scenario
        # A fit without chains counts all its draws at once.
        found |= {"chains": 1, **{name: fit[name] for name in SAMPLED if name in fit}}
    return found


def forecasts(draws: Draws, as_of: str) -> pd.DataFrame:
    """Return a monthly forecast by destination as quantiles in wide form, one row per destination and horizon."""
    months = draws.labels("month")
    values = draws.quantile(list(LEVELS)).transpose("destination", "month", "quantile").to_numpy()
    places = pd.DataFrame({"location": draws.labels("destination")})
    return hubverse.wide(MODEL, as_of, places, list(range(1, len(months) + 1)), np.asarray(values, float))
