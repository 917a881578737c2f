"""What stands in place of diagnostics where nothing was sampled: how the forecast was made instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.models.diagnostics import Diagnostics

COMBINED, CARRIED = "combined", "carried"
SENTENCES = {
    COMBINED: "Simple rules were combined, each by how well it did on this table's past; the intervals are as wide as "
    "the combination's past errors ({draws:,} draws).",
    CARRIED: "Nothing was fitted here: {draws:,} draws were carried over from another country's municipalities of like "
    "size.",
}


@dataclass(frozen=True)
class NotFitted(Diagnostics):
    """Diagnostics of a forecast without chains: no limit applies.

    Parameters
    ----------
    how
        :data:`COMBINED` (simple rules) or :data:`CARRIED` (over from another country).
    """

    how: str

    @classmethod
    def of(cls, how: str, draws: int) -> NotFitted:
        """Return it for so many draws."""
        return cls(float("nan"), float("nan"), float("nan"), 0, draws, "", how)

    @property
    def failures(self) -> tuple[str, ...]:
        """No limit applies."""
        return ()

    def sentence(self) -> str:
        """Return how the forecast was made."""
        return SENTENCES[self.how].format(draws=self.draws)

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold: there are no numbers but the draws."""
        return {"how": self.how, "draws": self.draws}


def read_diagnostics(raw: Mapping[str, Any]) -> Diagnostics:
    """Read what ``to_dict`` of either kind of diagnostics returned."""
    return NotFitted.of(**raw) if "how" in raw else Diagnostics.from_dict(raw)


def made_by(diagnostics: Diagnostics) -> str:
    """Return :data:`COMBINED` or :data:`CARRIED`; empty where a model was fitted."""
    return diagnostics.how if isinstance(diagnostics, NotFitted) else ""
