"""What became of an offer: sent, accepted, declined, decided, or never answered?"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import sqlalchemy as sa

from workbench.core.errors import StoreError
from workbench.store import audit, dwellings, reservation
from workbench.store.households import states
from workbench.store.rounds import ledger
from workbench.store.rounds.proposals import get
from workbench.store.schema import DECISION, PROPOSAL, ROUND


def listed(connection: sa.Connection, key: str, *wanted: str) -> list[dict[str, Any]]:
    """Return a round's proposals in some states (in any, if none is named), by place and household."""
    found = sa.select(PROPOSAL).where(PROPOSAL.c.round == key).order_by(PROPOSAL.c.place, PROPOSAL.c.household)
    return [dict(row) for row in connection.execute(found).mappings() if not wanted or row["state"] in wanted]


def send(connection: sa.Connection, key: str, *, who: str) -> list[dict[str, Any]]:
    """Freeze the drafts and hand them out; return them.

    Raises
    ------
    StoreError
        If there is nothing to send, or a household is no longer ready.
    """
    get(connection, key, "proposed", "sent")
    drafts = listed(connection, key, "draft")
    if not drafts:
        raise StoreError("there is nothing to send", where=key, do="run `workbench round propose` first")
    for each in drafts:
        states.move(connection, each["household"], "propose", who=who)
        _to(connection, each["id"], "sent")
    connection.execute(ROUND.update().where(ROUND.c.id == key).values(state="sent"))
    audit.append(connection, who, "round.send", key, "round", {"proposals": len(drafts)})
    return drafts


def respond(
    connection: sa.Connection,
    key: str,
    household: str,
    accept: bool,
    *,
    place: str,
    today: date,
    who: str,
    reason: str = "",
) -> None:
    """Note a municipality's answer; an acceptance takes the room, a refusal needs its reason.

    Raises
    ------
    StoreError
        After the deadline, for an offer that is not this municipality's or was answered, without a reason for a
        refusal, or where too little room is left or no dwelling on the municipality's list fits.
    """
    row = get(connection, key, "sent")
    if today > row.deadline:
        raise StoreError(
            "the answer comes after the deadline",
            where=household,
            why=f"the deadline was {row.deadline}; silence is not acceptance",
            do="the household is offered again in the next round",
        )
    offer = _offer(connection, key, household, place)
    if offer["state"] != "sent":
        raise StoreError(f"the offer is '{offer['state']}' already", where=household, do="nothing: the answer stands")
    if accept:
        reservation.reserve(connection, household, offer["weekly_places"], who=who)
        dwellings.hold(connection, place, household, dwellings.last_day(row.year, row.week))
    states.move(connection, household, "accept" if accept else "decline", who=who, reason=reason)
    _to(connection, offer["id"], "accepted" if accept else "declined", reason=reason or None)
    if not accept:
        ledger.enter(connection, key, "decline", household, place, reason=reason, who=who)


def decide(connection: sa.Connection, key: str, household: str, *, today: date, who: str) -> tuple[str, bool]:
    """Note that a person decided; return the place, and whether the decision stands: another may have to decide too.

    Raises
    ------
    StoreError
        If the municipality has not accepted, it is decided already, or the second decider is the first.
    """
    row = get(connection, key, "sent")
    offer = _accepted(connection, key, household)
    before = list(connection.execute(sa.select(DECISION.c.who).where(DECISION.c.proposal == offer["id"])).scalars())
    if who in before:
        raise StoreError(
            "the second decider is the first",
            where=household,
            why="two different persons decide in this round",
            do="ask another person to decide",
        )
    connection.execute(DECISION.insert().values(proposal=offer["id"], who=who, at=audit.now()))
    audit.append(connection, who, "round.decide", household, "decision", {"round": key, "place": offer["place"]})
    place, stands = str(offer["place"]), len(before) + 1 >= row.deciders
    if stands:
        states.move(connection, household, "decide", who=who)
        _to(connection, offer["id"], "decided", decided=today)
    return place, stands


def _accepted(connection: sa.Connection, key: str, household: str) -> dict[str, Any]:
    """Return the accepted offer of a household; without one, say how its offers of this round stand."""
    offers = {each["state"]: each for each in listed(connection, key) if each["household"] == household}
    if "accepted" in offers:
        return offers["accepted"]
    see = f"see `workbench round status {key}`"
    if not offers:
        raise StoreError("this household has no offer in this round", where=household, do=see)
    if "decided" in offers:
        offer = offers["decided"]
        what = f"this household is decided already: it goes to {offer['place']}, since {offer['decided']}"
        raise StoreError(what, where=household, do="nothing: the decision stands")
    why = f"its offer is '{', '.join(offers)}'"
    raise StoreError("no municipality has accepted this household", where=household, why=why, do=see)


def close(connection: sa.Connection, key: str, *, today: date, who: str) -> dict[str, int]:
    """End a round: offers without an answer lapse and their households wait again; return how each offer ended.

    Raises
    ------
    StoreError
        Before the deadline while offers wait for an answer, or while an accepted household waits for its decision.
    """
    row = get(connection, key, "open", "proposed", "sent")
    silent, undecided = listed(connection, key, "sent"), listed(connection, key, "accepted")
    if undecided:
        raise StoreError(
            f"{len(undecided)} accepted households wait for a decision",
            where=key,
            do=f"decide them first: `workbench round status {key}` names them",
        )
    if silent and today <= row.deadline:
        raise StoreError(
            f"{len(silent)} offers wait for an answer until {row.deadline}", where=key, do="close after the deadline"
        )
    for each in silent:
        states.move(connection, each["household"], "recall", who=who, reason="no_response")
        _to(connection, each["id"], "lapsed", reason="no_response")
    connection.execute(PROPOSAL.delete().where(PROPOSAL.c.round == key, PROPOSAL.c.state == "draft"))
    connection.execute(ROUND.update().where(ROUND.c.id == key).values(state="closed", version=ROUND.c.version + 1))
    audit.append(connection, who, "round.close", key, "round", {"lapsed": len(silent)})
    return dict(Counter(each["state"] for each in listed(connection, key)))


def rounds(connection: sa.Connection) -> list[dict[str, Any]]:
    """Return every round with how many of its offers are in which state, the newest first."""
    found = connection.execute(
        sa.select(ROUND).order_by(ROUND.c.year.desc(), ROUND.c.week.desc(), ROUND.c.id)
    ).mappings()
    return [
        {**row, "offers": dict(Counter(each["state"] for each in listed(connection, row["id"])))} for row in list(found)
    ]


def accepted_places(connection: sa.Connection) -> dict[str, tuple[str, float]]:
    """Return where each household that was accepted goes, with the score of that proposal."""
    found = sa.select(PROPOSAL.c.household, PROPOSAL.c.place, PROPOSAL.c.told).where(
        PROPOSAL.c.state.in_(("accepted", "decided"))
    )
    return {str(row.household): (str(row.place), float(row.told["score"])) for row in connection.execute(found)}


def _offer(connection: sa.Connection, key: str, household: str, place: str) -> dict[str, Any]:
    """Return the newest offer of a household to a municipality; one that is not there and one of another read alike."""
    mine = sa.select(PROPOSAL).where(
        PROPOSAL.c.round == key, PROPOSAL.c.household == household, PROPOSAL.c.place == place
    )
    found = [dict(row) for row in connection.execute(mine).mappings()]
    found.sort(key=lambda each: each["state"] != "sent")
    if not found or found[0]["state"] == "draft":
        raise StoreError("this household was not offered to this municipality", where=household)
    return found[0]


def _to(connection: sa.Connection, proposal: str, state: str, **values: Any) -> None:
    new = {"state": state, "version": PROPOSAL.c.version + 1, **values}
    connection.execute(PROPOSAL.update().where(PROPOSAL.c.id == proposal).values(new))
