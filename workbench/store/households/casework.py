"""How does a household pause, leave or come back, and what happens to its offer and its place?

A household that leaves takes its open offer with it and gives its place back in the same transaction, so that the
place can be offered to another at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from workbench.core.errors import StoreError, nearest
from workbench.store import audit, reservation
from workbench.store.households import states
from workbench.store.schema import HOUSEHOLD, INTERVIEW, PERSON, PROPOSAL

STEPS = ("clear", "pause", "resume", "recall", "withdraw", "move_on")
"""Moves that a caseworker makes by hand; all others follow from an interview, an answer, a decision or a date."""
ENDS = ("recall", "withdraw", "move_on")
_LIVE = ("sent", "accepted", "decided")


def step(connection: sa.Connection, household: str, name: str, *, who: str, reason: str = "") -> str:
    """Make one of the moves of a caseworker; return the new state.

    Raises
    ------
    StoreError
        If the move is none of :data:`STEPS`, is not allowed from where the household is, or lacks its reason.
    """
    if name not in STEPS:
        raise StoreError(f"'{name}' is no step of a caseworker", do=nearest(name, list(STEPS)))
    state = states.move(connection, household, name, who=who, reason=reason)
    mine = PROPOSAL.c.household == household
    connection.execute(PROPOSAL.delete().where(mine, PROPOSAL.c.state == "draft"))
    if name in ENDS:
        ended = {"state": "withdrawn", "reason": reason, "version": PROPOSAL.c.version + 1}
        connection.execute(PROPOSAL.update().where(mine, PROPOSAL.c.state.in_(_LIVE)).values(ended))
        reservation.release(connection, household, who=who, why=reason)
    return state


def blocked(connection: sa.Connection, household: str, *, who: str) -> tuple[str, ...]:
    """Return what keeps a household from being ready, a sentence each; the reading is in the audit."""
    told = states.blockers(connection, household)
    audit.append(connection, who, "folder.read", household, "blockers")
    return told


def record(connection: sa.Connection, household: str, case_number: str = "") -> dict[str, Any]:
    """Return the row of a household, or of its member with a case number.

    Raises
    ------
    StoreError
        If there is no such household, or nobody of it has that number.
    """
    row = connection.execute(sa.select(HOUSEHOLD).where(HOUSEHOLD.c.id == household)).mappings().one_or_none()
    if row is None:
        raise StoreError("there is no such household", where=household)
    if not case_number:
        return dict(row)
    mine = (PERSON.c.household == household) & (PERSON.c.case_number == case_number)
    member = connection.execute(sa.select(PERSON).where(mine)).mappings().one_or_none()
    if member is None:
        raise StoreError("nobody of the household has this number", where=household, do="see `workbench register show`")
    return dict(member)


def newest_answers(connection: sa.Connection, household: str) -> tuple[str, str, Mapping[str, Any]] | None:
    """Return form, version and answers of a household's newest interview by a form; None where there is none."""
    held = sa.select(INTERVIEW).where(INTERVIEW.c.household == household, INTERVIEW.c.form != "none")
    rows = connection.execute(held.order_by(INTERVIEW.c.held, INTERVIEW.c.version)).mappings().all()
    return (rows[-1]["form"], rows[-1]["form_version"], rows[-1]["answers"]) if rows else None
