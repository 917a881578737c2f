"""What did earlier issues of a forecast say, how did they do, and what moved since the last one?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workbench.core.runs.provenance import RunStore
from workbench.core.runs.publication import Publication
from workbench.studies.inflow import saved_runs as inflow_saved
from workbench.studies.publishing.scores import open_issues

if TYPE_CHECKING:
    from workbench.studies.inflow.saved_runs import InflowResult


@dataclass(frozen=True)
class Moved:
    """What an issue expects beside the one before it, on the months and destinations that both forecast.

    Attributes
    ----------
    months
        The months that both forecast, first to last; empty where they share none.
    before, now
        Mean expected persons in these months.
    parts
        Change of the mean by destination, largest first; they add up to ``now - before``.
    """

    issue: Publication
    as_of: str
    months: tuple[str, ...]
    before: float
    now: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Record:
    """How many figures of earlier issues have a known outcome, and how many came out inside their 80 % interval."""

    issues: int
    figures: int
    inside: int


def earlier(result: InflowResult, runs: str | Path | None = None) -> list[tuple[Publication, InflowResult]]:
    """Return the issues that stood when a forecast was made, by the last month they knew."""
    found = []
    for issue in open_issues(runs):
        as_of = str(issue.run.record.scenario["as_of"])
        if issue.withdrawal is None and issue.key != result.record.key and as_of < result.as_of:
            found.append((issue, inflow_saved.opened(issue.run, RunStore(issue.folder))))
    return sorted(found, key=lambda pair: (pair[1].as_of, pair[0].number))


def moved(result: InflowResult, issues: list[tuple[Publication, InflowResult]]) -> Moved | None:
    """Return what moved since the last issue; None if there is none."""
    if not issues:
        return None
    issue, last = issues[-1]
    months = sorted({*map(str, last.draws.labels("month"))} & {*map(str, result.draws.labels("month"))})
    places = sorted({*map(str, last.draws.labels("destination"))} & {*map(str, result.draws.labels("destination"))})
    if not months or not places:
        return Moved(issue, last.as_of, (), float("nan"), float("nan"), ())
    one, two = (
        each.draws.select(month=months, destination=places).sum("month").values.mean("draw").to_series()
        for each in (last, result)
    )
    change = (two - one).reindex(places)
    order = change.abs().sort_values(ascending=False, kind="stable").index
    parts = tuple((str(place), float(change[place])) for place in order)
    return Moved(issue, last.as_of, tuple(months), float(one.sum()), float(two.sum()), parts)


def record(result: InflowResult, issues: list[tuple[Publication, InflowResult]]) -> Record:
    """Return how earlier issues did on the months that this forecast knows."""
    table = result.arrivals.dropna(subset=["persons"])
    known = dict(zip(zip(table["destination"], table["month"], strict=True), table["persons"], strict=True))
    figures = inside = 0
    for _, issue in issues:
        low, high = (end.values for end in issue.draws.interval(0.8))
        for at, place in enumerate(issue.draws.labels("destination")):
            for step, month in enumerate(issue.draws.labels("month")):
                came = known.get((str(place), str(month)), np.nan)
                if month > issue.as_of and not np.isnan(came):
                    figures += 1
                    inside += int(low[at, step] <= came <= high[at, step])
    return Record(len(issues), figures, inside)
