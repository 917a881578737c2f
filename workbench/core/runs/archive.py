"""What was published, by whom and when? An archive in which nothing is overwritten: each publication is a frozen run.

A publication is a folder ``<study>/<number>`` with the run as it was saved, files for other forecasters, and
``publication.json``. It takes its number by the rename of a finished folder, which fails if the number is taken: so two
processes never share one, and a killed process leaves nothing. Each names the seal of the one before it, so that a
publication that was removed or changed is seen. A withdrawal is a second file; it stays beside what it withdraws.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from workbench.core.errors import DataError, ReportError, nearest
from workbench.core.runs.archive_entry import may_be_published, name_of, numbered, numbers, write_json
from workbench.core.runs.provenance import SavedRun, checksums, default_runs
from workbench.core.runs.publication import (
    DEMONSTRATION,
    PUBLICATION,
    RUN,
    WITHDRAWAL,
    Publication,
    Withdrawal,
    read_publication,
)
from workbench.core.storage.files import storing
from workbench.core.storage.temporary import NEW, locked_folder

ENTERED, REPORTS = "entered", "reports"
"""Folders of an archive that hold no publications: others' forecasts, and the PDFs of what was published."""
ENVIRONMENT = "WORKBENCH_PUBLISHED"


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
        there = self.of_run(run.record.key, edition)
        if there is not None and there.demonstration and by != DEMONSTRATION:
            there = None  # nobody decided on a demonstration, so somebody still can
        may_be_published(run, there, by=by, embargo=embargo, edition=edition, reason=reason, now=now)
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
                return numbered(made, new, study)

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
                for number in sorted(numbers(folder)):
                    yield read_publication(folder / name_of(number))

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
        return read_publication(folder)

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
            write_json(holder / WITHDRAWAL, asdict(Withdrawal(by.strip(), reason.strip(), at)))
            try:
                os.link(holder / WITHDRAWAL, target)  # fails if it is there: the first withdrawal stands
            except FileExistsError:
                raise DataError(f"{name} was withdrawn before", do=f"see `workbench published show {name}`") from None
        return publication

    def report(self, publication: Publication, language: str) -> Path:
        """Return where the PDF of a publication lies, in one language, if one was made."""
        return self.root / REPORTS / f"{publication.id}-{language}.pdf"

    def readable_report(self, publication: Publication, language: str) -> Path | None:
        """Return the PDF of a publication if it is there and readers may see it now: public, standing, and due."""
        path, today = self.report(publication, language), datetime.now(UTC).date()
        open_ = publication.edition == "public" and publication.withdrawal is None and publication.due(today)
        return path if open_ and path.is_file() else None

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
