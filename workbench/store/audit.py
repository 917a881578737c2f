"""Who read or changed what, when and why, and has anybody altered that since?

Each row carries the hash of the one before it, so that a row that was edited, taken out, put in or moved breaks the
chain; the number and hash of the last row are kept beside it, so that a chain cut off at its end is found too. Somebody
who rewrites every later row and the head as well is found only by a head that was noted elsewhere (``expected``). See
Schneier and Kelsey (1999), "Secure audit logs to support computer forensics".

A row names identifiers, fields and codes: no name and no free text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from workbench.core.errors import StoreError
from workbench.store.schema import AUDIT, AUDIT_HEAD

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@+-]{0,79}")
FIELDS = ("number", "at", "who", "action", "subject", "why", "detail", "before")


@dataclass(frozen=True)
class Checked:
    """What a check of the audit found: rows, the last one's hash, and a sentence for each fault."""

    rows: int
    head: str
    faults: tuple[str, ...]


def append(
    connection: sa.Connection,
    who: str,
    action: str,
    subject: str,
    why: str,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Write one row in the transaction of the change that it notes; return its number.

    Raises
    ------
    StoreError
        If who, what or why is not a code: free text could hold what is said about a person.
    """
    for name, value in (("who", who), ("action", action), ("subject", subject), ("why", why)):
        if not CODE.fullmatch(value):
            raise StoreError(
                f"'{name}' of an audit entry is missing or no code",
                why="every reading and writing is noted with who, what and why, and never in free text",
                do="give a short code of letters, digits and _ . : @ + -",
            )
    last = connection.execute(sa.select(AUDIT_HEAD.c.number, AUDIT_HEAD.c.hash).where(AUDIT_HEAD.c.id == 1)).one()
    row = {
        "number": last.number + 1,
        "at": now(),
        "who": who,
        "action": action,
        "subject": subject,
        "why": why,
        "detail": json.loads(json.dumps(dict(detail or {}))),
        "before": last.hash,
    }
    row["hash"] = fingerprint(row)
    connection.execute(AUDIT.insert().values(row))
    connection.execute(AUDIT_HEAD.update().where(AUDIT_HEAD.c.id == 1).values(number=row["number"], hash=row["hash"]))
    return int(row["number"])


def verify(connection: sa.Connection, expected: str = "") -> Checked:
    """Recompute the chain from its first row.

    Parameters
    ----------
    expected
        ``number:hash`` of a row as it was noted earlier, outside the register.
    """
    faults: list[str] = []
    before, rows, noted = "0" * 64, 0, ""
    want_number, _, want_hash = expected.partition(":")
    for found in connection.execute(sa.select(AUDIT).order_by(AUDIT.c.number)).mappings():
        row = {name: found[name] for name in (*FIELDS, "hash")}
        rows += 1
        if row["number"] != rows:
            faults.append(f"row {rows} is missing: row {row['number']} stands in its place")
            rows = row["number"]
        if row["before"] != before:
            faults.append(f"row {rows} does not follow the row before it")
        if fingerprint(row) != row["hash"]:
            faults.append(f"row {rows} was edited")
        before = row["hash"]
        if str(rows) == want_number:
            noted = before
    head = connection.execute(sa.select(AUDIT_HEAD.c.number, AUDIT_HEAD.c.hash)).one_or_none()
    if head is None or (head.number, head.hash) != (rows, before):
        said = "is missing" if head is None else f"says {head.number} rows"
        faults.append(f"the chain ends at row {rows}, its head {said}")
    if expected and noted != want_hash:
        faults.append(f"row {want_number} is not the one that was noted")
    return Checked(rows, f"{rows}:{before}", tuple(faults))


def fingerprint(row: Mapping[str, Any]) -> str:
    """Return the hash of a row: of all its fields but the hash itself, and so of the hash before it."""
    said = json.dumps([row[name] for name in FIELDS], sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def now() -> str:
    """Return this moment in UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
