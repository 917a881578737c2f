"""What may statisticians work with? Coarse facts of each household under a keyed fingerprint.

A plain hash of an identifier could be recomputed by anybody who knows the identifier; a keyed one (HMAC, RFC 2104)
only by those who hold the key. No name, no date, no free text, no place.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa

from workbench.core.errors import StoreError
from workbench.store import audit
from workbench.store.retention import band
from workbench.store.schema import HOUSEHOLD, PERSON

COLUMNS = ("household", "population", "state", "persons", "under_18", "from_18_to_66", "from_67", "age_unknown")
SHORTEST_KEY = 32


def extract(connection: sa.Connection, key: bytes, *, today: date, who: str) -> Iterator[dict[str, str]]:
    """Return a row for each household, in the order of the fingerprints; the audit tells that it was made.

    Raises
    ------
    StoreError
        If the key is shorter than 32 bytes: it could be guessed.
    """
    if len(key) < SHORTEST_KEY:
        raise StoreError(f"the key has {len(key)} bytes", do=f"make one of at least {SHORTEST_KEY}, and keep it apart")
    audit.append(connection, who, "extract.make", "register", "statistics")
    ages: dict[str, Counter[str]] = {}
    for row in connection.execute(sa.select(PERSON.c.household, PERSON.c.born)):
        ages.setdefault(row.household, Counter())[_age(row.born, today)] += 1
    rows = [
        {
            "household": fingerprint(key, row.id),
            "population": row.population,
            "state": row.state,
            "persons": band(ages.get(row.id, Counter()).total()),
            **{name: band(ages.get(row.id, Counter())[name]) for name in COLUMNS[4:]},
        }
        for row in connection.execute(sa.select(HOUSEHOLD.c.id, HOUSEHOLD.c.population, HOUSEHOLD.c.state))
    ]
    return iter(sorted(rows, key=lambda row: row["household"]))


def fingerprint(key: bytes, identifier: str) -> str:
    """Return the keyed fingerprint of an identifier, 32 hexadecimal digits."""
    return hmac.new(key, identifier.encode(), hashlib.sha256).hexdigest()[:32]


def _age(born: date | None, today: date) -> str:
    if born is None:
        return "age_unknown"
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return "under_18" if years < 18 else "from_18_to_66" if years < 67 else "from_67"
