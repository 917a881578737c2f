"""What a reader of the settlement page has chosen, and what stands in the way of showing it; knows no widgets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from workbench.core.errors import AppError
from workbench.presentation.languages import LANGUAGES, say

LARGEST = 1_000_000
"""No country settles more persons in a year."""


@dataclass(frozen=True)
class SettlementState:
    """The choices of one reader.

    Parameters
    ----------
    runs
        Folder of saved runs; empty for the usual one. It never travels in an address.
    municipality
        Code of the municipality shown in depth; empty for the whole country.
    total
        What if so many persons are settled in the country; 0 keeps the saved forecast's total.
    takes
        What if the municipality takes so many; -1 asks nothing.
    """

    runs: str = ""
    municipality: str = ""
    total: int = 0
    takes: int = -1
    language: str = "en"

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise AppError(f"no page in the language '{self.language}'", do=f"choose {', '.join(LANGUAGES)}")
        for name, least in (("total", 0), ("takes", -1)):
            if not least <= int(getattr(self, name)) <= LARGEST:
                raise AppError(f"{name} is {getattr(self, name)}", do=f"give {least} to {LARGEST:,}")

    def blockers(self, known: Collection[str]) -> tuple[str, ...]:
        """Return why the choice cannot be shown, in sentences; ``known`` are the municipalities of the saved run."""
        if self.municipality and self.municipality not in known:
            return (
                say(
                    "The saved forecast has no municipality {code}; choose one that is listed.",
                    self.language,
                    code=self.municipality,
                ),
            )
        return ()

    def to_dict(self) -> dict[str, Any]:
        """Return the choices as JSON can hold them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> SettlementState:
        """Return the choices that :meth:`to_dict` wrote; what is left out has its default."""
        usual = asdict(cls())
        unknown = sorted(set(raw) - set(usual))
        if unknown:
            raise AppError(f"the settlement page has no setting '{unknown[0]}'", do="leave it out")
        found = {**usual, **raw}
        try:
            total, takes = int(found["total"]), int(found["takes"])
        except (TypeError, ValueError):
            raise AppError("a number of persons is no number", do="give a whole number") from None
        return cls(str(found["runs"]), str(found["municipality"]), total, takes, str(found["language"]))

    def query(self) -> str:
        """Return the choices as the query of an address, so that a page can be kept, sent and reloaded."""
        usual = asdict(type(self)())
        parts = {k: v for k, v in asdict(self).items() if k not in ("runs", "language") and v != usual[k]}
        return urlencode({"language": self.language, **parts})

    @classmethod
    def from_query(cls, query: str, *, language: str = "en") -> SettlementState:
        """Return the choices of an address; parts it does not name have their default, other parts are not ours."""
        given = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
        ours: dict[str, Any] = {name: given[name] for name in ("municipality", "total", "takes") if name in given}
        return cls.from_dict({"language": given.get("language", language), **ours})
