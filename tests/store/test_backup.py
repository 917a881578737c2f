"""A backup comes back whole, in either database, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.store.conftest import TODAY
from tests.store.folders import faults, ready, rows
from workbench.core.errors import StoreError
from workbench.store import backup, database, reservation
from workbench.store.database import Store
from workbench.store.households import records
from workbench.store.schema import PERSON


def test_a_backup_comes_back_whole_in_the_other_database_too(store: Store, household: str, tmp_path: Path) -> None:
    ready(store, household)
    with store.writing() as c:
        reservation.reserve(c, household, reservation.offer(c, "0301", 2026, 10, 9, who="oslo"), who="oslo")
    saved = tmp_path / "backup.zip"
    counted = backup.backup(store, saved)
    assert counted["person"] == 3 and saved.stat().st_mode & 0o077 == 0
    again = database._connected(database.location(str(tmp_path / "again.sqlite")))
    assert backup.restore(again, saved) == counted
    second = tmp_path / "second.zip"
    assert backup.backup(again, second) == counted

    def folder(of: Store) -> dict[str, Any]:
        with of.writing() as c:
            return records.folder(c, household, who="anna", why="case")

    assert folder(store) == folder(again) and faults(again) == ()
    with pytest.raises(StoreError, match="not empty"):
        backup.restore(again, saved)


def test_a_backup_of_a_file_is_restored_into_either_database(empty: str, tmp_path: Path) -> None:
    source = database.create(str(tmp_path / "source.sqlite"))
    with source.writing() as c:
        records.register(c, tuple(records.Member(f"{i}", TODAY) for i in range(3)), who="anna", population="asylum")
    backup.backup(source, tmp_path / "backup.zip")
    again = database._connected(database.location(empty))
    backup.restore(again, tmp_path / "backup.zip")
    assert rows(again, PERSON) == 3 and faults(again) == ()


def test_a_damaged_backup_is_refused(store: Store, household: str, tmp_path: Path) -> None:
    saved = tmp_path / "backup.zip"
    backup.backup(store, saved)
    whole = saved.read_bytes()
    for at, damaged in enumerate((whole[: len(whole) // 2], b"", b"PK", whole[:200] + b"\0\0\0" + whole[203:])):
        saved.write_bytes(damaged)
        again = database._connected(database.location(str(tmp_path / f"{at}.sqlite")))
        with pytest.raises(StoreError):
            backup.restore(again, saved)
        assert database.revision(again) is None
