"""What a planned year looks like: fans of cases waiting, all together and by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import last_month
from workbench.core.errors import ReportError
from workbench.presentation.capacity.names import called
from workbench.presentation.display import source_line
from workbench.presentation.drawing.charts import Fan, fan_chart, fan_charts
from workbench.presentation.findings import Figure
from workbench.presentation.languages import month, say
from workbench.presentation.wording import about, between, leading

if TYPE_CHECKING:
    from workbench.core.draws import Draws
    from workbench.models.caseflow import CaseFlowPanel, FlowDraws
    from workbench.studies.capacity.study import CapacityResult


def _source(result: CapacityResult, language: str) -> str:
    run = say("Run {key}.", language, key=result.record.short_key)
    return f"{source_line(result.data.sources, language)}. {run}"


def _fan(draws: Draws, title: str, months: list[str]) -> Fan:
    past = draws.select(month=[months[0]]).summary()
    observed = pd.Series(past["median"].to_numpy(float), index=[months[0]])
    return Fan(title, observed, draws.select(month=months[1:]).summary(), pd.Series(dtype=float))


def fan_backlog(result: CapacityResult, language: str = "en") -> Figure:
    """Return the fan of all cases waiting under the plan."""
    months = [result.data.as_of, *result.months]
    fan = _fan(result.backlog.sum("stage"), say("All cases", language), months)
    last = fan.forecast.iloc[-1]
    return Figure(
        name="capacity-backlog",
        drawing=fan_chart(fan, result.data.as_of, say("Cases waiting at the end of the month", language), language),
        caption=say("Cases waiting under the plan: the bands hold 50, 80 and 95 % of the possible futures.", language),
        alternative=say(
            "Line chart of cases waiting by month under the plan. The median for {month} is {about}; 80 % {inner}.",
            language,
            month=month(str(last["month"]), language),
            about=about(float(last["median"]), language),
            inner=between(float(last["low80"]), float(last["high80"]), language),
        ),
        source=_source(result, language),
        data=fan.forecast,
    )


def fans_by_stage(result: CapacityResult, language: str = "en") -> Figure:
    """Return a fan for each stage."""
    months = [result.data.as_of, *result.months]
    stages = list(result.data.agency.stages)
    fans = [_fan(result.backlog.select(stage=s), leading(called(s, language)), months) for s in stages]
    data = pd.concat([fan.forecast.assign(stage=s) for fan, s in zip(fans, stages, strict=True)])
    return Figure(
        name="capacity-stages",
        drawing=fan_charts(fans, result.data.as_of, say("Cases waiting", language), language=language),
        caption=say("Where cases wait: each stage under the plan.", language),
        alternative=say(
            "Small line charts of cases waiting by month, one for each stage; the table gives the figures.", language
        ),
        source=_source(result, language),
        data=data,
    )


def fan_pending(panel: CaseFlowPanel, futures: FlowDraws, as_of: str, language: str = "en") -> Figure:
    """Return the fan of pending cases of an agency as a whole, with what was published since."""
    if futures.stock is None:
        raise ReportError("this forecast has no stock to draw", do="supply a table with intake, output and stock")
    name = futures.stock.labels("series")[0]
    values = pd.Series(panel.stock[:, panel.series.index(name)], index=[last_month(p) for p in panel.periods]).dropna()
    now = last_month(as_of)
    ahead = futures.stock.select(series=name).summary()
    ahead = ahead.assign(month=[last_month(p) for p in ahead["period"]])
    later = values[(values.index > now) & (values.index <= ahead["month"].iloc[-1])]
    fan = Fan(str(name), values[values.index <= now], ahead, later)
    last = ahead.iloc[-1]
    held = int(np.sum(later.reindex(ahead["month"]).between(ahead["low80"].to_numpy(), ahead["high80"].to_numpy())))
    return Figure(
        name="pending-cases",
        drawing=fan_chart(fan, now, say("Cases waiting", language), language),
        caption=say(
            "Pending cases: {held} of {known} periods published since lie in the 80 % band.",
            language,
            held=held,
            known=len(later),
        ),
        alternative=say(
            "Line chart of pending cases. The median for {month} is {about}; 80 % {inner}.",
            language,
            month=month(str(last["month"]), language),
            about=about(float(last["median"]), language),
            inner=between(float(last["low80"]), float(last["high80"]), language),
        ),
        source=say("Data to {month}", language, month=month(now, language)),
        data=ahead,
    )
