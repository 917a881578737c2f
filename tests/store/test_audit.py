"""Who read or changed what: nothing is left out, nothing said of a person, and an altered chain is found."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from tests.store.folders import faults, interviewed, rows
from workbench.core.errors import StoreError
from workbench.store import audit
from workbench.store.database import Store
from workbench.store.households import records, states
from workbench.store.schema import AUDIT, PERSON


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
