"""What did people change in a round, why, and at what price? Locks, bans, swaps and declines, in their order."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from workbench.store import audit
from workbench.store.database import new_id
from workbench.store.schema import OVERRIDE


def entries(connection: sa.Connection, key: str) -> list[dict[str, Any]]:
    """Return a round's ledger, the oldest entry first."""
    found = sa.select(OVERRIDE).where(OVERRIDE.c.round == key).order_by(OVERRIDE.c.number)
    return [dict(row) for row in connection.execute(found).mappings()]


def priced(connection: sa.Connection, key: str) -> list[dict[str, Any]]:
    """Return a round's ledger with its prices: ``number, kind, household, place, reason, who, score, persons``.

    The last two are the price; absent where it has none yet, or the other half of its swap carries it.
    """
    names = ("number", "kind", "household", "place", "reason", "who")
    return [
        {**{name: row[name] for name in names}, **(row["price"] or {"score": math.nan, "persons": math.nan})}
        for row in entries(connection, key)
    ]


def last(connection: sa.Connection, key: str) -> int:
    """Return the number of a round's newest entry, 0 before the first."""
    return max((int(each["number"]) for each in entries(connection, key)), default=0)


def enter(
    connection: sa.Connection,
    key: str,
    kind: str,
    household: str,
    place: str,
    *,
    reason: str,
    who: str,
    price: Mapping[str, float] | None = None,
) -> int:
    """Write an entry: who, when, why and at what price, None: not known yet; return its number."""
    number = 1 + last(connection, key)
    row = {"kind": kind, "household": household, "place": place, "reason": reason, "who": who}
    told = None if price is None else dict(price)
    connection.execute(
        OVERRIDE.insert().values(id=new_id("O"), round=key, number=number, at=audit.now(), price=told, **row)
    )
    audit.append(connection, who, f"override.{kind}", household, reason, {"round": key, "place": place})
    return number


def set_price(connection: sa.Connection, key: str, number: int, price: Mapping[str, float], *, who: str) -> None:
    """Note what an entry cost."""
    at = (OVERRIDE.c.round == key) & (OVERRIDE.c.number == number)
    connection.execute(OVERRIDE.update().where(at).values(price=dict(price)))
    audit.append(connection, who, "override.price", key, "round", {"number": number})
