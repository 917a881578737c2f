"""What is a round solved from: who waits, what is free, and which orders hold?"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from workbench.core.errors import StoreError
from workbench.store import dwellings
from workbench.store.rounds import ledger, proposals

RULES = {"pin": "pin", "ban": "ban", "swap": "pin"}
"""Which rule an entry of the ledger is; a decline is a ban in this round and every later one."""


def current_input(connection: Any, key: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """Return what a round is solved from now: who waits, what is free, which orders hold; and its rows."""
    row = proposals.get(connection, key, "open", "proposed", "sent")
    waiting = [each["household"] for each in proposals.waiting(connection, key)]
    if not waiting:
        raise StoreError(
            "nobody waits in this round",
            where=key,
            do="open the next one; `workbench round lists` writes the lists of those sent",
        )
    room: dict[str, dict[str, int]] = {}
    for at in proposals.free(connection, row.year, row.week):
        room.setdefault(at.kind, {})[at.place] = at.free
    refused = proposals.declined(connection)
    ordered = orders(ledger.entries(connection, key), waiting, refused)
    known = {(each["household"], each["place"]) for each in ordered if each["rule"] == "ban"}
    bans = [
        {"rule": "ban", "household": household, "place": place, "reason": "declined"}
        for household, place in sorted(refused - known)
        if household in waiting
    ]
    given = {"households": waiting, "capacity": room, "rules": [*ordered, *bans]}
    if homes := proposals.dwellings(connection, dwellings.last_day(row.year, row.week)):
        given["dwellings"] = homes
    return given, proposals.rows_of(connection, key), proposals.places(connection, key)


def orders(
    entries: list[dict[str, Any]], waiting: Collection[str], refused: set[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Return the rules of those who wait that a ledger orders; a decline ends an earlier lock to that place."""
    return [
        {"rule": RULES[each["kind"]], "household": each["household"], "place": each["place"], "reason": each["reason"]}
        for each in entries
        if each["household"] in waiting
        and each["kind"] in RULES
        and not (RULES[each["kind"]] == "pin" and (each["household"], each["place"]) in refused)
    ]
