"""How much does each rule count? By exponential weights: the less it erred on the table's past, the more.

References
----------
Cesa-Bianchi and Lugosi (2006), Prediction, Learning, and Games, chapter 2. Cambridge University Press.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbench.models.settlement.combination.simple_rules import SimpleRules

SHARPNESS = 25.0
"""A rule whose past error is 4 % above the best rule's counts e⁻¹ as much."""
COMMON = 0.5
"""Part of a horizon's weights that comes from all of :data:`HORIZONS`: few past forecasts reach far ahead."""
HORIZONS = (1, 2, 3)
SUPPOSED_COUNTS = 0.5
"""How many past forecasts the errors supposed beforehand count as much as."""
KEEPING = 0.9
"""What an error counts against one a period later."""


@dataclass(frozen=True)
class Past:
    """What the rules foresaw at one horizon (period, rule, area) from some periods, and what came (period, area)."""

    origins: np.ndarray
    foreseen: np.ndarray
    came: np.ndarray

    @property
    def errors(self) -> np.ndarray:
        """Absolute error of each rule as a share of all persons (period, rule)."""
        found: np.ndarray = np.abs(self.foreseen - self.came[:, None, :]).sum(axis=2)
        return found


def look_back(rules: SimpleRules, horizon: int) -> Past | None:
    """Return the past forecasts at a horizon; None if the table is too short for any.

    The first period is no origin unless there is no other: of one period all rules say the same.
    """
    last = len(rules.persons) - horizon
    origins = np.arange(1, last) if last > 1 else np.arange(max(last, 0))
    if not len(origins):
        return None
    foreseen = np.stack([rules.foreseen(int(t), horizon) for t in origins])
    return Past(origins, foreseen, rules.shares[origins + horizon])


def weigh(pasts: Mapping[int, Past], horizon: int, supposed: np.ndarray, without: int | None = None) -> np.ndarray:
    """Return the weights of the rules at a horizon (sum 1).

    Parameters
    ----------
    pasts
        By horizon.
    supposed
        What each rule is supposed to err by, as a multiple of the best.
    without
        A period whose outcome may not be looked at, so that a past forecast can be made as it would have been.
    """
    relative: dict[int, np.ndarray] = {}
    for ahead, past in pasts.items():
        here = np.flatnonzero(past.origins + ahead != without)
        if len(here):
            counts: np.ndarray = KEEPING ** (len(past.origins) - 1.0 - here)
            mean = counts @ past.errors[here] / counts.sum()
            seen = mean / max(float(mean.min()), 1e-12)
            relative[ahead] = (counts.sum() * seen + SUPPOSED_COUNTS * supposed) / (counts.sum() + SUPPOSED_COUNTS)
    if not relative:
        relative = {horizon: supposed}
    shared: np.ndarray = np.mean(
        [relative[ahead] for ahead in relative if ahead in HORIZONS or ahead == horizon], axis=0
    )
    own = relative.get(horizon, shared)
    loss = (1 - COMMON) * own + COMMON * shared
    weight: np.ndarray = np.exp(-SHARPNESS * np.minimum(loss - loss.min(), 20.0))
    return weight / weight.sum()
