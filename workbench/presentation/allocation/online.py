"""What is said of a week's plan made with later weeks in mind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.presentation.findings import Finding
from workbench.presentation.languages import say
from workbench.presentation.wording import number

if TYPE_CHECKING:
    from workbench.studies.allocation.online.week import OnlineWeek


def week(told: OnlineWeek, language: str = "en") -> Finding:
    """Return how the plan differs from the best one of this week alone, and why."""
    plan, come = told.placed.plan, sorted(told.to_come)
    sentence = say(
        "{placed} of {persons} persons find a place this week. {differ} of {households} households go elsewhere than "
        "in the best plan of this week alone, because room that they would take is worth more to households still to "
        "come.",
        language,
        placed=number(plan.persons_placed, language=language),
        persons=number(plan.persons, language=language),
        differ=number(told.differ, language=language),
        households=number(len(told.batch.household_names), language=language),
    )
    return Finding(
        sentence,
        told.placed.score,
        say("score", language),
        caveats=(
            say(
                "Score this week {score}, {alone} in the best plan of this week alone; the room taken is worth {room}, "
                "{other} there.",
                language,
                score=number(told.placed.score, 2, language),
                alone=number(told.greedy.score, 2, language),
                room=number(told.placed.room, 2, language),
                other=number(told.greedy.room, 2, language),
            ),
            say(
                "Assumed: {least} to {most} households are still to come ({futures} futures), like those of the table "
                "of past households. If others come, the room was priced wrongly.",
                language,
                least=number(come[0] if come else 0, language=language),
                most=number(come[-1] if come else 0, language=language),
                futures=number(len(come), language=language),
            ),
        ),
        language=language,
    )
