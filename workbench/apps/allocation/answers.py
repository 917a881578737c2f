"""What stands on the allocation page: what a desk says, put into the places where the page answers."""

from __future__ import annotations

from workbench.apps.allocation import content
from workbench.apps.allocation.controls import Controls
from workbench.presentation.allocation import desk as words
from workbench.studies.allocation.desk import Desk


def buttons(at: Controls, desk: Desk | None) -> None:
    """Let only those buttons be pressed that have something to do."""
    at.undo.disabled = desk is None or not desk.draft.changes
    at.redo.disabled = desk is None or not desk.draft.undone
    for button in (at.apply, at.make_pdf, at.others, at.weigh, at.judge):
        button.disabled = desk is None
    at.longer.disabled = desk is None or desk.plan.gap <= desk.gap


def answer(at: Controls, desk: Desk, household: str, language: str) -> str:
    """Say what a desk says of its plan and of a household, all but the map; return the sentence that is read out."""
    parts = content.shown(desk, household, language)
    at.headline.value, at.moved.value, at.who.value = parts["headline"], parts["moved"], parts["household"]
    at.tables.value, at.fairness.value = parts["tables"], parts["fairness"]
    at.honesty.value = content.honest(desk, language)
    at.ledger.value = content.ledger(desk, language)
    at.pdf.value = at.near.value = at.weighed.value = ""
    return words.headline(desk, language).sentence
