"""What people add to a forecast: scenarios that say *if*, experts' judgements, and thresholds. Never the baseline."""

from workbench.studies.inflow.judgement.alarm import Alarm, Rates, alarms, kept_backtest, rates, sum_rates, together
from workbench.studies.inflow.judgement.experts import Judged, judged
from workbench.studies.inflow.judgement.scenarios import (
    If,
    Path_,
    Shock,
    apply,
    as_after,
    compare,
    paired,
    read_scenario,
)

__all__ = [
    "Alarm",
    "If",
    "Judged",
    "Path_",
    "Rates",
    "Shock",
    "alarms",
    "apply",
    "as_after",
    "compare",
    "judged",
    "kept_backtest",
    "paired",
    "rates",
    "read_scenario",
    "sum_rates",
    "together",
]
