"""What the inflow model is made of: components that can be left out, and what each assumes before it sees data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

import pandas as pd

from workbench.core.errors import AssumptionError

Row = tuple[str, str, str, str]


def _prior(default: float, meaning: str, *, free: bool = False, share: bool = False) -> Any:
    """Return a field; ``free`` may be any number, ``share`` lies between 0 and 1, others are above zero."""
    return field(default=default, metadata={"meaning": meaning, "free": free, "share": share})


class Component:
    """A part of the model: its numbers, checked when it is made, and what it adds to the description."""

    def __post_init__(self) -> None:
        for entry in fields(self):  # type: ignore[arg-type]  # every component is a dataclass
            value, rules = getattr(self, entry.name), entry.metadata
            fits = math.isfinite(value) and (rules["free"] or value > 0) and not (rules["share"] and value >= 1)
            if not fits:
                allowed = "a finite number" if rules["free"] else "a number above zero"
                raise AssumptionError(
                    f"prior '{entry.name}' is {value}",
                    why=rules["meaning"],
                    do="give a number between 0 and 1" if rules["share"] else f"give {allowed}",
                )

    def rows(self) -> list[Row]:
        """Return what is estimated: quantity, per, prior, meaning."""
        return []


def _spread(median: float, uncertainty: float) -> str:
    return f"LogNormal(log {median:g}, {uncertainty:g})"


@dataclass(frozen=True)
class Level(Component):
    """The level that a destination's arrivals move around; it keeps a share of every shock."""

    gain_least: float = _prior(0.05, "least share of a shock that stays: no level is deaf to what comes", share=True)
    gain_centre: float = _prior(0.5, "typical share of a shock that stays, as logit (0.5 ≈ 62 %)", free=True)
    gain_centre_spread: float = _prior(0.7, "how uncertain that typical share is (logit)")
    gain_spread: float = _prior(1.0, "how much the share differs between destinations (median, logit)")
    gain_spread_uncertainty: float = _prior(0.5, "how uncertain that difference is (factor, log scale)")
    start_spread: float = _prior(1.0, "how far the first level may lie from the mean of the first year (log scale)")

    def rows(self) -> list[Row]:
        """Return what is estimated: quantity, per, prior, meaning."""
        return [
            (
                "start",
                "destination",
                f"Normal(mean of the first year, {self.start_spread:g})",
                "first level, log scale",
            ),
            (
                "gain",
                "destination",
                f"from {self.gain_least:g} to 1, logit ~ Normal(gain_centre, gain_spread)",
                "share of a shock that stays",
            ),
            ("gain_centre", "all", f"Normal({self.gain_centre:g}, {self.gain_centre_spread:g})", "typical gain, logit"),
            (
                "gain_spread",
                "all",
                _spread(self.gain_spread, self.gain_spread_uncertainty),
                "difference of gains, as logit",
            ),
        ]


@dataclass(frozen=True)
class Shocks(Component):
    """The monthly shocks: how large, how heavy their tails."""

    shock_median: float = _prior(0.22, "typical size of a monthly shock across destinations (log scale; 0.22 ≈ 22 %)")
    shock_median_spread: float = _prior(0.5, "how uncertain that typical size is (factor, log scale)")
    shock_spread: float = _prior(0.5, "how much the size differs between destinations (median, log scale)")
    shock_spread_uncertainty: float = _prior(0.5, "how uncertain that difference is (factor, log scale)")
    tail_shape: float = _prior(2.0, "shape of the Gamma prior of the shocks' degrees of freedom above 2")
    tail_rate: float = _prior(0.5, "rate of that Gamma prior")

    def rows(self) -> list[Row]:
        """Return what is estimated: quantity, per, prior, meaning."""
        centre = f"Normal(log {self.shock_median:g}, {self.shock_median_spread:g})"
        return [
            ("scale", "destination", "log ~ Normal(shock_centre, shock_spread)", "size of a monthly shock, log scale"),
            ("shock_centre", "all", centre, "typical size of a shock, as logarithm"),
            (
                "shock_spread",
                "all",
                _spread(self.shock_spread, self.shock_spread_uncertainty),
                "difference of sizes, as logarithm",
            ),
            (
                "degrees_of_freedom",
                "all",
                f"2 + Gamma({self.tail_shape:g}, {self.tail_rate:g})",
                "of the shocks; few = heavy tails",
            ),
        ]


@dataclass(frozen=True)
class Season(Component):
    """The calendar: harmonics of the year, shrunk towards those common to all destinations."""

    season_spread: float = _prior(0.15, "size of the common season's first harmonic; the h-th has 1/h (log scale)")
    season_difference: float = _prior(0.06, "how far seasons are from the common one (median, log scale)")
    season_uncertainty: float = _prior(0.5, "how uncertain that distance is (factor, log scale)")
    harmonics: int = _prior(3, "harmonics of the season (1 to 5)")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.harmonics not in (1, 2, 3, 4, 5):
            raise AssumptionError(f"{self.harmonics} harmonics", why="twelve months carry five", do="choose 1 to 5")

    def rows(self) -> list[Row]:
        """Return what is estimated: quantity, per, prior, meaning."""
        return [
            ("season", "destination", "Normal(common_season, season_difference / h)", "harmonics, log scale"),
            (
                "common_season",
                "all",
                f"Normal(0, {self.season_spread:g} / h)",
                f"h = 1 … {self.harmonics}, log scale",
            ),
            (
                "season_difference",
                "all",
                _spread(self.season_difference, self.season_uncertainty),
                "difference of seasons, log scale",
            ),
        ]


@dataclass(frozen=True)
class Volatility(Component):
    """Shocks come in clusters: after a large one, larger ones are expected for a while.

    The log variance of a destination follows the score of its Student-t density (Harvey 2013), so that one wild month
    moves it by a bounded amount.
    """

    reaction: float = _prior(0.3, "spread of the half-normal prior of the reaction to a shock (log variance)")
    persistence_kept: float = _prior(18.0, "first shape of the Beta prior of what is kept from month to month")
    persistence_lost: float = _prior(3.0, "second shape of that Beta prior (18, 3: about 86 % is kept)")

    def rows(self) -> list[Row]:
        """Return what is estimated: quantity, per, prior, meaning."""
        kept = f"Beta({self.persistence_kept:g}, {self.persistence_lost:g})"
        return [
            ("reaction", "all", f"HalfNormal({self.reaction:g})", "how much a shock changes the next months' variance"),
            ("persistence", "all", kept, "share of that change kept from month to month"),
        ]


@dataclass(frozen=True)
class Reversion(Component):
    """The level is drawn towards its own average of the past years. Measured: no gain; off by default."""

    rate: float = _prior(0.03, "typical share of the distance that is closed in a month", share=True)
    rate_spread: float = _prior(0.7, "how uncertain that typical share is (factor, log scale)")
    rate_difference: float = _prior(0.5, "how much it differs between destinations (log scale)")
    memory: float = _prior(24.0, "months over which the average fades")

    def rows(self) -> list[Row]:
        """Return what is estimated: quantity, per, prior, meaning."""
        return [
            (
                "reversion",
                "destination",
                f"log ~ Normal(reversion_centre, {self.rate_difference:g})",
                f"share of the distance to the average of {self.memory:g} months closed in a month",
            ),
            ("reversion_centre", "all", f"Normal(log {self.rate:g}, {self.rate_spread:g})", "typical share, logarithm"),
        ]


@dataclass(frozen=True)
class Forgetting(Component):
    """Older months count less: a month's weight in the likelihood is ``kept`` to the power of its age."""

    kept: float = _prior(0.98, "weight that a month keeps from each month to the next", share=True)


@dataclass(frozen=True)
class Counts(Component):
    """Small and rounded counts: a cell stands for all counts that are published as this number.

    The rounding is found in the figures; forecasts are of published figures, so they are rounded alike.
    """

    below: float = _prior(40.0, "cells under this many persons are intervals, larger ones points")


@dataclass(frozen=True)
class Bounds(Component):
    """How far a simulated month may rise: past growth was bounded, the tail of a distribution is not. Assumptions.

    Chosen on origins before 2016. Months of 30,000 persons and more never tripled within half a year, those of a few
    hundred have grown thirtyfold; no month exceeded some thirty times the median of the two years before.
    """

    growth: float = _prior(10.0, "largest multiple of the last two months, at 1,000 persons a month")
    size: float = _prior(0.25, "how that multiple falls with size: by this power of the persons a month", share=True)
    ceiling: float = _prior(30.0, "largest multiple of the median of the last two years")
    rebound: float = _prior(2.0, "multiple of that median, and of the last two months, that is always possible")
    least: float = _prior(0.5, "each future's own bound lies between this share of the bound and the whole", share=True)


@dataclass(frozen=True)
class Surges(Component):
    """What the past has shown too seldom to learn from: months in which every shock is larger. An assumption.

    Surges last: a month follows a surge month as one more with the chance ``lasting``, or begins one by ``chance``.
    """

    chance: float = _prior(0.15, "share of months that are in a surge", share=True)
    factor: float = _prior(2.0, "how many times larger its shocks are")
    lasting: float = _prior(0.8, "how strongly a surge lasts from month to month (0: not at all)", share=True)


@dataclass(frozen=True)
class Spillover(Component):
    """A surge begins somewhere: where recent shocks were large on average, they are expected to be so everywhere.

    Shocks of a month also share a direction, so that a total is less certain than its parts are by themselves. Both are
    assumptions of a forecast; they were chosen on origins before 2016 and do not enter the fit.
    """

    volatility: float = _prior(2.0, "how much of the mean excess of log variance is added to each destination's own")
    direction: float = _prior(0.2, "share of the shocks' correlation that is one direction common to all", share=True)


@dataclass(frozen=True)
class Calm(Component):
    """Where all destinations together are calmer than usual, shocks to come are smaller than each one's state says.

    With c the mean excess of log variance over destinations (drawn to zero where these are few), shocks are multiplied
    by exp(slope · c) while c is below zero. An assumption of a forecast; it does not enter the fit, and does nothing
    where the common variance is at or above its long-run mean. The slope lies between 2 and 3, set by every second
    destination from 2016-07 on: earlier origins are almost never calm, and hardly choose it (RESULTS).
    """

    slope: float = _prior(2.5, "how much log size of shocks falls with the common excess of log variance below zero")
    evidence: float = _prior(4.0, "destinations of evidence for a common excess of zero")


@dataclass(frozen=True)
class Doubt(Component):
    """A last month far below what its past allows is a true fall or is partial: nobody can tell yet. An assumption.

    Each simulated future believes the figures of a destination, or takes each for the least that its month will have
    had. Two such months in a row are each evidence of a fall: both are partial with the square of one's chance.
    """

    believed: float = _prior(0.8, "chance that one such month is a true fall", share=True)


@dataclass(frozen=True)
class InflowComponents:
    """The components in force, and all numbers assumed before any data are seen; None leaves a component out.

    Raises
    ------
    AssumptionError
        If a number is not finite, a spread is not positive, or the number of harmonics is not 1 to 5.
    """

    level: Level = field(default_factory=Level)
    shocks: Shocks = field(default_factory=Shocks)
    season: Season = field(default_factory=Season)
    bounds: Bounds = field(default_factory=Bounds)
    volatility: Volatility | None = field(default_factory=Volatility)
    forgetting: Forgetting | None = field(default_factory=Forgetting)
    counts: Counts | None = field(default_factory=Counts)
    surges: Surges | None = field(default_factory=Surges)
    spillover: Spillover | None = field(default_factory=Spillover)
    calm: Calm | None = field(default_factory=Calm)
    doubt: Doubt | None = field(default_factory=Doubt)
    reversion: Reversion | None = None

    @property
    def present(self) -> dict[str, Component]:
        """The components in force, by name."""
        named = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return {name: component for name, component in named.items() if component is not None}

    def table(self) -> pd.DataFrame:
        """Return one row per number assumed: component, prior, value, meaning."""
        rows = [
            (name, entry.name, getattr(component, entry.name), entry.metadata["meaning"])
            for name, component in self.present.items()
            for entry in fields(component)  # type: ignore[arg-type]  # every component is a dataclass
        ]
        return pd.DataFrame(rows, columns=["component", "prior", "value", "meaning"])

    def describe(self) -> pd.DataFrame:
        """Return one row per quantity estimated: quantity, per, prior, meaning."""
        rows = [row for component in self.present.values() for row in component.rows()]
        return pd.DataFrame(rows, columns=["quantity", "per", "prior", "meaning"])

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers by component, None for one left out."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Return the components that :meth:`to_dict` wrote.

        Raises
        ------
        TypeError, KeyError
            If a component or a number of it is not one of ours.
        """
        made: dict[str, Any] = {name: None if given is None else KINDS[name](**given) for name, given in raw.items()}
        return cls(**made)


KINDS: Mapping[str, type[Component]] = {
    "level": Level,
    "shocks": Shocks,
    "season": Season,
    "bounds": Bounds,
    "volatility": Volatility,
    "forgetting": Forgetting,
    "counts": Counts,
    "surges": Surges,
    "spillover": Spillover,
    "calm": Calm,
    "doubt": Doubt,
    "reversion": Reversion,
}
"""Every component by its name in :class:`InflowComponents`."""
