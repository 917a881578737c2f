"""What happened to one household: offers, overrides, decisions, letters, its place, and who read its folder?"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workbench.core.errors import StoreError
from workbench.store.schema import (
    AUDIT,
    DECISION,
    DWELLING,
    HOUSEHOLD,
    LETTER,
    OVERRIDE,
    PERSON,
    PROPOSAL,
    RESERVATION,
    ROUND,
    WEEKLY_PLACES,
)

SHORTEST = 5
"""Signs of a household's code that name it, as pages show seven of them."""
WHOLE = "give the whole code, or the case number of a member"


def find(connection: sa.Connection, text: str) -> str:
    """Return the household with a code, the beginning of one, or a member's case number.

    Raises
    ------
    StoreError
        If there is none, or the beginning is that of several.
    """
    found = whole(connection, text)
    if connection.execute(sa.select(HOUSEHOLD.c.id).where(HOUSEHOLD.c.id == found)).scalar() is None:
        raise StoreError("no household has this code or case number", do=WHOLE)
    return found


def whole(connection: sa.Connection, text: str) -> str:
    """Return the whole code of the household with this beginning or case number; the text itself where there is none.

    Raises
    ------
    StoreError
        If several households have a code that begins so.
    """
    by_code = sa.select(HOUSEHOLD.c.id).where(HOUSEHOLD.c.id.startswith(text, autoescape=True)).limit(2)
    found = list(connection.execute(by_code).scalars()) if len(text) >= SHORTEST else []
    if text in found or len(found) == 1:
        return text if text in found else str(found[0])
    number = connection.execute(sa.select(PERSON.c.household).where(PERSON.c.case_number == text)).scalar()
    if number is None and found:
        raise StoreError("several households have a code that begins so", do=WHOLE)
    return text if number is None else str(number)


def of(connection: sa.Connection, household: str) -> dict[str, list[dict[str, Any]]]:
    """Return what happened to a household, the newest last: ``offers, ledger, decisions, letters, held, audit``.

    It names places, codes and who did what; pass it on only to the directorate.
    """
    mine = PROPOSAL.c.household == household
    week = (ROUND.c.year, ROUND.c.week)
    offers = (
        sa.select(
            *week,
            PROPOSAL.c.place,
            PROPOSAL.c.state,
            PROPOSAL.c.reason,
            PROPOSAL.c.decided,
            PROPOSAL.c.told,
            ROUND.c.id,
        )
        .join(ROUND, ROUND.c.id == PROPOSAL.c.round)
        .where(mine, PROPOSAL.c.state != "draft")
        .order_by(*week)
    )
    ledger = sa.select(OVERRIDE).where(OVERRIDE.c.household == household).order_by(OVERRIDE.c.at)
    decisions = (
        sa.select(DECISION.c.who, DECISION.c.at, PROPOSAL.c.place)
        .join(PROPOSAL, PROPOSAL.c.id == DECISION.c.proposal)
        .where(mine)
        .order_by(DECISION.c.at)
    )
    letters = sa.select(LETTER).where(LETTER.c.household == household).order_by(LETTER.c.day)
    held = (
        sa.select(WEEKLY_PLACES.c.municipality, WEEKLY_PLACES.c.year, WEEKLY_PLACES.c.week, DWELLING.c.dwelling)
        .join(RESERVATION, RESERVATION.c.weekly_places == WEEKLY_PLACES.c.id)
        .join(DWELLING, DWELLING.c.household == RESERVATION.c.household, isouter=True)
        .where(RESERVATION.c.household == household)
    )
    audit = sa.select(AUDIT.c.at, AUDIT.c.who, AUDIT.c.action, AUDIT.c.why).where(AUDIT.c.subject == household)
    asked = {
        "offers": offers, "ledger": ledger, "decisions": decisions, "letters": letters, "held": held,
        "audit": audit.order_by(AUDIT.c.number),
    }  # fmt: skip
    return {name: [dict(row) for row in connection.execute(query).mappings()] for name, query in asked.items()}
