"""What a reader asks of the forecast on the outlook page, and what stands beside it; as HTML, knows no widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.apps import notices
from workbench.apps.outlook.state import OutlookState
from workbench.core.errors import WorkbenchError
from workbench.presentation import inflow
from workbench.presentation import markup as m
from workbench.presentation.findings import Finding
from workbench.presentation.inflow import composition as parts_say
from workbench.presentation.inflow import judgement as people_say
from workbench.presentation.inflow import policy as policy_says
from workbench.presentation.inflow.series import months
from workbench.presentation.languages import month, say
from workbench.presentation.tables import Table
from workbench.presentation.wording import number
from workbench.studies.inflow import composition
from workbench.studies.inflow import judgement as people

if TYPE_CHECKING:
    from workbench.studies.inflow.saved_runs import InflowResult


def threshold(result: InflowResult, state: OutlookState) -> str:
    """Return how likely the reader's threshold is passed, by month, and how often such alarms were wrong."""
    language = state.language
    if not state.threshold:
        return ""
    backtest = people.kept_backtest(state.runs or None)
    try:
        one = people.together(result, state.threshold, backtest)
    except WorkbenchError:
        one = people.together(result, state.threshold, None)  # a backtest of other destinations tells nothing of these
    title = notices.tag("h2", say("Above a threshold?", language))
    return (
        title + people_say.alarm(result, one, language).html() + people_say.chances_table(result, one, language).html()
    )


def what_if(result: InflowResult, state: OutlookState) -> str:
    """Return what follows if a share of the forecast came, labelled *if*; the forecast stays as it is."""
    language = state.language
    if state.change == 100:
        return ""
    first = state.since if state.since in months(result) else months(result)[0]
    told = say(
        "{share} % of the forecast from {month}", language, share=number(state.change, language=language),
        month=month(first, language),
    )  # fmt: skip
    shocks = tuple(
        people.Shock(str(code), state.change / 100, "asked on the page", from_month=first) for code in result.names
    )
    applied = people.apply(result, people.If(told, shocks))
    title = notices.tag("h2", say("What if?", language))
    return (
        title
        + people_say.scenario(result, applied, language=language).html()
        + people_say.if_table(result, applied, language).html()
    )


def more(result: InflowResult, state: OutlookState) -> str:
    """Return who the applicants are, changes of policy, and how past forecasts did, each to be opened."""
    language = state.language
    folds = {
        say("First-time and repeated applicants", language): parts(result, language, composition.first_time),
        say("Where they come from", language): parts(result, language, composition.by_origin),
        say("Changes of policy", language): policy_says.events_table(result, language).html(),
        say("How past forecasts did", language): past(result, state),
    }
    told = "".join(
        f"<details data-mw-print><summary>{m.html(title)}</summary>{inner}</details>\n"
        for title, inner in folds.items()
        if inner
    )
    return told and notices.tag("h2", say("More about these months", language)) + told


def parts(result: InflowResult, language: str, divide: Callable[..., composition.Composed]) -> str:
    """Return the forecast in parts; empty where no shares reach its months, or it is another locality's."""
    found = parts_say.divided(result, divide)
    if found is None:
        return ""
    told = Finding(parts_say.finding(result, found, language).sentence, language=language)
    table: Table = parts_say.table(result, found, language)
    return told.html() + table.html()


def past(result: InflowResult, state: OutlookState) -> str:
    """Return how earlier issues did, and how often intervals held in the backtest kept beside the runs."""
    told = inflow.past_issues(result, state.language, state.runs or None).html()
    backtest = people.kept_backtest(state.runs or None)
    return told + (inflow.held(backtest, state.language).html() if backtest else "")
