"""How many asylum applications each destination will receive in the next months.

A hierarchical Bayesian model of monthly counts, made of components (:mod:`~workbench.models.inflow.components`).
Importing this package loads no PyMC; building or fitting does.
"""

from workbench.models.inflow.components import (
    Bounds,
    Calm,
    Counts,
    Doubt,
    Forgetting,
    InflowComponents,
    Level,
    Reversion,
    Season,
    Shocks,
    Spillover,
    Surges,
    Volatility,
)
from workbench.models.inflow.fit import InflowFit
from workbench.models.inflow.model import InflowModel
from workbench.models.inflow.partial import Partial
from workbench.models.inflow.prior import prior_check
from workbench.models.inflow.series import InflowSeries

__all__ = [
    "Bounds",
    "Calm",
    "Counts",
    "Doubt",
    "Forgetting",
    "InflowComponents",
    "InflowFit",
    "InflowModel",
    "InflowSeries",
    "Level",
    "Partial",
    "Reversion",
    "Season",
    "Shocks",
    "Spillover",
    "Surges",
    "Volatility",
    "prior_check",
]
