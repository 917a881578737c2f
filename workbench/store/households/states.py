"""In which state may a household be, which moves are allowed, and what blocks it?"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from workbench.core.errors import StoreError, nearest
from workbench.store import audit
from workbench.store.schema import CONSENT, HOUSEHOLD, INTERVIEW, PERSON

OPEN = ("registered", "interviewed", "ready", "proposed", "accepted", "decided")
CLOSED = ("settled", "withdrawn", "moved_on")
STATES = (*OPEN, "paused", *CLOSED)


@dataclass(frozen=True)
class Move:
    """One allowed move: from which states to which, and whether it needs a reason (a code).

    ``to`` is empty for the state that the household was in before it was paused.
    """

    name: str
    since: tuple[str, ...]
    to: str
    reason: bool = False


MOVES = {
    move.name: move
    for move in (
        Move("interview", ("registered",), "interviewed"),
        Move("clear", ("interviewed",), "ready"),
        Move("propose", ("ready",), "proposed"),
        Move("recall", ("proposed",), "ready", reason=True),
        Move("accept", ("proposed",), "accepted"),
        Move("decline", ("proposed",), "ready", reason=True),
        Move("decide", ("accepted",), "decided"),
        Move("settle", ("decided",), "settled"),
        Move("pause", ("registered", "interviewed", "ready"), "paused", reason=True),
        Move("resume", ("paused",), ""),
        Move("withdraw", (*OPEN, "paused"), "withdrawn", reason=True),
        Move("move_on", (*OPEN, "paused"), "moved_on", reason=True),
    )
}
"""Every move there is. One with an open proposal is recalled before it is paused, so that its place is freed."""


def move(connection: sa.Connection, household: str, name: str, *, who: str, reason: str = "") -> str:
    """Make one move and return the new state; the audit notes it.

    Raises
    ------
    StoreError
        If there is no such household or move, the move is not allowed from where the household is, its reason is
        missing, or something blocks it.
    """
    if name not in MOVES:
        raise StoreError(f"there is no move '{name}'", do=nearest(name, list(MOVES)))
    step = MOVES[name]
    row = connection.execute(
        sa.select(HOUSEHOLD.c.state, HOUSEHOLD.c.state_before).where(HOUSEHOLD.c.id == household)
    ).one_or_none()
    if row is None:
        raise StoreError("there is no such household", where=household, do="see `workbench register show`")
    if row.state not in step.since:
        raise StoreError(
            f"the household is '{row.state}': it cannot '{name}'",
            where=household,
            why=f"this is allowed from: {', '.join(step.since)}",
            do="from here: " + (", ".join(allowed(row.state)) or "nothing, the household is closed"),
        )
    if step.reason and not audit.CODE.fullmatch(reason):
        raise StoreError(
            f"'{reason}' is no code of a reason" if reason else f"'{name}' needs a reason",
            where=household,
            do="give a code without spaces, such as no_suitable_dwelling or other",
        )
    if name == "clear" and (blocked := blockers(connection, household)):
        raise StoreError("the household is not ready", where=household, why="; ".join(blocked))
    to = step.to or row.state_before
    changed = {
        "state": to,
        "state_before": row.state,
        "state_reason": reason or None,
        "state_since": audit.now(),
        "version": HOUSEHOLD.c.version + 1,
    }
    connection.execute(HOUSEHOLD.update().where(HOUSEHOLD.c.id == household).values(changed))
    audit.append(connection, who, f"household.{name}", household, reason or name, {"from": row.state, "to": to})
    return str(to)


def allowed(state: str) -> tuple[str, ...]:
    """Return the moves that are allowed from a state."""
    return tuple(name for name, step in MOVES.items() if state in step.since)


def blockers(connection: sa.Connection, household: str) -> tuple[str, ...]:
    """Return what keeps a household from being ready, a sentence each; none: it can be placed."""
    persons = connection.execute(sa.select(PERSON.c.born).where(PERSON.c.household == household)).scalars().all()
    held = connection.execute(sa.select(sa.func.count()).where(INTERVIEW.c.household == household)).scalar_one()
    given = connection.execute(
        sa.select(CONSENT.c.given).where(CONSENT.c.household == household, CONSENT.c.purpose == "settlement")
    ).scalar_one_or_none()
    deadline = connection.execute(sa.select(HOUSEHOLD.c.deadline).where(HOUSEHOLD.c.id == household)).scalar_one()
    unborn = sum(born is None for born in persons)
    told = (
        ("nobody is registered as a member", not persons),
        (f"the date of birth of {unborn} of {len(persons)} members is not known", bool(unborn)),
        ("the interview has not been held", not held),
        ("whether the household agrees to be settled has not been asked", given is None),
        ("the household does not agree to be settled", given is False),
        ("the deadline is not known", deadline is None),
    )
    return tuple(sentence for sentence, so in told if so)
