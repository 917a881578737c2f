"""What only a register in a file does: addresses, a full disk, erased bytes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from workbench.core.errors import StoreError
from workbench.store import audit, database, retention
from workbench.store.households import records, states
from workbench.store.schema import AUDIT


def members(number: int = 1) -> tuple[records.Member, ...]:
    return tuple(records.Member(f"c{i}", date(1990, 1, 1), "Zquuxina", "Zquuxsen") for i in range(number))


@pytest.mark.quick
def test_a_register_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no register here"):
        database.opened(str(tmp_path / "none.sqlite"))
    assert not list(tmp_path.iterdir())


@pytest.mark.quick
@pytest.mark.parametrize("address", ["mysql://u@h/d", "://", "postgresql+asyncpg://u@h/d"])
def test_another_kind_of_database_is_refused(address: str) -> None:
    with pytest.raises(StoreError):
        database.opened(address)


@pytest.mark.quick
def test_a_password_is_never_shown_and_a_server_that_does_not_answer_is_said() -> None:
    with pytest.raises(StoreError) as told:
        database.opened("postgresql+psycopg://me:hunter2@127.0.0.1:9/register?connect_timeout=2")
    assert "hunter2" not in told.value.message() and "does not answer" in told.value.message()


@pytest.mark.quick
def test_a_file_that_is_no_register_is_said(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    path.write_text("not a database at all, but long enough to look like a file " * 20)
    with pytest.raises(StoreError, match="no register"):
        database.opened(str(path))


@pytest.mark.quick
def test_a_register_is_its_owners_alone_and_keeps_each_commit(tmp_path: Path) -> None:
    store = database.create(str(tmp_path / "r.sqlite"))
    with store.reading() as c:
        settings = [c.exec_driver_sql(f"PRAGMA {n}").scalar() for n in ("journal_mode", "synchronous", "foreign_keys")]
    assert settings == ["wal", 2, 1]
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


@pytest.mark.quick
def test_a_full_disk_is_said_and_the_register_stays_whole(tmp_path: Path) -> None:
    store = database.create(str(tmp_path / "r.sqlite"))
    with store.writing() as c:
        records.register(c, members(), who="anna", population="asylum")
    with pytest.raises(StoreError, match="disk is full"), store.writing() as c:
        pages = c.exec_driver_sql("PRAGMA page_count").scalar()
        c.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        for number in range(2000):
            records.register(c, (records.Member(f"x{number}"),), who="anna", population="asylum")
    store.engine.dispose()
    with database.opened(str(tmp_path / "r.sqlite")).writing() as c:
        assert c.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert c.execute(sa.select(sa.func.count()).select_from(AUDIT)).scalar_one() == 1
        assert audit.verify(c).faults == ()


@pytest.mark.quick
def test_what_was_erased_is_in_no_file(tmp_path: Path) -> None:
    store = database.create(str(tmp_path / "r.sqlite"))
    with store.writing() as c:
        household = records.register(c, members(), who="anna", population="asylum")
        states.move(c, household, "withdraw", who="anna", reason="left")
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Zquuxina" in held
    retention.erase(store, household, who="anna", why="request")
    assert b"Zquuxina" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
