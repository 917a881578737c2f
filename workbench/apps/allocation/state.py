"""What a caseworker has chosen on the page, and where the draft is kept; knows no widgets."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from workbench.core.errors import AppError
from workbench.core.runs.provenance import default_runs
from workbench.presentation.languages import LANGUAGES, say
from workbench.studies.allocation.desk import DRAFT


@dataclass(frozen=True)
class AllocationState:
    """The choices of one caseworker.

    Parameters
    ----------
    draft
        Sixteen letters and digits drawn by lot: who does not know them cannot open the draft.
    batch
        Name of the batch; '' for the first one.
    household
        The household looked at; '' for none.
    known
        Batches that there are.
    """

    language: str = "en"
    batch: str = ""
    household: str = ""
    draft: str = field(default_factory=lambda: secrets.token_hex(8))
    known: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise AppError(f"no page in the language '{self.language}'", do=f"choose {', '.join(LANGUAGES)}")
        if not DRAFT.fullmatch(self.draft):
            raise AppError("this is no number of a draft", do="leave it out of the address")

    @property
    def blockers(self) -> tuple[str, ...]:
        """Why no plan can be made, in sentences."""
        if self.batch and self.known and self.batch not in self.known:
            return (say("There is no batch “{name}”; choose another.", self.language, name=self.batch),)
        return ()

    @property
    def file(self) -> Path:
        """Where the draft is kept: beside the saved runs, readable by the server's own user alone."""
        return default_runs().parent / "drafts" / f"{self.draft}.json"

    def to_dict(self) -> dict[str, Any]:
        """Return the choices as JSON can hold them."""
        return {"language": self.language, "batch": self.batch, "household": self.household, "draft": self.draft}

    def query(self) -> str:
        """Return the choices as the query of an address, so that a draft can be found again."""
        return urlencode({"language": self.language, "batch": self.batch, "draft": self.draft})

    @classmethod
    def from_query(cls, query: str, *, language: str = "en", known: tuple[str, ...] = ()) -> AllocationState:
        """Return the choices of an address."""
        given = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
        return cls.from_dict({"language": language, **given}, known=known)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any], *, known: tuple[str, ...] = ()) -> AllocationState:
        """Return the choices that :meth:`to_dict` wrote; what is left out has its default."""
        kept = {name: str(raw[name]) for name in ("language", "batch", "household", "draft") if raw.get(name)}
        return cls(**kept, known=known)
