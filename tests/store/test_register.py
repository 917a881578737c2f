"""Folders, states, places, audit, erasure and backup: what must hold on both databases."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from workbench.core.errors import ConflictError, StoreError
from workbench.store import audit, backup, database, extract, reservation, retention
from workbench.store.database import Store
from workbench.store.households import records, states
from workbench.store.schema import AUDIT, HOUSEHOLD, INTERVIEW, METADATA, PERSON, STATISTIC, WEEKLY_PLACES

TODAY = date(2026, 3, 2)


def interviewed(store: Store, household: str) -> None:
    with store.writing() as c:
        c.execute(
            INTERVIEW.insert().values(
                id="I1",
                household=household,
                submission="s1",
                form="settlement",
                form_version="1",
                answers={"q": "ünï ب"},
            )
        )
        records.consent(c, household, "settlement", True, day=TODAY, who="anna")
        states.move(c, household, "interview", who="anna")


def ready(store: Store, household: str) -> None:
    interviewed(store, household)
    with store.writing() as c:
        states.move(c, household, "clear", who="anna")


def rows(store: Store, table: sa.Table) -> int:
    with store.reading() as c:
        return int(c.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def faults(store: Store, expected: str = "") -> tuple[str, ...]:
    with store.reading() as c:
        return audit.verify(c, expected).faults


def test_the_migrations_make_what_the_schema_says(store: Store) -> None:
    with store.reading() as c:
        assert compare_metadata(MigrationContext.configure(c), METADATA) == []


def test_an_older_register_is_refused_then_brought_forward_with_its_rows(empty: str) -> None:
    url = database.location(empty)
    old = database._connected(url)
    database.migrate(old, "0001")
    with old.writing() as c:
        household = records.register(c, (records.Member("1"),), who="anna", population="family")
    with pytest.raises(StoreError, match=r"version 0001, this program of"):
        database.opened(empty)
    new = database.create(empty)
    with new.writing() as c:
        assert records.folder(c, household, who="anna", why="case")["person"][0]["case_number"] == "1"
    assert database.revision(new) == database.newest() and faults(new) == ()


def test_a_register_newer_than_the_program_is_refused(store: Store, address: str) -> None:
    with store.writing() as c:
        c.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="9999"):
        database.opened(address)
    with pytest.raises(StoreError, match="newer than this program"):
        database.create(address)


def test_a_household_goes_its_way_and_the_audit_tells_it(store: Store, household: str) -> None:
    ready(store, household)
    with store.writing() as c:
        for move in ("propose", "decline", "propose", "accept", "decide", "settle"):
            states.move(c, household, move, who="anna", reason="no_dwelling" if move == "decline" else "")
    with store.reading() as c:
        told = [row.action for row in c.execute(sa.select(AUDIT.c.action).order_by(AUDIT.c.number))]
    assert told[-6:] == [f"household.{m}" for m in ("propose", "decline", "propose", "accept", "decide", "settle")]
    assert faults(store) == ()


@pytest.mark.parametrize("state", states.STATES)
def test_only_the_moves_of_the_table_are_made(store: Store, household: str, state: str) -> None:
    for name, move in states.MOVES.items():
        with store.writing() as c:
            c.execute(HOUSEHOLD.update().values(state=state, state_before="registered"))
        if state in move.since and name != "clear":
            with store.writing() as c:
                to = states.move(c, household, name, who="anna", reason="code")
            assert to == (move.to or "registered")
        elif state not in move.since:
            with pytest.raises(StoreError, match="it cannot"), store.writing() as c:
                states.move(c, household, name, who="anna", reason="code")


def test_what_blocks_a_household_is_said_at_once(store: Store) -> None:
    with store.writing() as c:
        key = records.register(c, (records.Member("1"), records.Member("2", TODAY)), who="anna", population="asylum")
        states.move(c, key, "interview", who="anna")
    with pytest.raises(StoreError) as told, store.writing() as c:
        states.move(c, key, "clear", who="anna")
    for part in ("1 of 2 members", "interview", "asked", "deadline"):
        assert part in told.value.message()


def test_a_person_is_in_one_household_only(store: Store, household: str) -> None:
    with pytest.raises(StoreError, match=f"already in household {household}"), store.writing() as c:
        records.register(c, (records.Member("100"),), who="anna", population="asylum")
    assert rows(store, HOUSEHOLD) == 1 and rows(store, PERSON) == 3


def test_nobody_is_settled_before_the_decision(store: Store, household: str) -> None:
    with store.reading() as c:
        person = c.execute(sa.select(PERSON.c.id)).scalars().first()
    assert person
    with pytest.raises(StoreError, match="before the decision"), store.writing() as c:
        records.settle(c, person, TODAY - timedelta(days=1), decided=TODAY, who="anna")
    with store.writing() as c:
        records.settle(c, person, TODAY, decided=TODAY, who="anna")


def test_a_second_writer_is_told_both_values_and_overwrites_nothing(store: Store, household: str) -> None:
    with store.writing() as c:
        records.change(c, "household", household, {"language": "uk"}, version=1, who="anna", why="correction")
    with pytest.raises(ConflictError, match="changed since you opened it: language") as told, store.writing() as c:
        records.change(c, "household", household, {"language": "fa"}, version=1, who="berit", why="correction")
    assert told.value.both == {"language": ("fa", "uk")} and "'fa'" not in told.value.message()
    with store.reading() as c:
        assert c.execute(sa.select(HOUSEHOLD.c.language)).scalar_one() == "uk"


def test_a_state_is_not_changed_by_the_back_door(store: Store, household: str) -> None:
    with pytest.raises(StoreError, match="cannot be changed"), store.writing() as c:
        records.change(c, "household", household, {"state": "settled"}, version=1, who="anna", why="x")


def test_every_reading_of_a_folder_is_in_the_audit(store: Store, household: str) -> None:
    with store.writing() as c:
        records.folder(c, household, who="berit", why="matching")
    with store.reading() as c:
        last = c.execute(sa.select(AUDIT).order_by(AUDIT.c.number.desc())).first()
    assert last is not None and (last.who, last.action, last.subject, last.why) == (
        "berit",
        "folder.read",
        household,
        "matching",
    )
    with pytest.raises(StoreError, match="'why'"), store.writing() as c:
        records.folder(c, household, who="berit", why="because she has asthma")


def test_the_audit_holds_no_name_and_no_text(store: Store, household: str) -> None:
    interviewed(store, household)
    with store.writing() as c:
        person = c.execute(sa.select(PERSON.c.id)).scalars().first()
        records.change(c, "person", str(person), {"given_name": "Zquux"}, version=1, who="anna", why="correction")
        told = json.dumps([dict(row) for row in c.execute(sa.select(AUDIT)).mappings()])
    assert not any(secret in told for secret in ("Zquux", "Secretname", "Given", "ünï"))


def test_a_refused_change_leaves_nothing_behind(store: Store, household: str) -> None:
    before = rows(store, AUDIT)
    with pytest.raises(StoreError), store.writing() as c:
        records.change(c, "household", household, {"language": "uk"}, version=1, who="anna", why="correction")
        raise StoreError("stop")
    assert rows(store, AUDIT) == before and faults(store) == ()


def test_a_fault_of_the_database_tells_no_data(store: Store, household: str) -> None:
    with pytest.raises(StoreError) as told, store.writing() as c:
        c.execute(PERSON.insert().values(id="x", household=household, case_number="100", given_name="Zquux"))
    assert "Zquux" not in told.value.message() and "contradicts" in told.value.message()
    assert told.value.__cause__ is None


def unlock(c: sa.Connection) -> None:
    """Do what somebody with all rights to the database could."""
    if c.dialect.name == "sqlite":
        c.execute(sa.text("DROP TRIGGER IF EXISTS audit_no_UPDATE"))
        c.execute(sa.text("DROP TRIGGER IF EXISTS audit_no_DELETE"))
    else:
        c.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER ALL"))


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'x'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_the_audit(store: Store, household: str, statement: str) -> None:
    with pytest.raises(StoreError), store.writing() as c:
        c.execute(sa.text(statement))
    assert rows(store, AUDIT) > 0


TAMPERING = {
    "edited": (["UPDATE audit SET who = 'x' WHERE number = 3"], "row 3 was edited"),
    "detail": (["UPDATE audit SET detail = '{\"given\": false}' WHERE number = 2"], "row 2 was edited"),
    "deleted": (["DELETE FROM audit WHERE number = 3"], "row 3 is missing"),
    "closed up": (
        ["DELETE FROM audit WHERE number = 3", "UPDATE audit SET number = 3 WHERE number = 4"],
        "row 3 does not follow",
    ),
    "cut off": (["DELETE FROM audit WHERE number = 5"], "head"),
    "inserted": (
        [
            "INSERT INTO audit SELECT 6, at, who, action, subject, why, detail, before, hash FROM audit "
            "WHERE number = 2",
        ],
        "row 6",
    ),
    "reordered": (
        [
            "UPDATE audit SET number = 99 WHERE number = 2",
            "UPDATE audit SET number = 2 WHERE number = 3",
            "UPDATE audit SET number = 3 WHERE number = 99",
        ],
        "row 2 does not follow",
    ),
    "head": (["DELETE FROM audit_head"], "head is missing"),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_an_altered_audit_is_found(store: Store, household: str, name: str) -> None:
    interviewed(store, household)
    with store.writing() as c:
        states.move(c, household, "clear", who="anna")
        records.folder(c, household, who="anna", why="case")
    assert rows(store, AUDIT) == 5 and faults(store) == ()
    statements, told = TAMPERING[name]
    with store.writing() as c:
        unlock(c)
        for statement in statements:
            c.execute(sa.text(statement))
    assert any(told in fault for fault in faults(store)), faults(store)


def test_a_chain_that_was_rewritten_whole_is_found_by_a_noted_head(store: Store, household: str) -> None:
    interviewed(store, household)
    with store.reading() as c:
        noted = audit.verify(c).head
    assert faults(store, noted) == ()
    with store.writing() as c:
        unlock(c)
        c.execute(sa.text("DELETE FROM audit"))
        c.execute(sa.text("UPDATE audit_head SET number = 0, hash = :zero"), {"zero": "0" * 64})
        for _ in range(4):
            audit.append(c, "eve", "folder.read", household, "case")
    assert faults(store) == () and faults(store, noted) != ()


def test_a_last_place_is_given_once(store: Store) -> None:
    with store.writing() as c:
        week = reservation.offer(c, "0301", 2026, 10, 2, who="oslo")
        homes = [records.register(c, (records.Member(f"{i}"),), who="anna", population="asylum") for i in range(12)]

    def accept(household: str) -> bool:
        try:
            with store.writing() as c:
                reservation.reserve(c, household, week, who="oslo")
        except StoreError as error:
            assert "0 are left" in error.message()
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(accept, homes)) == 2
    with store.reading() as c:
        assert c.execute(sa.select(WEEKLY_PLACES.c.taken)).scalar_one() == 2
    assert faults(store) == ()


def test_a_household_is_never_split_and_its_room_comes_back(store: Store, household: str) -> None:
    with store.writing() as c:
        week = reservation.offer(c, "0301", 2026, 10, 2, who="oslo")
    with pytest.raises(StoreError, match="3 places are needed, 2 are left"), store.writing() as c:
        reservation.reserve(c, household, week, who="oslo")
    with store.writing() as c:
        reservation.offer(c, "0301", 2026, 10, 3, who="oslo")
        assert reservation.reserve(c, household, week, who="oslo") == 0
    with pytest.raises(StoreError, match="3 of 3 places are accepted"), store.writing() as c:
        reservation.offer(c, "0301", 2026, 10, 2, who="oslo")
    with pytest.raises(StoreError, match="quota cannot be lowered to 2"), store.writing() as c:
        reservation.decide_quota(c, "0301", 2026, decided=2, who="oslo")
    with pytest.raises(StoreError, match="has a place already"), store.writing() as c:
        reservation.reserve(c, household, week, who="oslo")
    with store.writing() as c:
        reservation.release(c, household, who="oslo", why="recalled")
        reservation.pause(c, week, "flood", who="oslo")
    with pytest.raises(StoreError, match="paused"), store.writing() as c:
        reservation.reserve(c, household, week, who="oslo")


def test_many_clerks_lose_no_change(store: Store, household: str) -> None:
    with store.reading() as c:
        person = str(c.execute(sa.select(PERSON.c.id)).scalars().first())

    def save(number: int) -> None:
        while True:
            with store.reading() as c:
                version = c.execute(sa.select(PERSON.c.version).where(PERSON.c.id == person)).scalar_one()
            try:
                with store.writing() as c:
                    name = {"given_name": f"N{number}"}
                    records.change(c, "person", person, name, version=version, who="anna", why="correction")
                return
            except ConflictError:
                continue

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(save, range(40)))
    with store.reading() as c:
        assert c.execute(sa.select(PERSON.c.version).where(PERSON.c.id == person)).scalar_one() == 41
    assert rows(store, AUDIT) == 41 and faults(store) == ()


def test_what_is_due_is_erased_and_the_count_stays(store: Store, household: str) -> None:
    interviewed(store, household)
    with store.writing() as c:
        states.move(c, household, "withdraw", who="anna", reason="left")
        c.execute(HOUSEHOLD.update().values(state_since="2026-01-01T00:00:00Z"))
    days = {"names": 10, "interview": 20, "case": 60}

    def due(day: date) -> list[str]:
        return [each.kind for each in retention.erase_due(store, days, day, who="system")]

    assert due(date(2026, 1, 10)) == []
    assert due(date(2026, 1, 11)) == ["names"] and due(date(2026, 1, 11)) == []
    with store.reading() as c:
        assert c.execute(sa.select(PERSON.c.family_name)).scalars().all() == [None] * 3
    assert due(date(2026, 1, 21)) == ["interview"] and rows(store, INTERVIEW) == 0
    assert due(date(2026, 3, 2)) == ["case"] and rows(store, HOUSEHOLD) == rows(store, PERSON) == 0
    with store.reading() as c:
        kept = c.execute(sa.select(STATISTIC.c.persons, STATISTIC.c.outcome)).one()
    assert tuple(kept) == ("3-4", "withdrawn") and faults(store) == ()


def test_an_open_case_is_not_erased(store: Store, household: str) -> None:
    with pytest.raises(StoreError, match="its case is open"):
        retention.erase(store, household, who="anna", why="request")
    assert rows(store, PERSON) == 3


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


def test_an_extract_names_nobody(store: Store, household: str) -> None:
    with store.writing() as c:
        (row,) = extract.extract(c, b"k" * 32, today=TODAY, who="stat")
    assert tuple(row) == extract.COLUMNS
    assert (row["persons"], row["under_18"], row["from_18_to_66"]) == ("3-4", "1", "2")
    assert household not in json.dumps(row) and row["household"] == extract.fingerprint(b"k" * 32, household)
    assert row["household"] != extract.fingerprint(b"l" * 32, household)
    with pytest.raises(StoreError, match="at least 32"), store.writing() as c:
        extract.extract(c, b"short", today=TODAY, who="stat")
