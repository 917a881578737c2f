"""Households, states and places: what must hold on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from tests.store.conftest import TODAY
from tests.store.folders import faults, ready, rows
from workbench.core.errors import ConflictError, StoreError
from workbench.store import database, reservation
from workbench.store.database import Store
from workbench.store.households import records, states
from workbench.store.schema import AUDIT, HOUSEHOLD, METADATA, PERSON, WEEKLY_PLACES


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
