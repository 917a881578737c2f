"""What is a round solved from: who waits, what is free, and which orders hold?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from workbench.core.errors import StoreError
from workbench.store import dwellings
from workbench.store.rounds import ledger, proposals

RULES = {"pin": "pin", "ban": "ban", "swap": "pin"}
"""Which rule an entry of the ledger is; a decline is a ban in this round and every later one."""
LIFT = "lift"
"""An entry that ends a person's orders about a household and a place."""


def current_input(
    connection: Any, key: str, more: Sequence[Mapping[str, Any]] = ()
) -> tuple[dict[str, Any], dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """Return what a round is solved from now: who waits, what is free, which orders hold; and its rows.

    ``more`` are entries that would follow those of the ledger.
    """
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
    ordered = orders([*ledger.entries(connection, key), *more], waiting, refused)
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
    entries: Sequence[Mapping[str, Any]], waiting: Collection[str], refused: set[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Return the rules of those who wait that a ledger orders.

    The newest order about a household and a place holds, 'lift' leaves none, and a lock ends one to another place. A
    decline ends an earlier lock to that place.

    >>> entry = {"household": "h", "place": "a", "reason": "school", "kind": "pin"}
    >>> orders([entry, {**entry, "place": "b"}], {"h"}, set())
    [{'rule': 'pin', 'household': 'h', 'place': 'b', 'reason': 'school'}]
    >>> orders([entry, {**entry, "kind": "lift"}], {"h"}, set())
    []
    >>> len(orders([{**entry, "kind": "ban"}, entry, entry], {"h"}, set()))
    1
    """
    held: list[dict[str, Any]] = []
    for each in entries:
        kind = each["kind"]
        if each["household"] not in waiting or kind not in (*RULES, LIFT):
            continue
        named = {name: each[name] for name in ("household", "place", "reason")}
        order = {"rule": RULES.get(kind, LIFT), **named}
        held = [rule for rule in held if not _ended(rule, order)]
        if kind != LIFT:
            held.append(order)
    return [rule for rule in held if rule["rule"] != "pin" or (rule["household"], rule["place"]) not in refused]


def _ended(rule: Mapping[str, Any], order: Mapping[str, Any]) -> bool:
    """Say whether a newer order ends an earlier rule."""
    locks = rule["rule"] == order["rule"] == "pin"
    return bool(rule["household"] == order["household"] and (rule["place"] == order["place"] or locks))
