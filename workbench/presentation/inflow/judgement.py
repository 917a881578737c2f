"""What do scenarios, experts' judgements and alarms say? Each with its label: *if*, who judged, how often wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from workbench.presentation.findings import Finding, Interval
from workbench.presentation.inflow.series import during, name, who, who_within
from workbench.presentation.languages import month, say
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import about, between, count, leading, listing, number, percent, span
from workbench.studies.inflow.issue import ahead, months_ahead
from workbench.studies.inflow.tabled import ALL, draws_tabled, made_from

if TYPE_CHECKING:
    from workbench.studies.inflow.judgement.alarm import Alarm
    from workbench.studies.inflow.judgement.experts import Judged
    from workbench.studies.inflow.judgement.scenarios import Applied
    from workbench.studies.inflow.saved_runs import InflowResult


def scenario(result: InflowResult, applied: Applied, other: Applied | None = None, language: str = "en") -> Finding:
    """Return what to expect if a scenario's conditions hold, beside the forecast or another scenario."""
    result, months = ahead(result), months_ahead(result)
    base = other.draws.select(month=months) if other else result.draws
    total, before = applied.draws.select(month=months).sum(), float(base.sum().quantile(0.5))
    low, high = (float(end) for end in total.interval(0.8))
    middle = float(total.quantile(0.5))
    told = {"name": applied.scenario.name, "who": who(result, language), "when": during(result, language)}
    told |= {"about": about(middle, language), "interval": between(low, high, language)}
    told |= {"before": about(before, language)}
    if other:
        sentence = say(
            "IF “{name}”: {who} could expect {about} asylum applicants {when}, 80 % {interval}; "
            "if “{other}”, {before}.",
            language,
            **told,
            other=other.scenario.name,
        )
    else:
        sentence = say(
            "IF “{name}”: {who} could expect {about} asylum applicants {when}, 80 % {interval}; "
            "the forecast says {before}.",
            language,
            **told,
        )
    caveats = [
        say(
            "A scenario says what would follow, not how likely it is; shocks are assumptions of those who wrote them.",
            language,
        )
    ]
    if applied.scenario.paths:
        caveats.append(
            say(
                "The paths are worth {effective} of {draws} simulated futures.",
                language,
                effective=number(applied.effective, language=language),
                draws=number(result.draws.size, language=language),
            )
        )
    return Finding(
        sentence,
        estimate=middle,
        unit="asylum applicants",
        intervals=(Interval(0.8, low, high),),
        caveats=tuple(caveats),
        language=language,
    )


def scenario_table(result: InflowResult, applied: Applied, seed: int) -> pd.DataFrame:
    """Return the scenario's rows as a forecast has them, each labelled with its condition."""
    rows = draws_tabled(applied.draws.select(month=months_ahead(result)))
    rows.insert(0, "scenario", f"if: {applied.scenario.name}")
    return rows.assign(**made_from(result), scenario_seed=seed)


def experts(result: InflowResult, found: Judged, language: str = "en") -> Finding:
    """Return what experts expect in all, beside the forecast, and how many draws that is based on."""
    result, months = ahead(result), months_ahead(result)
    machine, people = result.draws.sum(), found.draws.select(month=months).sum()
    low, high = (float(end) for end in people.interval(0.8))
    middle = float(people.quantile(0.5))
    sentence = say(
        "As {experts} judge it, {who} can expect {about} asylum applicants {when}, 80 % {interval}; the forecast alone "
        "says {machine}. The judgement is worth {effective} of {draws} simulated futures.",
        language,
        experts=listing(sorted(found.of), language),
        who=who_within(result, language),
        about=about(middle, language),
        when=during(result, language),
        interval=between(low, high, language),
        machine=about(float(machine.quantile(0.5)), language),
        effective=number(found.effective, language=language),
        draws=number(result.draws.size, language=language),
    )
    return Finding(
        sentence,
        estimate=middle,
        unit="asylum applicants",
        intervals=(Interval(0.8, low, high),),
        caveats=(say("A judgement is kept and scored apart from the forecast, which it does not change.", language),),
        language=language,
    )


def experts_table(result: InflowResult, found: Judged, seed: int) -> pd.DataFrame:
    """Return the experts' rows as a forecast has them, beside the machine's, each labelled."""
    months = months_ahead(result)
    rows = [
        draws_tabled(draws.select(month=months)).assign(forecaster=label)
        for label, draws in (("machine", result.draws), ("experts", found.draws))
    ]
    table = pd.concat(rows, ignore_index=True)
    return table.assign(**made_from(result), experts_seed=seed, effective_draws=round(found.effective))


def alarm(result: InflowResult, one: Alarm, language: str = "en") -> Finding:
    """Return how likely a threshold is passed in any month, and how often such an alarm was wrong."""
    sentence = say(
        "{destination}: more than {threshold} applicants in some month {when}: {chance}.",
        language,
        destination=who(result, language) if one.destination == ALL else name(result, one.destination, language),
        threshold=number(one.threshold, language=language),
        when=during(result, language),
        chance=percent(one.any_month, language=language),
    )
    caveat = say(
        "An alarm is a month with a probability of {share} or more. {rates}",
        language,
        share=percent(one.at, language=language),
        rates=rates(one, language),
    )
    return Finding(sentence, estimate=one.any_month, unit="probability", caveats=(caveat,), language=language)


def chances_table(result: InflowResult, one: Alarm, language: str = "en") -> Table:
    """Return the chance of passing a threshold by month, alarms marked."""
    rows = pd.DataFrame({"month": list(one.chances), "chance": list(one.chances.values())})
    marks = [say("alarm", language) if chance >= one.at else "" for chance in rows["chance"]]
    return Table(
        name="inflow-threshold",
        caption=say(
            "How likely more than {threshold} apply in a month",
            language,
            threshold=number(one.threshold, language=language),
        ),
        columns=(
            Column(say("Month", language), tuple(leading(month(m, language)) for m in rows["month"]), right=False),
            Column(say("Chance", language), tuple(percent(c, language=language) for c in rows["chance"])),
            Column(say("Alarm", language), tuple(marks), right=False),
        ),
        data=rows,
        sources=result.sources,
        language=language,
    )


def if_table(result: InflowResult, applied: Applied, language: str = "en") -> Table:
    """Return a scenario beside the forecast, month by month and for the whole period."""
    result, months = ahead(result), months_ahead(result)
    rows, columns = [], []
    for draws in (result.draws, applied.draws.select(month=months)):
        both = pd.concat([draws.sum("destination").summary([0.8]), draws.sum().summary([0.8]).assign(month=ALL)])
        rows.append(both.reset_index(drop=True))
    forecast, other = rows
    labels = [
        say("Whole period", language) if m == ALL else leading(month(str(m), language)) for m in forecast["month"]
    ]
    columns.append(Column(say("Month", language), tuple(labels), right=False))
    for heading, part in ((say("Forecast median", language), forecast), (say("If: median", language), other)):
        columns.append(Column(heading, tuple(count(v, language) for v in part["median"])))
        ends = zip(part["low80"], part["high80"], strict=True)
        columns.append(
            Column(say("{share} interval", language, share=percent(0.8)), tuple(span(a, b, language) for a, b in ends))
        )
    return Table(
        name="inflow-if",
        caption=say("If “{name}”: beside the forecast, which it does not change", language, name=applied.scenario.name),
        columns=tuple(columns),
        data=forecast.add_prefix("forecast_").join(other.add_prefix("if_")),
        sources=result.sources,
        total_last=True,
        language=language,
    )


def rates(one: Alarm, language: str = "en") -> str:
    """Return how often such alarms were wrong in the backtest, in a sentence."""
    told = one.rates
    if told is None:
        return say("No backtest is kept here, so nobody knows how often such an alarm would be wrong.", language)
    return say(
        "In the backtest from {first} to {last}, {false} of {quiet} months below the threshold had a false alarm and "
        "{missed} of {passed} months above it were missed.",
        language,
        first=month(told.origins[0], language),
        last=month(told.origins[1], language),
        false=number(told.false, language=language),
        quiet=number(told.quiet, language=language),
        missed=number(told.missed, language=language),
        passed=number(told.passed, language=language),
    )
