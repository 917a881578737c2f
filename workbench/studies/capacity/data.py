"""Which case flow is a study about, does it hold together, and what must be said of it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.contracts.checking import check
from workbench.core.dates.calendar import known_period, last_month, month_end, period_months, period_range
from workbench.core.errors import DataError, Fault
from workbench.models.caseflow.panel import CaseFlowPanel
from workbench.sources import files, localities

CONTRADICTION = 0.5
"""Share of the larger of stocks and flows beyond which a stock that does not follow from its flows is refused."""
FEWEST_QUARTERS = 4
"""Of fewer last months of quarters it is not taken that a table is one of quarters: a year of them."""
PARTS = ("place", "stage", "case_type")
JOINT = " / "
ALONE = "all"


@dataclass(frozen=True, eq=False)
class CaseFlow:
    """The case flow of a study: the panel, whose figures it is, and what must be said beside it."""

    panel: CaseFlowPanel
    source: str
    notes: tuple[str, ...] = field(default=())


def read(
    *,
    file: Path | str | None = None,
    locality: str = "uk",
    table: str = "case_flow",
    contradiction: float = CONTRADICTION,
    today: date | None = None,
) -> CaseFlow:
    """Return a case flow from one's own table or a locality's.

    Raises
    ------
    DataError
        With every fault: cells, mixed or unfinished periods, staff without output, outcomes that do not add up, stocks
        that contradict their flows beyond ``contradiction``.
    """
    if file is not None:
        where, source = Path(file), str(file)
    else:
        entry = localities.load(locality, "capacity").table(table)
        where, source = entry.path, f"{entry.source.publisher}: {entry.source.title}"
    raw, first_row = files.numbered(where, "case_flow")
    frame = check(raw, "case_flow", where=str(where), first_row=first_row)
    frame["row"] = raw.index.to_numpy() + first_row
    return panel_of(frame, source=source, where=str(where), contradiction=contradiction, today=today)


def panel_of(
    frame: pd.DataFrame,
    *,
    source: str = "",
    where: str = "table",
    contradiction: float = CONTRADICTION,
    today: date | None = None,
) -> CaseFlow:
    """Return the panel of a checked table, whose column ``row`` counts lines of its file."""
    frame = frame.copy()
    for name in PARTS:
        if name in frame and frame[name].isna().any():
            faults = [Fault("the cell is empty", int(row), name) for row in frame.loc[frame[name].isna(), "row"]]
            raise _refused(faults, where)
    parts = [name for name in PARTS if name in frame]
    outcomes = [name for name in map(str, frame.columns) if name.startswith("outcome_")]
    faults = [*_period_faults(frame, today or date.today())]
    faults += [*_content_faults(frame, outcomes)]
    if faults:
        raise _refused(faults, where)
    frame["series"] = frame[parts].astype(str).agg(JOINT.join, axis=1) if parts else ALONE
    for name in ("intake", "output", "stock", *outcomes):
        frame[name] = pd.to_numeric(frame[name]).astype("float64") if name in frame else np.nan
    if outcomes:
        # A missing outcome of a published period would make the sum too small, so the sum is not made then.
        frame["output"] = frame["output"].fillna(frame[outcomes].sum(axis=1, min_count=len(outcomes)))
    frame, notes = _by_quarter(frame)
    periods = period_range(*_ends(frame["period"]))
    series = list(dict.fromkeys(frame["series"]))

    def grid(name: str) -> np.ndarray:
        return (
            frame.pivot(index="period", columns="series", values=name).reindex(periods, columns=series).to_numpy(float)
        )

    before = CaseFlowPanel(
        tuple(periods),
        tuple(series),
        grid("intake"),
        grid("output"),
        grid("stock"),
        tuple((name.removeprefix("outcome_"), grid(name)) for name in outcomes),
    )
    faults = [*_contradictions(before, frame, contradiction)]
    if faults:
        raise _refused(faults, where)
    panel = before.completed()
    return CaseFlow(panel, source, (*notes, *_notes(before, panel)))


def _refused(faults: list[Fault], where: str) -> DataError:
    return DataError(
        f"this case flow does not hold together: {len(faults)} fault{'s' * (len(faults) > 1)}",
        where=where,
        why="a stock is forecast from its flows, so both must be about the same cases and whole periods",
        do="mend the rows named; a flow that is not about the stock's cases is left out of the table",
        faults=faults,
    )


def _by_quarter(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return a table of months as quarters, and a note, if every value stands in the last month of one."""
    filled = frame.dropna(how="all", subset=["intake", "output", "stock"])
    months = set(map(str, filled["period"]))
    if len(months) < FEWEST_QUARTERS or any(period_months(m) == 3 or int(m[5:]) % 3 for m in months):
        return frame, []
    quarters = [f"{m[:4]}-Q{int(m[5:]) // 3}" for m in map(str, filled["period"])]
    return filled.assign(period=quarters), [
        "every value stands in the last month of a quarter, so the table is read as quarters."
    ]


def period_of(flow: CaseFlow, named: str) -> str:
    """Return a period as the table names it: the last month of a quarter serves for the quarter."""
    return known_period(named, flow.panel.periods)


def _ends(periods: pd.Series) -> tuple[str, str]:
    ordered = sorted(set(map(str, periods)), key=last_month)
    return ordered[0], ordered[-1]


def _period_faults(frame: pd.DataFrame, today: date) -> Iterator[Fault]:
    months = frame["period"].map(period_months)
    usual = months.mode().iloc[0]
    kind = "quarters" if usual == 3 else "months"
    for at in np.flatnonzero(months != usual):
        yield Fault(f"months and quarters are mixed; the others are {kind}", *_at(frame, at, "period"))
    for at in np.flatnonzero([month_end(last_month(str(period))) >= today for period in frame["period"]]):
        yield Fault("the period has not ended yet, so its counts are of a part of it", *_at(frame, at, "period"))


def _content_faults(frame: pd.DataFrame, outcomes: list[str]) -> Iterator[Fault]:
    counts = [name for name in ("intake", "output", "stock", *outcomes) if name in frame]
    if not counts or frame[counts].isna().all().all():
        columns = ", ".join(str(name) for name in frame.columns if name != "row")
        told = f"columns found: {columns}"
        yield Fault(f"no cell of intake, output, outcomes or stock is filled: there is nothing to forecast ({told})")
        return
    nothing = frame[[name for name in ("output", *outcomes) if name in frame]].isna().all(axis=1)
    for name in ("staff", "staff_hours"):
        if name in frame:
            for at in np.flatnonzero((frame[name] > 0).fillna(False) & nothing):
                yield Fault("staff without output: what they closed in this period is missing", *_at(frame, at, name))
    if outcomes and "output" in frame:
        summed = frame[outcomes].sum(axis=1, min_count=len(outcomes))
        wrong = (summed.notna() & frame["output"].notna() & (summed != frame["output"])).fillna(False)
        for at in np.flatnonzero(wrong):
            told = f"the outcomes add up to {int(summed.iloc[at]):,}"
            yield Fault(f"{told}, which is not the output", *_at(frame, at, "output"))


def _contradictions(panel: CaseFlowPanel, frame: pd.DataFrame, limit: float) -> Iterator[Fault]:
    largest = np.fmax(np.fmax(panel.intake, panel.output), panel.stock)
    largest[1:] = np.fmax(largest[1:], panel.stock[:-1])
    rows = frame.set_index(["period", "series"])["row"]
    for t, column in zip(*np.nonzero(np.abs(panel.further) > limit * np.maximum(largest, 20.0)), strict=True):
        told = f"{panel.stock[t - 1, column]:,.0f} + {panel.intake[t, column]:,.0f} − {panel.output[t, column]:,.0f}"
        what = f"the stock contradicts its flows ({told}) by more than {limit:.0%} of the largest of them"
        yield Fault(what, int(rows[panel.periods[t], panel.series[column]]), "stock", int(panel.stock[t, column]))


def _at(frame: pd.DataFrame, at: int | np.integer, column: str) -> tuple[int, str, object]:
    value = frame[column].iloc[at]
    return int(frame["row"].iloc[at]), column, value.item() if hasattr(value, "item") else str(value)


def _notes(before: CaseFlowPanel, panel: CaseFlowPanel) -> Iterator[str]:
    for column, name in enumerate(panel.series):
        further = panel.further[:, column]
        further = further[np.isfinite(further)]
        if before.closed[column] and len(further):
            largest = int(np.abs(further).max())
            yield (
                f"{name}: the stock differs from its flows by {further.mean():,.0f} cases a period on average, "
                f"{largest:,} at most; the difference is forecast as a flow of its own."
                if largest
                else f"{name}: the stock follows exactly from its flows."
            )
        if carried := int((np.isfinite(panel.carried[:, column]) & np.isnan(panel.stock[:, column])).sum()):
            yield f"{name}: the stock of {carried} periods is not published; it is carried on by its flows."
        for what, raw, filled in (
            ("output", before.output, panel.output),
            ("intake", before.intake, panel.intake),
        ):
            if np.isnan(raw[:, column]).all() and np.isfinite(filled[:, column]).any():
                yield f"{name}: {what} is not published; it is computed from the stock and the other flow."
        known = [values[:, column] for values in (panel.output, panel.stock) if np.isfinite(values[:, column]).any()]
        for values in known[:1]:
            at = np.flatnonzero(np.isfinite(values))
            if gaps := int(at[-1] - at[0] + 1 - len(at)):
                yield f"{name}: {gaps} periods in between are not published; the last value before them is carried on."
            if behind := len(values) - 1 - int(at[-1]):
                yield f"{name}: ends {behind} periods before the table does."
