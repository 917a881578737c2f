"""What a staffing plan says, in sentences: cases waiting, orders, saving, price of a caseworker, what if."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.presentation.capacity.names import called
from workbench.presentation.findings import Finding, Interval, Several
from workbench.presentation.languages import known, marked, month, say
from workbench.presentation.title_block import Front
from workbench.presentation.wording import about, between, listing, number, period, rounded

if TYPE_CHECKING:
    from workbench.studies.capacity.study import CapacityResult, WhatIf

SAVED = {
    "overtime": marked("overtime"),
    "waiting": marked("waiting"),
    "late": marked("late cases"),
    "left": marked("work left at the end"),
}
"""Parts of the cost on which a plan can save, as they stand in a sentence."""
PARTS = ("orders", *SAVED)
"""All parts of the cost."""


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
        "By the stated prices the plan saves {mean} million euro on average, compared with no hires or moves, "
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
            "It saves most on {part}: {with_} instead of {without} million euro. Its hires and moves cost {orders} "
            "million euro.",
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
