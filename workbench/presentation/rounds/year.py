"""What a synthetic year says: three practices beside each other, week by week, and what was assumed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing

from workbench.core.geography.places import Locality
from workbench.presentation.drawing.charts import style
from workbench.presentation.drawing.theme import CATEGORIES, COLOURS, TEXT_WIDTH_IN
from workbench.presentation.findings import Figure
from workbench.presentation.languages import marked, say
from workbench.presentation.rounds import words
from workbench.presentation.rounds.figures import DASHES
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import DASH, number, percent
from workbench.sources import localities
from workbench.studies.rounds.waiting import Waits
from workbench.studies.rounds.year import YearResult, summary

SOURCE = marked("Source: synthetic households and stated assumptions; they describe no real persons.")
ASSUMED = {
    "decline": marked("chance that a municipality declines a household"),
    "silence": marked("chance that it does not answer in time"),
    "interview_first": marked("first day of the interview after the permit"),
    "interview_last": marked("last day of the interview after the permit"),
    "move_first": marked("first day of moving in after the decision"),
    "move_last": marked("last day of moving in after the decision"),
    "spare": marked("places beyond persons, as a share"),
    "batch": marked("smallest batch of places"),
}


def assumptions(locality: Locality, day: date | None = None, language: str = "en") -> Table:
    """Return what the year assumes, with its values."""
    stated = localities.parameters(locality).numbers("synthetic_year", day or date.today())
    rows = pd.DataFrame({"name": list(stated), "value": list(stated.values())})
    return Table(
        name="year-assumptions",
        caption=say("What the synthetic year assumes", language),
        columns=(
            Column(
                say("Assumption", language), tuple(say(ASSUMED.get(each, each), language) for each in stated), False
            ),
            Column(say("Value", language), tuple(f"{value:g}" for value in stated.values())),
        ),
        data=rows,
        language=language,
    )


def beside(results: Mapping[str, YearResult], language: str = "en") -> Table:
    """Return days to settlement, places used and score of each practice."""
    told = {name: summary(result) for name, result in results.items()}
    placed = {name: int(result.households["settles"].notna().sum()) for name, result in results.items()}
    middle = {name: _waits(result).median()[0] for name, result in results.items()}
    rows = pd.DataFrame([{"practice": name, **vars(each)} for name, each in told.items()])
    rows = rows.assign(placed=list(placed.values()), median_waiting=list(middle.values()))
    gaps = [DASH if np.isnan(each.largest_gap) else f"{100 * each.largest_gap:.3f}" for each in told.values()]
    return Table(
        name="year-practices",
        caption=say("A year of rounds under each practice", language),
        columns=(
            Column(say("Practice", language), tuple(told), False),
            Column(say("Households placed", language), tuple(number(n, language=language) for n in placed.values())),
            Column(say("Half settled within", language), tuple(words.days(n, language) for n in middle.values())),
            Column(
                say("Places used", language),
                tuple(percent(each.places_used, language=language) for each in told.values()),
            ),
            Column(say("Mean score", language), tuple(number(each.score, 3, language) for each in told.values())),
            Column(say("Largest gap (%)", language), tuple(gaps)),
        ),
        data=rows,
        notes=(say("Days from permit to settlement; those not settled by the end count as waiting so far.", language),),
        language=language,
    )


def curves(results: Mapping[str, YearResult]) -> dict[str, pd.DataFrame]:
    """Return the share that is not settled yet, by days since the permit, of each practice."""
    return {name: _waits(result).curve() for name, result in results.items()}


def by_week(result: YearResult, language: str = "en") -> Table:
    """Return each round of a year: persons who waited, households proposed, what became of them, and the gap."""
    rows = result.rounds
    heads = {
        "waiting": say("Persons waiting", language),
        "proposed": say("Proposed", language),
        "accepted": say("Accepted", language),
        "declined": say("Declined", language),
        "silent": say("Not answered", language),
    }
    return Table(
        name="year-rounds",
        caption=say("Round by round", language),
        columns=(
            Column(say("Week", language), tuple(str(week) for week in rows["week"])),
            *(Column(head, tuple(number(v, language=language) for v in rows[name])) for name, head in heads.items()),
            Column(
                say("Gap (%)", language),
                tuple(DASH if np.isnan(gap) else f"{max(0.0, 100 * gap):.3f}" for gap in rows["gap"]),
            ),
        ),
        data=rows.drop(columns="seconds"),
        language=language,
    )


def scores(results: Mapping[str, YearResult], language: str = "en") -> Figure:
    """Return how the scores of those placed spread under each practice."""
    bins = np.linspace(0, max(float(result.households["score"].max()) for result in results.values()) + 1e-9, 21)
    counts = {name: np.histogram(result.households["score"].dropna(), bins)[0] for name, result in results.items()}
    with style():
        drawing = Drawing(figsize=(TEXT_WIDTH_IN, 1.1 + 0.9 * len(counts)))
        rows = drawing.subplots(len(counts), sharex=True, sharey=True, squeeze=False)[:, 0]
        for at, (axes, (name, heights)) in enumerate(zip(rows, counts.items(), strict=True)):
            axes.bar(bins[:-1], heights, width=np.diff(bins), align="edge", color=CATEGORIES[at], alpha=0.85)
            axes.set_title(name, loc="left", fontsize=9, color=COLOURS.ink)
        rows[-1].set_xlabel(say("Score of the place", language))
        drawing.subplots_adjust(left=0.09, right=0.98, top=0.92, bottom=0.14, hspace=0.55)
    table = pd.DataFrame({"from": bins[:-1], "to": bins[1:], **counts})
    return Figure(
        name="year-scores",
        drawing=drawing,
        caption=say("Households by the score of their place, under each practice.", language),
        alternative=say("Histograms of scores, one for each practice: {names}.", language, names=", ".join(counts)),
        source=say(SOURCE, language),
        data=table,
    )


def places_used(results: Mapping[str, YearResult], language: str = "en") -> Figure:
    """Return how many households each practice placed by week, added up."""
    with style():
        drawing = Drawing(figsize=(TEXT_WIDTH_IN, 2.6))
        axes = drawing.add_axes((0.09, 0.18, 0.88, 0.7))
        for at, (name, result) in enumerate(results.items()):
            axes.plot(
                result.rounds["week"], result.rounds["accepted"].cumsum(), color=CATEGORIES[at], linewidth=1.5,
                linestyle=DASHES[at % len(DASHES)], label=name,
            )  # fmt: skip
        axes.legend(loc="upper left", frameon=False)
        axes.set_xlabel(say("Week", language))
        axes.set_ylim(0)
        drawing.text(0.0, 0.985, say("Households accepted so far", language), color=COLOURS.quiet, va="top")
    table = pd.DataFrame({name: result.rounds["accepted"].cumsum() for name, result in results.items()})
    return Figure(
        name="year-accepted",
        drawing=drawing,
        caption=say("Households accepted so far, by week.", language),
        alternative=say("Rising lines, one for each practice: {names}.", language, names=", ".join(results)),
        source=say(SOURCE, language),
        data=table.assign(week=next(iter(results.values())).rounds["week"]),
    )


def _waits(result: YearResult) -> Waits:
    """Return days from permit to settlement; who is not settled by the day of the last permit waits until then."""
    table = result.households
    permit, settles = pd.to_datetime(table["permit"]), pd.to_datetime(table["settles"])
    known = settles.where(settles <= permit.max())
    days = (known.fillna(permit.max()) - permit).dt.days.to_numpy(float)
    return Waits(days, known.notna().to_numpy())
