"""The plan on the page in tables: who goes where, how full each place is, groups, and who stays without a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.presentation.allocation.desk import names
from workbench.presentation.allocation.plan_tables import reason
from workbench.presentation.languages import in_words, say
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import number, sentence

if TYPE_CHECKING:
    from workbench.studies.allocation.desk import Desk


def plan_table(desk: Desk, language: str = "en") -> Table:
    """Return who goes where."""
    table, named = desk.plan.assignment.sort_values("household"), names(desk)
    locked = {c.household for c in desk.draft.changes if c.kind == "pin"}
    return Table(
        name="plan",
        caption=say("Who goes where", language),
        columns=(
            Column(say("Household", language), tuple(table["household"].astype(str)), right=False),
            Column(say("Place", language), tuple(named[p] for p in table["place"]), right=False),
            Column(say("Score", language), tuple(number(v, 2, language) for v in table["score"])),
            Column(say("Next best place", language), tuple(named.get(p, "–") for p in table["runner_up"]), right=False),
            Column(
                say("Locked", language), tuple(say("yes", language) if h in locked else "" for h in table["household"])
            ),
        ),
        data=table[["household", "place", "score", "runner_up", "price"]],
        language=language,
    )


def place_table(desk: Desk, language: str = "en") -> Table:
    """Return how full each place is, and what one more would be worth."""
    table, named = desk.plan.by_place, names(desk)
    table = table.sort_values(["placed", "place"], ascending=[False, True])
    return Table(
        name="places",
        caption=say("How full each place is", language),
        columns=(
            Column(say("Place", language), tuple(named[p] for p in table["place"]), right=False),
            Column(say("Room", language), tuple(number(v, language=language) for v in table["capacity"])),
            Column(say("Placed", language), tuple(number(v, language=language) for v in table["placed"])),
            Column(say("Worth of one more", language), tuple(number(v, 2, language) for v in table["shadow_price"])),
        ),
        data=table[["place", "capacity", "placed", "shadow_price"]],
        language=language,
    )


def group_table(desk: Desk, language: str = "en") -> Table:
    """Return how each group fares, worst off first."""
    table = desk.plan.by_group.sort_values(["mean_score", "group"])
    return Table(
        name="groups",
        caption=say("How each group fares, worst off first; a household without a place counts zero", language),
        columns=(
            Column(say("Group", language), tuple(in_words(g, language) for g in table["group"]), right=False),
            Column(say("Households", language), tuple(number(v, language=language) for v in table["households"])),
            Column(say("Persons", language), tuple(number(v, language=language) for v in table["persons"])),
            Column(say("Placed", language), tuple(number(v, language=language) for v in table["placed_persons"])),
            Column(say("Mean score", language), tuple(number(v, 2, language) for v in table["mean_score"])),
        ),
        data=table,
        language=language,
    )


def unplaced_table(desk: Desk, language: str = "en") -> Table:
    """Return who stays without a place, and why."""
    table = desk.plan.unplaced
    return Table(
        name="unplaced",
        caption=say("Who stays without a place", language),
        columns=(
            Column(say("Household", language), tuple(table["household"].astype(str)), right=False),
            Column(say("Persons", language), tuple(number(v, language=language) for v in table["persons"])),
            Column(
                say("Reason", language),
                tuple(sentence(say(reason(str(why)), language)) for why in table["why"]),
                right=False,
            ),
        ),
        data=table,
        language=language,
    )
