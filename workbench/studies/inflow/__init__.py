"""How many asylum applications will each destination receive in the months ahead? Fit, forecast, backtest, score."""

from workbench.studies.inflow.forecasting import (
    CAVEATS,
    FIT,
    LONGEST,
    Arrivals,
    InflowResult,
    fit,
    fits,
    forecast,
    latest,
    only,
    read_arrivals,
    read_detections,
    repeatable,
    saved,
    study,
)
from workbench.studies.inflow.newest import Newest, newest, published
from workbench.studies.inflow.saved_runs import DamagedRunError, OlderRunError

__all__ = [
    "CAVEATS",
    "FIT",
    "LONGEST",
    "Arrivals",
    "DamagedRunError",
    "InflowResult",
    "Newest",
    "OlderRunError",
    "fit",
    "fits",
    "forecast",
    "latest",
    "newest",
    "only",
    "published",
    "read_arrivals",
    "read_detections",
    "repeatable",
    "saved",
    "study",
]
