"""What is one publication? A frozen run with who released it, for whom, why and when, under a seal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from workbench.core.errors import DataError
from workbench.core.runs.provenance import RunStore, SavedRun, checksums, digest

FORMAT = "migration-workbench publication 1"
PUBLICATION, WITHDRAWAL, RUN = "publication.json", "withdrawal.json", "run"
EDITIONS = ("public", "municipal", "case")


DEMONSTRATION = "workbench demo"
"""Who publishes what nobody decided on: the demonstration itself."""


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
    def demonstration(self) -> bool:
        """Whether ``workbench demo`` made it, so that nobody decided on it."""
        return self.by == DEMONSTRATION

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


def read_publication(folder: Path) -> Publication:
    """Return the publication in a folder; one that cannot be read is an error."""
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
