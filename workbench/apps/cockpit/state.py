"""What a reader of the cockpit has chosen, and what stands in the way of showing it; knows no widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from workbench.core.errors import AppError
from workbench.presentation.cockpit import words
from workbench.presentation.languages import LANGUAGES, say
from workbench.studies.cockpit.definitions import AREAS

PARTS = ("locality", "place", "area", "indicator", "language")


@dataclass(frozen=True)
class CockpitState:
    """The choices of one reader.

    Parameters
    ----------
    runs
        Folder of saved runs; empty for the usual one. It never travels in an address.
    locality, place, area, indicator
        Identifier, code, area and identifier of what is shown; empty for the first there is, or all areas.
    language
        Language of the page.
    """

    runs: str = ""
    locality: str = ""
    place: str = ""
    area: str = ""
    indicator: str = ""
    language: str = "en"

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise AppError(f"no page in the language '{self.language}'", do=f"choose {', '.join(LANGUAGES)}")
        if self.area and self.area not in AREAS:
            raise AppError(f"no area '{self.area}'", do=f"choose {', '.join(AREAS)}")

    def blockers(self, localities: Mapping[str, Any]) -> tuple[str, ...]:
        """Return why the choice cannot be shown, in sentences; ``localities`` are the saved cockpits."""
        if not localities:
            return (say("No cockpit has been published yet.", self.language),)
        if self.locality and self.locality not in localities:
            return (say("No cockpit has been published for {locality}.", self.language, locality=self.locality),)
        chosen = localities[self.locality or next(iter(localities))]
        if self.place and self.place not in chosen.places():
            return (
                say(
                    "The cockpit of {locality} has no place {place}; choose among those listed.",
                    self.language,
                    locality=words.whole(chosen.name, self.language),
                    place=self.place,
                ),
            )
        return ()

    def to_dict(self) -> dict[str, Any]:
        """Return the choices as JSON can hold them."""
        return asdict(self)

    def query(self) -> str:
        """Return the choices as the query of an address, so that a page can be kept, sent and reloaded."""
        return urlencode({name: getattr(self, name) for name in PARTS if getattr(self, name)})

    @classmethod
    def from_query(cls, query: str, *, runs: str = "", language: str = "en") -> CockpitState:
        """Return the choices of an address; parts it does not name have their default, other parts are not ours."""
        given = {name: values[-1] for name, values in parse_qs(query).items() if name in PARTS}
        return cls(**{"runs": runs, "language": language, **given})
