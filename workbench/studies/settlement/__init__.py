"""Where in the country will newcomers settle? Data, totals, fit, forecast, moves, backtest."""

from workbench.models.settlement.evidence import BEFORE, CONTESTS, QUOTAS
from workbench.studies.settlement.forecasting.answer import answer, learn, study
from workbench.studies.settlement.forecasting.forecast import CAVEATS, FINAL_QUOTAS, diagnostics, fit, forecast
from workbench.studies.settlement.forecasting.question import Question, ask, contest
from workbench.studies.settlement.forecasting.result import SettlementResult
from workbench.studies.settlement.table.data import Observed, read_settlement
from workbench.studies.settlement.totals.from_inflow import totals_from_inflow
from workbench.studies.settlement.totals.national import (
    Totals,
    choose_totals,
    given_totals,
    settled_per_applicant,
    totals_from_applications,
    totals_from_table,
    totals_then_known,
)

__all__ = [
    "BEFORE",
    "CAVEATS",
    "CONTESTS",
    "FINAL_QUOTAS",
    "QUOTAS",
    "Observed",
    "Question",
    "SettlementResult",
    "Totals",
    "answer",
    "ask",
    "choose_totals",
    "contest",
    "diagnostics",
    "fit",
    "forecast",
    "given_totals",
    "learn",
    "read_settlement",
    "settled_per_applicant",
    "study",
    "totals_from_applications",
    "totals_from_inflow",
    "totals_from_table",
    "totals_then_known",
]
