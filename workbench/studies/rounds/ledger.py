"""What did each lock, ban, swap and decline cost the plan, and does the ledger give the plan that was kept?

A price is the difference between the best plans found without and with an entry, in score and in persons placed, for
those who wait at that moment; so the prices of several entries need not add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.core.errors import DataError, DecisionError, StoreError
from workbench.core.geography.places import Locality
from workbench.store.database import Store
from workbench.store.rounds import answers, ledger, proposals
from workbench.studies.rounds.plan.given import LIFT, current_input, orders
from workbench.studies.rounds.plan.solve import Solved, solve, weights


def override(
    store: Store, key: str, locality: Locality, kind: str, household: str, place: str, *, reason: str, who: str
) -> dict[str, float]:
    """Lock a household to a place ('pin'), keep it from one ('ban'), or end such an order ('lift'); return the price.

    The price holds ``score`` and ``persons``; that of a lift is at most 0: the plan gains.

    Raises
    ------
    StoreError
        If there is no such override, place or order, or the rest of the plan cannot follow.
    """
    if kind not in ("pin", "ban", LIFT):
        raise StoreError(f"there is no override '{kind}'", do="pin, ban, swap or lift")
    if place not in locality.places:
        raise StoreError(f"'{place}' is no place", do=locality.hint(place))
    return _order(store, key, locality, kind, [(household, place)], reason=reason, who=who)


def swap(
    store: Store, key: str, locality: Locality, household: str, other: str, *, reason: str, who: str
) -> dict[str, float]:
    """Let two households of the newest proposal change places; return the price of both.

    Two entries of the ledger, one for each; the first carries the price of both.

    Raises
    ------
    StoreError
        If one of them has no proposal, both have the same place, or the rest of the plan cannot follow.
    """
    with store.reading() as connection:
        at = {row["household"]: row["place"] for row in answers.listed(connection, key, "draft")}
    for each in (household, other):
        if each not in at:
            raise StoreError("the household has no proposal that could be swapped", where=each, do="propose first")
    if at[household] == at[other]:
        raise StoreError("both households are proposed to the same place", where=at[other], do="name two others")
    return _order(
        store, key, locality, "swap", [(household, at[other]), (other, at[household])], reason=reason, who=who
    )


def _order(
    store: Store,
    key: str,
    locality: Locality,
    kind: str,
    pairs: list[tuple[str, str]],
    *,
    reason: str,
    who: str,
) -> dict[str, float]:
    with store.reading() as connection:
        given, rows, places = current_input(connection, key)
        declined = proposals.declined(connection)
        more = [{"kind": kind, "household": each, "place": at, "reason": reason} for each, at in pairs]
        changed, _, _ = current_input(connection, key, more)
    for household, place in pairs:
        if household not in given["households"]:
            raise StoreError("the household does not wait in this round", where=household)
        if kind in ("pin", "swap", LIFT) and (household, place) in declined:
            raise StoreError(
                "the municipality declined this household",
                where=f"{household}, {place}",
                why="a decline holds in later rounds too",
                do="name another place",
            )
    if kind == LIFT and changed["rules"] == given["rules"]:
        raise StoreError(
            "no order holds for this household and this place",
            where=f"{pairs[0][0]}, {pairs[0][1]}",
            do="name the place of the lock or the ban; the ledger stands on the page of the rounds",
        )
    by = weights(locality)
    before = solve(given, rows, places, by)
    try:
        after = solve(changed, rows, places, by)
    except (DataError, DecisionError) as error:
        raise StoreError("the override cannot be kept", where=pairs[0][0], why=error.what, do=error.do) from error
    price = _price(before, after)
    with store.writing() as connection:
        proposals.get(connection, key, "open", "proposed", "sent")
        for at, (household, place) in enumerate(pairs):
            told = price if at == 0 else None
            ledger.enter(connection, key, kind, household, place, reason=reason, who=who, price=told)
    return price


def price_declines(store: Store, key: str, locality: Locality, *, who: str) -> dict[int, dict[str, float]]:
    """Price the declines of a round that have no price yet; return the prices by number in the ledger.

    Each is what those who wait now lose because this household may not be offered to this municipality again, all
    other entries kept. One of a household that no longer waits has no price.

    Raises
    ------
    StoreError
        If the round is closed, or nobody waits in it.
    """
    with store.reading() as connection:
        given, rows, places = current_input(connection, key)
        entries = [each for each in ledger.entries(connection, key) if each["kind"] == "decline"]
    open_ = [each for each in entries if each["price"] is None and each["household"] in given["households"]]
    if not open_:
        return {}
    by = weights(locality)
    with_all = solve(given, rows, places, by)
    prices = {}
    for entry in open_:
        pair = (entry["household"], entry["place"])
        others = [
            rule for rule in given["rules"] if (rule["household"], rule["place"], rule["reason"]) != (*pair, "declined")
        ]
        prices[int(entry["number"])] = _price(solve({**given, "rules": others}, rows, places, by), with_all)
    with store.writing() as connection:
        for number, price in prices.items():
            ledger.set_price(connection, key, number, price, who=who)
    return prices


def replay(store: Store, key: str, locality: Locality) -> bool:
    """Say whether the round's opening state and its ledger give the plan that was kept.

    The rules are taken from the ledger, not from what was solved, and both have to be the same.

    Raises
    ------
    StoreError
        If the round has no plan yet, or a household of it was erased since.
    """
    with store.reading() as connection:
        kept = proposals.last_solution(connection, key)
        rows, places = proposals.rows_of(connection, key), proposals.places(connection, key)
        entries, declined = ledger.entries(connection, key), proposals.declined(connection)
    if kept is None:
        raise StoreError("the round has no plan yet", where=key)
    if gone := [each for each in kept["input"]["households"] if each not in rows]:
        raise StoreError(f"{len(gone)} households were erased since: the plan cannot be computed again", where=key)
    if not _same_rules(kept, entries, declined):
        return False
    again = solve(kept["input"], rows, places, weights(locality))
    return sorted(again.pairs) == sorted((household, place) for household, place in kept["plan"])


def _same_rules(kept: Mapping[str, Any], entries: list[dict[str, Any]], declined: set[tuple[str, str]]) -> bool:
    """Say whether the rules that were solved are those of the ledger as far as it went then."""
    waiting, last = set(kept["input"]["households"]), kept["told"].get("ledger", len(entries))
    then = [each for each in entries if each["number"] <= last and each["household"] in waiting]
    refused = {(each["household"], each["place"]) for each in then if each["kind"] == "decline"}
    ordered, rules = orders(then, waiting, refused), kept["input"]["rules"]
    solved, learnt = rules[: len(ordered)], rules[len(ordered) :]
    bans = {(rule["household"], rule["place"]) for rule in rules if rule["rule"] == "ban"}
    known = {("ban", *pair) for pair in declined}
    return (
        solved == ordered
        and refused <= bans
        and all((rule["rule"], rule["household"], rule["place"]) in known for rule in learnt)
    )


def _price(before: Solved, after: Solved) -> dict[str, float]:
    return {"score": before.value - after.value, "persons": before.persons_placed - after.persons_placed}
