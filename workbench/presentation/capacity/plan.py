"""What a staffing plan says: headline, orders, costs beside other choices, price of a caseworker, causes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.presentation.capacity.names import called
from workbench.presentation.findings import Finding, Interval, Several
from workbench.presentation.languages import known, marked, month, say
from workbench.presentation.tables import Column, Table
from workbench.presentation.title_block import Front
from workbench.presentation.wording import (
    MINUS,
    about,
    between,
    count,
    leading,
    listing,
    number,
    percent,
    period,
    rounded,
    span,
)

if TYPE_CHECKING:
    from workbench.studies.capacity.study import CapacityResult, WhatIf

LEVELS = (0.8, 0.95)
CHOICES = ("today", "mean", "plan")
SAVED = {
    "overtime": marked("overtime"),
    "waiting": marked("waiting"),
    "late": marked("late cases"),
    "left": marked("work left at the end"),
}
"""Parts of the cost on which a plan can save, as they stand in a sentence."""
PARTS = ("orders", "overtime", "waiting", "late", "left")


def front(result: CapacityResult, language: str = "en") -> Front:
    """Return the head of the report."""
    warning = say("This agency is synthetic: it describes no real agency.", language) if result.data.synthetic else ""
    asof = month(result.data.as_of, language)
    return Front(
        title=say("Capacity: backlog, waiting times and staff", language),
        subtitle=f"{known(result.data.name, language)} · {period(result.months[0], result.months[-1], language)}",
        vintage=say("Data to {month}", language, month=asof),
        record=result.record,
        description=headline(result, language).sentence,
        warning=warning,
        synthetic=say("synthetic agency", language) if result.data.synthetic else "",
        language=language,
    )


def _end(result: CapacityResult, which: str) -> np.ndarray:
    draws = result.backlog if which == "plan" else result.today
    found: np.ndarray = draws.values.sel(month=result.months[-1]).sum("stage").to_numpy()
    return found


def headline(result: CapacityResult, language: str = "en") -> Finding:
    """Return how many cases will wait at the end under the plan, and as today."""
    ours, today = _end(result, "plan"), _end(result, "today")
    now = int(result.data.agency.waiting.sum())
    median = float(np.quantile(ours, 0.5, method="inverted_cdf"))
    ends = [np.quantile(ours, q, method="inverted_cdf") for q in (0.1, 0.9)]
    told = {
        "plan": about(median, language),
        "month": month(result.months[-1], language),
        "between": between(float(ends[0]), float(ends[1]), language),
        "today": about(float(np.median(today)), language),
        "now": number(now, language=language),
    }
    if told["plan"] == told["today"]:
        sentence = say(
            "With the plan {plan} cases will wait in {month}, 80 % {between}; without hires and moves about as many. "
            "{now} wait now. What the plan changes is where they wait and how late they are.",
            language,
            **told,
        )
    else:
        sentence = say(
            "With the plan {plan} cases will wait in {month}, 80 % {between}; without hires and moves {today}. "
            "{now} wait now.",
            language,
            **told,
        )
    return Finding(
        sentence,
        estimate=median,
        unit="cases",
        intervals=(Interval(0.8, float(ends[0]), float(ends[1])),),
        headline=True,
        language=language,
    )


def orders(result: CapacityResult, language: str = "en") -> Finding:
    """Return what the plan orders, and where most."""
    hires = result.orders.hires
    by_stage = {s: float(hires[:, k].sum()) for k, s in enumerate(result.data.agency.stages)}
    most = sorted(by_stage, key=lambda s: -by_stage[s])[:2]
    told = listing(
        [
            say(
                "{number} for {stage}",
                language,
                number=number(by_stage[s], language=language),
                stage=called(s, language),
            )
            for s in most
            if by_stage[s] >= 0.5
        ],
        language,
    )
    moved = float(result.orders.to_stage.sum() + result.orders.to_unit.sum())
    where = f" ({told})" if told else ""
    return Finding(
        say(
            "The plan hires {hires} caseworkers{where} and moves {moved}.",
            language,
            hires=number(float(hires.sum()), language=language),
            where=where,
            moved=number(moved, language=language),
        ),
        language=language,
    )


def _saving(result: CapacityResult) -> tuple[float, float, float]:
    """Return the mean and the ends of the 80 % interval of what the plan saves, million euro.

    The mean is the difference of the two rounded totals in the table, so that a reader who subtracts finds it.
    """
    saved = result.totals["today"] - result.totals["plan"]
    low, high = np.quantile(saved, (0.1, 0.9)) / 1e6
    totals = result.costs.loc[["today", "plan"], list(PARTS)].sum(axis=1) / 1e6
    return round(float(totals["today"]), 1) - round(float(totals["plan"]), 1), float(low), float(high)


def saving(result: CapacityResult, language: str = "en") -> Finding:
    """Return what the plan saves beside no orders, in millions, and on what it saves most."""
    mean, low, high = _saving(result)
    said = say(
        "By the stated prices the plan saves {mean} million euro on average beside no hires and moves, "
        "80 % {low} to {high}.",
        language,
        mean=number(mean, 1, language),
        low=number(low, 1, language),
        high=number(high, 1, language),
    )
    costs: dict[Any, dict[Any, float]] = (result.costs / 1e6).to_dict("index")
    less = {part: costs["today"][part] - costs["plan"][part] for part in SAVED}
    most = max(less, key=lambda part: less[part])
    if round(less[most], 1) > 0:
        said += " " + say(
            "It saves most on {part}: {with_} instead of {without} million euro. Its hires and moves cost {orders}.",
            language,
            part=say(SAVED[most], language),
            with_=number(costs["plan"][most], 1, language),
            without=number(costs["today"][most], 1, language),
            orders=number(costs["plan"]["orders"], 1, language),
        )
    return Finding(
        said,
        estimate=mean,
        unit=say("million euro", language),
        intervals=(Interval(0.8, low, high),),
        language=language,
    )


def caseworker_price(result: CapacityResult, language: str = "en") -> Finding:
    """Return where one more caseworker would save most."""
    u, k = np.unravel_index(int(result.price.argmax()), result.price.shape)
    return Finding(
        say(
            "One more caseworker is worth most in {unit}, {stage}: {price} euro a month, "
            "while a month of work costs {pay} euro.",
            language,
            unit=result.data.agency.units[u],
            stage=called(result.data.agency.stages[k], language),
            price=number(rounded(float(result.price[u, k])), language=language),
            pay=number(result.data.prices.caseworker_month, language=language),
        ),
        estimate=float(result.price[u, k]),
        unit="euro a month",
        language=language,
    )


def key_findings(result: CapacityResult, language: str = "en") -> Several:
    """Return the sentences that matter."""
    return Several(
        (
            headline(result, language),
            saving(result, language),
            orders(result, language),
            caseworker_price(result, language),
        )
    )


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


def what_if_words(result: CapacityResult, found: WhatIf, language: str = "en") -> Finding:
    """Return what other hires or another intake would change beside the plan."""
    more = float(found.backlog[:, -1].mean()) - result.end
    dearer = (found.cost - found.plan_cost) / 1e6
    figure, money = about(abs(more), language), number(abs(dearer), 1, language)
    cases = (
        say("{figure} more cases", language, figure=figure)
        if more >= 0
        else say("{figure} fewer cases", language, figure=figure)
    )
    cost = (
        say("{money} million euro more", language, money=money)
        if dearer >= 0
        else say("{money} million euro less", language, money=money)
    )
    return Finding(
        say(
            "Compared with the plan, {cases} will wait in {month}, and the year costs {cost}.",
            language,
            month=month(result.months[-1], language),
            cases=cases,
            cost=cost,
        ),
        estimate=more,
        unit="cases",
        caveats=(
            say("On average over all possible futures; the cost of hires and of work left is included.", language),
        ),
        language=language,
    )


def how_sure(result: CapacityResult, language: str = "en") -> Finding:
    """Return what the figures rest on and what is assumed."""
    return Finding(
        say(
            "The figures come from {draws} possible futures. Each has its own intake, hours a case, absence, "
            "attrition, learning curve and way of each case. In every one, cases waiting are those before, plus "
            "those that came, less those done.",
            language,
            draws=number(result.backlog.size, language=language),
        ),
        caveats=(
            *_intake(result, language),
            *(say(text, language) for text in (*result.record.caveats, *result.data.notes)),
        ),
        language=language,
    )


def _intake(result: CapacityResult, language: str) -> tuple[str, ...]:
    """Return where the intake comes from, if from an inflow forecast."""
    used = result.forecast
    if used is None:
        return ()
    told = say(
        "The intake is the inflow forecast for {place} with figures up to {month}, {share} cases for each applicant: "
        "each possible future has its own. Its division by unit and type of case is that of the stated intake.",
        language,
        place=used.destination,
        month=month(used.as_of, language),
        share=number(used.share, 0 if used.share == round(used.share) else 2, language=language),
    )
    failed = say("The fit of this inflow forecast did not pass its checks: do not rely on it.", language)
    return (told,) if used.passed else (told, failed)
