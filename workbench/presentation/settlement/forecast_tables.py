"""What a settlement forecast says of counties and municipalities, in tables.

Observed counts pass disclosure control before they are shown; forecasts are not observations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.presentation.findings import Finding
from workbench.presentation.languages import known, marked, say
from workbench.presentation.settlement.forecast import LEVELS, medians
from workbench.presentation.settlement.forecast_checked import counties, last_known, settled_since
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import count, number, percent, span
from workbench.studies import disclosure

if TYPE_CHECKING:
    from workbench.studies.settlement import SettlementResult

WITHHELD = marked(
    "Observed counts of 1 to 4, and further ones that would give them away, are withheld (a dash, as where no "
    "figure is published)."
)
SUMS = marked("Sums of observed counts leave out those that the publisher withheld.")
ALL = marked("All")


def by_county(result: SettlementResult, language: str = "en") -> Table | Finding:
    """Return the forecast of the first year by county, with the country as the last row; sums are exact."""
    year = result.years[0]
    groups = counties(result)
    if not any(result.parents.values()):
        return Finding(say("The table names no counties.", language), language=language)
    draws = result.draws.select(year=year)
    each = draws.group("municipality", groups, "county").summary((0.5, *LEVELS))
    each = each.sort_values(["median", "county"], ascending=[False, True])
    rows = pd.concat([each, draws.sum().summary((0.5, *LEVELS)).assign(county=ALL)], ignore_index=True)
    last = last_known(result)
    before = disclosure.sums(last, groups).rename("before") if len(last) else pd.Series(dtype=float)
    seen = [*(before.get(county, np.nan) for county in rows["county"][:-1]), float(last.sum()) if len(last) else np.nan]
    caption = say("Where they settle in {year}, by county", language, year=result.label(year))
    heading = say("County", language)
    later = settled_since(result)
    since = disclosure.sums(later, groups) if len(later) else pd.Series(dtype=float)
    out = [*(since.get(county, np.nan) for county in rows["county"][:-1]), float(later.sum()) if len(later) else np.nan]
    return _table(result, "settlement-by-county", heading, rows, "county", (seen, out), caption, language)


def by_municipality(
    result: SettlementResult, first: int = 1, last: int | None = None, year: int | None = None, language: str = "en"
) -> Table:
    """Return the forecast by municipality, most persons first, from rank ``first`` to ``last`` (all by default)."""
    chosen = year or result.years[0]
    rows = medians(result, chosen).iloc[first - 1 : last].reset_index(drop=True)
    groups = counties(result)
    shown = disclosure.shown(last_known(result), groups) if len(last_known(result)) else pd.Series(dtype=float)
    seen = [shown.get(code, np.nan) for code in rows["municipality"]]
    tail = f"-{first}-{first + len(rows) - 1}" if first > 1 or last else ""
    caption = say("Where they settle in {year}, by municipality", language, year=result.label(chosen))
    heading = say("Municipality", language)
    later = settled_since(result) if chosen == result.years[0] else pd.Series(dtype=float)
    since = disclosure.shown(later, groups) if len(later) else later
    out = [since.get(code, np.nan) for code in rows["municipality"]]
    return _table(result, f"settlement-by-municipality{tail}", heading, rows, "name", (seen, out), caption, language)


def _table(
    result: SettlementResult,
    name: str,
    heading: str,
    rows: pd.DataFrame,
    label: str,
    seen: tuple[list[float], list[float]],
    caption: str,
    language: str,
) -> Table:
    def exact(value: float) -> str:
        return number(value, language=language)

    before, since = seen
    records, total_last = rows.to_dict("records"), label == "county"
    columns = [
        Column(heading, tuple(known(str(r[label]), language) for r in records), right=False),
        Column(say("Settled {year}", language, year=result.label(result.as_of)), tuple(exact(v) for v in before)),
        # A total that is given has no interval and stands exactly, as its ends do.
        Column(
            say("Forecast median", language),
            tuple(exact(r["median"]) if r["low95"] == r["high95"] else count(r["median"], language) for r in records),
        ),
    ]
    for level in LEVELS:
        limits = [(r[f"low{round(100 * level)}"], r[f"high{round(100 * level)}"]) for r in records]
        told = tuple(exact(low) if low == high else span(low, high, language) for low, high in limits)
        columns.append(Column(say("{share} interval", language, share=percent(level, language=language)), told))
    if np.isfinite(since).any():
        columns.append(
            Column(say("Settled {year}", language, year=result.label(result.years[0])), tuple(exact(v) for v in since))
        )
    note = say("Persons. Forecasts are rounded, intervals outward; medians do not add up.", language)
    notes = [note, say(WITHHELD, language), *([say(SUMS, language)] if total_last else [])]
    return Table(
        name=name,
        caption=caption,
        columns=tuple(columns),
        data=rows.assign(settled_before=before, settled_since=since),
        sources=result.sources[:1],
        notes=(" ".join(notes),),
        total_last=total_last,
        language=language,
    )
