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
    repeatable,
    saved,
    study,
)

__all__ = [
    "CAVEATS",
    "FIT",
    "LONGEST",
    "Arrivals",
    "InflowResult",
    "fit",
    "fits",
    "forecast",
    "latest",
    "only",
    "read_arrivals",
    "repeatable",
    "saved",
    "study",
]
