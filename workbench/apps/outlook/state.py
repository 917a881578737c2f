"""What a reader of the outlook has chosen, and what stands in the way of showing it; knows no widgets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from workbench.core.errors import AppError
from workbench.presentation.languages import LANGUAGES, say

LEVELS = (0.5, 0.8, 0.95)
"""The intervals to choose from, each by the share of outcomes it holds."""

ASKED = ("threshold", "change", "since")
TOLD = ("runs", "language", "level", *ASKED)
MOST, LARGEST = 10_000_000, 1500
"""Largest threshold (persons a month), and largest change: per cent, the largest factor of a scenario."""


@dataclass(frozen=True)
class OutlookState:
    """The choices of one reader.

    Parameters
    ----------
    runs
        Folder of saved runs; empty for the usual one. It never travels in an address.
    destinations
        Codes of the destinations shown; None for all of them.
    language
        Language of the page.
    level
        Share of outcomes held by the interval in the headline and the tables.
    threshold
        Applicants a month, all shown together, whose passing is asked about; 0 for none.
    change
        What the reader supposes, in per cent of the forecast; 100 for the forecast itself.
    since
        Month from which the reader supposes so; empty for the first one.
    """

    runs: str = ""
    destinations: tuple[str, ...] | None = None
    language: str = "en"
    level: float = 0.8
    threshold: int = 0
    change: int = 100
    since: str = ""

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise AppError(f"no page in the language '{self.language}'", do=f"choose {', '.join(LANGUAGES)}")
        if self.level not in LEVELS:
            raise AppError(f"no interval of level {self.level:g}", do=f"choose {', '.join(map(str, LEVELS))}")
        if not 0 <= self.threshold <= MOST:
            raise AppError(f"no threshold of {self.threshold} a month", do=f"choose 0 (none) to {MOST:,}")
        if not 0 <= self.change <= LARGEST:
            raise AppError(f"nothing is supposed at {self.change} %", do=f"choose 0 to {LARGEST}")

    def blockers(self, known: Collection[str]) -> tuple[str, ...]:
        """Return why the choice cannot be shown, in sentences; ``known`` are the destinations of the saved run."""
        if self.destinations is None:
            return ()
        if not self.destinations:
            return (say("Choose at least one destination.", self.language),)
        strange = [code for code in self.destinations if code not in known]
        if strange:
            return (
                say(
                    "The saved forecast does not have {codes}; choose among the destinations listed.",
                    self.language,
                    codes=", ".join(strange),
                ),
            )
        return ()

    def to_dict(self) -> dict[str, Any]:
        """Return the choices as JSON can hold them."""
        chosen = None if self.destinations is None else list(self.destinations)
        told: dict[str, Any] = {name: getattr(self, name) for name in TOLD}
        return {**told, "destinations": chosen}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> OutlookState:
        """Return the choices that :meth:`to_dict` wrote; what is left out has its default."""
        unknown = sorted(set(raw) - {*TOLD, "destinations"})
        if unknown:
            raise AppError(f"the outlook has no setting '{unknown[0]}'", do="leave it out")
        chosen = raw.get("destinations")
        try:
            level = float(raw.get("level", 0.8))
        except (TypeError, ValueError):
            raise AppError(
                f"'{raw['level']}' is no interval level", do=f"choose {', '.join(map(str, LEVELS))}"
            ) from None
        return cls(
            runs=str(raw.get("runs", "")),
            destinations=None if chosen is None else tuple(str(code) for code in chosen),
            language=str(raw.get("language", "en")),
            level=level,
            threshold=_whole(raw, "threshold", 0),
            change=_whole(raw, "change", 100),
            since=str(raw.get("since", "")),
        )

    def query(self) -> str:
        """Return the choices as the query of an address, so that a page can be kept, sent and reloaded."""
        parts = {"language": self.language, "level": f"{self.level:g}"}
        if self.destinations is not None:
            parts["destinations"] = ",".join(self.destinations)
        usual = OutlookState()
        parts |= {name: str(getattr(self, name)) for name in ASKED if getattr(self, name) != getattr(usual, name)}
        return urlencode(parts, safe=",")

    @classmethod
    def from_query(cls, query: str, *, runs: str = "", language: str = "en") -> OutlookState:
        """Return the choices of an address; parts it does not name have their default, other parts are not ours."""
        given = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
        raw: dict[str, Any] = {"runs": runs, "language": given.get("language", language)}
        raw |= {name: given[name] for name in ("level", *ASKED) if name in given}
        if "destinations" in given:
            raw["destinations"] = [code for code in given["destinations"].split(",") if code]
        return cls.from_dict(raw)


def _whole(raw: Mapping[str, Any], name: str, usual: int) -> int:
    try:
        return int(raw.get(name, usual))
    except (TypeError, ValueError, OverflowError):
        raise AppError(f"'{raw[name]}' is no whole number for '{name}'", do="write digits only") from None
