"""What does a month tell of which only a part of the applications is in? Less than a final figure, but something."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.core.errors import AssumptionError


@dataclass(frozen=True)
class Partial:
    """The month after the last known one, as far as it is published.

    Parameters
    ----------
    figures
        Persons by destination (destination code → persons); destinations that are not named tell nothing.
    share
        Which share of its applications such a month usually holds, above 0 and at most 1. An assumption, or measured
        on the publisher's earlier vintages.
    spread
        How much that share varies (log scale; 0.2 ≈ 20 %).

    Raises
    ------
    AssumptionError
        If the share or its spread are impossible.
    """

    figures: dict[str, float]
    share: float
    spread: float = 0.2

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise AssumptionError(
                f"a partial month cannot hold {self.share:g} of its applications", do="give a share above 0, at most 1"
            )
        if not (math.isfinite(self.spread) and self.spread > 0):
            raise AssumptionError(f"the share cannot vary by {self.spread:g}", do="give a number above 0, such as 0.2")

    def learnt(
        self, expected: np.ndarray, scale: np.ndarray, shock: np.ndarray, destinations: tuple[str, ...]
    ) -> np.ndarray:
        """Return the month, log(1 + persons), as expected from the past and from what is published of it.

        Parameters
        ----------
        expected, scale, shock
            What the past lets expect, the size of a shock, and the shocks drawn (standardised); axes
            (draw, destination), log scale.

        Notes
        -----
        As in a Kalman filter: with s the scale and τ the spread the month moves by s²/(s² + τ²) towards the published
        figure over its usual share, and its shock shrinks by the root of the rest.
        """
        least = self.least(destinations)
        told = np.isfinite(least)
        weight = np.where(told, scale**2 / (scale**2 + self.spread**2), 0.0)
        target = np.where(told, np.log1p(np.expm1(np.nan_to_num(least)) / self.share), 0.0)
        return np.asarray(expected + weight * (target - expected) + np.sqrt(1 - weight) * scale * shock)

    def least(self, destinations: tuple[str, ...]) -> np.ndarray:
        """Return what is published of the month, log(1 + persons): the least it can be; NaN where it tells nothing."""
        return np.log1p(np.array([self.figures.get(name, np.nan) for name in destinations]))
