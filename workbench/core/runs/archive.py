"""What was published, by whom and when? An archive in which nothing is overwritten: each publication is a frozen run.

A publication is a folder ``<study>/<number>`` with the run as it was saved, files for other forecasters, and
``publication.json``. It takes its number by the rename of a finished folder, which fails if the number is taken: so two
processes never share one, and a killed process leaves nothing. Each names the seal of the one before it, so that a
publication that was removed or changed is seen. A withdrawal is a second file; it stays beside what it withdraws.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from workbench.core.errors import DataError, ReportError, nearest
from workbench.core.runs.provenance import RunStore, SavedRun, checksums, default_runs, digest
from workbench.core.storage.files import storing
from workbench.core.storage.temporary import NEW, locked_folder

FORMAT = "migration-workbench publication 1"
PUBLICATION, WITHDRAWAL, RUN = "publication.json", "withdrawal.json", "run"
ENTERED, REPORTS = "entered", "reports"
"""Folders of an archive that hold no publications: others' forecasts, and the PDFs of what was published."""
EDITIONS = ("public", "municipal", "case")
ENVIRONMENT = "WORKBENCH_PUBLISHED"


@dataclass(frozen=True)
class Withdrawal:
    """Who took a publication back, when and why."""

    by: str
    reason: str
    at: str


@dataclass(frozen=True)
class Publication:
    """One decision to publish a run.

    Attributes
    ----------
    by, note
        Who released it, and what for.
    released
        ISO time of the decision.
    embargo
        ISO date before which no page shows it; empty for none.
    edition
        ``public``, ``municipal`` or ``case``: for whom.
    reason
        Why it was published although its checks failed; empty where they passed.
    files
        SHA-256 of every file it holds, by relative path.
    previous, seal
        The seal of the publication before it, and the SHA-256 of all that this one says.
    """

    study: str
    number: int
    key: str
    by: str
    note: str
    released: str
    embargo: str = ""
    edition: str = "public"
    reason: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    previous: str = ""
    seal: str = ""
    format: str = FORMAT
    folder: Path = field(default=Path(), compare=False)

    @property
    def id(self) -> str:
        """Its name: study and number, e.g. ``inflow-0003``."""
        return f"{self.study}-{self.number:04d}"

    @property
    def run(self) -> SavedRun:
        """The frozen run."""
        return SavedRun(self.folder / RUN, RunStore(self.folder).read(self.folder / RUN), reused=True)

    @property
    def withdrawal(self) -> Withdrawal | None:
        """Who took it back and why; None if it stands."""
        path = self.folder / WITHDRAWAL
        return Withdrawal(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None

    def due(self, today: date) -> bool:
        """Return whether its embargo has passed."""
        return not self.embargo or date.fromisoformat(self.embargo) <= today

    def content(self) -> str:
        """Return a SHA-256 of all that it says, its seal and its place apart."""
        return digest({name: value for name, value in asdict(self).items() if name not in ("seal", "folder")})

    def whole(self) -> bool:
        """Return whether its files, and what it says, are those that were published."""
        return self.seal == self.content() and dict(self.files) == checksums(self.folder, (PUBLICATION, WITHDRAWAL))


def default_archive(runs: str | Path | None = None) -> Path:
    """Return the folder of publications: ``WORKBENCH_PUBLISHED``, or ``published`` in the folder of runs."""
    named = os.environ.get(ENVIRONMENT)
    return Path(named) if named else (Path(runs) if runs is not None else default_runs()) / "published"


@dataclass(frozen=True)
class Archive:
    """Publications under one folder, one sub-folder for each study and number."""

    root: Path

    def publish(
        self,
        run: SavedRun,
        *,
        by: str,
        note: str = "",
        embargo: str = "",
        edition: str = "public",
        reason: str = "",
        also: Callable[[Path], None] | None = None,
        now: datetime | None = None,
    ) -> Publication:
        """Freeze a run; it is there as a whole, under a number of its own, or not at all.

        Parameters
        ----------
        also
            Writes further files, e.g. a table for other forecasters, into the folder it is given.

        Raises
        ------
        DataError
            If nobody is named, the embargo is no date ahead, the run failed its checks and no reason is given, it is
            damaged, or it is published already.
        StorageError
            If the disk is full; nothing of the try stays.
        """
        now = now or datetime.now(UTC)
        self._may(run, by, embargo, edition, reason, now)
        study = self.root / run.record.study
        with storing(study):
            study.mkdir(parents=True, exist_ok=True)
            with locked_folder(study) as holder:
                new = holder / NEW
                shutil.copytree(run.folder, new / RUN)
                if also is not None:
                    also(new)
                made = Publication(
                    study=run.record.study,
                    number=0,
                    key=run.record.key,
                    by=by.strip(),
                    note=note.strip(),
                    released=now.isoformat(timespec="seconds"),
                    embargo=embargo,
                    edition=edition,
                    reason=reason.strip(),
                    files=checksums(new, ()),
                )
                return self._numbered(made, new, study)

    def _numbered(self, made: Publication, new: Path, study: Path) -> Publication:
        """Give a finished folder the next free number: the rename fails if another process took it."""
        while True:
            last = max(_numbers(study), default=0)
            before = self._read(study / _name(last)).seal if last else ""
            numbered = replace(made, number=last + 1, previous=before)
            numbered = replace(numbered, seal=numbered.content())
            said = {name: value for name, value in asdict(numbered).items() if name != "folder"}
            _write(new / PUBLICATION, said)
            _settle(new)
            target = study / _name(numbered.number)
            try:
                os.rename(new, target)
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
                continue
            _settle_folder(study)
            return replace(numbered, folder=target)

    def _may(self, run: SavedRun, by: str, embargo: str, edition: str, reason: str, now: datetime) -> None:
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
        if (there := self.of_run(run.record.key, edition)) is not None:
            raise DataError(
                f"the run {key} is published already, as {there.id}",
                why="nothing that is published is replaced",
                do=f"see it with `workbench published show {there.id}`",
            )

    def all(self, study: str = "") -> tuple[Publication, ...]:
        """Return every publication, by study and number; one that cannot be read is an error."""
        return tuple(self._every(study))

    def _every(self, study: str) -> Iterator[Publication]:
        with suppress(FileNotFoundError):
            for folder in sorted(
                path
                for path in self.root.iterdir()
                if path.is_dir() and path.name not in (ENTERED, REPORTS) and study in ("", path.name)
            ):
                for number in sorted(_numbers(folder)):
                    yield self._read(folder / _name(number))

    def _read(self, folder: Path) -> Publication:
        try:
            raw: dict[str, Any] = json.loads((folder / PUBLICATION).read_text(encoding="utf-8"))
            return Publication(**raw, folder=folder)
        except (OSError, ValueError, TypeError) as error:
            raise DataError(
                "a publication cannot be read",
                where=str(folder),
                why=str(error),
                do="bring the folder back from a backup; nothing else of the archive is touched",
            ) from error

    def named(self, name: str) -> Publication:
        """Return one publication by its name, such as ``inflow-0003``."""
        study, _, number = name.rpartition("-")
        folder = self.root / study / number
        if not study or not number.isdigit() or not (folder / PUBLICATION).exists():
            known = [p.id for p in self.all()]
            raise DataError(
                f"nothing is published as '{name}'",
                where=str(self.root),
                do=nearest(name, known) if known else "publish a run first: workbench publish RUN --by NAME",
            )
        return self._read(folder)

    def of_run(self, key: str, edition: str = "") -> Publication | None:
        """Return the publication of a run that still stands, or None."""
        found = [p for p in self.all() if p.key == key and edition in ("", p.edition) and p.withdrawal is None]
        return found[-1] if found else None

    def taken(self, key: str) -> Publication | None:
        """Return the newest publication of a run that was withdrawn, or None."""
        found = [p for p in self.all() if p.key == key and p.withdrawal is not None]
        return found[-1] if found else None

    def shown(self, study: str, *, today: date | None = None, edition: str = "public") -> Publication | None:
        """Return what readers are to see: the newest that stands, is whole and whose embargo has passed; or None."""
        day = today or datetime.now(UTC).date()
        for publication in reversed(self.all(study)):
            if publication.edition == edition and publication.withdrawal is None and publication.due(day):
                if publication.whole():
                    return publication
                raise DataError(
                    f"the publication {publication.id} is damaged",
                    where=str(publication.folder),
                    why="its files are not those that were published",
                    do="bring the folder back from a backup, or withdraw it",
                )
        return None

    def withdraw(self, name: str, *, by: str, reason: str, now: datetime | None = None) -> Publication:
        """Take a publication back; it stays in the archive, with who did it, when and why."""
        publication = self.named(name)
        if not by.strip() or not reason.strip():
            raise DataError(
                "a withdrawal names who decides it and why",
                why="it stays visible",
                do="give --by NAME and --reason TEXT",
            )
        at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        target = publication.folder / WITHDRAWAL
        with storing(target), locked_folder(publication.folder.parent) as holder:
            _write(holder / WITHDRAWAL, asdict(Withdrawal(by.strip(), reason.strip(), at)))
            try:
                os.link(holder / WITHDRAWAL, target)  # fails if it is there: the first withdrawal stands
            except FileExistsError:
                raise DataError(f"{name} was withdrawn before", do=f"see `workbench published show {name}`") from None
        return publication

    def report(self, publication: Publication, language: str) -> Path:
        """Return where the PDF of a publication lies, in one language, if one was made."""
        return self.root / REPORTS / f"{publication.id}-{language}.pdf"

    def broken(self) -> tuple[str, ...]:
        """Return in sentences what is damaged or missing in the archive; empty if nothing is."""
        faults = []
        for study in dict.fromkeys(p.study for p in self.all()):
            before = ""
            for place, publication in enumerate(self.all(study), 1):
                if publication.number != place:
                    faults.append(f"{study}-{place:04d} is missing.")
                    break
                if not publication.whole():
                    faults.append(f"{publication.id}: its files are not those that were published.")
                if publication.previous != before:
                    faults.append(f"{publication.id}: the one before it is not the one that was published.")
                before = publication.seal
        return tuple(faults)


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


def archive_of(runs: str | Path | None = None) -> Archive:
    """Return the archive that belongs to a folder of runs."""
    return Archive(default_archive(runs))


def chosen(study: str, run: str, runs: str | Path | None = None) -> Publication:
    """Return the publication that a report was asked for: by its name, or ``published`` for the one readers see."""
    archive = archive_of(runs)
    if run != "published":
        return archive.named(run)
    found = archive.shown(study)
    if found is None:
        raise ReportError(
            f"nothing of '{study}' is published",
            where=str(archive.root),
            do="publish a run: workbench publish RUN --by NAME",
        )
    return found


def _name(number: int) -> str:
    return f"{number:04d}"


def _numbers(study: Path) -> list[int]:
    return [int(path.name) for path in study.iterdir() if path.name.isdigit()]


def _write(path: Path, value: Mapping[str, Any]) -> None:
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
