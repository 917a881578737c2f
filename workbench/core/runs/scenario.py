"""Scenario: the frozen assumptions, seed and horizon under which a study is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from workbench.core.errors import AssumptionError, nearest


@dataclass(frozen=True)
class Difference:
    """One setting in which two scenarios differ."""

    name: str
    before: object
    after: object


@dataclass(frozen=True)
class Scenario:
    """What a study assumes; two equal scenarios on equal data give equal numbers.

    Attributes
    ----------
    locality
        Locality whose places and tables are used, empty for tables of one's own.
    as_of
        Last month (or year) that the study may know.
    horizon
        Steps ahead, in months; 0 where nothing is forecast.
    seed
        Seed of every random number of the study.
    settings
        Further assumptions by name: numbers, texts or flags.
    """

    locality: str
    as_of: str
    seed: int
    horizon: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**32:
            raise AssumptionError(f"seed {self.seed} is not between 0 and 4294967295", do="choose another seed")
        if self.horizon < 0:
            raise AssumptionError(f"a horizon of {self.horizon} steps", do="choose 1 or more")

    def with_(self, **changes: Any) -> Scenario:
        """Return a copy with some attributes or settings changed; an unknown name is refused."""
        own = {f.name for f in fields(self)} - {"settings"}
        unknown = [name for name in changes if name not in own and name not in self.settings]
        if unknown:
            known = [*sorted(own), *self.settings]
            raise AssumptionError(f"a scenario has no setting '{unknown[0]}'", do=nearest(unknown[0], known))
        settings = {**self.settings, **{k: v for k, v in changes.items() if k not in own}}
        return replace(self, settings=settings, **{k: v for k, v in changes.items() if k in own})

    def diff(self, other: Scenario) -> tuple[Difference, ...]:
        """Return what differs from this scenario to another, in order of name."""
        mine, theirs = self.to_dict(), other.to_dict()
        return tuple(
            Difference(name, mine.get(name), theirs.get(name))
            for name in sorted({*mine, *theirs})
            if mine.get(name) != theirs.get(name)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all assumptions in one flat dictionary, as run records keep them."""
        own = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "settings"}
        return {**own, **self.settings}
