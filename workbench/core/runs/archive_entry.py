"""How does a publication enter the archive? Under a number of its own, on the disk as a whole, or not at all."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from workbench.core.errors import DataError, nearest
from workbench.core.runs.provenance import RunStore, SavedRun
from workbench.core.runs.publication import EDITIONS, PUBLICATION, Publication, read_publication


def may_be_published(
    run: SavedRun, there: Publication | None, *, by: str, embargo: str, edition: str, reason: str, now: datetime
) -> None:
    """Raise an error if a run cannot be published so; ``there`` is the publication of it that stands."""
    key = run.record.short_key
    if not by.strip():
        raise DataError("nobody is named who publishes this", do="say who decides it: --by NAME")
    if edition not in EDITIONS:
        raise DataError(f"no edition '{edition}'", do=nearest(edition, EDITIONS))
    check_embargo(embargo, now.date())
    if not RunStore(run.folder).whole(run):
        raise DataError(
            "the saved run is damaged",
            where=str(run.folder),
            why="its files are not those that were saved",
            do="delete this folder, make the run again and publish that",
        )
    if run.record.results.get("converged") is False and not reason.strip():
        raise DataError(
            f"the run {key} failed its checks",
            why="readers of a published figure rely on it",
            do="make it again with more draws, or give a reason, which will stand on every page: --reason TEXT",
        )
    if there is not None:
        raise DataError(
            f"the run {key} is published already, as {there.id}",
            why="nothing that is published is replaced",
            do=f"see it with `workbench published show {there.id}`",
        )


def check_embargo(embargo: str, today: date) -> None:
    """Raise an error unless an embargo is empty or a day that is still to come."""
    if not embargo:
        return
    try:
        day = date.fromisoformat(embargo)
    except ValueError:
        raise DataError(f"'{embargo}' is no date", do="write the embargo as YYYY-MM-DD") from None
    if day <= today:
        raise DataError(
            f"the embargo {embargo} has passed already",
            why=f"today is {today.isoformat()}",
            do="leave it out to publish now, or name a day that is still to come",
        )


def numbered(made: Publication, new: Path, study: Path) -> Publication:
    """Give a finished folder the next free number: the rename fails if another process took it."""
    while True:
        last = max(numbers(study), default=0)
        before = read_publication(study / name_of(last)).seal if last else ""
        final = replace(made, number=last + 1, previous=before)
        final = replace(final, seal=final.content())
        said = {name: value for name, value in asdict(final).items() if name != "folder"}
        write_json(new / PUBLICATION, said)
        _settle(new)
        target = study / name_of(final.number)
        try:
            os.rename(new, target)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            continue
        _settle_folder(study)
        return replace(final, folder=target)


def name_of(number: int) -> str:
    """Return the name of a publication's folder."""
    return f"{number:04d}"


def numbers(study: Path) -> list[int]:
    """Return the numbers that are taken in the folder of a study."""
    return [int(path.name) for path in study.iterdir() if path.name.isdigit()]


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write what a publication or a withdrawal says."""
    path.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def _settle(folder: Path) -> None:
    """Have the disk hold a folder's files before the folder gets its name: a power cut must not leave empty ones."""
    for path in folder.rglob("*"):
        _settle_folder(path)


def _settle_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
