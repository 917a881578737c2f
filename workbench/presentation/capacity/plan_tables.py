"""What a staffing plan says, in tables: cases waiting by stage, staff by unit, costs of each choice, causes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.presentation.capacity.names import called
from workbench.presentation.capacity.plan import PARTS
from workbench.presentation.languages import month, say
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import MINUS, count, leading, number, percent, rounded, span

if TYPE_CHECKING:
    from workbench.studies.capacity.study import CapacityResult

CHOICES = ("today", "mean", "plan")


def by_stage(result: CapacityResult, language: str = "en") -> Table:
    """Return cases waiting at the end by stage, under the plan and without orders; the total is the last row."""
    stages = list(result.data.agency.stages)
    last = result.months[-1]
    draws = result.backlog.select(month=last)
    rows = pd.concat([draws.summary(), draws.sum().summary().assign(stage="all")], ignore_index=True)
    now = [*result.data.agency.waiting.sum(axis=(0, 2)), result.data.agency.waiting.sum()]
    today = result.today.select(month=last)
    without = [*np.median(today.values.to_numpy(), axis=0), float(np.median(today.sum().values.to_numpy()))]
    rows = rows.set_index("stage").loc[[*stages, "all"]].reset_index()
    rows = rows.assign(now=now, without=without)
    names = [leading(called(s, language)) for s in stages] + [say("All", language)]
    records = rows.to_dict("records")
    return Table(
        name="capacity-by-stage",
        caption=say("Cases waiting in {month}, by stage", language, month=month(last, language)),
        columns=(
            Column(say("Stage", language), tuple(names), right=False),
            Column(say("Waiting now", language), tuple(number(v, language=language) for v in now)),
            Column(say("No hires or moves", language), tuple(count(v, language) for v in without)),
            Column(say("Plan, median", language), tuple(count(r["median"], language) for r in records)),
            Column(
                say("{share} interval", language, share=percent(0.8, language=language)),
                tuple(span(r["low80"], r["high80"], language) for r in records),
            ),
        ),
        data=rows,
        sources=result.data.sources,
        notes=(say("Cases. Forecasts are rounded, intervals outward; medians do not add up.", language),),
        total_last=True,
        language=language,
    )


def by_unit(result: CapacityResult, language: str = "en") -> Table:
    """Return hires, net moves and the price of a caseworker by unit; hires and price also by stage in the data."""
    agency = result.data.agency
    moved = result.orders.to_stage + result.orders.to_unit - result.orders.from_stage - result.orders.from_unit
    best = result.price.argmax(axis=1)
    rows = pd.DataFrame({"unit": agency.units, "staff": agency.staff.sum(axis=1)})
    rows = rows.assign(hires=result.orders.hires.sum(axis=1), moved=moved.sum(axis=1), price=result.price.max(axis=1))
    for k, stage in enumerate(agency.stages):
        rows[f"hires_{stage}"], rows[f"moved_{stage}"] = result.orders.hires[:, k], moved[:, k]
        rows[f"price_{stage}"] = result.price[:, k]
    return Table(
        name="capacity-by-unit",
        caption=say("Who is hired and moved, and where one more caseworker would save most", language),
        columns=(
            Column(say("Unit", language), tuple(agency.units), right=False),
            Column(say("Caseworkers now", language), tuple(number(v, 1, language) for v in rows["staff"])),
            Column(say("Hired", language), tuple(number(v, 1, language) for v in rows["hires"])),
            Column(say("Moved, net", language), tuple(_signed(v, 1, language) for v in rows["moved"])),
            Column(say("Needed most at", language), tuple(called(agency.stages[k], language) for k in best), False),
            Column(
                say("Worth, euro a month", language),
                tuple(number(rounded(v), language=language) for v in rows["price"]),
            ),
        ),
        data=rows,
        sources=result.data.sources,
        notes=(
            say(
                "Full-time equivalents. Worth: what one more caseworker in post for a month would save in overtime, "
                "waiting, lateness and work left, by the stated prices.",
                language,
            ),
        ),
        language=language,
    )


def by_choice(result: CapacityResult, language: str = "en") -> Table:
    """Return mean costs of the plan beside other choices, part by part; the parts add up to the total."""
    rows = result.costs.loc[list(CHOICES), list(PARTS)].copy()
    rows["total"] = rows.sum(axis=1)
    rows.insert(0, "choice", list(CHOICES))
    worst = [float(np.quantile(result.totals[c], 0.9)) for c in CHOICES]
    rows["worst_tenth_from"] = worst

    def million(values: pd.Series | list[float]) -> tuple[str, ...]:
        return tuple(number(v / 1e6, 1, language) for v in values)

    return Table(
        name="capacity-by-choice",
        caption=say("What the year costs, in million euro, on average", language),
        columns=(
            Column(say("Choice", language), tuple(leading(called(c, language)) for c in CHOICES), right=False),
            Column(say("Hires, moves", language), million(rows["orders"])),
            Column(say("Overtime", language), million(rows["overtime"])),
            Column(say("Waiting", language), million(rows["waiting"])),
            Column(say("Late", language), million(rows["late"])),
            Column(say("Work left", language), million(rows["left"])),
            Column(say("Total", language), million(rows["total"])),
            Column(say("One in ten above", language), million(worst)),
        ),
        data=rows,
        sources=result.data.sources,
        notes=(
            say(
                "Waiting and lateness cost what the stated prices say: a choice of values, not a bill. Work left: "
                "hours that cases still waiting will need.",
                language,
            ),
        ),
        language=language,
    )


def by_cause(result: CapacityResult, language: str = "en") -> Table:
    """Return why the backlog changes: causes that add up to the change, in cases."""
    found = dict(result.causes)
    rows = pd.DataFrame({"cause": [*found, "all"], "cases": [*found.values(), sum(found.values())]})
    return Table(
        name="capacity-by-cause",
        caption=say(
            "Why more or fewer cases will wait in {month} than now", language, month=month(result.months[-1], language)
        ),
        columns=(
            Column(
                say("Cause", language),
                (*(leading(called(c, language)) for c in found), say("Change in all", language)),
                right=False,
            ),
            Column(say("Cases", language), tuple(_signed(v, 0, language) for v in rows["cases"])),
        ),
        data=rows,
        sources=result.data.sources,
        notes=(
            say(
                "On average over all possible futures, under the plan. First row: what would change if intake, cases "
                "for each caseworker, staff and where cases go next all went as the tables state. Each further row is "
                "what its departure from that adds; the rows add up, cells are rounded. Staff holds attrition, hires "
                "and moves.",
                language,
            ),
        ),
        total_last=True,
        language=language,
    )


def _signed(value: float, decimals: int, language: str) -> str:
    shown = number(abs(value), decimals, language)
    if float(round(abs(value), decimals)) == 0:
        return shown
    return f"+{shown}" if value > 0 else f"{MINUS}{shown}"
