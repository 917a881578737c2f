"""What the inflow model assumes before it sees data, as numbers that can be printed and changed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd

from workbench.core.errors import AssumptionError


def _prior(default: float, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class InflowPriors:
    """What is assumed before any data are seen; every number can be printed and changed.

    Raises
    ------
    AssumptionError
        If a spread is not positive or the number of harmonics is not 1 to 5.
    """

    shock_median: float = _prior(0.22, "typical size of a monthly shock across destinations (log scale; 0.22 ≈ 22 %)")
    shock_median_spread: float = _prior(0.5, "how uncertain that typical size is (factor, log scale)")
    shock_spread: float = _prior(0.5, "how much the size differs between destinations (median, log scale)")
    gain_centre: float = _prior(0.5, "typical share of a shock that stays, as logit (0.5 ≈ 62 %)")
    gain_centre_spread: float = _prior(0.7, "how uncertain that typical share is (logit)")
    gain_spread: float = _prior(1.0, "how much the share differs between destinations (median, logit)")
    season_spread: float = _prior(0.15, "size of the common season's first harmonic; the h-th has 1/h (log scale)")
    season_difference: float = _prior(0.06, "how far seasons are from the common one (median, log scale)")
    spread_uncertainty: float = _prior(0.5, "how uncertain each spread between destinations is (factor, log scale)")
    tail_shape: float = _prior(2.0, "shape of the Gamma prior of the shocks' degrees of freedom above 2")
    tail_rate: float = _prior(0.5, "rate of that Gamma prior")
    start_centre: float = _prior(5.0, "level before the first month, log(1 + persons)")
    start_spread: float = _prior(3.0, "how uncertain that first level is (log scale)")
    harmonics: int = _prior(3, "harmonics of the season (1 to 5)")
    ceiling: float = _prior(50.0, "no simulated month exceeds this multiple of the destination's highest known month")

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            free = entry.name in ("gain_centre", "start_centre")
            if not math.isfinite(value) or (value <= 0 and not free):
                raise AssumptionError(
                    f"prior '{entry.name}' is {value}",
                    why=entry.metadata["meaning"],
                    do="give a finite number" if free else "give a number above zero",
                )
        if self.harmonics not in (1, 2, 3, 4, 5):
            raise AssumptionError(f"{self.harmonics} harmonics", why="twelve months carry five", do="choose 1 to 5")

    def table(self) -> pd.DataFrame:
        """Return one row per prior number: prior, value, meaning."""
        rows = [(entry.name, getattr(self, entry.name), entry.metadata["meaning"]) for entry in fields(self)]
        return pd.DataFrame(rows, columns=["prior", "value", "meaning"])
