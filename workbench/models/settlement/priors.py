"""What the share model assumes before it sees data, as numbers that can be printed and changed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any

from workbench.core.errors import AssumptionError


def _prior(default: float, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class SharePriors:
    """What is assumed before any data are seen; medians of positive quantities, on the log scale of shares.

    Raises
    ------
    AssumptionError
        If a number is not positive.
    """

    difference: float = _prior(0.7, "how far municipalities' first levels are from what covariates say")
    step: float = _prior(0.25, "size of a year's lasting step of a level")
    passing: float = _prior(0.25, "size of a year's passing deviation")
    person_noise: float = _prior(3.0, "variance that small counts add, times the persons expected")
    stay_shape: float = _prior(20.0, "first parameter of the Beta prior of the share of a level that stays")
    leave_shape: float = _prior(2.0, "second parameter of that Beta prior")
    tail_shape: float = _prior(2.0, "shape of the Gamma prior of the degrees of freedom above 2")
    tail_rate: float = _prior(0.5, "rate of that Gamma prior")
    skew: float = _prior(0.3, "how much wider shocks may be to one side (Normal around 0, log scale)")
    scale_spread: float = _prior(0.3, "how much the size of shocks differs between municipalities")
    size_slope: float = _prior(0.3, "how much the size of shocks may change with population (Normal around 0)")
    size_curve: float = _prior(0.2, "how much that change may bend (Normal around 0)")
    slope: float = _prior(0.3, "how much a covariate may move a level (Normal around 0)")
    look: float = _prior(0.3, "how far a year's accepted quota is from the level")
    quota: float = _prior(0.8, "how much of an accepted quota is taken over (Normal, standard deviation 0.5)")
    quota_spread: float = _prior(0.5, "how uncertain each weight of a quota is")
    year: float = _prior(0.3, "how far the shares of all may shift in a year, because others take no part")
    part_spread: float = _prior(1.5, "how strongly each circumstance may move the chance of taking part (logit)")
    part_year: float = _prior(1.1, "how far that chance moves from year to year (logit); given, not learnt")
    spread_uncertainty: float = _prior(0.5, "how uncertain each positive quantity is (factor, log scale)")
    limit: float = _prior(5.0, "no simulated shock exceeds this many scales")

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            if not (math.isfinite(value) and value > 0):
                raise AssumptionError(
                    f"prior '{entry.name}' is {value}", why=entry.metadata["meaning"], do="give a number above zero"
                )
