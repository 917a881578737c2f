"""Which saved forecast can a page show? The newest whole one of this version, and why newer ones are passed over."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workbench.core.errors import DataError
from workbench.core.provenance import RECORD, RunRecord, RunStore, SavedRun
from workbench.studies.inflow.saved_runs import FORECAST, InflowResult, damaged, opened, store_of


@dataclass(frozen=True)
class Newest:
    """The newest forecast that can be shown, and why newer ones cannot.

    Attributes
    ----------
    result
        The forecast; None if there is none that can be shown.
    passed
        A fault for each newer run, the newest first; each is a :class:`DamagedRunError` or an :class:`OlderRunError`.
    """

    result: InflowResult | None
    passed: tuple[DataError, ...] = ()


def newest(*, runs: str | Path | None = None) -> Newest:
    """Return the newest saved forecast that can be shown; damaged and older ones before it are passed over, and named.

    A page for readers shows it and says so. A command stops at the first fault instead: see :func:`latest`.
    """
    store = store_of(runs)
    passed: list[DataError] = []
    for folder in sorted(
        (path.parent for path in (store.root / FORECAST).glob(f"*/{RECORD}")), key=_made, reverse=True
    ):
        try:
            return Newest(opened(SavedRun(folder, _record(store, folder), reused=True), store), tuple(passed))
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
