"""What a reader of the capacity page has chosen, and what stands in the way of showing it; knows no widgets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from workbench.core.errors import AppError
from workbench.presentation.languages import LANGUAGES, say

MOST_HIRES, MOST_INTAKE = 500.0, 300.0


@dataclass(frozen=True)
class CapacityState:
    """The choices of one reader.

    Parameters
    ----------
    unit, stage
        Team whose hires are tried; empty for the first one.
    hires
        Caseworkers hired there beside the plan's; negative for fewer.
    intake
        Intake relative to the forecast, per cent.
    case_type, waited
        Whose wait is shown; months waited already.
    """

    language: str = "en"
    unit: str = ""
    stage: str = ""
    hires: float = 0.0
    intake: float = 100.0
    case_type: str = ""
    waited: int = 0

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise AppError(f"no page in the language '{self.language}'", do=f"choose {', '.join(LANGUAGES)}")
        if not (self.hires == self.hires and self.intake == self.intake):
            raise AppError("hires and intake must be numbers")

    @property
    def asks(self) -> bool:
        """Whether something else than the plan is asked for."""
        return self.hires != 0 or self.intake != 100

    def blockers(self, units: Collection[str], stages: Collection[str]) -> tuple[str, ...]:
        """Return why the choice cannot be shown, in sentences."""
        found = []
        if (self.unit and self.unit not in units) or (self.stage and self.stage not in stages):
            found.append(say("The saved plan does not have this team; choose one of those listed.", self.language))
        if abs(self.hires) > MOST_HIRES:
            found.append(say("Choose at most {number} caseworkers.", self.language, number=int(MOST_HIRES)))
        if not 0 <= self.intake <= MOST_INTAKE:
            found.append(say("Choose an intake of 0 to {number} %.", self.language, number=int(MOST_INTAKE)))
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """Return the choices as JSON can hold them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> CapacityState:
        """Return the choices that :meth:`to_dict` wrote; what is left out has its default."""
        usual = cls()
        unknown = sorted(set(raw) - set(usual.to_dict()))
        if unknown:
            raise AppError(f"the capacity page has no setting '{unknown[0]}'", do="leave it out")
        try:
            return cls(**{name: type(getattr(usual, name))(value) for name, value in raw.items()})
        except (TypeError, ValueError) as error:
            raise AppError("a choice is no number", why=str(error)) from None

    def query(self) -> str:
        """Return the choices as the query of an address; usual ones are left out."""
        usual = CapacityState().to_dict()
        told = {n: f"{v:g}" if isinstance(v, float) else v for n, v in self.to_dict().items()}
        return urlencode({n: v for n, v in told.items() if n == "language" or self.to_dict()[n] != usual[n]})

    @classmethod
    def from_query(cls, query: str, *, language: str = "en") -> CapacityState:
        """Return the choices of an address; other parts are not ours."""
        given = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
        return cls.from_dict({"language": language, **{n: v for n, v in given.items() if n in cls().to_dict()}})
