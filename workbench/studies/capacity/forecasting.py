"""How many cases will be decided, and how many will wait? A fit and its futures, as tables."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.contracts.checking import check
from workbench.core.dates.calendar import add_periods
from workbench.core.errors import DataError
from workbench.models.caseflow.equations import INTAKE, OUTPUT, STOCK
from workbench.models.caseflow.fit import CaseFlowFit, FlowDraws
from workbench.models.caseflow.model import CaseFlowModel
from workbench.sources import files
from workbench.studies.capacity.data import ALONE, JOINT, PARTS, CaseFlow


def fit(
    flow: CaseFlow, *, as_of: str, seed: int = 1, draws: int = 500, tune: int = 500, given: Collection[str] = ()
) -> CaseFlowFit:
    """Return the model fitted to what was known at the end of a period.

    ``given`` names the series whose intake ahead is known: if all are, no intake is learnt.
    """
    known = set(flow.panel.series) <= set(given)
    return CaseFlowModel().fit(
        flow.panel.upto(as_of), seed=seed, draws=draws, tune=tune, without=("intake",) if known else ()
    )


def weights(fitted: CaseFlowFit) -> pd.DataFrame:
    """Return what moves each flow: one row per equation and term, the weight's median and 80 % interval."""
    found = []
    for equation in (INTAKE, OUTPUT, STOCK):
        if equation.name not in fitted.posterior:
            continue
        low, median, high = np.quantile(fitted.posterior[equation.name]["weight"], [0.1, 0.5, 0.9], axis=0)
        found += [(equation.name, *row) for row in zip(equation.terms, median, low, high, strict=True)]
    return pd.DataFrame(found, columns=["equation", "term", "median", "low80", "high80"])


def summary(futures: FlowDraws) -> pd.DataFrame:
    """Return one row per quantity, series and period: median and ends of 50, 80 and 95 % intervals, cases.

    What enters or leaves a stock besides its flows has no rows where it is nothing in every draw.
    """
    parts = []
    for name in ("intake", "output", "further_in", "further_out", "stock"):
        draws = getattr(futures, name)
        unused = name.startswith("further") and draws is not None and not draws.values.any()
        if draws is not None and not unused:
            table = draws.summary()
            table.insert(0, "quantity", name)
            parts.append(table)
    whole: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return whole


def terms(table: pd.DataFrame) -> list[str]:
    """Return what the quantities of a summary are, in sentences; only of those that are in it."""
    meaning = {
        "intake": "new cases",
        "output": "cases decided or closed",
        "stock": "cases waiting at the end of the period",
        "further_in": "cases that join the stock besides the intake",
        "further_out": "cases that leave the stock besides the output",
    }
    told = [f"{name}: {what}" for name, what in meaning.items() if name in set(table["quantity"])]
    return [f"Unit: cases. {'; '.join(told)}."]


def intake_ahead(file: Path | str, flow: CaseFlow, *, as_of: str, horizon: int) -> dict[str, np.ndarray]:
    """Return the intake a table states for the periods ahead, by series, axes (draw, period).

    Raises
    ------
    DataError
        If a series is not in the case flow, or a period ahead has no intake.
    """
    raw, first_row = files.numbered(file)
    table = check(raw, "case_flow", where=str(file), first_row=first_row)
    parts = [name for name in PARTS if name in table]
    table["series"] = table[parts].astype(str).agg(JOINT.join, axis=1) if parts else ALONE
    ahead = [add_periods(as_of, step) for step in range(1, horizon + 1)]
    if "intake" not in table or (unknown := sorted(set(table["series"]) - set(flow.panel.series))):
        told = f"the case flow has no series {unknown[0]}" if "intake" in table else "the table has no column 'intake'"
        raise DataError(told, where=str(file), do="name series as the case flow does: " + ", ".join(flow.panel.series))
    found = {}
    for series, own in table.groupby("series"):
        values = own.set_index("period")["intake"].reindex(ahead)
        if values.isna().any():
            missing = values.index[values.isna()][0]
            raise DataError(f"no intake of {series} in {missing}", where=str(file), do="state every period ahead")
        found[str(series)] = values.to_numpy(float)[None]
    return found
