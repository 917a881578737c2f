"""How is the whole register kept safe in one file, and brought back from it?

One format for both databases: a zip with a manifest and a file of JSON lines for each table, so that a backup of SQLite
can be restored into PostgreSQL and the other way round. It holds personal data and is readable by its owner alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.core.errors import StoreError
from workbench.core.storage.files import replacing
from workbench.store import audit
from workbench.store.database import Store, migrate, revision

FORMAT = 1
_BATCH = 500


def backup(store: Store, target: Path) -> dict[str, int]:
    """Write the register as it stands at one moment; return the rows of each table."""
    version = revision(store)
    rows: dict[str, int] = {}
    sums: dict[str, str] = {}
    with replacing(target) as partial:
        partial.touch(mode=0o600)
        with store.reading() as connection, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as packed:
            for table in _tables(connection):
                summed, number = hashlib.sha256(), 0
                with packed.open(f"{table.name}.jsonl", "w") as file:
                    for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings():
                        line = (json.dumps(dict(row), default=_plain, sort_keys=True) + "\n").encode()
                        file.write(line)
                        summed.update(line)
                        number += 1
                rows[table.name], sums[table.name] = number, summed.hexdigest()
            manifest = {"format": FORMAT, "revision": version, "made": audit.now(), "rows": rows, "sha256": sums}
            packed.writestr("manifest.json", json.dumps(manifest, indent=2))
        with partial.open("rb") as file:
            os.fsync(file.fileno())
    return rows


def restore(store: Store, source: Path) -> dict[str, int]:
    """Fill an empty register from a backup, in one transaction, then bring it to this version.

    Raises
    ------
    StoreError
        If the register is not empty, or the file is no backup, damaged, or its audit does not hold.
    """
    if revision(store) is not None:
        raise StoreError(
            "the register is not empty",
            where=store.where,
            why="a restore never mixes two registers",
            do="restore to a new file or an empty database",
        )
    try:
        with zipfile.ZipFile(source) as packed:
            manifest = json.loads(packed.read("manifest.json"))
            if manifest["format"] != FORMAT:
                raise StoreError(f"a backup of format {manifest['format']} is unknown", where=str(source))
            _whole(packed, manifest, source)
            _fill(store, packed, manifest)
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError) as error:
        raise StoreError("this is no whole backup of a register", where=str(source), do="take another one") from error
    migrate(store)
    with store.reading() as connection:
        found = audit.verify(connection)
    if found.faults:
        raise StoreError("the audit in this backup does not hold", where=str(source), why="; ".join(found.faults[:3]))
    return dict(manifest["rows"])


def _whole(packed: zipfile.ZipFile, manifest: dict[str, Any], source: Path) -> None:
    for name, want in manifest["sha256"].items():
        summed = hashlib.sha256()
        with packed.open(f"{name}.jsonl") as file:
            while piece := file.read(1 << 20):
                summed.update(piece)
        if summed.hexdigest() != want:
            raise StoreError(f"table '{name}' was altered in the backup", where=str(source), do="take another one")


def _fill(store: Store, packed: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    migrate(store, manifest["revision"])
    with store.writing() as connection:
        tables = _tables(connection)
        for table in reversed(tables):
            if table.name != "audit":  # append-only, and still empty; its head is not
                connection.execute(table.delete())
        for table in tables:
            days = [c.name for c in table.columns if isinstance(c.type, sa.Date)]
            for rows in _batches(packed, table.name, days):
                connection.execute(table.insert(), rows)


def _batches(packed: zipfile.ZipFile, name: str, days: list[str]) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    with packed.open(f"{name}.jsonl") as file:
        for line in file:
            row = json.loads(line)
            for day in days:
                row[day] = row[day] and date.fromisoformat(row[day])
            rows.append(row)
            if len(rows) == _BATCH:
                yield rows
                rows = []
    if rows:
        yield rows


def _tables(connection: sa.Connection) -> list[sa.Table]:
    """Return the tables as they stand, each after those it refers to; the mark of the version is not one of them."""
    found = sa.MetaData()
    found.reflect(connection, only=lambda name, _: name != "alembic_version")
    return found.sorted_tables


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
