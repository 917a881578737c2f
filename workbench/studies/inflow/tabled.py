"""What does a forecast say as a table that a program reads? Every cell, every total, and what made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.models.quality import JOINT

if TYPE_CHECKING:
    from workbench.core.draws import Draws
    from workbench.studies.inflow.saved_runs import InflowResult

ALL = "all"
"""Stands for all destinations together, all origins, or all months."""


def tabled(result: InflowResult) -> pd.DataFrame:
    """Return one row for each destination and month, for each sum over months, over destinations, and over both.

    Returns
    -------
    pandas.DataFrame
        ``destination`` (``origin`` where corridors were forecast), ``month``; ``all`` stands for a sum. ``median``,
        ``low50`` … ``high95`` in persons, each the quantile of a sum that was taken draw by draw; medians do not add
        up. ``as_of``, ``seed``, ``run`` are the same in all rows.
    """
    return draws_tabled(result.draws).assign(**made_from(result))


def draws_tabled(draws: Draws) -> pd.DataFrame:
    """Return the rows of :func:`tabled` for any draws by destination and month, without what made them."""
    pair = any(JOINT in str(code) for code in draws.labels("destination"))
    tables = [_rows(draws), _rows(draws.sum("month"))]
    if pair:
        of = {code: str(code).partition(JOINT)[0] for code in draws.labels("destination")}
        each = draws.group("destination", of, "place")
        tables += [_rows(one, f"{{}}{JOINT}{ALL}") for one in (each, each.sum("month"))]
    tables += [_rows(draws.sum("destination")), _rows(draws.sum())]
    table = pd.concat(tables, ignore_index=True)
    if pair:
        parts = table["destination"].str.partition(JOINT)
        table.insert(1, "origin", parts[2].where(parts[2] != "", ALL))
        table["destination"] = parts[0]
    return table


def made_from(result: InflowResult) -> dict[str, Any]:
    """Return the as-of month, the seed and the key of the run of a forecast."""
    return {"as_of": result.as_of, "seed": int(result.record.scenario["seed"]), "run": result.record.short_key}


def totals(result: InflowResult) -> dict[str, Any]:
    """Return the sums over all destinations: of the whole period, and by month (persons)."""
    whole = {str(name): int(value) for name, value in result.draws.sum().summary().iloc[0].items()}
    return {"total": whole, "by_month": result.draws.sum("destination").summary().to_dict("records")}


def _rows(draws: Draws, named: str = "{}") -> pd.DataFrame:
    rows = draws.summary().rename(columns={"place": "destination"})
    for name in ("month", "destination"):
        if name not in rows:
            rows.insert(0, name, ALL)
    rows["destination"] = rows["destination"].map(lambda code: code if code == ALL else named.format(code))
    figures = [name for name in rows if name not in ("destination", "month")]
    return rows[["destination", "month", *figures]]
