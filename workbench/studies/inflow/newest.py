"""Which saved forecast can a page show? The one that was published; or of drafts the newest whole one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workbench.core.errors import DataError
from workbench.core.runs.archive import archive_of
from workbench.core.runs.provenance import RECORD, RunRecord, RunStore, SavedRun
from workbench.core.runs.publication import Publication
from workbench.studies.inflow.saved_runs import FORECAST, InflowResult, OlderRunError, damaged, opened


@dataclass(frozen=True)
class Newest:
    """The newest forecast that can be shown, and why newer ones cannot.

    Attributes
    ----------
    result
        The forecast; None if there is none that can be shown.
    passed
        A fault for each newer run, the newest first; each is a :class:`DamagedRunError` or an :class:`OlderRunError`.
    publication
        Who published the forecast, and when; None if it is a draft.
    """

    result: InflowResult | None
    passed: tuple[DataError, ...] = ()
    publication: Publication | None = None


def published(*, runs: str | Path | None = None) -> Newest:
    """Return the published forecast that readers are to see; nothing that is only saved takes its place."""
    try:
        publication = archive_of(runs).shown(FORECAST)
        if publication is None:
            return Newest(None)
        run = publication.run
        return Newest(opened(run, RunStore(publication.folder)), (), publication)
    except OlderRunError as error:
        return Newest(None, (error,))
    except DataError as error:
        return Newest(None, (damaged(Path(error.where), error.why or error.what),))


def newest(*, runs: str | Path | None = None) -> Newest:
    """Return the newest saved forecast that can be shown; damaged and older ones before it are passed over, and named.

    A page for readers shows it and says so. A command stops at the first fault instead: see :func:`latest`.
    """
    store = RunStore.at(runs)
    passed: list[DataError] = []
    for folder in sorted(
        (path.parent for path in (store.root / FORECAST).glob(f"*/{RECORD}")), key=_made, reverse=True
    ):
        try:
            result = opened(SavedRun(folder, _record(store, folder), reused=True), store)
            return Newest(result, tuple(passed), archive_of(runs).of_run(result.record.key))
        except DataError as error:
            passed.append(error)
    return Newest(None, tuple(passed))


def _made(folder: Path) -> str:
    """Return when a run was made, in an order that also holds those whose record cannot be read."""
    try:
        return str(json.loads((folder / RECORD).read_text(encoding="utf-8"))["created"])
    except (OSError, ValueError, TypeError, KeyError):
        return datetime.fromtimestamp(folder.stat().st_mtime, UTC).isoformat()


def _record(store: RunStore, folder: Path) -> RunRecord:
    try:
        return store.read(folder)
    except DataError as error:
        raise damaged(folder, error.why) from error
