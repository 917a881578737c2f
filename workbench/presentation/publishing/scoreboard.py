"""What do the scores of published forecasts say, and what may nobody conclude from them?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from workbench.presentation.findings import Finding
from workbench.presentation.languages import day, marked, month, say, say_many
from workbench.presentation.tables import Column, Table
from workbench.presentation.title_block import Front
from workbench.presentation.wording import leading, listing, number, percent
from workbench.studies.publishing.release import MODEL

if TYPE_CHECKING:
    from workbench.studies.publishing.scores import Scoreboard

NOMINAL = 0.8
FEWEST_BLOCKS = 3
COUNTED = marked(
    "**What is counted.** Every published forecast is scored, withdrawn ones too, on each month and destination "
    "whose outcome is known. The first figure is the one that stood in the earliest frozen table; the revised "
    "figure is the one that stands now. The simple rules are fitted to what each forecast knew: the last month "
    "again, the same month a year before, and a smoothed trend."
)
"""What is scored, as the report and the page say it."""

RULES = {
    "RandomWalk": marked("the last month again"),
    "SeasonalNaive": marked("the same month a year before"),
    "OptimizedTheta": marked("a smoothed trend"),
}
"""What the simple rules are called."""


def forecaster(model: str, language: str = "en") -> str:
    """Return what a forecaster is called; one that was entered as it calls itself."""
    if model == MODEL:
        return say("this workbench", language)
    return say(RULES[model], language) if model in RULES else model


def front(board: Scoreboard, language: str = "en") -> Front:
    """Return the head of the report on published forecasts."""
    last = board.issues[-1]
    as_of = str(last.run.record.scenario["as_of"])
    issues = say_many("{number} issue", "{number} issues", len(board.issues), language, number=len(board.issues))
    return Front(
        title=say("Scoreboard: how good were the published forecasts?", language),
        subtitle=issues,
        vintage=leading(say("data to {month}", language, month=month(as_of, language))),
        record=last.run.record,
        description=headline(board, language).sentence,
        language=language,
    )


def headline(board: Scoreboard, language: str = "en") -> Finding:
    """Return how many published figures came out inside their interval, how many should, and what came nearer."""
    table = board.by_model()
    ours = table[table["model"] == MODEL]
    if ours.empty:
        return Finding(
            say("No outcome of a published forecast is known yet, so nothing is scored.", language), headline=True
        )
    row = ours.iloc[0]
    hit, of = round(row["inside"] * row["forecasts"]), int(row["forecasts"])
    sentence = say(
        "{hit} of {of} published figures came out inside their 80 % interval; about {expected} should have.",
        language,
        hit=number(hit, language=language),
        of=number(of, language=language),
        expected=number(round(NOMINAL * of), language=language),
    )
    unit = say("share of figures", language)
    sentence = f"{sentence} {_nearer(table, language)}".rstrip()
    return Finding(sentence, estimate=float(row["inside"]), unit=unit, headline=True, language=language)


def _nearer(table: pd.DataFrame, language: str) -> str:
    """Return which simple rules came nearer than the workbench on the same figures; nothing where none was tried."""
    rules = table[table["model"].isin(list(RULES))]
    if rules.empty:
        return ""
    told = [
        say(
            "{rule} ({score} against {ours})",
            language,
            rule=forecaster(str(row["model"]), language),
            score=number(round(float(row["score"])), language=language),
            ours=number(round(float(row["ours"])), language=language),
        )
        for row in rules[rules["score"] < rules["ours"]].to_dict("records")
    ]
    if told:
        return say("Simple rules that came nearer (lower is nearer): {rules}.", language, rules=listing(told, language))
    return say("No simple rule came nearer.", language)


def by_forecaster(board: Scoreboard, language: str = "en") -> Table:
    """Return the score of each forecaster, as first published and as revised, on the figures they share with ours."""
    table = board.by_model()
    rows = table.to_dict("records")

    def shown(name: str) -> tuple[str, ...]:
        return tuple(number(round(float(row[name])), language=language) for row in rows)

    columns = (
        Column(
            say("Forecaster", language),
            tuple(leading(forecaster(str(row["model"]), language)) for row in rows),
            right=False,
        ),
        Column(say("Figures", language), tuple(number(row["forecasts"], language=language) for row in rows)),
        Column(say("Score, first figures", language), shown("score")),
        Column(say("Score, revised figures", language), shown("score_revised")),
        Column(say("This workbench on the same figures", language), shown("ours")),
        Column(say("Inside 80 %", language), tuple(percent(float(row["inside"]), language=language) for row in rows)),
    )
    note = say(
        "The score is the weighted interval score in persons: how far the 10, 50 and 90 % quantiles lie from what "
        "came. Lower is better. Each forecaster is scored on the figures that it and we both forecast.",
        language,
    )
    return Table(
        name="scores-by-forecaster",
        caption=say("How close each forecaster came", language),
        columns=columns,
        data=table,
        notes=(note,),
        language=language,
    )


def by_issue(board: Scoreboard, language: str = "en") -> Table:
    """Return every issue: who released it and when, whether it stands, how many of its figures came out inside."""
    ours = board.rows[board.rows["model"] == MODEL]
    rows = []
    for issue in board.issues:
        mine = ours.loc[ours["issue"] == issue.id, "inside"]
        hit, of = int(mine.sum()), len(mine)
        taken = issue.withdrawal
        rows.append(
            {
                "issue": issue.id,
                "as_of": str(issue.run.record.scenario["as_of"]),
                "released": issue.released,
                "by": issue.by,
                "inside": hit,
                "figures": of,
                "withdrawn": "" if taken is None else taken.reason,
            }
        )
    table = pd.DataFrame(rows)
    told = say("{hit} of {of}", language, hit="{hit}", of="{of}")
    columns = (
        Column(say("Issue", language), tuple(table["issue"]), right=False),
        Column(say("Data to", language), tuple(month(m, language) for m in table["as_of"]), right=False),
        Column(say("Released", language), tuple(_day(moment, language) for moment in table["released"]), right=False),
        Column(
            say("Inside 80 %", language),
            tuple(told.format(hit=h, of=o) for h, o in zip(table["inside"], table["figures"], strict=True)),
        ),
        Column(
            say("Withdrawn, with the reason", language),
            tuple(table["withdrawn"].where(table["withdrawn"] != "", "–")),
            right=False,
        ),
    )
    return Table(
        name="scores-by-issue",
        caption=say("Every issue, withdrawn ones too", language),
        columns=columns,
        data=table,
        language=language,
    )


def not_concluded(board: Scoreboard, language: str = "en") -> Finding:
    """Return how many independent blocks the scores come from, and what may not be concluded from them."""
    ours = board.rows[board.rows["model"] == MODEL]
    late = int(ours["look_back"].sum())
    sentence = say_many(
        "These scores come from {blocks} independent block of nine months; {waiting} figures still wait for "
        "their outcome.",
        "These scores come from {blocks} independent blocks of nine months; {waiting} figures still wait for "
        "their outcome.",
        board.blocks,
        language,
        blocks=board.blocks,
        waiting=number(board.waiting, language=language),
    )
    caveats = [
        say(
            "Neighbouring months and destinations share their shocks, so many figures prove little more than one.",
            language,
        ),
        say(
            "Nothing is said about an agency's own forecasts unless they were entered here before the outcome was "
            "known.",
            language,
        ),
    ]
    if board.blocks < FEWEST_BLOCKS:
        caveats.insert(
            0,
            say(
                "With fewer than three blocks it cannot be said which forecaster is better; any order may be chance.",
                language,
            ),
        )
    if late:
        caveats.insert(
            0,
            say(
                "{late} of the {all} figures were published after their month was over. They look back: they show "
                "how the method would have done, not that a forecast came true.",
                language,
                late=number(late, language=language),
                all=number(len(ours), language=language),
            ),
        )
    return Finding(sentence, caveats=tuple(caveats), language=language)


def _day(moment: str, language: str) -> str:
    return day(datetime.fromisoformat(moment).date(), language)
