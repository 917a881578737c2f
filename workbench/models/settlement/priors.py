"""What the share model assumes before it sees data, as numbers that can be printed and changed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd

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

    def describe(self) -> pd.DataFrame:
        """Return the quantities of the share model, one row each: quantity, per, prior, meaning."""

        def positive(median: float) -> str:
            return f"LogNormal(log {median:g}, {self.spread_uncertainty:g})"

        rows = [
            ("slope", "covariate", f"Normal(0, {self.slope:g})", "what a covariate adds to the log share"),
            ("difference", "all", positive(self.difference), "how far first levels lie from the covariates"),
            ("step", "all", positive(self.step), "size of a lasting step a year, log scale"),
            ("passing", "all", positive(self.passing), "size of a passing deviation, log scale"),
            ("person_noise", "all", positive(self.person_noise), "variance times persons expected"),
            ("stay", "all", f"Beta({self.stay_shape:g}, {self.leave_shape:g})", "share of a level that stays a year"),
            ("degrees_of_freedom", "all", f"2 + Gamma({self.tail_shape:g}, {self.tail_rate:g})", "few = heavy tails"),
            (
                "skew",
                "all",
                f"LogNormal(0, {self.skew:g})",
                "scale of shocks upwards, and one over that of those downwards",
            ),
            ("size_slope", "all", f"Normal(0, {self.size_slope:g})", "log size of shocks by log population"),
            (
                "size_curve",
                "all",
                f"Normal(0, {self.size_curve:g})",
                "the same, by its square: the middle apart from the ends",
            ),
            ("scale_spread", "all", positive(self.scale_spread), "difference of sizes of shocks, as logarithm"),
            ("scale", "municipality", "log ~ Normal(by size_slope and size_curve, scale_spread)", "size of shocks"),
            ("look_spread", "all", positive(self.look), "how far an accepted quota lies from the level"),
            (
                "quota",
                "signal",
                f"Normal({self.quota:g} or 0, {self.quota_spread:g})",
                "weight of the year's own quotas",
            ),
            ("year", "year", f"Normal(0, {self.year:g})", "shift of all shares of a year"),
            ("part_base", "all", "Normal(0, 2)", "chance of taking part, as logit"),
            ("part", "circumstance", f"Normal(0, {self.part_spread:g})", "what moves the chance of taking part"),
            ("part_year", "year", f"Normal(part_base, {self.part_year:g})", "that chance in a year, as logit"),
        ]
        return pd.DataFrame(rows, columns=["quantity", "per", "prior", "meaning"])
